/** LEB128 (multiformats varint), the integer form inside addresses, CIDs and collection keys. */

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

/**
 * Signed LEB128 in zig-zag order (0, -1, 1, -2, …): the keys of collections by epoch.
 * @throws RangeError outside of 64 bits
 */
export function encodeSignedVarint(value: bigint): Uint8Array {
  if (BigInt.asIntN(64, value) !== value) throw new RangeError('varint out of range')
  return encodeVarint(value >= 0n ? value * 2n : value * -2n - 1n)
}

/** @throws RangeError when it is truncated, not minimal or above 64 bits. */
export function decodeSignedVarint(bytes: Uint8Array, offset = 0): { value: bigint; next: number } {
  const { value, next } = decodeVarint(bytes, offset)
  return { value: value % 2n === 0n ? value / 2n : -(value + 1n) / 2n, next }
}
