/**
 * One condition of a log query: a log must have any of its terms. Its postings are read portion by
 * portion; up to which epoch they are known tells how frequent the condition is.
 */
import type { LevelSnapshot, RowCursor } from '../ipld/level.ts'
import { postingsEpoch, postingsKey, postingsRange, type Term } from './level-keys.ts'
import { type Spot, Spots } from './postings.ts'

/** Reads at least as many rows of a term, for fewer cost nearly as much. */
const SHORTEST_READ = 16

export class Condition {
  readonly #readers: readonly TermReader[]

  /** @param terms at least one, each once */
  constructor(snapshot: LevelSnapshot, terms: readonly Term[], from: number, to: number) {
    this.#readers = terms.map((term) => new TermReader(snapshot, term, from, to))
  }

  /** Everything up to this epoch has been read; Infinity when there is no more. */
  get knownTo(): number {
    return Math.min(...this.#readers.map((reader) => reader.knownTo))
  }

  /** Goes on, with about `count` rows, where what is known ends before an epoch. */
  async read(epoch: number, count: number): Promise<void> {
    const each = Math.max(SHORTEST_READ, Math.floor(count / this.#readers.length))
    await Promise.all(this.#readers.map((reader) => reader.read(epoch, each)))
  }

  /** Known epochs of a range in which a term occurs, ascending. */
  epochs(from: number, to: number): number[] {
    const epochs = this.#readers.flatMap((reader) => [...reader.values.keys()])
    const inRange = epochs.filter((epoch) => from <= epoch && epoch <= to)
    return this.#readers.length === 1 ? inRange : [...new Set(inRange)].sort((a, b) => a - b)
  }

  /** Where the terms occur at a known epoch, ascending. */
  spots(epoch: number): Spot[] {
    const values = this.#readers.flatMap((reader) => reader.values.get(epoch) ?? [])
    if (values.length === 1) return Spots.decode(values[0]!)
    return [...new Set(values.flatMap((value) => Spots.decode(value)))].sort((a, b) => a - b)
  }

  async close(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.close()))
  }
}

class TermReader {
  readonly #term: Term
  readonly #cursor: RowCursor
  knownTo: number
  /** Encoded spots by epoch, of the last portion. */
  values: ReadonlyMap<number, Uint8Array> = new Map()

  constructor(snapshot: LevelSnapshot, term: Term, from: number, to: number) {
    this.#term = term
    this.#cursor = snapshot.cursor(postingsRange(term, from, to))
    this.knownTo = from - 1
  }

  async read(epoch: number, count: number): Promise<void> {
    if (epoch <= this.knownTo) return
    if (epoch > this.knownTo + 1) this.#cursor.seek(postingsKey(this.#term, epoch))
    const values = new Map<number, Uint8Array>()
    let known = epoch
    while (values.size < count && known < Number.POSITIVE_INFINITY) {
      const rows = await this.#cursor.next(count - values.size)
      for (const [key, value] of rows) {
        known = postingsEpoch(key)
        values.set(known, value)
      }
      if (rows.length === 0) known = Number.POSITIVE_INFINITY
    }
    this.values = values
    this.knownTo = known
  }

  async close(): Promise<void> {
    await this.#cursor.close()
  }
}
