/** A tipset: the blocks of one epoch that share their parents. What Ethereum tools call a block. */
import { concat } from '../base/bytes.ts'
import { CborWriter } from '../ipld/cbor.ts'
import { CID, Codec } from '../ipld/cid.ts'
import type { BlockHeader } from './block-header.ts'

export type Epoch = number

/** The CIDs of a tipset's blocks, in the order of their tickets. */
export type TipsetKey = readonly CID[]

/** CID of the CBOR byte string that holds the concatenated block CIDs. */
export function tipsetKeyCid(key: TipsetKey): CID {
  return CID.of(Codec.DAG_CBOR, tipsetKeyBytes(key))
}

export function tipsetKeyBytes(key: TipsetKey): Uint8Array {
  return new CborWriter().bytes(concat(...key.map((cid) => cid.bytes))).finish()
}

/** The 32 bytes by which Ethereum knows a tipset: the digest of its key's CID. */
export function ethBlockHash(key: TipsetKey): Uint8Array {
  return tipsetKeyCid(key).digest
}

export interface Tipset {
  readonly key: TipsetKey
  readonly blocks: readonly BlockHeader[]
}
