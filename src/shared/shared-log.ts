/**
 * The store that several processes share: a log of commits. Commit `n` is all that one batch of the
 * embedded store wrote, so that the commits 1 to n, put into an empty store, give exactly the store
 * of whoever wrote them. A log may begin with a base, the whole store as it was at some commit.
 *
 * Commits are chained: digest(n) = blake2b-256(digest(n - 1) ‖ body(n)), digest(0) = 32 zeros. Two
 * stores with one digest have the same history.
 */
import { concat } from '../base/bytes.ts'
import { blake2b256 } from '../base/hash.ts'

export interface LogState {
  /** 32 hexadecimal digits, drawn when the log was begun. */
  readonly id: string
  /** Number of the newest commit. */
  readonly sequence: number
  readonly digest: Uint8Array
  /** Undefined: the log has all commits from 1 on. */
  readonly base: Base | undefined
}

export interface Base {
  /** The last commit that the base contains. */
  readonly sequence: number
  readonly digest: Uint8Array
  readonly name: string
  readonly chunks: number
  /** The first commit that can still be read; those up to the base are for who is a little behind. */
  readonly oldest: number
}

/** Where a commit goes, so that it is refused unless it is exactly the next one. */
export interface NextCommit {
  readonly id: string
  readonly sequence: number
  /** Of the commit before. */
  readonly previous: Uint8Array
  readonly body: Uint8Array
}

/** Somebody else has been made the producer since. */
export class FencedError extends Error {
  override name = 'FencedError'
}

/** The log does not end where the commit would go on. */
export class LogConflictError extends Error {
  override name = 'LogConflictError'
}

/** The shared store does not answer, or takes no more. */
export class SharedStoreError extends Error {
  override name = 'SharedStoreError'
}

export const START_DIGEST: Uint8Array = new Uint8Array(32)

export function digestOf(previous: Uint8Array, body: Uint8Array): Uint8Array {
  return blake2b256(concat(previous, body))
}

export interface SharedLog {
  /** undefined: there is no log. @throws SharedStoreError */
  state(): Promise<LogState | undefined>
  /** Number of the newest commit, 0 without a log. Cheap: one small read for all who ask at once. */
  sequence(): Promise<number>
  /** Bodies of commits that the state has, `from` and `to` included. @throws SharedStoreError */
  read(state: LogState, from: number, to: number): Promise<Uint8Array[]>
  /**
   * Adds a commit. Doing it again after an unknown end does no harm.
   * @throws FencedError, LogConflictError, SharedStoreError; after the last the end is unknown
   */
  append(token: number, commit: NextCommit): Promise<void>
  /**
   * Begins the log with a base, or anew with one. Readers that have its last commit notice nothing,
   * nor do those that lack no more than the `recent` bodies, which end with the base's commit.
   * @throws FencedError, LogConflictError when the log has commits that the base does not contain
   */
  seed(
    token: number,
    at: Pick<LogState, 'id' | 'sequence' | 'digest'>,
    chunks: AsyncIterable<Uint8Array>,
    recent: readonly Uint8Array[],
  ): Promise<void>
  /** The chunks of a base, in order. @throws SharedStoreError */
  base(base: Base): AsyncIterable<Uint8Array>
  /**
   * Becomes the producer, or stays it, if nobody else is.
   * @returns the token that fences off all producers before; undefined: another one is alive
   */
  acquire(owner: string, milliseconds: number): Promise<number | undefined>
  /** @returns false: the lease is lost */
  renew(owner: string, milliseconds: number): Promise<boolean>
  release(owner: string): Promise<void>
  /** Calls back after commits; some calls may be lost. @returns how to stop */
  onCommit(listener: () => void): () => void
  close(): Promise<void>
}
