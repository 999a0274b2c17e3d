/**
 * The writer's store on a cluster. A commit goes into the shared log and then into the embedded
 * store; only what is in both is acknowledged. If the log does not answer, whether it took the
 * commit is unknown: the same commit is tried again, and no other. After `patience` the writer ends
 * for good, and whoever reads the log next knows.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CommitOptions, LevelStore } from '../../ipld/level.ts'
import type { Batch } from '../../ipld/level-batch.ts'
import { type Applied, putCommit } from '../../shared/applied.ts'
import { encodeCommit, type News, NO_NEWS } from '../../shared/commit.ts'
import { type SharedLog, SharedStoreError } from '../../shared/shared-log.ts'
import type { PoolStore, WriterStore } from './store.ts'

const PAUSE = 50

export interface LoggedStoreOptions {
  readonly store: LevelStore
  readonly log: SharedLog
  readonly pool: PoolStore
  /** Of the lease under which this producer commits. */
  readonly token: number
  /** Where store and log both are. */
  readonly at: Applied
  /** Milliseconds for which a commit is tried. */
  readonly patience: number
  /** Called once, when this producer may write no more. */
  readonly onLost: (why: Error) => void
}

export class LoggedStore implements WriterStore {
  readonly #options: LoggedStoreOptions
  #at: Applied
  #lost: Error | undefined

  constructor(options: LoggedStoreOptions) {
    this.#options = options
    this.#at = options.at
  }

  get pool(): PoolStore {
    return this.#options.pool
  }

  get directory(): string {
    return this.#options.store.directory
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#options.store.get(key)
  }

  meta(name: string): Uint8Array | undefined {
    return this.#options.store.meta(name)
  }

  batch(): Batch {
    return this.#options.store.batch()
  }

  async commit(batch: Batch, news: News = NO_NEWS, options: CommitOptions = {}): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost
    const { store } = this.#options
    if (batch.size === 0) return store.commit(batch, options)
    const body = encodeCommit(batch.changes(), news)
    try {
      await this.#append(body)
      const at = putCommit(batch, this.#at, body)
      await store.commit(batch, options)
      this.#at = at
    } catch (error) {
      this.#lost = error as Error
      this.#options.onLost(this.#lost)
      throw error
    }
  }

  /** @throws FencedError, LogConflictError, SharedStoreError when it has been tried long enough */
  async #append(body: Uint8Array): Promise<void> {
    const { log, token, patience } = this.#options
    const { id, sequence, digest } = this.#at
    const commit = { id, sequence: sequence + 1, previous: digest, body }
    const end = performance.now() + patience
    for (;;) {
      try {
        return await log.append(token, commit)
      } catch (error) {
        if (!(error instanceof SharedStoreError) || performance.now() > end) throw error
        await sleep(PAUSE)
      }
    }
  }
}
