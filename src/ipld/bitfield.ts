/**
 * Sets of 64-bit numbers (sectors, deals), stored as RLE+: the runs of zeros and ones in turn, as
 * bits, the least significant bit of a byte first.
 *
 *     00             version
 *     0 or 1         value of the first run
 *     1              a run of 1
 *     0 1 bbbb       a run of 2..15
 *     0 0 varint     a run of 16 and more
 *
 * Bits behind the end are zeros, so trailing zero bytes are left out; the empty set has no bytes.
 * https://spec.filecoin.io (RLE+ Bitset Encoding)
 */
import { encodeVarint } from '../base/varint.ts'
import { CborError } from './cbor.ts'
import { type Codec, codec } from './codec.ts'

const MAX_ENCODED_LENGTH = 32 * 1024
/** Numbers are below this. */
const LIMIT = 2n ** 64n - 1n

/** Numbers from `start` up to, not including, `end`. */
export interface Run {
  readonly start: bigint
  readonly end: bigint
}

export class BitField {
  /** Ascending, not empty, not touching each other. */
  readonly runs: readonly Run[]

  private constructor(runs: readonly Run[]) {
    this.runs = runs
  }

  static readonly empty: BitField = new BitField([])

  /** The set of these numbers, in any order. */
  static of(numbers: Iterable<bigint | number>): BitField {
    const sorted = Array.from(numbers, BigInt).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    const runs: { start: bigint; end: bigint }[] = []
    for (const number of sorted) {
      if (number < 0n || number >= LIMIT) throw new RangeError(`bit ${number} is out of range`)
      const last = runs.at(-1)
      if (last !== undefined && number <= last.end) last.end = number + 1n
      else runs.push({ start: number, end: number + 1n })
    }
    return new BitField(runs)
  }

  /** @throws CborError when the bytes are not a set in its shortest form */
  static decode(bytes: Uint8Array): BitField {
    if (bytes.length > MAX_ENCODED_LENGTH) throw new CborError('bit field above 32 KiB')
    const reader = new RunReader(bytes)
    if (reader.bits(2) !== 0) throw new CborError('unknown version of RLE+')
    let ones = reader.bits(1) === 1
    const runs: Run[] = []
    let position = 0n
    for (; reader.hasMore; ones = !ones) {
      const end = position + reader.length()
      if (end > LIMIT) throw new CborError('bit field above 64 bits')
      if (ones) runs.push({ start: position, end })
      position = end
    }
    if (ones) throw new CborError('bit field ends in zeros')
    return new BitField(runs)
  }

  encode(): Uint8Array {
    if (this.runs.length === 0) return new Uint8Array(0)
    const writer = new RunWriter()
    writer.bits(0, 2)
    writer.bits(this.runs[0]!.start === 0n ? 1 : 0, 1)
    let position = 0n
    for (const { start, end } of this.runs) {
      if (start > position) writer.length(start - position)
      writer.length(end - start)
      position = end
    }
    const bytes = writer.finish()
    if (bytes.length > MAX_ENCODED_LENGTH) throw new RangeError('bit field above 32 KiB')
    return bytes
  }

  /** How many numbers are in the set. Ask before walking over one that a user sent. */
  get size(): bigint {
    return this.runs.reduce((sum, { start, end }) => sum + end - start, 0n)
  }

  has(number: bigint | number): boolean {
    return this.runs.some(({ start, end }) => start <= number && number < end)
  }

  *[Symbol.iterator](): Generator<bigint> {
    for (const { start, end } of this.runs) {
      for (let number = start; number < end; number++) yield number
    }
  }

  union(other: BitField): BitField {
    return this.#combine(other, (here, there) => here || there)
  }

  intersection(other: BitField): BitField {
    return this.#combine(other, (here, there) => here && there)
  }

  difference(other: BitField): BitField {
    return this.#combine(other, (here, there) => here && !there)
  }

  /** Walks over the ends of both sets' runs; between two of them nothing changes. */
  #combine(other: BitField, keep: (here: boolean, there: boolean) => boolean): BitField {
    const here = this.runs.flatMap(({ start, end }) => [start, end])
    const there = other.runs.flatMap(({ start, end }) => [start, end])
    const runs: Run[] = []
    let start: bigint | undefined
    for (let i = 0, j = 0; i < here.length || j < there.length; ) {
      const at =
        j === there.length || (i < here.length && here[i]! < there[j]!) ? here[i]! : there[j]!
      if (here[i] === at) i++
      if (there[j] === at) j++
      const inside = keep(i % 2 === 1, j % 2 === 1)
      if (inside) {
        start ??= at
      } else if (start !== undefined) {
        runs.push({ start, end: at })
        start = undefined
      }
    }
    return new BitField(runs)
  }
}

/** A bit field in CBOR: RLE+ in a byte string. */
export const bitField: Codec<BitField> = codec(
  (w, value) => w.bytes(value.encode()),
  (r) => BitField.decode(r.bytes()),
)

class RunReader {
  readonly #bytes: Uint8Array
  readonly #end: number
  #at = 0

  constructor(bytes: Uint8Array) {
    const last = bytes.at(-1)
    if (last === 0) throw new CborError('bit field with a trailing zero byte')
    this.#bytes = bytes
    // behind the highest one
    this.#end = last === undefined ? 0 : bytes.length * 8 - Math.clz32(last) + 24
  }

  get hasMore(): boolean {
    return this.#at < this.#end
  }

  /** Up to 8 bits; zeros behind the end. */
  bits(count: number): number {
    const byte = this.#at >> 3
    const window = (this.#bytes[byte] ?? 0) | ((this.#bytes[byte + 1] ?? 0) << 8)
    const value = (window >> (this.#at & 7)) & ((1 << count) - 1)
    this.#at += count
    return value
  }

  length(): bigint {
    if (this.bits(1) === 1) return 1n
    const short = this.bits(1) === 1
    const length = short ? BigInt(this.bits(4)) : this.#varint()
    if (length < (short ? 2n : 16n)) throw new CborError('run of a bit field not in shortest form')
    return length
  }

  #varint(): bigint {
    let value = 0n
    for (let i = 0; i < 10; i++) {
      const byte = this.bits(8)
      value |= BigInt(byte & 0x7f) << BigInt(7 * i)
      if (byte < 0x80) {
        if ((i > 0 && byte === 0) || value > 2n ** 64n - 1n) break
        return value
      }
    }
    throw new CborError('invalid varint in a bit field')
  }
}

class RunWriter {
  readonly #bytes: number[] = []
  #at = 0

  bits(value: number, count: number): void {
    for (let i = 0; i < count; i++, this.#at++) {
      if ((this.#at & 7) === 0) this.#bytes.push(0)
      this.#bytes[this.#at >> 3]! |= ((value >> i) & 1) << (this.#at & 7)
    }
  }

  length(length: bigint): void {
    if (length === 1n) {
      this.bits(0b1, 1)
    } else if (length < 16n) {
      this.bits(0b10, 2)
      this.bits(Number(length), 4)
    } else {
      this.bits(0b00, 2)
      for (const byte of encodeVarint(length)) this.bits(byte, 8)
    }
  }

  finish(): Uint8Array {
    while (this.#bytes.at(-1) === 0) this.#bytes.pop()
    return Uint8Array.from(this.#bytes)
  }
}
