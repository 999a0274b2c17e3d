/**
 * Answers log queries from one moment of the embedded store.
 *
 * All conditions of a query read their postings in portions of the same size. The one that gets
 * farthest is the rarest thereabouts: its epochs are the candidates up to there, thinned out by what
 * is known of the others, and the logs themselves decide. So a rare topic costs what its own logs
 * cost, however frequent the other conditions are.
 */
import { equal } from '../base/bytes.ts'
import { type LogPattern, matchesLog } from '../eth/log-pattern.ts'
import type { LevelSnapshot } from '../ipld/level.ts'
import { Condition } from './condition.ts'
import { canonicalKey, logsKey, logsRange, type Place, placeOf, type Term } from './level-keys.ts'
import { type LogQuery, type LogRow, TooManyLogsError } from './log-query.ts'
import { logOf, type Spot, termName, transactionIndexOf } from './postings.ts'
import { LogsRow } from './record-codecs.ts'

/** Rows of the first portion, doubled each time; between portions other requests have their turn. */
const FIRST_PORTION = 64
const LONGEST_PORTION = 1024

/** Logs of a transaction that may match. */
interface Candidate {
  readonly epoch: number
  readonly index: number
  /** Which of its logs, ascending. */
  readonly logs: readonly number[]
}

/**
 * @param query its range is indexed
 * @throws TooManyLogsError and the signal's reason
 */
export async function searchLogs(
  snapshot: LevelSnapshot,
  query: LogQuery,
  signal: AbortSignal | undefined,
): Promise<LogRow[]> {
  const rows: LogRow[] = []
  const terms = termsOf(query)
  const found = terms.length === 0 ? allLogs(snapshot, query) : matching(snapshot, terms, query)
  for await (const some of found) {
    signal?.throwIfAborted()
    for (const row of some) rows.push(row)
    const exceeding = rows[query.limit]
    if (exceeding !== undefined) throw new TooManyLogsError(query, exceeding.epoch)
  }
  return rows
}

/** Every log of a logs row. */
export function logRows({ epoch, blockHash, index }: Place, row: Uint8Array): LogRow[] {
  const { transactionHash, logs } = LogsRow.decode(row)
  return logs.map((log) => ({ log, blockHash, epoch, transactionHash, transactionIndex: index }))
}

/** A log must have one term of each list. */
function termsOf({ addresses, topics }: LogPattern): Term[][] {
  return [addresses, ...topics]
    .map((values, position) => {
      const terms = values.map((value) => ({ position, value }))
      return [...new Map(terms.map((term) => [termName(term), term])).values()]
    })
    .filter((terms) => terms.length > 0)
}

async function* matching(
  snapshot: LevelSnapshot,
  terms: readonly (readonly Term[])[],
  query: LogQuery,
): AsyncGenerator<LogRow[]> {
  const { from, to } = query
  const conditions = terms.map((anyOf) => new Condition(snapshot, anyOf, from, to))
  try {
    for (let start = from, portion = FIRST_PORTION; start <= to; ) {
      await Promise.all(conditions.map((condition) => condition.read(start, portion)))
      const [rarest, ...others] = conditions.toSorted((a, b) => b.knownTo - a.knownTo)
      const end = Math.min(rarest!.knownTo, to)
      const rows = await load(snapshot, candidates(rarest!, others, start, end))
      yield rows.filter(({ log }) => matchesLog(query, log))
      start = end + 1
      portion = Math.min(portion * 2, LONGEST_PORTION)
    }
  } finally {
    await Promise.all(conditions.map((condition) => condition.close()))
  }
}

function candidates(
  rarest: Condition,
  others: readonly Condition[],
  from: number,
  to: number,
): Candidate[] {
  const known = others.map((condition) => [condition, condition.knownTo] as const)
  return rarest.epochs(from, to).flatMap((epoch) => {
    let spots = rarest.spots(epoch)
    for (const [condition, knownTo] of known) {
      if (epoch <= knownTo && spots.length > 0) spots = common(spots, condition.spots(epoch))
    }
    return byTransaction(epoch, spots)
  })
}

function common(some: readonly Spot[], others: readonly Spot[]): Spot[] {
  const wanted = new Set(others)
  return some.filter((spot) => wanted.has(spot))
}

function byTransaction(epoch: number, spots: readonly Spot[]): Candidate[] {
  const logs = new Map<number, number[]>()
  for (const spot of spots) {
    const index = transactionIndexOf(spot)
    const ofTransaction = logs.get(index)
    if (ofTransaction === undefined) logs.set(index, [logOf(spot)])
    else ofTransaction.push(logOf(spot))
  }
  return Array.from(logs, ([index, logs]) => ({ epoch, index, logs }))
}

async function load(snapshot: LevelSnapshot, candidates: readonly Candidate[]): Promise<LogRow[]> {
  const hashes = await snapshot.getMany(candidates.map(({ epoch }) => canonicalKey(epoch)))
  const places = candidates.map(({ epoch, index }, i) => ({ epoch, blockHash: hashes[i]!, index }))
  const found = await snapshot.getMany(places.map(logsKey))
  return candidates.flatMap(({ logs }, i) => {
    const all = logRows(places[i]!, found[i]!)
    return logs.map((log) => all[log]!)
  })
}

/** A query without conditions reads the logs of the range in order. */
async function* allLogs(snapshot: LevelSnapshot, { from, to }: LogQuery): AsyncGenerator<LogRow[]> {
  const cursor = snapshot.cursor(logsRange(from, to))
  try {
    for (;;) {
      const portion = await cursor.next(LONGEST_PORTION)
      if (portion.length === 0) return
      const places = portion.map(([key]) => placeOf(key))
      const epochs = [...new Set(places.map(({ epoch }) => epoch))]
      const hashes = await snapshot.getMany(epochs.map(canonicalKey))
      const canonical = new Map(epochs.map((epoch, i) => [epoch, hashes[i]]))
      yield portion.flatMap(([, value], i) => {
        const place = places[i]!
        const hash = canonical.get(place.epoch)
        return hash !== undefined && equal(hash, place.blockHash) ? logRows(place, value) : []
      })
    }
  } finally {
    await cursor.close()
  }
}
