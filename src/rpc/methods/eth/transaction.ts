/** Transactions: found, and sent. */
import { to0x } from '../../../base/bytes.ts'
import { minedTransactionJson, pendingTransactionJson, receiptJson } from '../../../eth/json.ts'
import { parseTransaction } from '../../../eth/parse-transaction.ts'
import type { BlockRecord } from '../../../eth/records.ts'
import { toSignedMessage } from '../../../eth/to-message.ts'
import { transactionHash } from '../../../eth/transaction.ts'
import type { Index } from '../../../index/log-query.ts'
import { exactBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { rpcError } from '../../errors.ts'
import { methodFor } from '../../method.ts'
import { pooledTransaction } from '../../pooled.ts'
import { HashResult, ReceiptResult, TransactionResult } from '../../result-schema.ts'
import { BlockNumber, Data, Hash, Uint } from '../../schema.ts'

const method = methodFor<Pick<Context, 'chain' | 'index'>>()

const UNKNOWN = `0x${'11'.repeat(32)}`

export const eth_getTransactionByHash = method({
  summary: 'A transaction, mined or in the pool; null if unknown.',
  params: { hash: Hash },
  result: TransactionResult.nullable(),
  examples: [{ name: 'unknown', params: [UNKNOWN], result: null }],
  async handle({ chain, index }, { hash }) {
    const pending = await pooledTransaction(chain, index, hash)
    if (pending !== undefined) return pendingTransactionJson(pending)
    const mined = index.transaction(hash)
    return mined === undefined ? null : minedTransactionJson(mined)
  },
})

export const eth_getTransactionByBlockHashAndIndex = method({
  summary: 'A transaction by its place in a block; null if the hash is unknown.',
  params: { hash: Hash, index: Uint },
  result: TransactionResult.nullable(),
  examples: [{ name: 'unknown', params: [UNKNOWN, '0x0'], result: null }],
  handle: ({ index }, { hash, index: place }) =>
    transactionAt(index, index.blockByHash(hash), place),
})

export const eth_getTransactionByBlockNumberAndIndex = method({
  summary: 'A transaction by its place in the block at a height.',
  description: 'A height without a block is error 12; so is no index behind the last one.',
  params: { block: BlockNumber, index: Uint },
  result: TransactionResult.nullable(),
  examples: [{ name: 'first', params: ['latest', '0x0'], result: null, varies: true }],
  handle: ({ index }, { block, index: place }) =>
    transactionAt(index, exactBlock(index, block), place),
})

function transactionAt(index: Index, block: BlockRecord | undefined, place: number) {
  if (block === undefined) return null
  const mined = index.transactionAt(block, place)
  if (mined === undefined) {
    const { length } = block.transactions
    throw rpcError('application', `index ${place} out of range: tipset contains ${length} messages`)
  }
  return minedTransactionJson(mined)
}

export const eth_getTransactionReceipt = method({
  summary: 'Receipt of a mined transaction; null while there is none.',
  description:
    '`effectiveGasPrice` is all that was paid per gas unit, the burn for a too high gas limit included.',
  params: { hash: Hash },
  result: ReceiptResult.nullable(),
  examples: [{ name: 'unknown', params: [UNKNOWN], result: null }],
  handle({ index }, { hash }) {
    const mined = index.transaction(hash)
    return mined === undefined ? null : receiptJson(mined)
  },
})

export const eth_sendRawTransaction = method({
  summary: 'Adds a signed transaction to the pool and answers its hash.',
  description: 'EIP-1559, EIP-155 and homestead transactions; access lists and blobs are refused.',
  params: { transaction: Data },
  result: HashResult,
  writes: true,
  examples: [{ name: 'transfer', params: ['0x02f8'], result: UNKNOWN, varies: true }],
  async handle({ chain }, { transaction: raw }) {
    const transaction = parseTransaction(raw, chain.chainId)
    await chain.submitRecovered(toSignedMessage(transaction))
    return to0x(transactionHash(transaction))
  },
})
