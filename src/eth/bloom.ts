/** Blooms over logs, as in Ethereum's headers: 2,048 bits, three for each address and topic. */
import { keccak256 } from '../base/hash.ts'
import type { LogRecord } from './records.ts'

const BLOOM_BYTES = 256

export const EMPTY_BLOOM = new Uint8Array(BLOOM_BYTES)

/** The bloom of a tipset whose events are not known: everything may be in it. */
export const FULL_BLOOM = new Uint8Array(BLOOM_BYTES).fill(0xff)

/** @param logs a receipt's, or a whole tipset's */
export function logsBloom(logs: readonly Pick<LogRecord, 'address' | 'topics'>[]): Uint8Array {
  if (logs.length === 0) return EMPTY_BLOOM
  const bloom = new Uint8Array(BLOOM_BYTES)
  for (const { address, topics } of logs) {
    add(bloom, address)
    for (const topic of topics) add(bloom, topic)
  }
  return bloom
}

/** The bloom of several receipts. */
export function unionOfBlooms(blooms: readonly Uint8Array[]): Uint8Array {
  const union = new Uint8Array(BLOOM_BYTES)
  for (const bloom of blooms) {
    if (bloom === EMPTY_BLOOM) continue
    for (let i = 0; i < BLOOM_BYTES; i++) union[i]! |= bloom[i]!
  }
  return union
}

/** Each of the first three 16-bit words of the keccak names a bit, modulo 2,048 from the end. */
function add(bloom: Uint8Array, item: Uint8Array): void {
  const digest = keccak256(item)
  for (let i = 0; i < 6; i += 2) {
    const bit = ((digest[i]! << 8) | digest[i + 1]!) & 2047
    bloom[BLOOM_BYTES - 1 - (bit >> 3)]! |= 1 << (bit & 7)
  }
}
