/** The filters of all clients: who may have how many, and when they are forgotten. */
import { randomBytes } from 'node:crypto'
import { bytesKey, to0x } from '../base/bytes.ts'
import { Lru } from '../base/lru.ts'
import type { HeadChange } from '../chain/chain.ts'
import type { BlockRecord, TransactionRecord } from '../eth/records.ts'
import type { Index, LogRow } from '../index/log-query.ts'
import type { Connection } from './connection.ts'
import { rpcError } from './errors.ts'
import type { Feed } from './feed.ts'
import {
  BlockFilter,
  type Changes,
  type Filter,
  logFilter,
  PendingFilter,
  type Sources,
} from './filter-kinds.ts'
import type { Limits } from './limits.ts'
import type { LogFilter } from './schema.ts'

interface Registered {
  readonly filter: Filter
  readonly owner: Connection | undefined
  usedAt: number
}

export interface FilterSources {
  readonly index: Index
  readonly heads: Feed<HeadChange>
  readonly pendingTransactions: Feed<TransactionRecord>
  readonly limits: Limits
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number
}

/** The filters of all clients, in this process or shared by several. */
export interface FilterRegistry {
  /** Logs from the filter's first block on, which may be long ago, and as they come. */
  addLogs(filter: LogFilter, owner: Connection | undefined): string | Promise<string>
  /** Hashes of new blocks. */
  addBlocks(owner: Connection | undefined): string | Promise<string>
  /** Hashes of transactions that enter the pool. */
  addPendingTransactions(owner: Connection | undefined): string | Promise<string>
  /** What came since the last poll. @throws RpcError filterNotFound */
  changes(id: string): Promise<Changes>
  /** Everything that the filter matches, however often asked. */
  all(id: string): Promise<readonly LogRow[]>
  /** @returns whether there was one */
  remove(id: string): boolean | Promise<boolean>
  /** Forgets those of this process. */
  close(): void
}

/** Tipsets that left the chain and may be needed to find the way back to it. */
const REMEMBERED = 10_000

export class Filters implements FilterRegistry {
  readonly #sources: FilterSources
  readonly #now: () => number
  readonly #filters = new Map<string, Registered>()
  readonly #reverted = new Lru<string, BlockRecord>(REMEMBERED)
  /** Listens for as long as there are filters. */
  #stopListening: (() => void) | undefined

  constructor(sources: FilterSources) {
    this.#sources = sources
    this.#now = sources.now ?? (() => performance.now())
  }

  addLogs(filter: LogFilter, owner: Connection | undefined): string {
    return this.#add(owner, () => logFilter(filter, this.#kindSources()))
  }

  addBlocks(owner: Connection | undefined): string {
    return this.#add(owner, () => new BlockFilter(this.#kindSources()))
  }

  addPendingTransactions(owner: Connection | undefined): string {
    return this.#add(owner, (id) => {
      const { pendingTransactions, limits } = this.#sources
      const filter = new PendingFilter(limits.logResults, () => this.remove(id))
      filter.start(pendingTransactions)
      return filter
    })
  }

  /** What came since the last poll. @throws RpcError filterNotFound */
  changes(id: string): Promise<Changes> {
    return this.#use(id).changes()
  }

  /** Everything that the filter matches, however often asked. */
  async all(id: string): Promise<readonly LogRow[]> {
    const all = this.#use(id).all()
    if (all === undefined) throw rpcError('application', 'wrong filter type')
    return all
  }

  /** @returns whether there was one */
  remove(id: string): boolean {
    const registered = this.#filters.get(id)
    if (registered === undefined) return false
    this.#filters.delete(id)
    registered.owner?.owned.delete(id)
    registered.filter.end()
    if (this.#filters.size === 0) {
      this.#stopListening?.()
      this.#stopListening = undefined
      this.#reverted.clear()
    }
    return true
  }

  close(): void {
    for (const id of [...this.#filters.keys()]) this.remove(id)
  }

  #add(owner: Connection | undefined, make: (id: string) => Filter): string {
    this.#forgetUnused()
    checkOwned(owner, this.#sources.limits)
    if (this.#filters.size >= this.#sources.limits.filters) {
      throw rpcError('application', 'maximum number of filters registered')
    }
    this.#stopListening ??= this.#sources.heads.listen(({ revert }) => {
      for (const block of revert) this.#reverted.set(bytesKey(block.hash), block)
    })
    const id = newId()
    this.#filters.set(id, { filter: make(id), owner, usedAt: this.#now() })
    owner?.owned.set(id, () => this.remove(id))
    return id
  }

  #kindSources(): Sources {
    const { index, limits } = this.#sources
    return { index, limits, reverted: (hash) => this.#reverted.get(bytesKey(hash)) }
  }

  #use(id: string): Filter {
    this.#forgetUnused()
    const registered = this.#filters.get(id)
    if (registered === undefined) throw rpcError('filterNotFound')
    registered.usedAt = this.#now()
    return registered.filter
  }

  #forgetUnused(): void {
    const oldest = this.#now() - this.#sources.limits.filterTimeout
    for (const [id, { usedAt }] of this.#filters) if (usedAt < oldest) this.remove(id)
  }
}

/** @throws RpcError when a connection has as many filters and subscriptions as it may */
export function checkOwned(owner: Connection | undefined, limits: Limits): void {
  if (owner !== undefined && owner.owned.size >= limits.filtersPerConnection) {
    throw rpcError('application', 'too many subscriptions and filters per connection')
  }
}

/** 32 random bytes: nobody finds another client's filter by guessing. */
export function newId(): string {
  return to0x(randomBytes(32))
}
