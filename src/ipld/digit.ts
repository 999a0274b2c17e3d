/**
 * HAMT and KAMT cut a 32-byte key into digits of `bitWidth` bits, the most significant first; the
 * digit at a level is the index into the node of that level.
 *
 *     bit width 5:  digits 0..50 have 5 bits, digit 51 is the one bit that is left
 */
import { NodeError } from './node-store.ts'

const KEY_BITS = 256

/** @throws NodeError below the last level. */
export function digitAt(key: Uint8Array, level: number, bitWidth: number): number {
  const bit = level * bitWidth
  if (bit >= KEY_BITS) throw new NodeError('no bits of the key are left')
  const width = Math.min(bitWidth, KEY_BITS - bit)
  const at = bit >> 3
  const window = (key[at]! << 8) | (key[at + 1] ?? 0)
  return (window >> (16 - width - (bit & 7))) & ((1 << width) - 1)
}
