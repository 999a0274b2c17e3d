/** The filter object of eth_getLogs, eth_newFilter and log subscriptions (eth-rpc spec 5). */
import type { EthAddress } from '../address/eth-address.ts'
import { equal } from '../base/bytes.ts'
import { ParameterError, parseEthAddress, parseHash } from './quantity.ts'
import type { Hash, LogRecord } from './records.ts'

export const MAX_TOPICS = 4

/** Which logs: addresses and topics, as the index takes them. */
export interface LogPattern {
  /** Any of these; empty: any address. */
  readonly addresses: readonly EthAddress[]
  /** By position: any of these; empty: any topic, also none. At most four positions. */
  readonly topics: readonly (readonly Hash[])[]
}

export interface LogFilterSpec extends LogPattern {
  /** Still text: what it means depends on the head (`log-range.ts`). */
  readonly fromBlock: unknown
  readonly toBlock: unknown
  readonly blockHash: Hash | undefined
}

/** Unknown keys are ignored. @throws ParameterError */
export function parseLogFilter(filter: {
  fromBlock?: unknown
  toBlock?: unknown
  address?: unknown
  topics?: unknown
  blockHash?: unknown
}): LogFilterSpec {
  const blockHash = filter.blockHash ?? undefined
  const fromBlock = filter.fromBlock ?? undefined
  const toBlock = filter.toBlock ?? undefined
  if (blockHash !== undefined && (fromBlock !== undefined || toBlock !== undefined)) {
    throw new ParameterError('must not specify block hash and from/to block')
  }
  return {
    ...parseLogPattern(filter),
    fromBlock,
    toBlock,
    blockHash: blockHash === undefined ? undefined : parseHash(blockHash),
  }
}

/** @throws ParameterError */
export function parseLogPattern(filter: { address?: unknown; topics?: unknown }): LogPattern {
  return { addresses: parseAddresses(filter.address), topics: parseTopics(filter.topics) }
}

/** One address or a list; null and nothing: any. @throws ParameterError */
export function parseAddresses(value: unknown): EthAddress[] {
  return oneOrMany(value).map(parseEthAddress)
}

/** Per position null, one hash or a list. @throws ParameterError */
export function parseTopics(value: unknown): Hash[][] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new ParameterError('topics is not a list')
  if (value.length > MAX_TOPICS) {
    throw new ParameterError(`too many topics in filter: ${value.length}, max: ${MAX_TOPICS}`)
  }
  return value.map((position) => oneOrMany(position).map(parseHash))
}

function oneOrMany(value: unknown): unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

/** Trailing positions that take any topic also match a log that has fewer. */
export function matchesLog(
  pattern: LogPattern,
  log: Pick<LogRecord, 'address' | 'topics'>,
): boolean {
  const { addresses, topics } = pattern
  if (addresses.length > 0 && !addresses.some((address) => equal(address, log.address))) {
    return false
  }
  return topics.every((wanted, position) => {
    if (wanted.length === 0) return true
    const topic = log.topics[position]
    return topic !== undefined && wanted.some((hash) => equal(hash, topic))
  })
}
