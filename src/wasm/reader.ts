/** Reads the binary format of WebAssembly. https://webassembly.github.io/spec/core/binary/ */
import { fromUtf8 } from '../base/bytes.ts'
import { InvalidModuleError } from './errors.ts'

export class Reader {
  readonly bytes: Uint8Array
  /** Offset of the next byte. */
  at: number
  readonly end: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = start
    this.end = end
  }

  get done(): boolean {
    return this.at >= this.end
  }

  byte(): number {
    if (this.at >= this.end) throw new InvalidModuleError('module is truncated')
    return this.bytes[this.at++]!
  }

  u32(): number {
    let value = 0
    for (let factor = 1; factor <= 2 ** 28; factor *= 128) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    throw new InvalidModuleError(`integer above 32 bits at ${this.at}`)
  }

  s32(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        return shift < 28 && (byte & 0x40) !== 0 ? value | (-1 << (shift + 7)) : value
      }
    }
    throw new InvalidModuleError(`integer above 32 bits at ${this.at}`)
  }

  /** An integer whose value does not matter. */
  skipInteger(): void {
    while (this.byte() >= 0x80);
  }

  skip(length: number): void {
    if (length > this.end - this.at) throw new InvalidModuleError('module is truncated')
    this.at += length
  }

  name(): string {
    const start = this.at
    const length = this.u32()
    const first = this.at
    this.skip(length)
    try {
      return fromUtf8(this.bytes.subarray(first, this.at))
    } catch (cause) {
      throw new InvalidModuleError(`name at ${start} is not UTF-8`, { cause })
    }
  }

  /** A count, then that many items. */
  list<T>(item: (reader: this) => T): T[] {
    const items: T[] = []
    for (let count = this.u32(); count > 0; count--) items.push(item(this))
    return items
  }

  /** What a length in front delimits. */
  section(): Reader {
    const length = this.u32()
    const start = this.at
    this.skip(length)
    return new Reader(this.bytes, start, this.at)
  }
}
