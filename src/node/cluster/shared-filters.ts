/**
 * Filters that any process of the cluster can answer: what a filter is and how far its client has
 * heard lies in the shared store. Of two polls at once one starts anew, so nothing comes twice.
 */
import { deserialize, serialize } from 'node:v8'
import type { Hash } from '../../eth/records.ts'
import type { Index, LogRow } from '../../index/log-query.ts'
import type { Connection } from '../../rpc/connection.ts'
import { rpcError } from '../../rpc/errors.ts'
import {
  BlockFilter,
  type Changes,
  type FilterState,
  logFilter,
  restoreFilter,
  type Sources,
} from '../../rpc/filter-kinds.ts'
import { checkOwned, type FilterRegistry, newId } from '../../rpc/filters.ts'
import type { Limits } from '../../rpc/limits.ts'
import type { LogFilter } from '../../rpc/schema.ts'
import type { RedisFilters, StoredFilter } from '../../shared/redis-filters.ts'
import { SharedStoreError } from '../../shared/shared-log.ts'

/** Over the pool: the last hash that its client has heard. */
interface PendingState {
  readonly kind: 'pending'
  readonly after: string
}
type State = FilterState | PendingState

export class SharedFilters implements FilterRegistry {
  readonly #store: RedisFilters
  readonly #sources: Sources
  readonly #limits: Limits

  constructor(store: RedisFilters, { index, limits }: { index: Index; limits: Limits }) {
    this.#store = store
    this.#limits = limits
    // what left the chain stays readable by its hash
    this.#sources = { index, limits, reverted: () => undefined }
  }

  addLogs(filter: LogFilter, owner: Connection | undefined): Promise<string> {
    return this.#add(owner, async () => logFilter(filter, this.#sources).save())
  }

  addBlocks(owner: Connection | undefined): Promise<string> {
    return this.#add(owner, async () => new BlockFilter(this.#sources).save())
  }

  addPendingTransactions(owner: Connection | undefined): Promise<string> {
    return this.#add(owner, async () => ({
      kind: 'pending',
      after: await this.#store.lastArrival(),
    }))
  }

  changes(id: string): Promise<Changes> {
    return available(async () => {
      for (;;) {
        const stored = await this.#get(id)
        const { changes, state } = await this.#advance(id, stateOf(stored))
        const { filterTimeout } = this.#limits
        if (await this.#store.update(id, serialize(state), filterTimeout, stored)) return changes
      }
    })
  }

  all(id: string): Promise<readonly LogRow[]> {
    return available(async () => {
      const state = stateOf(await this.#get(id))
      const all = state.kind === 'pending' ? undefined : restoreFilter(state, this.#sources).all()
      if (all === undefined) throw rpcError('application', 'wrong filter type')
      return all
    })
  }

  remove(id: string): Promise<boolean> {
    return available(() => this.#store.remove(id))
  }

  /** They outlive this process. */
  close(): void {}

  #add(owner: Connection | undefined, make: () => Promise<State>): Promise<string> {
    return available(async () => {
      checkOwned(owner, this.#limits)
      const id = newId()
      const { filterTimeout, filters } = this.#limits
      if (!(await this.#store.create(id, serialize(await make()), filterTimeout, filters))) {
        throw rpcError('application', 'maximum number of filters registered')
      }
      owner?.owned.set(id, () => {
        this.#store.remove(id).catch(() => {})
      })
      return id
    })
  }

  async #get(id: string): Promise<StoredFilter> {
    const stored = await this.#store.get(id)
    if (stored === undefined) throw rpcError('filterNotFound')
    return stored
  }

  async #advance(id: string, state: State): Promise<{ changes: Changes; state: State }> {
    if (state.kind !== 'pending') {
      const filter = restoreFilter(state, this.#sources)
      return { changes: await filter.changes(), state: filter.save() }
    }
    const { logResults } = this.#limits
    const { hashes, last } = await this.#store.arrivals(state.after, logResults + 1)
    if (hashes.length > logResults) {
      // a filter that lost some would be a lie
      await this.#store.remove(id)
      throw rpcError('filterNotFound')
    }
    return { changes: { hashes: hashes as Hash[] }, state: { kind: 'pending', after: last } }
  }
}

function stateOf({ state }: StoredFilter): State {
  return deserialize(state) as State
}

/** @throws RpcError filterStoreUnavailable when the shared store does not answer */
async function available<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SharedStoreError) throw rpcError('filterStoreUnavailable')
    throw error
  }
}
