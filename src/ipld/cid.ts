/**
 * Content identifiers as the chain uses them: CIDv1, nearly always blake2b-256.
 *
 *     01 71 a0e402 20 <32 bytes>     dag-cbor block: state, messages, headers
 *     01 55 a0e402 20 <32 bytes>     raw block: actor code, EVM bytecode
 */
import { base32 } from 'multiformats/bases/base32'
import { bytesKey, equal } from '../base/bytes.ts'
import { blake2b256 } from '../base/hash.ts'
import { decodeVarint } from '../base/varint.ts'

export const Codec = { CBOR: 0x51, RAW: 0x55, DAG_CBOR: 0x71 } as const

export const BLAKE2B_256 = 0xb220
export const IDENTITY = 0x00

const PREFIX_LENGTH = 6
const DIGEST_LENGTH = 32
const MAX_DIGEST_LENGTH = 64

export class CidError extends Error {
  override name = 'CidError'
}

export class CID {
  readonly bytes: Uint8Array
  #key: string | undefined

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** The blake2b-256 CID of a block. `codec` below 0x80. */
  static of(codec: number, data: Uint8Array): CID {
    return CID.fromDigest(codec, blake2b256(data))
  }

  /** A CID from a blake2b-256 digest. */
  static fromDigest(codec: number, digest: Uint8Array): CID {
    const bytes = new Uint8Array(PREFIX_LENGTH + DIGEST_LENGTH)
    bytes[0] = 0x01
    bytes[1] = codec
    bytes[2] = 0xa0
    bytes[3] = 0xe4
    bytes[4] = 0x02
    bytes[5] = 0x20
    bytes.set(digest, PREFIX_LENGTH)
    return new CID(bytes)
  }

  /** @throws CidError when the bytes are not exactly one CIDv1. */
  static fromBytes(bytes: Uint8Array): CID {
    const cid = new CID(bytes)
    if (!cid.isBlake2b256 && cid.#parts().end !== bytes.length) throw new CidError('trailing bytes')
    return cid
  }

  /**
   * The CID with which the bytes begin. The Rust library stops at its end too.
   * @throws CidError when they begin with no CIDv1, or with one whose digest is above 64 bytes
   */
  static startOf(bytes: Uint8Array): CID {
    const cid = new CID(bytes)
    if (cid.isBlake2b256) return cid
    const { digest, end } = cid.#parts()
    if (digest.length > MAX_DIGEST_LENGTH) throw new CidError('digest above 64 bytes')
    return new CID(bytes.slice(0, end))
  }

  /** @throws CidError when the text is not a base32 CIDv1 (`b…`). */
  static parse(text: string): CID {
    let bytes: Uint8Array
    try {
      bytes = base32.decode(text)
    } catch (cause) {
      throw new CidError(`not a CID: ${text.slice(0, 80)}`, { cause })
    }
    return CID.fromBytes(bytes)
  }

  /** Key for maps. */
  get key(): string {
    this.#key ??= bytesKey(this.bytes)
    return this.#key
  }

  get isBlake2b256(): boolean {
    const { bytes } = this
    return (
      bytes.length === PREFIX_LENGTH + DIGEST_LENGTH &&
      bytes[0] === 0x01 &&
      bytes[1]! < 0x80 &&
      bytes[2] === 0xa0 &&
      bytes[3] === 0xe4 &&
      bytes[4] === 0x02 &&
      bytes[5] === 0x20
    )
  }

  get codec(): number {
    return this.bytes[1]! < 0x80 ? this.bytes[1]! : this.#parts().codec
  }

  /** Multihash function code. */
  get hash(): number {
    return this.isBlake2b256 ? BLAKE2B_256 : this.#parts().hash
  }

  get digest(): Uint8Array {
    return this.isBlake2b256 ? this.bytes.subarray(PREFIX_LENGTH) : this.#parts().digest
  }

  equals(other: CID): boolean {
    return this === other || equal(this.bytes, other.bytes)
  }

  toString(): string {
    return base32.encode(this.bytes)
  }

  #parts() {
    try {
      const version = decodeVarint(this.bytes, 0)
      if (version.value !== 1n) throw new CidError('only CIDv1 is supported')
      const codec = decodeVarint(this.bytes, version.next)
      const hash = decodeVarint(this.bytes, codec.next)
      const length = decodeVarint(this.bytes, hash.next)
      const end = length.next + Number(length.value)
      if (end > this.bytes.length) throw new CidError('CID is truncated')
      return {
        codec: Number(codec.value),
        hash: Number(hash.value),
        digest: this.bytes.subarray(length.next, end),
        end,
      }
    } catch (cause) {
      if (cause instanceof CidError) throw cause
      throw new CidError('invalid CID', { cause })
    }
  }
}
