/**
 * Walks the postings of several terms at once. Every cursor stands at an epoch and moves forward
 * only, so alternatives are merged and conditions intersected while nothing but the rows around the
 * matches is read: a rare term makes the others jump from one of its epochs to the next.
 */
import type { LevelSnapshot, RowCursor } from '../ipld/level.ts'
import type { Row } from '../ipld/level-table.ts'
import { postingsEpoch, postingsKey, postingsRange, type Term } from './level-keys.ts'
import { type Spot, Spots } from './postings.ts'

export interface PostingCursor {
  /** Where it stands; Infinity at the end. */
  readonly epoch: number
  /** Spots at this epoch, ascending. */
  spots(): readonly Spot[]
  /** Moves to the first epoch with spots that is not below `epoch`. Instantly where it can. */
  seek(epoch: number): Promise<void> | undefined
  close(): Promise<void>
}

/** Rows that a cursor reads after a jump; twice as many each time it just goes on. */
const FIRST_READ = 16
const LONGEST_READ = 1024

/** One term. */
export class TermCursor implements PostingCursor {
  readonly #term: Term
  readonly #cursor: RowCursor
  #rows: readonly Row[] = []
  #at = 0
  #count = FIRST_READ
  epoch: number

  constructor(snapshot: LevelSnapshot, term: Term, from: number, to: number) {
    this.#term = term
    this.#cursor = snapshot.cursor(postingsRange(term, from, to))
    this.epoch = from - 1
  }

  spots(): Spot[] {
    return Spots.decode(this.#rows[this.#at]![1])
  }

  seek(epoch: number): Promise<void> | undefined {
    return this.#skipTo(epoch) ? undefined : this.#read(epoch)
  }

  /** Whether a row that was read already is far enough. */
  #skipTo(epoch: number): boolean {
    while (this.epoch < epoch && this.#at + 1 < this.#rows.length) {
      this.epoch = postingsEpoch(this.#rows[++this.#at]![0])
    }
    return this.epoch >= epoch
  }

  async #read(epoch: number): Promise<void> {
    do {
      // a term has at most one row per epoch: what would be read on the way is not less than a jump
      if (epoch - this.epoch > this.#count) {
        this.#cursor.seek(postingsKey(this.#term, epoch))
        this.#count = FIRST_READ
      }
      this.#rows = await this.#cursor.next(this.#count)
      this.#count = Math.min(this.#count * 2, LONGEST_READ)
      const first = this.#rows[0]
      this.epoch = first === undefined ? Number.POSITIVE_INFINITY : postingsEpoch(first[0])
      this.#at = 0
    } while (!this.#skipTo(epoch))
  }

  async close(): Promise<void> {
    await this.#cursor.close()
  }
}

/** Any of several terms. */
export class UnionCursor implements PostingCursor {
  readonly #cursors: readonly PostingCursor[]
  epoch: number

  constructor(cursors: readonly PostingCursor[]) {
    this.#cursors = cursors
    this.epoch = lowest(cursors)
  }

  spots(): Spot[] {
    const here = this.#cursors.filter(({ epoch }) => epoch === this.epoch)
    return [...new Set(here.flatMap((cursor) => cursor.spots()))].sort((a, b) => a - b)
  }

  seek(epoch: number): Promise<void> | undefined {
    const reads = seekAll(this.#cursors, epoch)
    if (reads !== undefined) return reads.then(() => this.#settle())
    this.#settle()
    return undefined
  }

  #settle(): void {
    this.epoch = lowest(this.#cursors)
  }

  async close(): Promise<void> {
    await Promise.all(this.#cursors.map((cursor) => cursor.close()))
  }
}

/** Brings all cursors that are below an epoch to it or beyond. */
export function seekAll(
  cursors: readonly PostingCursor[],
  epoch: number,
): Promise<unknown> | undefined {
  const reads = cursors
    .filter((cursor) => cursor.epoch < epoch)
    .map((cursor) => cursor.seek(epoch))
    .filter((read) => read !== undefined)
  return reads.length === 0 ? undefined : Promise.all(reads)
}

function lowest(cursors: readonly PostingCursor[]): number {
  return Math.min(...cursors.map(({ epoch }) => epoch))
}
