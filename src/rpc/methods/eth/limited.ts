/** Lookups that go back so many heights only, as Lotus's gateway makes them. -1: all. */
import { z } from 'zod'
import { to0x } from '../../../base/bytes.ts'
import { minedTransactionJson, pendingTransactionJson, receiptJson } from '../../../eth/json.ts'
import type { MinedTransaction } from '../../../eth/records.ts'
import type { Index } from '../../../index/log-query.ts'
import { exactBlock, headOf } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { rpcError } from '../../errors.ts'
import { methodFor } from '../../method.ts'
import { pooledTransaction } from '../../pooled.ts'
import { ReceiptResult, TransactionResult } from '../../result-schema.ts'
import { Block, Hash, Lookback } from '../../schema.ts'

const method = methodFor<Pick<Context, 'chain' | 'index'>>()

const UNKNOWN = `0x${'11'.repeat(32)}`

function isWithin(index: Index, epoch: number, lookback: number): boolean {
  return lookback < 0 || epoch >= headOf(index).epoch - lookback
}

function minedWithin(index: Index, hash: Uint8Array, lookback: number) {
  const mined = index.transaction(hash)
  return mined !== undefined && isWithin(index, mined.epoch, lookback) ? mined : undefined
}

function orNull<T>(mined: MinedTransaction | undefined, show: (mined: MinedTransaction) => T) {
  return mined === undefined ? null : show(mined)
}

export const eth_getTransactionByHashLimited = method({
  summary: 'A transaction that is in the pool or was mined not long ago; else null.',
  params: { hash: Hash, lookback: Lookback },
  result: TransactionResult.nullable(),
  examples: [{ name: 'unknown', params: [UNKNOWN, 20], result: null }],
  async handle({ chain, index }, { hash, lookback }) {
    const pending = await pooledTransaction(chain, index, hash)
    if (pending !== undefined) return pendingTransactionJson(pending)
    return orNull(minedWithin(index, hash, lookback), minedTransactionJson)
  },
})

export const eth_getTransactionReceiptLimited = method({
  summary: 'The receipt of a transaction that was mined not long ago; else null.',
  params: { hash: Hash, lookback: Lookback },
  result: ReceiptResult.nullable(),
  examples: [{ name: 'unknown', params: [UNKNOWN, 20], result: null }],
  handle: ({ index }, { hash, lookback }) =>
    orNull(minedWithin(index, hash, lookback), receiptJson),
})

export const eth_getBlockReceiptsLimited = method({
  summary: 'All receipts of a block, in order; an error for a block that is too old.',
  description: 'A height without a block is error 12.',
  params: { block: Block, lookback: Lookback },
  result: z.array(ReceiptResult).readonly().nullable(),
  examples: [{ name: 'genesis', params: ['0x0', -1], result: [] }],
  handle({ index }, { block: ref, lookback }) {
    const block = exactBlock(index, ref)
    if (block === undefined) return null
    if (!isWithin(index, block.epoch, lookback)) {
      const what = `tipset ${to0x(block.hash)}`
      throw rpcError('application', `${what} is older than the allowed lookback limit`)
    }
    return index.transactions(block).map(receiptJson)
  },
})
