/**
 * Types with two directions. A codec says once how a value is written and read; tuples of codecs
 * are the structs of the chain.
 *
 *     const Create = tuple({ initcode: bytes, nonce: uint64 })   // an array of two, in this order
 *     type Create = TypeOf<typeof Create>
 */
import { Address, AddressError } from '../address/address.ts'
import { EMPTY, fromBigInt, toBigInt } from '../base/bytes.ts'
import { CborError, CborReader, CborWriter, Major } from './cbor.ts'
import type { CID } from './cid.ts'

export interface Codec<T> {
  write(writer: CborWriter, value: T): void
  read(reader: CborReader): T
  encode(value: T): Uint8Array
  /** @throws CborError unless the bytes are exactly one value of the type. */
  decode(bytes: Uint8Array): T
}

/** Writers that are not in use; encoding one value may need another's encoding. */
const writers: CborWriter[] = []

/** What `write` writes, as bytes. */
function encodeWith(write: (writer: CborWriter) => void): Uint8Array {
  const writer = writers.pop() ?? new CborWriter(1_024)
  write(writer)
  const encoded = writer.finish()
  writers.push(writer)
  return encoded
}

export type TypeOf<C> = C extends Codec<infer T> ? T : never

export function codec<T>(
  write: (writer: CborWriter, value: T) => void,
  read: (reader: CborReader) => T,
): Codec<T> {
  return {
    write,
    read,
    encode: (value) => encodeWith((writer) => write(writer, value)),
    decode(data) {
      const reader = new CborReader(data)
      const value = read(reader)
      reader.end()
      return value
    },
  }
}

/** An unsigned integer that JavaScript holds exactly; lengths, ids, counts. */
export const uint: Codec<number> = codec(
  (w, value) => w.int(value),
  (r) => r.uint(),
)

/** A signed integer that JavaScript holds exactly; epochs. */
export const int: Codec<number> = codec(
  (w, value) => w.int(value),
  (r) => r.int(),
)

/** An unsigned 64-bit integer; nonces, method numbers. */
export const uint64: Codec<bigint> = codec(
  (w, value) => w.int(value),
  (r) => {
    if (r.major !== Major.UNSIGNED) {
      throw new CborError('expected an unsigned integer', { kind: 'type' })
    }
    return r.bigint()
  },
)

/** A signed 64-bit integer. */
export const int64: Codec<bigint> = codec(
  (w, value) => w.int(value),
  (r) => {
    const value = r.bigint()
    if (value < -(2n ** 63n) || value >= 2n ** 63n) throw new CborError('integer above 64 bits')
    return value
  },
)

/** A byte string; reading yields a copy, so a value never pins the block it came from. */
export const bytes: Codec<Uint8Array> = codec(
  (w, value) => w.bytes(value),
  (r) => r.bytes().slice(),
)

/**
 * A byte string whose reading is a view of the block, which lives on with it: half the work, for
 * rows of which all is used or nothing is kept.
 */
export const bytesView: Codec<Uint8Array> = codec(
  (w, value) => w.bytes(value),
  (r) => r.bytes(),
)

/** A byte string of a fixed length. */
export function fixedBytes(length: number): Codec<Uint8Array> {
  const view = fixedBytesView(length)
  return codec(view.write, (r) => view.read(r).slice())
}

/** A {@link bytesView} of a fixed length. */
export function fixedBytesView(length: number): Codec<Uint8Array> {
  return codec(
    (w, value) => w.bytes(value),
    (r) => {
      const value = r.bytes()
      if (value.length !== length) {
        throw new CborError(`expected ${length} bytes`, { kind: 'length' })
      }
      return value
    },
  )
}

export const text: Codec<string> = codec(
  (w, value) => w.text(value),
  (r) => r.text(),
)

export const bool: Codec<boolean> = codec(
  (w, value) => w.bool(value),
  (r) => r.bool(),
)

export const link: Codec<CID> = codec(
  (w, value) => w.link(value),
  (r) => r.link(),
)

/**
 * TokenAmount, StoragePower, DataCap: a byte string, empty for 0, else a sign byte (0 plus,
 * 1 minus) and the magnitude, big-endian; at most 128 bytes.
 */
export const bigint: Codec<bigint> = codec(
  (w, value) => w.bytes(encodeBigInt(value)),
  (r) => decodeBigInt(r.bytes()),
)

export const address: Codec<Address> = codec(
  (w, value) => w.bytes(value.bytes),
  (r) => {
    try {
      return Address.fromBytes(r.bytes().slice())
    } catch (cause) {
      if (cause instanceof AddressError) throw new CborError(cause.message, { cause })
      throw cause
    }
  },
)

/** The value, or null. */
export function nullable<T>(inner: Codec<T>): Codec<T | null> {
  return codec(
    (w, value) => (value === null ? void w.null() : inner.write(w, value)),
    (r) => (r.skipNull() ? null : inner.read(r)),
  )
}

export function list<T>(inner: Codec<T>): Codec<T[]> {
  return codec(
    (w, values) => {
      w.array(values.length)
      for (const value of values) inner.write(w, value)
    },
    (r) => {
      const length = r.array()
      const values: T[] = []
      for (let i = 0; i < length; i++) values.push(inner.read(r))
      return values
    },
  )
}

// biome-ignore lint/suspicious/noExplicitAny: a tuple may hold fields of any type
type Fields = Record<string, Codec<any>>

/** A struct: a fixed-length array of its fields, in the order in which they are named. */
export function tuple<F extends Fields>(fields: F): Codec<{ [K in keyof F]: TypeOf<F[K]> }> {
  type Value = { [K in keyof F]: TypeOf<F[K]> }
  const names = Object.keys(fields) as (keyof F & string)[]
  return codec<Value>(
    (w, value) => {
      w.array(names.length)
      for (const name of names) fields[name]!.write(w, value[name])
    },
    (r) => {
      const count = r.array()
      const value = {} as Value
      // as in the Rust decoder, a field is missing only when those before it are right
      for (let i = 0; i < count && i < names.length; i++) {
        const name = names[i]!
        value[name] = fields[name]!.read(r)
      }
      if (count !== names.length) {
        throw new CborError(`expected ${names.length} fields, got ${count}`, { kind: 'length' })
      }
      return value
    },
  )
}

/** A value seen as another type, for wrappers such as "an EthAddress is 20 bytes". */
export function mapped<T, U>(
  inner: Codec<T>,
  to: (value: T) => U,
  from: (value: U) => T,
): Codec<U> {
  return codec(
    (w, value) => inner.write(w, from(value)),
    (r) => to(inner.read(r)),
  )
}

export function encodeBigInt(value: bigint): Uint8Array {
  if (value === 0n) return EMPTY
  const magnitude = fromBigInt(value < 0n ? -value : value)
  const out = new Uint8Array(magnitude.length + 1)
  out[0] = value < 0n ? 1 : 0
  out.set(magnitude, 1)
  return out
}

export function decodeBigInt(data: Uint8Array): bigint {
  if (data.length === 0) return 0n
  if (data.length > 128) throw new CborError('big integer above 128 bytes')
  const sign = data[0]
  if (sign !== 0 && sign !== 1) throw new CborError('big integer with an invalid sign')
  const magnitude = toBigInt(data.subarray(1))
  return sign === 1 ? -magnitude : magnitude
}
