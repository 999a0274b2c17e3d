/** Log queries within the limits of the server (eth-rpc spec 5). */
import type { LogPattern } from '../eth/log-pattern.ts'
import { type LogRange, logRange } from '../eth/log-range.ts'
import { toQuantity } from '../eth/quantity.ts'
import type { BlockRecord } from '../eth/records.ts'
import type { Index, LogRow, TooManyLogsError } from '../index/log-query.ts'
import { taggedEpochs } from './blocks.ts'
import { rpcError } from './errors.ts'
import type { Limits } from './limits.ts'
import type { LogFilter } from './schema.ts'

type Searched = Pick<Index, 'head' | 'blockAt' | 'blockByHash' | 'logs' | 'logsOf'>

/** Which logs a filter wants, wherever they are. @throws RpcError for too many alternatives */
export function patternOf(
  { address, topics }: Pick<LogFilter, 'address' | 'topics'>,
  limits: Limits,
): LogPattern {
  for (const alternatives of [address, ...topics]) {
    if (alternatives.length > limits.logAlternatives) {
      const most = limits.logAlternatives
      throw failure(`${alternatives.length} addresses or topics in one place, at most ${most}`)
    }
  }
  return { addresses: address, topics }
}

/** @throws RpcError when the range is reversed, too long or not there yet */
export function rangeOf(filter: LogFilter, index: Pick<Index, 'head'>, limits: Limits): LogRange {
  const epochs = taggedEpochs(index)
  const range = orderedRange(filter, index)
  if (Math.max(range.from, range.to) > epochs.latest) {
    throw failure('events for the requested block are not yet available')
  }
  checkSpan(range, limits)
  return range
}

export function orderedRange(
  { fromBlock, toBlock }: LogFilter,
  index: Pick<Index, 'head'>,
): LogRange {
  try {
    return logRange(fromBlock, toBlock, taggedEpochs(index))
  } catch (error) {
    if (error instanceof RangeError) throw failure(error.message)
    throw error
  }
}

export function checkSpan({ from, to }: LogRange, limits: Limits): void {
  const span = to - from
  if (span <= limits.logRange) return
  const end = from + limits.logRange
  throw rpcError('blockRange', limits.logRange, span, toQuantity(from), toQuantity(end))
}

/** All logs of the range, oldest first. @throws RpcError tooManyLogs */
export async function searchLogs(
  index: Searched,
  pattern: LogPattern,
  range: LogRange,
  limits: Limits,
): Promise<readonly LogRow[]> {
  try {
    return await readLogs(index, pattern, range, limits)
  } catch (error) {
    if (!isTooManyLogs(error)) throw error
    const { from } = range
    const to = error.fitsTo ?? from
    throw rpcError('tooManyLogs', limits.logResults, toQuantity(from), toQuantity(to))
  }
}

/**
 * A single tipset has no limit: it cannot be asked for in parts.
 * @throws TooManyLogsError NotIndexedError
 */
export async function readLogs(
  index: Searched,
  pattern: LogPattern,
  { from, to }: LogRange,
  limits: Limits,
): Promise<readonly LogRow[]> {
  if (from > to) return []
  if (from < to) return index.logs({ ...pattern, from, to, limit: limits.logResults })
  const block = index.blockAt(from)
  return block === undefined ? [] : index.logsOf(block, pattern)
}

/** By name: of the index's room, only types may be imported. */
export function isTooManyLogs(error: unknown): error is TooManyLogsError {
  return error instanceof Error && error.name === 'TooManyLogsError'
}

/**
 * Logs of a tipset that has left the chain. An index may have erased it since; of that there is
 * nothing more to tell.
 */
export function removedLogs(
  index: Pick<Index, 'logsOf'>,
  block: BlockRecord,
  pattern: LogPattern,
): readonly LogRow[] {
  try {
    return index.logsOf(block, pattern)
  } catch (error) {
    if (error instanceof Error && error.name === 'NotIndexedError') return []
    throw error
  }
}

function failure(why: string) {
  return rpcError('application', `failed to get events for filter: ${why}`)
}
