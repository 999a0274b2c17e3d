/** geth's view of the pool: by sender and nonce, what can be mined and what waits for an earlier nonce. */
import { z } from 'zod'
import { type EthAddress, ethKey, toFilecoin } from '../../../address/eth-address.ts'
import { to0x } from '../../../base/bytes.ts'
import { pendingTransactionJson } from '../../../eth/json.ts'
import { toQuantity } from '../../../eth/quantity.ts'
import type { TransactionRecord } from '../../../eth/records.ts'
import { headOf } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'
import { QuantityResult, TransactionResult } from '../../result-schema.ts'
import { Address } from '../../schema.ts'

type Slice = Pick<Context, 'chain' | 'index'>

const method = methodFor<Slice>()

interface Sender {
  readonly address: EthAddress
  /** In the order of their nonces. */
  readonly pending: TransactionRecord[]
  /** Behind a nonce that is missing. */
  readonly queued: TransactionRecord[]
}

async function senders({ chain, index }: Slice): Promise<Sender[]> {
  const all = new Map<string, TransactionRecord[]>()
  for (const transaction of await chain.pending()) {
    const key = ethKey(transaction.from)
    const own = all.get(key)
    if (own === undefined) all.set(key, [transaction])
    else own.push(transaction)
  }
  const state = chain.state(headOf(index))
  return Array.from(all.values(), (own) => {
    const address = own[0]!.from
    own.sort((a, b) => Number(a.nonce - b.nonce))
    let next = state.actor(toFilecoin(address))?.sequence ?? 0n
    const pending = own.filter(({ nonce }) => {
      if (nonce !== next) return false
      next += 1n
      return true
    })
    return { address, pending, queued: own.slice(pending.length) }
  })
}

function byNonce<T>(own: readonly TransactionRecord[], show: (of: TransactionRecord) => T) {
  return Object.fromEntries(
    own.map((transaction) => [String(transaction.nonce), show(transaction)]),
  )
}

function bySender<T>(
  all: readonly Sender[],
  kind: 'pending' | 'queued',
  show: (of: TransactionRecord) => T,
) {
  const filled = all.filter((sender) => sender[kind].length > 0)
  return Object.fromEntries(
    filled.map((sender) => [to0x(sender.address), byNonce(sender[kind], show)]),
  )
}

const ByNonce = z.record(z.string(), TransactionResult)
const NOBODY = '0x00000000000000000000000000000000000000aa'

export const txpool_status = method({
  summary: 'How many transactions can be mined, and how many wait for an earlier nonce.',
  params: {},
  result: z.object({ pending: QuantityResult, queued: QuantityResult }),
  lotus: false,
  examples: [{ name: 'empty', params: [], result: { pending: '0x0', queued: '0x0' } }],
  async handle(context) {
    const all = await senders(context)
    const count = (kind: 'pending' | 'queued') =>
      toQuantity(all.reduce((sum, sender) => sum + sender[kind].length, 0))
    return { pending: count('pending'), queued: count('queued') }
  },
})

export const txpool_content = method({
  summary: 'The transactions in the pool, by sender and nonce.',
  params: {},
  result: z.object({
    pending: z.record(z.string(), ByNonce),
    queued: z.record(z.string(), ByNonce),
  }),
  lotus: false,
  examples: [{ name: 'empty', params: [], result: { pending: {}, queued: {} } }],
  async handle(context) {
    const all = await senders(context)
    return {
      pending: bySender(all, 'pending', pendingTransactionJson),
      queued: bySender(all, 'queued', pendingTransactionJson),
    }
  },
})

export const txpool_contentFrom = method({
  summary: 'The transactions of one sender in the pool, by nonce.',
  params: { address: Address },
  result: z.object({ pending: ByNonce, queued: ByNonce }),
  lotus: false,
  examples: [{ name: 'nobody', params: [NOBODY], result: { pending: {}, queued: {} } }],
  async handle(context, { address }) {
    const all = await senders(context)
    const own = all.find((sender) => ethKey(sender.address) === ethKey(address))
    return {
      pending: byNonce(own?.pending ?? [], pendingTransactionJson),
      queued: byNonce(own?.queued ?? [], pendingTransactionJson),
    }
  },
})

export const txpool_inspect = method({
  summary: 'The pool as text: receiver, value and gas of each transaction.',
  params: {},
  result: z.object({
    pending: z.record(z.string(), z.record(z.string(), z.string())),
    queued: z.record(z.string(), z.record(z.string(), z.string())),
  }),
  lotus: false,
  examples: [{ name: 'empty', params: [], result: { pending: {}, queued: {} } }],
  async handle(context) {
    const all = await senders(context)
    return {
      pending: bySender(all, 'pending', describe),
      queued: bySender(all, 'queued', describe),
    }
  },
})

/** In geth's words, whose wei are attoFIL here. */
function describe({ to, value, gas, maxFeePerGas }: TransactionRecord): string {
  const receiver = to === null ? 'contract creation' : to0x(to)
  return `${receiver}: ${value} wei + ${gas} gas × ${maxFeePerGas} wei`
}
