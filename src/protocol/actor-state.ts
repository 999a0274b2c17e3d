/** `[code, head, sequence, balance, delegatedAddress | null]`, the values of the state tree. */
import type { Address } from '../address/address.ts'
import { CID, Codec } from '../ipld/cid.ts'
import { address, bigint, link, nullable, tuple, uint64 } from '../ipld/codec.ts'

export interface ActorState {
  readonly code: CID
  /** Root of the actor's own state. */
  readonly head: CID
  /** Next nonce of an account. */
  readonly sequence: bigint
  /** attoFIL */
  readonly balance: bigint
  /** f4 address of placeholders, Ethereum accounts and contracts. */
  readonly delegatedAddress: Address | null
}

export const actorStateCodec = tuple({
  code: link,
  head: link,
  sequence: uint64,
  balance: bigint,
  delegatedAddress: nullable(address),
})

/** `[]`: the head of actors without state, and the info of a state root. */
export const EMPTY_ARRAY_BLOCK = Uint8Array.of(0x80)
export const EMPTY_ARRAY_CID = CID.of(Codec.DAG_CBOR, EMPTY_ARRAY_BLOCK)

export const STATE_TREE_VERSION = 5

/** `[version, actors, info]` */
export const stateRootCodec = tuple({ version: uint64, actors: link, info: link })
