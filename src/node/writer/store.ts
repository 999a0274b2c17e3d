/** Where the writer's changes go: into the embedded store, on a cluster into the shared log first. */
import type { CommitOptions, LevelStore } from '../../ipld/level.ts'
import type { Batch } from '../../ipld/level-batch.ts'
import { type News, NO_NEWS } from '../../shared/commit.ts'

export interface WriterStore extends Pick<LevelStore, 'get' | 'meta' | 'batch'> {
  /** Of the embedded store, in which also instrumented modules lie. */
  readonly directory: string
  /** All of it or nothing. Resolves when it cannot be lost and every thread can read it. */
  commit(batch: Batch, news?: News, options?: CommitOptions): Promise<void>
  readonly pool: PoolStore
}

/** Messages that were acknowledged before they are mined, for the producer that comes after. */
export interface PoolStore {
  keep(hash: Uint8Array, signedMessage: Uint8Array): Promise<void>
  forget(hashes: readonly Uint8Array[]): void
  kept(): Promise<readonly { readonly hash: Uint8Array; readonly message: Uint8Array }[]>
}

/** The pool of a process that is alone ends with it. */
const noPool: PoolStore = {
  async keep() {},
  forget() {},
  kept: async () => [],
}

export function embeddedStore(store: LevelStore): WriterStore {
  return {
    directory: store.directory,
    get: (key) => store.get(key),
    meta: (name) => store.meta(name),
    batch: () => store.batch(),
    commit: (batch, _news = NO_NEWS, options) => store.commit(batch, options),
    pool: noPool,
  }
}
