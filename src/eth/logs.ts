/** Which actor events are Ethereum logs (eth-rpc spec 3). */
import { Address } from '../address/address.ts'
import { maskedId } from '../address/eth-address.ts'
import { EMPTY } from '../base/bytes.ts'
import { Codec } from '../ipld/cid.ts'
import type { EventEntry, StampedEvent } from '../protocol/event.ts'
import type { EthAddressOf } from './addresses.ts'
import type { LogRecord } from './records.ts'

const topicKeys = ['t1', 't2', 't3', 't4']
const DATA_KEY = 'd'

/**
 * The log that an event is, or undefined when it is none: built-in actors emit CBOR events, and
 * other contracts of the FVM whatever they like.
 * @param logIndex place among all events of the tipset, also those that are no logs
 */
export function logRecord(
  event: StampedEvent,
  logIndex: number,
  ethAddressOf: EthAddressOf,
): LogRecord | undefined {
  const content = logContent(event.entries)
  if (content === undefined) return undefined
  // an actor that has destroyed itself keeps its id
  const address = ethAddressOf(Address.id(event.emitter)) ?? maskedId(event.emitter)
  return { address, ...content, logIndex }
}

/**
 * Every entry must be raw; t1 to t4 without gaps or repeats and 32 bytes each, in any order; d at
 * most once. Entries with other keys are passed over.
 */
export function logContent(
  entries: readonly EventEntry[],
): Pick<LogRecord, 'topics' | 'data'> | undefined {
  const topics: Uint8Array[] = []
  let found = 0
  let data: Uint8Array | undefined
  for (const { key, codec, value } of entries) {
    if (codec !== Codec.RAW) return undefined
    const position = topicKeys.indexOf(key)
    if (position >= 0) {
      if (value.length !== 32 || topics[position] !== undefined) return undefined
      topics[position] = value
      found++
    } else if (key === DATA_KEY) {
      if (data !== undefined) return undefined
      data = value
    }
  }
  return found === topics.length ? { topics, data: data ?? EMPTY } : undefined
}
