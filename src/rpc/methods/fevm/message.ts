/** What this program has to tell beyond Ethereum and Lotus. */
import { z } from 'zod'
import { to0x } from '../../../base/bytes.ts'
import { actorCallJson } from '../../../eth/trace/message-trace.ts'
import { storedMessage } from '../../../eth/transaction-record.ts'
import type { CID } from '../../../ipld/cid.ts'
import { exitCodeName } from '../../../protocol/exit-code.ts'
import type { Context } from '../../context.ts'
import { rpcError } from '../../errors.ts'
import { methodFor } from '../../method.ts'
import { Cid, Hash } from '../../schema.ts'
import { MessageTraceResult } from '../../trace-schema.ts'
import { traceTransaction } from '../../traces.ts'

type Slice = Pick<Context, 'chain' | 'index' | 'networkPrefix'>

const method = methodFor<Slice>()

const MessageId = z
  .union([Hash, Cid], { error: 'expected a transaction hash or a message CID' })
  .meta({
    id: 'MessageId',
    description: 'a transaction hash, or a message CID as text or {"/": "b…"}',
  })

function hashOf({ index }: Slice, id: Uint8Array | CID): Uint8Array {
  if (id instanceof Uint8Array) return id
  const hash = index.transactionHash(id)
  if (hash === undefined) throw rpcError('application', `message not found: ${id}`)
  return hash
}

export const fevm_traceMessage = method({
  summary: 'Runs a mined message again and answers its calls from actor to actor.',
  description:
    'Methods by name, params and returns decoded where their form is known, exit codes, and gas charges by name. Amounts are attoFIL in decimal.',
  params: { message: MessageId },
  result: MessageTraceResult,
  examples: [{ name: 'unknown', params: [`0x${'11'.repeat(32)}`], result: {}, varies: true }],
  async handle(context, { message: id }) {
    const { networkPrefix } = context
    const { mined, trace } = await traceTransaction(context, hashOf(context, id), { detail: true })
    const { message } = storedMessage(mined.transaction)
    return {
      cid: { '/': mined.transaction.cid.toString() },
      transactionHash: to0x(mined.transaction.hash),
      blockHash: to0x(mined.blockHash),
      epoch: mined.epoch,
      index: mined.index,
      from: message.from.toString(networkPrefix),
      exitCode: trace.exitCode,
      exitName: exitCodeName(trace.exitCode),
      gasLimit: message.gasLimit,
      gasUsed: trace.gasUsed,
      call: trace.call === undefined ? null : actorCallJson(trace.call, networkPrefix),
    }
  },
})
