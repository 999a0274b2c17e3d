/**
 * The running actor's linear memory as syscalls see it: arguments are read out of it, results are
 * written into it. All structs are packed and little-endian.
 */
import { Address, AddressError } from '../address/address.ts'
import { concat } from '../base/bytes.ts'
import { Errno, SyscallError } from '../fvm/errors.ts'
import { CID, CidError } from '../ipld/cid.ts'

/** A pointer or value that makes no sense: IllegalArgument, and nothing has happened yet. */
export class BadArgument {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

const PAGE = 65_536
const UINT64 = 0xffff_ffff_ffff_ffffn

/** Version and three varints of a CID, nine bytes each at most, and a digest. */
const MAX_CID = 100
const MAX_DIGEST = 64

/** A CID before there were versions: sha2-256 of a DAG-PB block. */
const CID_V0 = [0x12, 0x20] as const
const CID_V0_AS_V1 = Uint8Array.of(0x01, 0x70)

export class ActorMemory {
  readonly #memory: WebAssembly.Memory
  #bytes: Uint8Array
  #view: DataView
  /** Bytes that the actor has; the instance may hold more from an earlier use. */
  #size = 0
  /** Where the next result is written. */
  #result = 0

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory
    this.#bytes = new Uint8Array(memory.buffer)
    this.#view = new DataView(memory.buffer)
  }

  /** To be told before each use; growing memory moves it, and leaves views without a length. */
  set pages(pages: number) {
    this.#size = pages * PAGE
    if (this.#size <= this.#bytes.length) return
    this.#bytes = new Uint8Array(this.#memory.buffer)
    this.#view = new DataView(this.#memory.buffer)
  }

  /** A view that lasts until the actor runs again. */
  bytes(offset: number, length: number): Uint8Array {
    const start = this.#start(offset, length)
    return this.#bytes.subarray(start, start + (length >>> 0))
  }

  /** A view of items that stand in a row; `count` is an i32 or a sum of unsigned ones. */
  array(offset: number, count: number, itemSize: number): Uint8Array {
    const length = (count < 0 ? count >>> 0 : count) * itemSize
    if (length > this.#size) throw new BadArgument(`array of ${length} bytes out of bounds`)
    return this.bytes(offset, length)
  }

  copy(offset: number, length: number): Uint8Array {
    const start = this.#start(offset, length)
    return this.#bytes.slice(start, start + (length >>> 0))
  }

  /** Checks that something can be written later. */
  reserve(offset: number, length: number): void {
    this.#start(offset, length)
  }

  address(offset: number, length: number): Address {
    const bytes = this.copy(offset, length)
    try {
      return Address.fromBytes(bytes)
    } catch (error) {
      if (error instanceof AddressError) throw badArgument(error)
      throw error
    }
  }

  /** The CID that starts at `offset`, however long it is. */
  cid(offset: number): CID {
    const start = this.#start(offset, 0)
    const rest = this.#bytes.subarray(start, Math.min(this.#size, start + MAX_CID))
    const isV0 = rest[0] === CID_V0[0] && rest[1] === CID_V0[1]
    const bytes = isV0 ? concat(CID_V0_AS_V1, rest) : rest
    const end = cidEnd(bytes)
    if (!(end <= bytes.length)) throw new BadArgument('CID is truncated')
    try {
      const cid = CID.fromBytes(bytes.slice(0, end))
      if (cid.digest.length <= MAX_DIGEST) return cid
    } catch (error) {
      if (error instanceof CidError) throw badArgument(error)
      throw error
    }
    throw new BadArgument('CID with a digest above 64 bytes')
  }

  write(offset: number, data: Uint8Array): void {
    this.#bytes.set(data, this.#start(offset, data.length))
  }

  /**
   * Writes into a buffer of the actor's.
   * @returns the length
   */
  writeInto(offset: number, capacity: number, data: Uint8Array): number {
    if (data.length > capacity >>> 0) {
      throw new SyscallError(Errno.BufferTooSmall, `${data.length} bytes`)
    }
    this.write(offset, data)
    return data.length
  }

  /** Results are written one after the other from here on. */
  resultAt(offset: number, length: number): void {
    this.#result = this.#start(offset, length)
  }

  u32(value: number): this {
    this.#view.setUint32(this.#result, value, true)
    this.#result += 4
    return this
  }

  u64(value: number | bigint): this {
    if (typeof value === 'bigint') {
      this.#view.setBigUint64(this.#result, value, true)
    } else {
      // two's complement of any safe integer
      this.#view.setUint32(this.#result, value >>> 0, true)
      this.#view.setUint32(this.#result + 4, Math.floor(value / 2 ** 32) >>> 0, true)
    }
    this.#result += 8
    return this
  }

  /** A token amount, up to 2^128 - 1. */
  u128(value: bigint): this {
    return this.u64(value & UINT64).u64(value >> 64n)
  }

  raw(data: Uint8Array): this {
    this.#bytes.set(data, this.#result)
    this.#result += data.length
    return this
  }

  #start(offset: number, length: number): number {
    const start = offset >>> 0
    const end = start + (length >>> 0)
    if (end > this.#size) throw new BadArgument(`buffer ${start} to ${end} out of bounds`)
    return start
  }
}

/**
 * Where a CID ends: version, codec and hash function are varints, so is the digest's length, which
 * allowed values keep below 128. NaN when the bytes end before.
 */
function cidEnd(bytes: Uint8Array): number {
  let at = 0
  for (let field = 0; field < 3; field++) {
    while (bytes[at]! >= 0x80) at++
    at++
  }
  return at + 1 + bytes[at]!
}

/** A full stack of this thread is no fault of the argument that was being read. */
function badArgument(error: AddressError | CidError): BadArgument {
  if (error.cause instanceof RangeError && error.cause.message.includes('call stack')) {
    throw error.cause
  }
  return new BadArgument(error.message)
}
