/** Bytes, hex and the string keys by which byte strings are looked up in maps. */

export const EMPTY = new Uint8Array(0)

/** Lower-case hex without a prefix. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

/** Lower-case hex with `0x`. */
export function to0x(bytes: Uint8Array): `0x${string}` {
  return `0x${toHex(bytes)}`
}

/**
 * Bytes of a hex string, with or without `0x`.
 * @throws RangeError when the string has an odd length or a character that is not hex.
 */
export function fromHex(hex: string): Uint8Array {
  const digits = hex.startsWith('0x') || hex.startsWith('0X') ? hex.slice(2) : hex
  if (digits.length % 2 !== 0) throw new RangeError('hex string of odd length')
  const bytes = new Uint8Array(Buffer.from(digits, 'hex'))
  // Buffer stops silently at the first bad character
  if (bytes.length * 2 !== digits.length) throw new RangeError('not a hex string')
  return bytes
}

/** A latin1 string holding one byte per character: the cheapest map key for bytes. */
export function bytesKey(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

/** The bytes behind a key made by {@link bytesKey}. */
export function keyBytes(key: string): Uint8Array {
  return new Uint8Array(Buffer.from(key, 'latin1'))
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Byte-wise order, shorter first on a common prefix. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}

/** Big-endian unsigned number of any length; empty is 0. */
export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`)
}

/** Minimal big-endian bytes of an unsigned number; 0 is empty. */
export function fromBigInt(value: bigint): Uint8Array {
  if (value < 0n) throw new RangeError('negative number')
  if (value === 0n) return EMPTY
  const hex = value.toString(16)
  return fromHex(hex.length % 2 === 0 ? hex : `0${hex}`)
}

/**
 * Big-endian bytes of an unsigned number, left-padded to `length`.
 * @throws RangeError when the number does not fit.
 */
export function fromBigIntPadded(value: bigint, length: number): Uint8Array {
  return padLeft(fromBigInt(value), length)
}

/** @throws RangeError when the bytes are longer than `length`. */
export function padLeft(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes
  if (bytes.length > length) throw new RangeError(`more than ${length} bytes`)
  const out = new Uint8Array(length)
  out.set(bytes, length - bytes.length)
  return out
}

/** Without leading zero bytes. */
export function stripLeadingZeros(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length && bytes[start] === 0) start++
  return start === 0 ? bytes : bytes.subarray(start)
}

const utf8Encoder = new TextEncoder()
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8(text: string): Uint8Array {
  return utf8Encoder.encode(text)
}

/** @throws TypeError when the bytes are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return utf8Decoder.decode(bytes)
}
