/**
 * State of a contract:
 * `[bytecode, bytecodeHash, contractState, transient | null, nonce, tombstone | null]`.
 */
import { concat, EMPTY, fromHex, stripLeadingZeros } from '../../base/bytes.ts'
import { CborError } from '../../ipld/cbor.ts'
import {
  bigint,
  bytes,
  type Codec,
  fixedBytes,
  link,
  mapped,
  nullable,
  type TypeOf,
  tuple,
  uint,
  uint64,
} from '../../ipld/codec.ts'

/** The message in which something happened: who sent it, and its nonce. */
const lifespan = tuple({ origin: uint, nonce: uint64 })
export type Lifespan = TypeOf<typeof lifespan>

const transientData = tuple({ state: link, lifespan })

export const evmStateCodec = tuple({
  /** Raw block of the code. */
  bytecode: link,
  /** Its keccak-256. */
  bytecodeHash: fixedBytes(32),
  /** KAMT of the storage. */
  contractState: link,
  /** KAMT of the transient storage, and the message to which it belongs. */
  transient: nullable(transientData),
  nonce: uint64,
  /** Set by SELFDESTRUCT; the contract is dead in every other message. */
  tombstone: nullable(lifespan),
})
export type EvmState = TypeOf<typeof evmStateCodec>

/** keccak-256 of no code. */
export const EMPTY_CODE_HASH = fromHex(
  'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
)
/** What EXTCODEHASH says of built-in actors that are no accounts: keccak-256 of 0xfe. */
export const NATIVE_CODE_HASH = fromHex(
  'bcc90f2d6dada5b18e155c17a1c0a55920aae94f39857d39d0d8ed07ae8f228b',
)
/** The code that such actors seem to have. */
export const NATIVE_CODE = Uint8Array.of(0xfe)

export const delegateCallParams = tuple({
  code: link,
  input: bytes,
  caller: fixedBytes(20),
  value: bigint,
})

/** A 256-bit number: a byte string of at most 32 bytes, big-endian, without leading zeros. */
export const u256Bytes: Codec<Uint8Array> = mapped(
  bytes,
  (raw) => {
    if (raw.length > 32) throw new CborError('more than 32 bytes', { kind: 'length' })
    return concat(new Uint8Array(32 - raw.length), raw)
  },
  (word) => (word.length === 0 ? EMPTY : stripLeadingZeros(word)),
)

export const getStorageAtParams = tuple({ key: u256Bytes })

export function sameLifespan(a: Lifespan, b: Lifespan): boolean {
  return a.origin === b.origin && a.nonce === b.nonce
}
