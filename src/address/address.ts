/**
 * Filecoin addresses (FIP-0048 and the address specification).
 *
 *     binary = protocol byte ‖ payload
 *     text   = network letter ‖ protocol digit ‖ payload text
 *
 *     f0  LEB128 actor id                       decimal
 *     f1  blake2b-160 of the secp256k1 key      base32(payload ‖ checksum)
 *     f2  blake2b-160 of the creation data      base32(payload ‖ checksum)
 *     f3  48-byte BLS key                       base32(payload ‖ checksum)
 *     f4  LEB128 namespace ‖ subaddress ≤ 54 B  namespace ‖ 'f' ‖ base32(subaddress ‖ checksum)
 *
 * The checksum is blake2b-32 over the whole binary form. The network letter is presentation only.
 */
import { bytesKey, compare, concat, equal } from '../base/bytes.ts'
import { blake2b32, blake2b160 } from '../base/hash.ts'
import { decodeVarint, encodeVarint } from '../base/varint.ts'
import { decodeBase32, encodeBase32 } from './base32.ts'

export type ActorId = number
export type NetworkPrefix = 'f' | 't'

export const Protocol = { ID: 0, SECP256K1: 1, ACTOR: 2, BLS: 3, DELEGATED: 4 } as const
export type Protocol = (typeof Protocol)[keyof typeof Protocol]

/** Namespace of delegated addresses made by the Ethereum Address Manager (f010). */
export const EAM_NAMESPACE = 10n

const MAX_SUBADDRESS = 54
const MAX_TEXT = 138
const PAYLOAD_LENGTH = { 1: 20, 2: 20, 3: 48 } as const

export class AddressError extends Error {
  override name = 'AddressError'
}

export class Address {
  /** Protocol byte and payload. */
  readonly bytes: Uint8Array
  #key: string | undefined

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  static id(id: ActorId | bigint): Address {
    if (typeof id === 'number' && !Number.isSafeInteger(id)) {
      throw new AddressError(`not an actor id: ${id}`)
    }
    return new Address(concat(Uint8Array.of(Protocol.ID), encodeVarint(BigInt(id))))
  }

  /** f1 of an uncompressed 65-byte public key. */
  static secp256k1(publicKey: Uint8Array): Address {
    if (publicKey.length !== 65) throw new AddressError('secp256k1 key must have 65 bytes')
    return new Address(concat(Uint8Array.of(Protocol.SECP256K1), blake2b160(publicKey)))
  }

  /** f2 of the data that names a creation (kernel spec 5.5). */
  static actor(creation: Uint8Array): Address {
    return new Address(concat(Uint8Array.of(Protocol.ACTOR), blake2b160(creation)))
  }

  /** f3 of a 48-byte BLS public key. */
  static bls(publicKey: Uint8Array): Address {
    if (publicKey.length !== 48) throw new AddressError('BLS key must have 48 bytes')
    return new Address(concat(Uint8Array.of(Protocol.BLS), publicKey))
  }

  static delegated(namespace: bigint, subaddress: Uint8Array): Address {
    if (subaddress.length > MAX_SUBADDRESS) throw new AddressError('subaddress above 54 bytes')
    return new Address(
      concat(Uint8Array.of(Protocol.DELEGATED), encodeVarint(namespace), subaddress),
    )
  }

  /** @throws AddressError when the bytes are not an address. */
  static fromBytes(bytes: Uint8Array): Address {
    const protocol = bytes[0]
    const payload = bytes.length - 1
    switch (protocol) {
      case Protocol.ID:
        if (payload === 0 || readVarint(bytes, 1).next !== bytes.length) {
          throw new AddressError('invalid length')
        }
        return new Address(bytes)
      case Protocol.SECP256K1:
      case Protocol.ACTOR:
      case Protocol.BLS:
        if (payload !== PAYLOAD_LENGTH[protocol]) throw new AddressError('invalid length')
        return new Address(bytes)
      case Protocol.DELEGATED: {
        const { next } = readVarint(bytes, 1)
        if (bytes.length - next > MAX_SUBADDRESS) throw new AddressError('invalid length')
        return new Address(bytes)
      }
      case undefined:
        throw new AddressError('invalid length')
      default:
        throw new AddressError(`unknown protocol ${protocol}`)
    }
  }

  /** @throws AddressError when the text is not an address; either network letter is taken. */
  static parse(text: string): Address {
    if (text.length > MAX_TEXT || text.length < 3) throw new AddressError('invalid length')
    if (text[0] !== 'f' && text[0] !== 't') throw new AddressError('unknown network')
    const rest = text.slice(2)
    switch (text[1]) {
      case '0': {
        if (!/^(0|[1-9][0-9]{0,19})$/.test(rest)) throw new AddressError('invalid payload')
        const id = BigInt(rest)
        if (id > 0xffff_ffff_ffff_ffffn) throw new AddressError('actor id above 64 bits')
        return Address.id(id)
      }
      case '1':
      case '2':
      case '3': {
        const protocol = Number(text[1]) as 1 | 2 | 3
        return checked(Uint8Array.of(protocol), readBase32(rest), PAYLOAD_LENGTH[protocol])
      }
      case '4': {
        const split = /^(0|[1-9][0-9]{0,19})f(.*)$/.exec(rest)
        if (split === null) throw new AddressError('invalid payload')
        const namespace = BigInt(split[1]!)
        if (namespace > 0xffff_ffff_ffff_ffffn) throw new AddressError('namespace above 64 bits')
        const prefix = concat(Uint8Array.of(Protocol.DELEGATED), encodeVarint(namespace))
        return checked(prefix, readBase32(split[2]!), undefined)
      }
      default:
        throw new AddressError('unknown protocol')
    }
  }

  /** For bytes and lengths that {@link checked} has verified. */
  static unchecked(bytes: Uint8Array): Address {
    return new Address(bytes)
  }

  get protocol(): Protocol {
    return this.bytes[0] as Protocol
  }

  get payload(): Uint8Array {
    return this.bytes.subarray(1)
  }

  /** Key for maps. */
  get key(): string {
    this.#key ??= bytesKey(this.bytes)
    return this.#key
  }

  /** The id of an f0 address, up to 2^64 - 1, else undefined. */
  get id(): bigint | undefined {
    return this.protocol === Protocol.ID ? decodeVarint(this.bytes, 1).value : undefined
  }

  /** The actor id of an f0 address whose id is a safe integer, else undefined. */
  get actorId(): ActorId | undefined {
    const { id } = this
    return id !== undefined && id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : undefined
  }

  /** The same, but for ids above 2^53 - 1, which no actor can have, the highest number below. */
  get nearestActorId(): ActorId | undefined {
    return this.id === undefined ? undefined : (this.actorId ?? Number.MAX_SAFE_INTEGER)
  }

  /** Namespace and subaddress of an f4 address, else undefined. */
  get delegated(): { namespace: bigint; subaddress: Uint8Array } | undefined {
    if (this.protocol !== Protocol.DELEGATED) return undefined
    const { value, next } = decodeVarint(this.bytes, 1)
    return { namespace: value, subaddress: this.bytes.subarray(next) }
  }

  equals(other: Address): boolean {
    return equal(this.bytes, other.bytes)
  }

  compare(other: Address): number {
    return compare(this.bytes, other.bytes)
  }

  toString(network: NetworkPrefix = 'f'): string {
    const { protocol } = this
    if (protocol === Protocol.ID) return `${network}0${this.id}`
    const checksum = blake2b32(this.bytes)
    if (protocol === Protocol.DELEGATED) {
      const { namespace, subaddress } = this.delegated!
      return `${network}4${namespace}f${encodeBase32(concat(subaddress, checksum))}`
    }
    return `${network}${protocol}${encodeBase32(concat(this.payload, checksum))}`
  }
}

/** The BLS address of the point at infinity; messages to it are invalid. */
export const ZERO_BLS_ADDRESS = Address.bls(Uint8Array.of(0xc0, ...new Uint8Array(47)))

function readVarint(bytes: Uint8Array, offset: number) {
  try {
    return decodeVarint(bytes, offset)
  } catch (cause) {
    throw new AddressError('invalid integer in address', { cause })
  }
}

function readBase32(text: string): Uint8Array {
  try {
    return decodeBase32(text)
  } catch (cause) {
    throw new AddressError('invalid base32', { cause })
  }
}

function checked(prefix: Uint8Array, tail: Uint8Array, length: number | undefined): Address {
  const payload = tail.subarray(0, Math.max(0, tail.length - 4))
  const tooLong = length === undefined && payload.length > MAX_SUBADDRESS
  if (tail.length < 4 || tooLong || (length !== undefined && payload.length !== length)) {
    throw new AddressError('invalid length')
  }
  const bytes = concat(prefix, payload)
  if (!equal(blake2b32(bytes), tail.subarray(tail.length - 4))) {
    throw new AddressError('invalid checksum')
  }
  return Address.unchecked(bytes)
}
