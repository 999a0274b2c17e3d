/**
 * The part of DAG-CBOR that Filecoin's structures use: definite lengths, links as tag 42. Integers
 * are written in their shortest form; like the Rust decoder, the reader takes longer ones too. A typed writer and reader, because a HAMT node through a generic object codec
 * takes ten times as long (`@ipld/dag-cbor` serves generic IPLD at the edges).
 *
 *     head byte = major type (3 bits) ‖ additional information (5 bits)
 *     additional information < 24: the value itself; 24, 25, 26, 27: 1, 2, 4, 8 bytes follow
 */
import { fromUtf8, utf8 } from '../base/bytes.ts'
import { CID } from './cid.ts'

export const Major = {
  UNSIGNED: 0,
  NEGATIVE: 1,
  BYTES: 2,
  TEXT: 3,
  ARRAY: 4,
  MAP: 5,
  TAG: 6,
  SIMPLE: 7,
} as const

const NULL = 0xf6
const FALSE = 0xf4
const TRUE = 0xf5
const LINK_TAG = 42

/**
 * What is wrong: the bytes end too early, there are more of them, an item is of another type or
 * length, or its content will not do.
 */
export type CborErrorKind = 'end' | 'rest' | 'type' | 'length' | 'content'

/** The bytes are not what the type says; actors answer USR_SERIALIZATION. */
export class CborError extends Error {
  override name = 'CborError'
  readonly kind: CborErrorKind

  constructor(message: string, options: ErrorOptions & { readonly kind?: CborErrorKind } = {}) {
    super(message, options)
    this.kind = options.kind ?? 'content'
  }
}

export class CborWriter {
  #buffer: Uint8Array
  #view: DataView
  #length = 0

  constructor(capacity = 256) {
    this.#buffer = new Uint8Array(capacity)
    this.#view = new DataView(this.#buffer.buffer)
  }

  /** The bytes written so far, as a copy; the writer starts anew. */
  finish(): Uint8Array {
    const out = this.#buffer.slice(0, this.#length)
    this.#length = 0
    return out
  }

  head(major: number, value: number): void {
    this.#reserve(9)
    const type = major << 5
    if (value < 24) {
      this.#buffer[this.#length++] = type | value
    } else if (value < 0x100) {
      this.#buffer[this.#length++] = type | 24
      this.#buffer[this.#length++] = value
    } else if (value < 0x1_0000) {
      this.#buffer[this.#length++] = type | 25
      this.#view.setUint16(this.#length, value)
      this.#length += 2
    } else if (value < 0x1_0000_0000) {
      this.#buffer[this.#length++] = type | 26
      this.#view.setUint32(this.#length, value)
      this.#length += 4
    } else {
      this.#buffer[this.#length++] = type | 27
      this.#view.setBigUint64(this.#length, BigInt(value))
      this.#length += 8
    }
  }

  array(length: number): this {
    this.head(Major.ARRAY, length)
    return this
  }

  map(length: number): this {
    this.head(Major.MAP, length)
    return this
  }

  /** A signed integer that fits CBOR's 64 bits. */
  int(value: number | bigint): this {
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      if (value >= 0) this.head(Major.UNSIGNED, value)
      else this.head(Major.NEGATIVE, -1 - value)
      return this
    }
    const big = BigInt(value)
    const magnitude = big >= 0n ? big : -1n - big
    if (magnitude > 0xffff_ffff_ffff_ffffn) throw new RangeError('integer above 64 bits')
    const major = big >= 0n ? Major.UNSIGNED : Major.NEGATIVE
    if (magnitude <= BigInt(Number.MAX_SAFE_INTEGER)) {
      this.head(major, Number(magnitude))
    } else {
      this.#reserve(9)
      this.#buffer[this.#length++] = (major << 5) | 27
      this.#view.setBigUint64(this.#length, magnitude)
      this.#length += 8
    }
    return this
  }

  bytes(value: Uint8Array): this {
    this.head(Major.BYTES, value.length)
    return this.raw(value)
  }

  text(value: string): this {
    const encoded = utf8(value)
    this.head(Major.TEXT, encoded.length)
    return this.raw(encoded)
  }

  link(cid: CID): this {
    this.head(Major.TAG, LINK_TAG)
    this.head(Major.BYTES, cid.bytes.length + 1)
    this.#reserve(1)
    this.#buffer[this.#length++] = 0 // multibase identity prefix
    return this.raw(cid.bytes)
  }

  null(): this {
    this.#reserve(1)
    this.#buffer[this.#length++] = NULL
    return this
  }

  bool(value: boolean): this {
    this.#reserve(1)
    this.#buffer[this.#length++] = value ? TRUE : FALSE
    return this
  }

  /** Bytes that are CBOR already. */
  raw(encoded: Uint8Array): this {
    this.#reserve(encoded.length)
    this.#buffer.set(encoded, this.#length)
    this.#length += encoded.length
    return this
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return
    const grown = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + count))
    grown.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = grown
    this.#view = new DataView(grown.buffer)
  }
}

export class CborReader {
  readonly #data: Uint8Array
  readonly #view: DataView
  #offset: number

  constructor(data: Uint8Array, offset = 0) {
    this.#data = data
    this.#view = new DataView(data.buffer, data.byteOffset, data.length)
    this.#offset = offset
  }

  get offset(): number {
    return this.#offset
  }

  /** @throws CborError unless all bytes were read. */
  end(): void {
    if (this.#offset !== this.#data.length) throw new CborError('trailing bytes', { kind: 'rest' })
  }

  /** Major type of the next item. */
  get major(): number {
    return this.#peek() >> 5
  }

  array(): number {
    return this.#length(Major.ARRAY)
  }

  map(): number {
    return this.#length(Major.MAP)
  }

  /** @throws CborError unless an array of exactly this length comes next. */
  tuple(length: number): void {
    const actual = this.array()
    if (actual !== length) {
      throw new CborError(`expected ${length} fields, got ${actual}`, { kind: 'length' })
    }
  }

  /** A signed 64-bit integer as a bigint. */
  bigint(): bigint {
    const { major } = this
    if (major === Major.UNSIGNED) return this.#bigArgument()
    if (major === Major.NEGATIVE) return -1n - this.#bigArgument()
    throw new CborError('expected an integer', { kind: 'type' })
  }

  /** An integer within JavaScript's safe range. */
  int(): number {
    const { major } = this
    if (major === Major.UNSIGNED) return this.#argument()
    if (major === Major.NEGATIVE) return -1 - this.#argument()
    throw new CborError('expected an integer', { kind: 'type' })
  }

  uint(): number {
    if (this.major !== Major.UNSIGNED)
      throw new CborError('expected an unsigned integer', { kind: 'type' })
    return this.#argument()
  }

  /** A view into the input, not a copy. */
  bytes(): Uint8Array {
    return this.#take(this.#length(Major.BYTES))
  }

  text(): string {
    const raw = this.#take(this.#length(Major.TEXT))
    try {
      return fromUtf8(raw)
    } catch (cause) {
      throw new CborError('text is not UTF-8', { cause })
    }
  }

  link(): CID {
    if (this.#length(Major.TAG) !== LINK_TAG)
      throw new CborError('expected a link', { kind: 'type' })
    if (this.major !== Major.BYTES)
      throw new CborError('expected the bytes of a link', { kind: 'type' })
    const raw = this.bytes()
    if (raw[0] !== 0) throw new CborError('link without identity prefix')
    try {
      return CID.startOf(raw.slice(1))
    } catch (cause) {
      throw new CborError('invalid link', { cause })
    }
  }

  bool(): boolean {
    const byte = this.#peek()
    if (byte !== TRUE && byte !== FALSE) throw new CborError('expected a boolean', { kind: 'type' })
    this.#offset++
    return byte === TRUE
  }

  /** Skips a null and says whether there was one. */
  skipNull(): boolean {
    if (this.#peek() !== NULL) return false
    this.#offset++
    return true
  }

  /** Steps over one whole item and returns its bytes. */
  skip(): Uint8Array {
    const start = this.#offset
    let pending = 1
    while (pending > 0) {
      pending--
      const { major } = this
      if (major === Major.SIMPLE) {
        this.#simple()
      } else {
        const value = this.#length(major)
        if (major === Major.BYTES || major === Major.TEXT) this.#take(value)
        else if (major === Major.ARRAY) pending += value
        else if (major === Major.MAP) pending += 2 * value
        else if (major === Major.TAG) pending++
      }
    }
    return this.#data.subarray(start, this.#offset)
  }

  #simple(): void {
    const info = this.#peek() & 31
    this.#offset++
    if (info === 27) this.#take(8)
    else if (info < 20 || info > 22)
      throw new CborError(`unsupported simple value ${info}`, { kind: 'type' })
  }

  #peek(): number {
    const byte = this.#data[this.#offset]
    if (byte === undefined) throw new CborError('unexpected end', { kind: 'end' })
    return byte
  }

  #take(length: number): Uint8Array {
    const end = this.#offset + length
    if (end > this.#data.length) throw new CborError('unexpected end', { kind: 'end' })
    const out = this.#data.subarray(this.#offset, end)
    this.#offset = end
    return out
  }

  /**
   * The Rust decoder (cbor4ii) takes the bits of the expected major type away and looks whether a
   * length is left, so that a head of fewer bits passes too: an integer for an array.
   */
  #length(major: number): number {
    const actual = this.#peek() >> 5
    if ((actual & ~major) !== 0) {
      throw new CborError(`expected major type ${major}, got ${actual}`, { kind: 'type' })
    }
    return major <= Major.NEGATIVE ? Number(this.#bigArgument()) : this.#argument()
  }

  /** The argument of the head. */
  #argument(): number {
    const info = this.#peek() & 31
    if (info < 24) {
      this.#offset++
      return info
    }
    if (info === 27) {
      const value = this.#bigArgument()
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new CborError('number out of range')
      return Number(value)
    }
    if (info > 27) throw new CborError('indefinite length')
    const size = 1 << (info - 24)
    if (this.#offset + 1 + size > this.#data.length)
      throw new CborError('unexpected end', { kind: 'end' })
    const at = this.#offset + 1
    const value =
      size === 1
        ? this.#data[at]!
        : size === 2
          ? this.#view.getUint16(at)
          : this.#view.getUint32(at)
    this.#offset = at + size
    return value
  }

  #bigArgument(): bigint {
    if ((this.#peek() & 31) !== 27) return BigInt(this.#argument())
    if (this.#offset + 9 > this.#data.length) throw new CborError('unexpected end', { kind: 'end' })
    const value = this.#view.getBigUint64(this.#offset + 1)
    this.#offset += 9
    return value
  }
}
