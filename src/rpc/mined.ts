/** Mined transactions as methods answer them: with the time of their block, which geth shows, too. */
import { minedTransactionJson, type TransactionJson } from '../eth/json.ts'
import { type Hex, toQuantity } from '../eth/quantity.ts'
import type { BlockRecord, MinedTransaction } from '../eth/records.ts'
import type { Index } from '../index/log-query.ts'

export type TimedTransactionJson = TransactionJson & { readonly blockTimestamp?: Hex }

/** @param block that the transaction is in; looked up where it is not at hand */
export function timedTransactionJson(
  index: Pick<Index, 'blockByHash'>,
  mined: MinedTransaction,
  block: BlockRecord | undefined = index.blockByHash(mined.blockHash),
): TimedTransactionJson {
  const shown = minedTransactionJson(mined)
  return block === undefined ? shown : { ...shown, blockTimestamp: toQuantity(block.timestamp) }
}
