/** Answers log queries from one moment of the embedded store. */
import { equal } from '../base/bytes.ts'
import type { LogPattern } from '../eth/log-pattern.ts'
import type { Hash } from '../eth/records.ts'
import type { LevelSnapshot } from '../ipld/level.ts'
import { canonicalKey, logsKey, logsRange, type Place, placeOf, type Term } from './level-keys.ts'
import { canonicalHash } from './level-rows.ts'
import { type LogQuery, type LogRow, TooManyLogsError } from './log-query.ts'
import { type PostingCursor, seekAll, TermCursor, UnionCursor } from './posting-cursor.ts'
import { logOf, type Spot, termName, transactionIndexOf } from './postings.ts'
import { LogsRow } from './record-codecs.ts'

/** Rows decoded at a time; between two portions other requests have their turn. */
const PORTION = 256

/** Logs of one transaction that match. */
interface Match {
  readonly epoch: number
  readonly transactionIndex: number
  /** Which of its logs, ascending. */
  readonly logs: readonly number[]
}

/** @param query whose range is indexed */
export async function searchLogs(
  snapshot: LevelSnapshot,
  query: LogQuery,
  signal: AbortSignal | undefined,
): Promise<LogRow[]> {
  const conditions = conditionsOf(query)
  if (conditions.length === 0) return allLogs(snapshot, query, signal)
  const cursors = conditions.map((terms) => cursorOver(snapshot, terms, query))
  try {
    const matches = await intersect(cursors, query, signal)
    return await load(snapshot, matches, signal)
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()))
  }
}

/** A log must have one term of each condition. */
function conditionsOf({ addresses, topics }: LogPattern): Term[][] {
  return [addresses, ...topics]
    .map((values, position) => {
      const terms = values.map((value) => ({ position, value }))
      return [...new Map(terms.map((term) => [termName(term), term])).values()]
    })
    .filter((terms) => terms.length > 0)
}

function cursorOver(snapshot: LevelSnapshot, terms: Term[], { from, to }: LogQuery): PostingCursor {
  const cursors = terms.map((term) => new TermCursor(snapshot, term, from, to))
  return cursors.length === 1 ? cursors[0]! : new UnionCursor(cursors)
}

async function intersect(
  cursors: readonly PostingCursor[],
  query: LogQuery,
  signal: AbortSignal | undefined,
): Promise<Match[]> {
  const matches: Match[] = []
  let count = 0
  for (let epoch = query.from; ; ) {
    const reads = seekAll(cursors, epoch)
    if (reads !== undefined) {
      await reads
      signal?.throwIfAborted()
    }
    const farthest = Math.max(...cursors.map((cursor) => cursor.epoch))
    if (farthest === Number.POSITIVE_INFINITY) return matches
    if (cursors.every((cursor) => cursor.epoch === farthest)) {
      const spots = commonSpots(cursors)
      count += spots.length
      if (count > query.limit) throw new TooManyLogsError(query, farthest)
      matches.push(...matchesAt(farthest, spots))
      epoch = farthest + 1
    } else {
      epoch = farthest
    }
  }
}

function commonSpots([first, ...others]: readonly PostingCursor[]): readonly Spot[] {
  let common = first!.spots()
  for (const cursor of others) {
    const spots = new Set(cursor.spots())
    common = common.filter((spot) => spots.has(spot))
  }
  return common
}

function matchesAt(epoch: number, spots: readonly Spot[]): Match[] {
  const byTransaction = new Map<number, number[]>()
  for (const spot of spots) {
    const index = transactionIndexOf(spot)
    const logs = byTransaction.get(index)
    if (logs === undefined) byTransaction.set(index, [logOf(spot)])
    else logs.push(logOf(spot))
  }
  return Array.from(byTransaction, ([transactionIndex, logs]) => ({
    epoch,
    transactionIndex,
    logs,
  }))
}

async function load(
  snapshot: LevelSnapshot,
  matches: readonly Match[],
  signal: AbortSignal | undefined,
): Promise<LogRow[]> {
  const rows: LogRow[] = []
  for (let at = 0; at < matches.length; at += PORTION) {
    const portion = matches.slice(at, at + PORTION)
    const hashes = await snapshot.getMany(portion.map(({ epoch }) => canonicalKey(epoch)))
    const places = portion.map(({ epoch, transactionIndex }, i) => ({
      epoch,
      blockHash: hashes[i]!,
      index: transactionIndex,
    }))
    const found = await snapshot.getMany(places.map(logsKey))
    signal?.throwIfAborted()
    portion.forEach(({ logs }, i) => {
      const all = logRows(places[i]!, found[i]!)
      for (const log of logs) rows.push(all[log]!)
    })
  }
  return rows
}

/** A query without conditions reads the logs themselves, in order. */
async function allLogs(
  snapshot: LevelSnapshot,
  query: LogQuery,
  signal: AbortSignal | undefined,
): Promise<LogRow[]> {
  const rows: LogRow[] = []
  const cursor = snapshot.cursor(logsRange(query.from, query.to))
  try {
    let epoch: number | undefined
    let canonical: Hash | undefined
    for (;;) {
      const portion = await cursor.next(PORTION)
      signal?.throwIfAborted()
      if (portion.length === 0) return rows
      for (const [key, value] of portion) {
        const place = placeOf(key)
        if (place.epoch !== epoch) {
          epoch = place.epoch
          canonical = canonicalHash(snapshot, epoch)
        }
        if (canonical === undefined || !equal(canonical, place.blockHash)) continue
        rows.push(...logRows(place, value))
        if (rows.length > query.limit) throw new TooManyLogsError(query, epoch)
      }
    }
  } finally {
    await cursor.close()
  }
}

/** Every log of a logs row. */
export function logRows({ epoch, blockHash, index }: Place, row: Uint8Array): LogRow[] {
  const { transactionHash, logs } = LogsRow.decode(row)
  return logs.map((log) => ({ log, blockHash, epoch, transactionHash, transactionIndex: index }))
}
