/**
 * Keeps an embedded store where the shared log is. A commit becomes readable as a whole; before
 * that its place in the chain of digests and the hashes of its state blocks are checked.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { equal } from '../../base/bytes.ts'
import type { LevelStore } from '../../ipld/level.ts'
import { Table } from '../../ipld/level-table.ts'
import {
  type Applied,
  isLoading,
  markLoading,
  putCommit,
  putLoaded,
  readApplied,
} from '../../shared/applied.ts'
import { decodeCommit, type News } from '../../shared/commit.ts'
import {
  digestOf,
  type LogState,
  type SharedLog,
  SharedStoreError,
  START_DIGEST,
} from '../../shared/shared-log.ts'

/** Commits that are read at once. */
const PAGE = 256
/** Commits may be told of late or not at all. */
const POLL = 200
/** For how long the log may be shorter than the store: a producer is about to mend it. */
const MENDING_TIME = 5_000
const ROWS_PER_BATCH = 5_000

/** The store is not a beginning of the log; it has to be thrown away and read anew. */
export class DivergedError extends Error {
  override name = 'DivergedError'
}

export interface FollowerOptions {
  readonly store: LevelStore
  readonly log: SharedLog
  /** After each commit. */
  readonly onNews: (news: News) => void
  /** While many commits are missing. */
  readonly onProgress: (applied: number, of: number) => void
  /** The store can no longer follow; it is marked, so that the next start reads the log anew. */
  readonly onDiverged: (error: DivergedError) => void
}

export class Follower {
  readonly #options: FollowerOptions
  #isServing = false
  #isCaughtUp = false
  #pass: Promise<boolean> | undefined
  #loop: AbortController | undefined
  #wake = () => {}
  #aheadSince: number | undefined
  #failure: string | undefined

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  /** Number of the newest commit in the store. */
  get sequence(): number {
    return readApplied(this.#options.store)?.sequence ?? 0
  }

  /** Why the store may be older than the log; undefined: it is not. */
  get failure(): string | undefined {
    return this.#failure
  }

  /** Whether the store has had all that the log had, at the last look. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp
  }

  /** From now on readers use the store, and it cannot be emptied any more. */
  serving(): void {
    this.#isServing = true
  }

  /** @returns false: there is no log. @throws SharedStoreError, DivergedError */
  catchUp(): Promise<boolean> {
    this.#pass ??= this.#once().finally(() => {
      this.#pass = undefined
    })
    return this.#pass
  }

  start(): void {
    if (this.#loop !== undefined) return
    this.#loop = new AbortController()
    this.#run(this.#loop.signal)
  }

  /** Resolves when nothing more is written. */
  async stop(): Promise<void> {
    this.#loop?.abort()
    this.#loop = undefined
    this.#wake()
    await this.#pass?.catch(() => {})
    this.#failure = undefined
  }

  /** Look at once. */
  hurry(): void {
    this.#wake()
  }

  async #run(signal: AbortSignal): Promise<void> {
    const stop = this.#options.log.onCommit(() => this.#wake())
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      try {
        this.#isCaughtUp = await this.catchUp()
        this.#failure = this.#isCaughtUp ? undefined : 'the shared store has no chain'
      } catch (error) {
        this.#failure = (error as Error).message
        if (!(error instanceof SharedStoreError)) {
          const diverged =
            error instanceof DivergedError
              ? error
              : new DivergedError(this.#failure, { cause: error })
          if (!signal.aborted) this.#options.onDiverged(diverged)
          break
        }
      }
      await Promise.race([woken, sleep(POLL, undefined, { ref: false })])
    }
    stop()
  }

  async #once(): Promise<boolean> {
    const { log, store } = this.#options
    if (isLoading(store)) await this.#empty()
    const state = await log.state()
    if (state === undefined) return false
    const at = await this.#begin(state)
    if (at.sequence > state.sequence) {
      this.#expectMended(at, state)
      return true
    }
    this.#aheadSince = undefined
    await this.#apply(at, state)
    return true
  }

  #expectMended(at: Applied, state: LogState): void {
    const now = performance.now()
    this.#aheadSince ??= now
    if (now - this.#aheadSince < MENDING_TIME) return
    throw new DivergedError(
      `the shared log ends at commit ${state.sequence}, this store has ${at.sequence}`,
    )
  }

  async #apply(from: Applied, state: LogState): Promise<void> {
    const { log, store, onNews, onProgress } = this.#options
    let at = from
    while (at.sequence < state.sequence) {
      const last = Math.min(state.sequence, at.sequence + PAGE)
      const bodies = await log.read(state, at.sequence + 1, last)
      if (last === state.sequence) expectDigest(bodies.reduce(digestOf, at.digest), state)
      for (const body of bodies) {
        const { rows, revert, apply } = decodeCommit(body)
        const batch = store.batch()
        for (const { key, value } of rows) {
          if (value === null) batch.delete(key)
          else batch.put(key, value)
        }
        const next = putCommit(batch, at, body)
        await store.commit(batch)
        at = next
        onNews({ revert, apply })
      }
      if (state.sequence - at.sequence > PAGE) onProgress(at.sequence, state.sequence)
    }
    expectDigest(at.digest, state)
  }

  /** Where the store is; an empty one is filled from the log's base. */
  async #begin(state: LogState): Promise<Applied> {
    const { store } = this.#options
    const at = readApplied(store)
    const { base } = state
    if (at !== undefined && at.id !== state.id) {
      throw new DivergedError(
        `the folder holds commits of log ${at.id}, the shared store has log ${state.id}`,
      )
    }
    if (at !== undefined && at.sequence + 1 >= (base?.oldest ?? 1)) return at
    if (at === undefined && (await this.#isFilled())) {
      throw new DivergedError('the folder holds a chain that is not of the shared log')
    }
    if (base === undefined) return { id: state.id, sequence: 0, digest: START_DIGEST }
    if (this.#isServing) {
      throw new DivergedError(`the shared log begins with commit ${base.oldest} now`)
    }
    await this.#empty()
    return this.#load(state)
  }

  async #load({ id, base }: LogState): Promise<Applied> {
    const { store, log, onProgress } = this.#options
    const { sequence, digest, chunks } = base!
    await markLoading(store)
    let loaded = 0
    for await (const chunk of log.base(base!)) {
      const batch = store.batch()
      for (const { key, value } of decodeCommit(chunk).rows) batch.put(key, value!)
      await store.commit(batch)
      onProgress(++loaded, chunks)
    }
    const applied = { id, sequence, digest }
    const batch = store.batch()
    putLoaded(batch, applied)
    await store.commit(batch, { sync: true })
    return applied
  }

  /** Only of a store that nobody reads. */
  async #empty(): Promise<void> {
    const { store } = this.#options
    await markLoading(store)
    let batch = store.batch()
    for await (const [key] of store.rows(EVERYTHING)) {
      if (key[0] === Table.FORMAT) continue
      batch.delete(key)
      if (batch.size < ROWS_PER_BATCH) continue
      await store.commit(batch)
      batch = store.batch()
    }
    await store.commit(batch)
  }

  async #isFilled(): Promise<boolean> {
    for await (const [key] of this.#options.store.rows(EVERYTHING)) {
      if (key[0] !== Table.FORMAT) return true
    }
    return false
  }
}

const EVERYTHING = { gte: new Uint8Array(0), lt: new Uint8Array(64).fill(0xff) }

function expectDigest(digest: Uint8Array, state: LogState): void {
  if (equal(digest, state.digest)) return
  throw new DivergedError(`the store differs from the shared log at commit ${state.sequence}`)
}
