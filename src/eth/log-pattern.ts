/** Which logs a filter or subscription wants. */
import type { EthAddress } from '../address/eth-address.ts'
import { equal } from '../base/bytes.ts'
import type { Hash, LogRecord } from './records.ts'

export interface LogPattern {
  /** Any of these; empty: any address. */
  readonly addresses: readonly EthAddress[]
  /** By position: any of these; empty: any topic, also none. At most four positions. */
  readonly topics: readonly (readonly Hash[])[]
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
