/** Which contracts and slots a call touches. */

import { z } from 'zod'
import { isMaskedId } from '../../../address/eth-address.ts'
import { equal, to0x } from '../../../base/bytes.ts'
import { toQuantity } from '../../../eth/quantity.ts'
import { describeFailure } from '../../../eth/revert-reason.ts'
import type { TouchedAccount } from '../../../eth/trace/actor-call.ts'
import { ExitCode } from '../../../protocol/exit-code.ts'
import { stateBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { callRequest } from '../../execution.ts'
import { methodFor } from '../../method.ts'
import { overrideParams, overridesOf } from '../../override-schema.ts'
import { AddressResult, HashResult, QuantityResult } from '../../result-schema.ts'
import { latestByDefault, TransactionRequest } from '../../schema.ts'
import { callerOf } from '../../traces.ts'

const method = methodFor<Pick<Context, 'chain' | 'index'>>()

const AccessListResult = z
  .strictObject({
    accessList: z
      .array(
        z.strictObject({ address: AddressResult, storageKeys: z.array(HashResult).readonly() }),
      )
      .readonly(),
    gasUsed: QuantityResult,
    error: z.string().optional(),
  })
  .meta({ id: 'AccessListResult', description: 'contracts and slots that a call touched' })

export const eth_createAccessList = method({
  summary: 'The contracts and storage slots that a call touches, as an EIP-2930 access list.',
  description:
    'For information: on Filecoin a list makes nothing cheaper, and a transaction must have none. `gasUsed` is what the call itself uses; a failure is in `error`, with what was touched before.',
  params: { transaction: TransactionRequest, block: latestByDefault, ...overrideParams },
  result: AccessListResult,
  lotus: false,
  examples: [
    {
      name: 'no contract',
      params: [{ to: '0x00000000000000000000000000000000000000aa' }, 'latest'],
      result: { accessList: [], gasUsed: '0x0' },
      varies: true,
    },
  ],
  async handle({ chain, index }, { transaction, block, stateOverrides, blockOverrides }) {
    const overrides = overridesOf(stateOverrides, blockOverrides)
    const request = callRequest(transaction, overrides)
    const options = { accounts: true } as const
    const [trace] = await chain.traceCalls([request], stateBlock(index, block), options)
    const { accounts, exitCode, returnData, gasUsed } = trace!
    const ends = [callerOf(transaction), ...(transaction.to ? [transaction.to] : [])]
    return {
      accessList: accounts!.filter((each) => isListed(each, ends)).map(entry),
      gasUsed: toQuantity(gasUsed),
      ...(exitCode !== ExitCode.OK && {
        error: `execution reverted: ${describeFailure(exitCode, returnData, '').message}`,
      }),
    }
  },
})

/** Sender and recipient are touched in any case; so are the actors that the FVM itself needs. */
function isListed({ address, before, slots }: TouchedAccount, ends: readonly Uint8Array[]) {
  if (slots.length > 0) return true
  const isContract = before !== undefined && before.code.length > 0
  return isContract && !isMaskedId(address) && !ends.some((end) => equal(end, address))
}

function entry({ address, slots }: TouchedAccount) {
  return { address: to0x(address), storageKeys: slots.map(({ slot }) => to0x(slot)) }
}
