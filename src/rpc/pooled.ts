/** Transactions that wait in the pool. */
import { equal } from '../base/bytes.ts'
import type { Hash, TransactionRecord } from '../eth/records.ts'
import type { Context } from './context.ts'

/** undefined also when it has been mined. */
export async function pooledTransaction(
  chain: Context['chain'],
  index: Context['index'],
  hash: Hash,
): Promise<TransactionRecord | undefined> {
  if (index.transaction(hash) !== undefined) return undefined
  const pending = (await chain.pending()).find((transaction) => equal(transaction.hash, hash))
  // it may have been mined between the two looks
  return pending === undefined || index.transaction(hash) !== undefined ? undefined : pending
}
