/** Writes the binary format of WebAssembly. */
import { utf8 } from '../base/bytes.ts'

export class Writer {
  #bytes: Uint8Array
  #length = 0

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity)
  }

  /** A view of what was written so far. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  clear(): this {
    this.#length = 0
    return this
  }

  byte(value: number): this {
    if (this.#length === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#length++] = value
    return this
  }

  raw(bytes: Uint8Array): this {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
    return this
  }

  u32(value: number): this {
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80)
      rest = Math.floor(rest / 128)
    }
    return this.byte(rest)
  }

  /** A signed integer of up to 53 bits. */
  signed(value: number): this {
    let rest = value
    while (rest < -64 || rest > 63) {
      this.byte((((rest % 128) + 128) % 128) | 0x80)
      rest = Math.floor(rest / 128)
    }
    return this.byte(rest & 0x7f)
  }

  name(text: string): this {
    return this.sized(utf8(text))
  }

  /** Bytes with their length in front. */
  sized(bytes: Uint8Array): this {
    return this.u32(bytes.length).raw(bytes)
  }

  section(id: number, contents: Uint8Array): this {
    return this.byte(id).sized(contents)
  }

  #grow(more: number): void {
    const bytes = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more))
    bytes.set(this.bytes)
    this.#bytes = bytes
  }
}
