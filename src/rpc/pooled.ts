/** Transactions that wait in the pool. */
import { f410Payload } from '../address/eth-address.ts'
import { equal } from '../base/bytes.ts'
import type { Hash, TransactionRecord } from '../eth/records.ts'
import { storedMessage } from '../eth/transaction-record.ts'
import type { Context } from './context.ts'

/**
 * undefined also when it has been mined. Messages of f1 and f3 accounts are transactions once they
 * are mined, as in Lotus.
 */
export async function pooledTransaction(
  chain: Context['chain'],
  index: Context['index'],
  hash: Hash,
): Promise<TransactionRecord | undefined> {
  if (index.transaction(hash) !== undefined) return undefined
  const pending = (await chain.pending()).find((transaction) => equal(transaction.hash, hash))
  if (pending === undefined || isNative(pending)) return undefined
  // it may have been mined between the two looks
  return index.transaction(hash) === undefined ? pending : undefined
}

/** Impersonated senders have f410 addresses, though their messages are native ones. */
function isNative(transaction: TransactionRecord): boolean {
  if (transaction.kind !== 'native') return false
  return f410Payload(storedMessage(transaction).message.from) === undefined
}
