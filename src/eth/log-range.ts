/** Which epochs a log filter means (eth-rpc spec 5). */
import { ParameterError } from './quantity.ts'

/** Lotus's default for the span of one query, epochs. */
export const MAX_LOG_RANGE = 2880
/** Lotus's default for the logs of one answer that spans several tipsets. */
export const MAX_LOG_RESULTS = 10_000

export const TOO_MANY_LOGS = 'filter matches too many events, try a more restricted filter'

/** The span is longer than allowed; JSON-RPC code -32005. */
export class BlockRangeError extends Error {
  override name = 'BlockRangeError'

  constructor(max: number, given: number) {
    super(`block range exceeds maximum of ${max} (got ${given})`)
  }
}

/** Epochs that the tags stand for at the moment. */
export interface TaggedEpochs {
  readonly latest: number
  readonly safe: number
  readonly finalized: number
}

/** First and last epoch, both included. Empty when `from` is later than `to`. */
export interface LogRange {
  readonly from: number
  readonly to: number
}

/**
 * @param maxRange how far `to` may be behind `from`, so that one epoch more is covered
 * @throws ParameterError BlockRangeError
 */
export function logRange(
  fromBlock: unknown,
  toBlock: unknown,
  epochs: TaggedEpochs,
  maxRange = MAX_LOG_RANGE,
): LogRange {
  const from = parseEnd(fromBlock, epochs, 'FromBlock')
  const to = parseEnd(toBlock, epochs, 'ToBlock')
  const openEnded = toBlock === undefined || toBlock === 'latest' || toBlock === ''
  if (from > to && !openEnded) {
    throw new ParameterError(
      `invalid epoch range: to block (${to}) must be after from block (${from})`,
    )
  }
  if (to - from > maxRange) throw new BlockRangeError(maxRange, to - from)
  return { from, to }
}

/** A tag or `0x` hex. Unlike elsewhere decimal numbers are not taken, as in Lotus. */
function parseEnd(value: unknown, epochs: TaggedEpochs, name: string): number {
  switch (value) {
    case undefined:
    case '':
    case 'latest':
    // what is pending has not been executed and has no logs
    case 'pending':
      return epochs.latest
    case 'earliest':
      return 0
    case 'safe':
    case 'finalized':
      return epochs[value]
    default:
      if (typeof value !== 'string' || !value.startsWith('0x')) {
        throw new ParameterError(`${name} is not a hex`)
      }
      return parseHexEpoch(value)
  }
}

/** @throws ParameterError */
export function parseHexEpoch(text: string): number {
  const epoch = /^0x[0-9a-f]{1,16}$/i.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(epoch)) throw new ParameterError('invalid epoch')
  return epoch
}

/** An answer from a single tipset is never too long: it could not be asked for in parts. */
export function isTooManyLogs(logs: number, tipsets: number, max = MAX_LOG_RESULTS): boolean {
  return max > 0 && tipsets > 1 && logs > max
}
