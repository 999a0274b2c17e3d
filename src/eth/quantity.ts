/**
 * The JSON forms of numbers and bytes: `0x` quantities without leading zeros, `0x` data of even
 * length, lower case. What comes in is read as leniently as Lotus reads it (eth-rpc spec 2.1).
 */
import type { EthAddress } from '../address/eth-address.ts'
import { fromHex } from '../base/bytes.ts'
import type { Hash } from './records.ts'

export type Hex = `0x${string}`

/** A parameter is not what the method takes. */
export class ParameterError extends Error {
  override name = 'ParameterError'
}

const MAX_UINT64 = 0xffff_ffff_ffff_ffffn

export function toQuantity(value: number | bigint): Hex {
  return `0x${value.toString(16)}`
}

/**
 * An unsigned 64-bit number from `0x` hex, a decimal string or a JSON number.
 * @throws ParameterError
 */
export function parseUint64(value: unknown): bigint {
  const number = readNumber(value)
  if (number === undefined || number > MAX_UINT64) {
    throw new ParameterError(
      `cannot interpret ${JSON.stringify(value)} as a hex-encoded uint64, or a number`,
    )
  }
  return number
}

/**
 * The same for what the program holds as a number: epochs, indices, counts.
 * @throws ParameterError also above 2^53.
 */
export function parseCount(value: unknown): number {
  const number = parseUint64(value)
  if (number > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new ParameterError(`number out of range: ${number}`)
  }
  return Number(number)
}

function readNumber(value: unknown): bigint | undefined {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined
  }
  if (typeof value !== 'string' || !/^(0x[0-9a-f]+|[0-9]+)$/i.test(value)) return undefined
  return BigInt(value)
}

/**
 * An amount: `0x` hex of up to 256 bits. Decimal strings are refused, since Lotus would read them
 * as hex.
 * @throws ParameterError
 */
export function parseAmount(value: unknown): bigint {
  if (typeof value === 'number') return parseUint64(value)
  if (typeof value !== 'string' || !/^0x[0-9a-f]{0,64}$/i.test(value)) {
    throw new ParameterError(`cannot interpret ${JSON.stringify(value)} as a hex-encoded number`)
  }
  return value.length === 2 ? 0n : BigInt(value)
}

/**
 * Bytes of any length; the prefix may be missing and so may the first digit.
 * @throws ParameterError
 */
export function parseData(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw new ParameterError('expected a hex string')
  const digits = /^0x/i.test(value) ? value.slice(2) : value
  try {
    return fromHex(digits.length % 2 === 0 ? digits : `0${digits}`)
  } catch (cause) {
    throw new ParameterError('cannot parse hex value', { cause })
  }
}

/** @throws ParameterError unless there are exactly `length` bytes. */
export function parseFixedData(value: unknown, length: number): Uint8Array {
  const data = parseData(value)
  if (data.length !== length) {
    throw new ParameterError(
      `expected hex string length sans prefix ${2 * length}, got ${2 * data.length}`,
    )
  }
  return data
}

/** 20 bytes, upper or lower case. @throws ParameterError */
export function parseEthAddress(value: unknown): EthAddress {
  return parseFixedData(value, 20)
}

/** @throws ParameterError */
export function parseHash(value: unknown): Hash {
  return parseFixedData(value, 32)
}

/**
 * Calldata of a call object: `input` wins over `data` whenever it is there, even empty.
 * @throws ParameterError
 */
export function parseCallData(call: { input?: unknown; data?: unknown }): Uint8Array {
  return parseData(call.input ?? call.data ?? '0x')
}

/**
 * A 64-bit number out of a 32-byte ABI word; undefined when the word holds more or is none.
 */
export function wordToUint64(word: Uint8Array): bigint | undefined {
  if (word.length !== 32) return undefined
  for (let i = 0; i < 24; i++) if (word[i] !== 0) return undefined
  return new DataView(word.buffer, word.byteOffset).getBigUint64(24)
}
