/** The index: what has been mined, findable by number, hash, address and topic. */
import type { LogPattern } from '../eth/log-pattern.ts'
import type {
  BlockRecord,
  Hash,
  IndexedTipset,
  LogRecord,
  MinedTransaction,
} from '../eth/records.ts'
import type { CID } from '../ipld/cid.ts'

export interface LogQuery extends LogPattern {
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
  /** The same query up to this epoch has an answer; undefined when its first epoch has too many. */
  readonly fitsTo: number | undefined

  constructor(query: LogQuery, exceededAt: number) {
    super(`more than ${query.limit} logs from epoch ${query.from} to ${query.to}`)
    this.fitsTo = exceededAt > query.from ? exceededAt - 1 : undefined
  }
}

/** Part of the asked range has not been indexed: never answered with an empty list. */
export class NotIndexedError extends Error {
  override name = 'NotIndexedError'
}

/** A tipset does not fit what is indexed: its place is taken or its parent is another. */
export class ConflictError extends Error {
  override name = 'ConflictError'
}

export interface Index {
  /** Newest indexed tipset. */
  head(): BlockRecord | undefined
  /**
   * The canonical tipset at an epoch; undefined for a null round and after the head.
   * @throws NotIndexedError
   */
  blockAt(epoch: number): BlockRecord | undefined
  /**
   * The canonical tipset at an epoch or, where there is none, the one before it.
   * @throws NotIndexedError
   */
  blockAtOrBefore(epoch: number): BlockRecord | undefined
  /** Also tipsets that are no longer canonical. */
  blockByHash(hash: Hash): BlockRecord | undefined
  isCanonical(block: BlockRecord): boolean
  /** A transaction of the canonical chain. */
  transaction(hash: Hash): MinedTransaction | undefined
  transactionAt(block: BlockRecord, index: number): MinedTransaction | undefined
  /** All of a block, in order. @throws NotIndexedError when the block has been erased */
  transactions(block: BlockRecord): readonly MinedTransaction[]
  /** Message CID to transaction hash and back; known from the time a message enters the pool. */
  transactionHash(message: CID): Hash | undefined
  messageCid(transactionHash: Hash): CID | undefined
  /**
   * Logs of the canonical chain by epoch, transaction and event.
   * @throws TooManyLogsError NotIndexedError and the signal's reason when it is aborted
   */
  logs(query: LogQuery, signal?: AbortSignal): Promise<readonly LogRow[]>
  /** Logs of one tipset, canonical or not. @throws NotIndexedError when it has been erased */
  logsOf(block: BlockRecord, pattern: LogPattern): readonly LogRow[]
  /** Whether every epoch of the range is indexed (null rounds count as indexed). */
  covers(from: number, to: number): boolean
}

/** Collects changes to an index; its owner makes them visible all at once. */
export interface IndexWriter {
  /**
   * Adds a tipset to the canonical chain. Usually on top of the head; after a gap, or to fill one,
   * anywhere that is not indexed. All epochs between it and its parent become null rounds once
   * both are there.
   * @throws ConflictError
   */
  apply(tipset: IndexedTipset): void
  /**
   * Takes the head off the canonical chain; its rows stay readable by hash.
   * @throws ConflictError when the block is not the head
   */
  revert(block: BlockRecord): void
  /** Removes everything of a tipset, as if it had never been; takes it off the chain if need be. */
  erase(block: BlockRecord): void
  /** Makes the hash of a message in the pool known. */
  link(message: CID, transactionHash: Hash): void
  /** Forgets the hash of a message that left the pool without being mined. */
  unlink(message: CID, transactionHash: Hash): void
}
