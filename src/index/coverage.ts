/**
 * Which epochs are indexed. A stretch ends with a tipset and reaches down to the oldest one to which
 * parent links lead without a gap; all epochs in it are known, those without a tipset as null rounds.
 */
import { list, nullable, type TypeOf, tuple, uint } from '../ipld/codec.ts'
import { hash } from './record-codecs.ts'

/** First and last epoch, both included. */
export const Interval = tuple({ from: uint, to: uint })
export type Interval = TypeOf<typeof Interval>

/** Ascending, not touching. */
export type Coverage = readonly Interval[]

/** The one row that tells a reader what it may answer. */
export const IndexState = tuple({ head: nullable(hash), coverage: list(Interval) })
export type IndexState = TypeOf<typeof IndexState>

export function intervalAt(coverage: Coverage, epoch: number): Interval | undefined {
  return coverage.find(({ from, to }) => from <= epoch && epoch <= to)
}

/** Whether all of a range is indexed. An empty range is. */
export function covers(coverage: Coverage, from: number, to: number): boolean {
  if (from > to) return true
  const interval = intervalAt(coverage, from)
  return interval !== undefined && to <= interval.to
}

/** With an interval in the place of those that it contains. */
export function withInterval(coverage: Coverage, added: Interval): Interval[] {
  const others = coverage.filter(({ from, to }) => to < added.from || added.to < from)
  return [...others, added].sort((a, b) => a.from - b.from)
}
