/** Which epochs a log filter means (eth-rpc spec 5). */

/** How the filter names an end of its range. */
export type LogBound =
  | { readonly number: number }
  | { readonly tag: 'latest' | 'pending' | 'safe' | 'finalized' | 'earliest' }

/** Epochs that the tags stand for at the moment. */
export interface TaggedEpochs {
  readonly latest: number
  readonly safe: number
  readonly finalized: number
}

/** First and last epoch, both included; nothing when `from` is later than `to`. */
export interface LogRange {
  readonly from: number
  readonly to: number
}

/** @throws RangeError when the caller named an end that is before the start. */
export function logRange(
  fromBlock: LogBound | undefined,
  toBlock: LogBound | undefined,
  epochs: TaggedEpochs,
): LogRange {
  const from = epochOf(fromBlock, epochs)
  const to = epochOf(toBlock, epochs)
  // a start in the future with an open end is a question whose answer is empty so far
  if (from > to && toBlock !== undefined && 'number' in toBlock) {
    throw new RangeError(`invalid epoch range: to block (${to}) must be after from block (${from})`)
  }
  return { from, to }
}

function epochOf(bound: LogBound | undefined, epochs: TaggedEpochs): number {
  if (bound === undefined) return epochs.latest
  if ('number' in bound) return bound.number
  switch (bound.tag) {
    case 'earliest':
      return 0
    // what is pending has not been executed and has no logs
    case 'pending':
      return epochs.latest
    default:
      return epochs[bound.tag]
  }
}

/** An answer from a single tipset is never too long: it could not be asked for in parts. */
export function isTooManyLogs(logs: number, tipsets: number, max: number): boolean {
  return max > 0 && tipsets > 1 && logs > max
}
