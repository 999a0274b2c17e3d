/** The index: what has been mined, findable by number, hash, address and topic. */
import type { EthAddress } from '../address/eth-address.ts'
import type {
  BlockRecord,
  Hash,
  IndexedTipset,
  LogRecord,
  MinedTransaction,
} from '../eth/records.ts'
import type { CID } from '../ipld/cid.ts'

export interface LogFilter {
  /** Any of these; empty: any address. */
  readonly addresses: readonly EthAddress[]
  /** By position: any of these; empty: any topic, also none. At most four positions. */
  readonly topics: readonly (readonly Hash[])[]
}

export interface LogQuery extends LogFilter {
  /** First and last epoch, both included. */
  readonly from: number
  readonly to: number
  /** More rows than this are an error. */
  readonly limit: number
}

export interface LogRow {
  readonly log: LogRecord
  readonly blockHash: Hash
  readonly epoch: number
  readonly transactionHash: Hash
  readonly transactionIndex: number
}

/** More rows than the limit. */
export class TooManyLogsError extends Error {
  override name = 'TooManyLogsError'
}

/** Part of the asked range has not been indexed: never answered with an empty list. */
export class NotIndexedError extends Error {
  override name = 'NotIndexedError'
}

export interface Index {
  /** Newest indexed tipset. */
  head(): BlockRecord | undefined
  /** The canonical tipset at an epoch; undefined for a null round. */
  blockAt(epoch: number): BlockRecord | undefined
  /** The canonical tipset at an epoch or, where that is a null round, the one before it. */
  blockAtOrBefore(epoch: number): BlockRecord | undefined
  /** Also tipsets that are no longer canonical. */
  blockByHash(hash: Hash): BlockRecord | undefined
  isCanonical(block: BlockRecord): boolean
  transaction(hash: Hash): MinedTransaction | undefined
  transactionAt(block: BlockRecord, index: number): MinedTransaction | undefined
  /** All of a block, in order. */
  transactions(block: BlockRecord): readonly MinedTransaction[]
  /** Message CID to transaction hash and back; known from the time a message enters the pool. */
  transactionHash(message: CID): Hash | undefined
  messageCid(transactionHash: Hash): CID | undefined
  /** @throws TooManyLogsError NotIndexedError */
  logs(query: LogQuery): Promise<readonly LogRow[]>
  /** Logs of one tipset, canonical or not. */
  logsOf(block: BlockRecord, filter: LogFilter): readonly LogRow[]
  /** Whether every epoch of the range is indexed (null rounds count as indexed). */
  covers(from: number, to: number): boolean
}

/** The writer's side. One tipset is one atomic batch. */
export interface IndexWriter {
  apply(tipset: IndexedTipset): void
  /** Takes the newest tipset off the canonical chain; its rows stay readable by hash. */
  revert(block: BlockRecord): void
}
