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

/** A filter over the chain as data, from which any process with the same chain can go on. */
export type FilterState =
  | { readonly kind: 'blocks'; readonly seen: Hash }
  | {
      readonly kind: 'logs'
      readonly pattern: LogPattern
      readonly from: number
      /** Infinity: open. */
      readonly to: number
      /** undefined: nothing yet. */
      readonly seen: Hash | undefined
    }
  | {
      readonly kind: 'block-logs'
      readonly pattern: LogPattern
      readonly block: Hash
      readonly told: boolean
    }

/** A filter that walks the chain, and nothing else. */
export interface ChainFilter extends Filter {
  save(): FilterState
}

/** @throws RpcError filterNotFound when the chain does not have what it has seen */
export function restoreFilter(state: FilterState, sources: Sources): ChainFilter {
  const known = (hash: Hash): BlockRecord => {
    const block = sources.index.blockByHash(hash)
    if (block === undefined) throw rpcError('filterNotFound')
    return block
  }
  switch (state.kind) {
    case 'blocks':
      return new BlockFilter(sources, known(state.seen))
    case 'logs': {
      const { pattern, from, to, seen } = state
      return new LogFilterCursor(sources, pattern, from, to, seen && known(seen))
    }
    case 'block-logs':
      return new BlockLogFilter(sources.index, known(state.block), state.pattern, state.told)
  }
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

export class BlockFilter implements ChainFilter {
  readonly #sources: Sources
  #seen: BlockRecord

  /** @param seen the newest block of which its client has heard */
  constructor(sources: Sources, seen: BlockRecord = headOf(sources.index)) {
    this.#sources = sources
    this.#seen = seen
  }

  save(): FilterState {
    return { kind: 'blocks', seen: this.#seen.hash }
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

export function logFilter(filter: LogFilter, sources: Sources): ChainFilter {
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
  const to = staysOpen ? Number.POSITIVE_INFINITY : range.to
  return new LogFilterCursor(sources, pattern, from, to, seenBefore(index, from, head))
}

/** The newest block that a filter from this height on need not tell of. */
function seenBefore(index: Index, from: number, head: BlockRecord): BlockRecord | undefined {
  if (from > head.epoch) return head
  return from === 0 ? undefined : index.blockAtOrBefore(from - 1)
}

class LogFilterCursor implements ChainFilter {
  readonly #sources: Sources
  readonly #pattern: LogPattern
  readonly #from: number
  readonly #to: number
  /** undefined: nothing yet, the chain begins at height 0. */
  #seen: BlockRecord | undefined
  /** Polls of one filter take turns; two at once would both get the same logs. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(
    sources: Sources,
    pattern: LogPattern,
    from: number,
    to: number,
    seen: BlockRecord | undefined,
  ) {
    this.#sources = sources
    this.#pattern = pattern
    this.#from = from
    this.#to = to
    this.#seen = seen
  }

  save(): FilterState {
    return {
      kind: 'logs',
      pattern: this.#pattern,
      from: this.#from,
      to: this.#to,
      seen: this.#seen?.hash,
    }
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
class BlockLogFilter implements ChainFilter {
  readonly #index: Index
  readonly #block: BlockRecord
  readonly #pattern: LogPattern
  #told: boolean

  constructor(index: Index, block: BlockRecord, pattern: LogPattern, told = false) {
    this.#index = index
    this.#block = block
    this.#pattern = pattern
    this.#told = told
  }

  save(): FilterState {
    return {
      kind: 'block-logs',
      pattern: this.#pattern,
      block: this.#block.hash,
      told: this.#told,
    }
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
