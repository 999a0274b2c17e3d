/** Precompile inputs, read as if endless zeros followed (EVM spec 6). */
import { toBigInt } from '../../../base/bytes.ts'

/** `length` bytes from `offset`, zeros where the input ends. */
export function bytesAt(input: Uint8Array, offset: number, length: number): Uint8Array {
  const present = input.subarray(offset, offset + length)
  if (present.length === length) return present
  const padded = new Uint8Array(length)
  padded.set(present)
  return padded
}

/** The big-endian number in those bytes. */
export function uintAt(input: Uint8Array, offset: number, length = 32): bigint {
  return toBigInt(bytesAt(input, offset, length))
}
