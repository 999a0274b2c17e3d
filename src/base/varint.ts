/** Unsigned LEB128 (multiformats varint), the integer form inside addresses and CIDs. */

export function encodeVarint(value: bigint): Uint8Array {
  if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw new RangeError('varint out of range')
  const out: number[] = []
  let rest = value
  while (rest >= 0x80n) {
    out.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  out.push(Number(rest))
  return Uint8Array.from(out)
}

/**
 * Reads one varint.
 * @returns the value and the offset behind it
 * @throws RangeError when it is truncated, not minimal or above 64 bits.
 */
export function decodeVarint(bytes: Uint8Array, offset = 0): { value: bigint; next: number } {
  let value = 0n
  for (let i = 0; i < 10; i++) {
    const byte = bytes[offset + i]
    if (byte === undefined) throw new RangeError('varint is truncated')
    value |= BigInt(byte & 0x7f) << BigInt(7 * i)
    if (byte < 0x80) {
      if (i > 0 && byte === 0) throw new RangeError('varint is not minimal')
      if (value > 0xffff_ffff_ffff_ffffn) break
      return { value, next: offset + i + 1 }
    }
  }
  throw new RangeError('varint above 64 bits')
}
