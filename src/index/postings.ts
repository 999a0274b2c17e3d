/** Where in a tipset a term occurs. */
import { bytesKey } from '../base/bytes.ts'
import type { LogRecord } from '../eth/records.ts'
import { list, mapped, uint } from '../ipld/codec.ts'
import type { Term } from './level-keys.ts'

export interface Postings {
  readonly term: Term
  readonly spots: Spot[]
}

/** A log within its tipset, as one number that sorts as logs do: transaction, then event. */
export type Spot = number

/** More logs than the block gas limit lets one message emit. */
const LOGS_PER_TRANSACTION = 2 ** 24

export function spotOf(transactionIndex: number, log: number): Spot {
  return transactionIndex * LOGS_PER_TRANSACTION + log
}

export function transactionIndexOf(spot: Spot): number {
  return Math.floor(spot / LOGS_PER_TRANSACTION)
}

/** Which of its transaction's logs a spot is. */
export function logOf(spot: Spot): number {
  return spot % LOGS_PER_TRANSACTION
}

/** Ascending; stored as pairs of transaction index and log, most of which take a byte each. */
export const Spots = mapped(
  list(uint),
  (numbers): Spot[] => {
    const spots: Spot[] = []
    for (let i = 0; i < numbers.length; i += 2) spots.push(spotOf(numbers[i]!, numbers[i + 1]!))
    return spots
  },
  (spots) => spots.flatMap((spot) => [transactionIndexOf(spot), logOf(spot)]),
)

/** All terms of a tipset and where they occur. @param logs by transaction */
export function postingsOf(logs: readonly (readonly LogRecord[])[]): Iterable<Postings> {
  const byTerm = new Map<string, Postings>()
  logs.forEach((ofTransaction, index) => {
    ofTransaction.forEach((log, i) => {
      for (const term of termsOf(log)) {
        const spot = spotOf(index, i)
        const postings = byTerm.get(termName(term))
        if (postings === undefined) byTerm.set(termName(term), { term, spots: [spot] })
        else postings.spots.push(spot)
      }
    })
  })
  return byTerm.values()
}

/** All that a log can be found by. */
function termsOf({ address, topics }: LogRecord): Term[] {
  return [
    { position: 0, value: address },
    ...topics.map((value, i) => ({ position: i + 1, value })),
  ]
}

/** Key for maps. */
export function termName({ position, value }: Term): string {
  return position + bytesKey(value)
}
