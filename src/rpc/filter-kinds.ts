/**
 * What a filter is: a cursor on the chain, the newest tipset of which its client has heard
 * everything. A poll walks from there to the head, back over what was reverted and forward again,
 * so history and new tipsets come without gap or repetition.
 */
import type { LogPattern } from '../eth/log-pattern.ts'
import type { BlockRecord, Hash, TransactionRecord } from '../eth/records.ts'
import type { Index, LogRow } from '../index/log-query.ts'
import { headOf } from './blocks.ts'
import { rpcError } from './errors.ts'
import type { Feed } from './feed.ts'
import type { Limits } from './limits.ts'
import {
  checkSpan,
  isTooManyLogs,
  orderedRange,
  patternOf,
  readLogs,
  removedLogs,
  searchLogs,
} from './log-search.ts'
import type { LogFilter } from './schema.ts'

/** A log, and whether its tipset has been taken off the chain. */
export interface LogEvent {
  readonly row: LogRow
  readonly removed: boolean
}

export type Changes =
  | { readonly logs: readonly LogEvent[] }
  /** Of blocks or transactions. */
  | { readonly hashes: readonly Hash[] }

export interface Sources {
  readonly index: Index
  readonly limits: Limits
  /** Tipsets that left the chain, as long as they are remembered; the index may have erased them. */
  reverted(hash: Hash): BlockRecord | undefined
}

export interface Filter {
  changes(): Promise<Changes>
  /** Everything that matches; undefined: not a filter over logs. */
  all(): Promise<readonly LogRow[]> | undefined
  end(): void
}

/** How the chain moved since a tipset was its head. */
interface Movement {
  /** No longer on the chain, newest first. */
  readonly reverted: readonly BlockRecord[]
  /** First height that is new. */
  readonly from: number
}

function movementSince({ index, reverted: known }: Sources, seen: BlockRecord): Movement {
  const reverted: BlockRecord[] = []
  let block = seen
  while (!index.isCanonical(block)) {
    reverted.push(block)
    if (block.epoch === 0) return { reverted, from: 0 }
    const parent = known(block.parentHash) ?? index.blockByHash(block.parentHash)
    // erased a moment ago, and the news of it is still on its way
    if (parent === undefined) throw rpcError('application', 'the chain is changing, try again')
    block = parent
  }
  return { reverted, from: block.epoch + 1 }
}

export class BlockFilter implements Filter {
  readonly #sources: Sources
  #seen: BlockRecord

  constructor(sources: Sources) {
    this.#sources = sources
    this.#seen = headOf(sources.index)
  }

  async changes(): Promise<Changes> {
    const { index } = this.#sources
    const { from } = movementSince(this.#sources, this.#seen)
    this.#seen = headOf(index)
    const hashes: Hash[] = []
    let block: BlockRecord | undefined = this.#seen
    while (block !== undefined && block.epoch >= from) {
      hashes.push(block.hash)
      block = block.epoch === 0 ? undefined : index.blockAtOrBefore(block.epoch - 1)
    }
    return { hashes: hashes.reverse() }
  }

  all(): undefined {}

  end(): void {}
}

export class PendingFilter implements Filter {
  readonly #limit: number
  readonly #overflow: () => void
  #hashes: Hash[] = []
  #stop = () => {}

  /** @param overflow too many hashes wait for a poll; a filter that lost some would be a lie */
  constructor(limit: number, overflow: () => void) {
    this.#limit = limit
    this.#overflow = overflow
  }

  start(transactions: Feed<TransactionRecord>): void {
    this.#stop = transactions.listen(({ hash }) => {
      if (this.#hashes.push(hash) > this.#limit) this.#overflow()
    })
  }

  async changes(): Promise<Changes> {
    const hashes = this.#hashes
    this.#hashes = []
    return { hashes }
  }

  all(): undefined {}

  end(): void {
    this.#stop()
  }
}

export function logFilter(filter: LogFilter, sources: Sources): Filter {
  const { index, limits } = sources
  const pattern = patternOf(filter, limits)
  if (filter.blockHash !== undefined) {
    const block = index.blockByHash(filter.blockHash)
    if (block === undefined) throw rpcError('application', 'block not found')
    return new BlockLogFilter(index, block, pattern)
  }
  const range = orderedRange(filter, index)
  const head = headOf(index)
  // without a start, or from `latest` on: what comes from now on
  const { fromBlock: start, toBlock: end } = filter
  const startsNow =
    start === undefined || ('tag' in start && (start.tag === 'latest' || start.tag === 'pending'))
  const staysOpen =
    end === undefined || ('tag' in end && (end.tag === 'latest' || end.tag === 'pending'))
  const from = startsNow ? head.epoch + 1 : range.from
  checkSpan({ from, to: Math.min(range.to, head.epoch) }, limits)
  return new LogFilterCursor(sources, pattern, from, staysOpen ? Infinity : range.to)
}

class LogFilterCursor implements Filter {
  readonly #sources: Sources
  readonly #pattern: LogPattern
  readonly #from: number
  readonly #to: number
  /** undefined: nothing yet, the chain begins at height 0. */
  #seen: BlockRecord | undefined
  /** Polls of one filter take turns; two at once would both get the same logs. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(sources: Sources, pattern: LogPattern, from: number, to: number) {
    this.#sources = sources
    this.#pattern = pattern
    this.#from = from
    this.#to = to
    const { index } = sources
    const head = headOf(index)
    this.#seen = from > head.epoch ? head : from === 0 ? undefined : index.blockAtOrBefore(from - 1)
  }

  changes(): Promise<Changes> {
    const turn = this.#turn.then(() => this.#walk())
    // the caller hears of a failure; the next in turn starts anew
    this.#turn = turn.catch(() => {})
    return turn
  }

  all(): Promise<readonly LogRow[]> {
    const { index, limits } = this.#sources
    const range = { from: this.#from, to: Math.min(this.#to, headOf(index).epoch) }
    checkSpan(range, limits)
    return searchLogs(index, this.#pattern, range, limits)
  }

  end(): void {}

  async #walk(): Promise<Changes> {
    const { index } = this.#sources
    const head = headOf(index)
    const { reverted, from } =
      this.#seen === undefined
        ? { reverted: [], from: 0 }
        : movementSince(this.#sources, this.#seen)
    const removed = reverted
      .filter(({ epoch }) => epoch >= this.#from && epoch <= this.#to)
      .flatMap((block) => removedLogs(index, block, this.#pattern))
      .map((row): LogEvent => ({ row, removed: true }))
    const end = Math.min(this.#to, head.epoch)
    const { rows, to } = await this.#read(Math.max(from, this.#from), end)
    // the chain moved while the index was read: these rows may be of two branches
    if (!index.isCanonical(head)) return this.#walk()
    this.#seen = to < end ? index.blockAtOrBefore(to) : head
    return { logs: [...removed, ...rows.map((row): LogEvent => ({ row, removed: false }))] }
  }

  /** As much of the range as fits in one answer; the next poll goes on from there. */
  async #read(from: number, to: number): Promise<{ rows: readonly LogRow[]; to: number }> {
    const { index, limits } = this.#sources
    try {
      return { rows: await readLogs(index, this.#pattern, { from, to }, limits), to }
    } catch (error) {
      if (!isTooManyLogs(error)) throw error
      return this.#read(from, error.fitsTo ?? from)
    }
  }
}

/** Logs of one block: they come once, and stay the same. */
class BlockLogFilter implements Filter {
  readonly #index: Index
  readonly #block: BlockRecord
  readonly #pattern: LogPattern
  #told = false

  constructor(index: Index, block: BlockRecord, pattern: LogPattern) {
    this.#index = index
    this.#block = block
    this.#pattern = pattern
  }

  async changes(): Promise<Changes> {
    if (this.#told) return { logs: [] }
    this.#told = true
    const rows = await this.all()
    return { logs: rows.map((row) => ({ row, removed: false })) }
  }

  async all(): Promise<readonly LogRow[]> {
    return this.#index.logsOf(this.#block, this.#pattern)
  }

  end(): void {}
}
