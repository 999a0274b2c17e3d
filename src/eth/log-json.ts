/** The JSON of logs (eth-rpc spec 3) as objects; long answers are made as text in `log-text.ts`. */
import { to0x } from '../base/bytes.ts'
import { type Hex, toQuantity } from './quantity.ts'
import type { Hash, LogRecord, MinedTransaction } from './records.ts'

/** A log and where it stands. */
export interface MinedLog {
  readonly log: LogRecord
  readonly blockHash: Hash
  readonly epoch: number
  readonly transactionHash: Hash
  readonly transactionIndex: number
}

export function minedLogs(mined: MinedTransaction): MinedLog[] {
  const { blockHash, epoch } = mined
  const transactionHash = mined.transaction.hash
  const transactionIndex = mined.index
  return mined.receipt.logs.map((log) => ({
    log,
    blockHash,
    epoch,
    transactionHash,
    transactionIndex,
  }))
}

export interface LogJson {
  readonly address: Hex
  readonly data: Hex
  readonly topics: readonly Hex[]
  readonly removed: boolean
  readonly logIndex: Hex
  readonly transactionIndex: Hex
  readonly transactionHash: Hex
  readonly blockHash: Hex
  readonly blockNumber: Hex
}

/** @param removed the block has been reverted since the log was sent */
export function logJson(row: MinedLog, removed = false): LogJson {
  return {
    address: to0x(row.log.address),
    data: to0x(row.log.data),
    topics: row.log.topics.map(to0x),
    removed,
    logIndex: toQuantity(row.log.logIndex),
    transactionIndex: toQuantity(row.transactionIndex),
    transactionHash: to0x(row.transactionHash),
    blockHash: to0x(row.blockHash),
    blockNumber: toQuantity(row.epoch),
  }
}
