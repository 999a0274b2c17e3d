/** Block headers and the messages that they commit to (kernel spec 3). */
import type { Address } from '../address/address.ts'
import { CID, Codec } from '../ipld/cid.ts'
import { address, bigint, bytes, int, link, list, nullable, tuple, uint64 } from '../ipld/codec.ts'
import { type Signature, signatureCodec } from './signature.ts'

export interface BlockHeader {
  readonly miner: Address
  readonly ticket: { readonly vrfProof: Uint8Array } | null
  readonly electionProof: { readonly winCount: number; readonly vrfProof: Uint8Array } | null
  readonly beaconEntries: readonly { readonly round: bigint; readonly data: Uint8Array }[]
  readonly winPoStProof: readonly { readonly proofType: number; readonly proofBytes: Uint8Array }[]
  readonly parents: readonly CID[]
  readonly parentWeight: bigint
  readonly height: number
  /** State after the parent tipset's messages. */
  readonly parentStateRoot: CID
  /** Receipts of the parent tipset's messages, a legacy AMT. */
  readonly parentMessageReceipts: CID
  /** `[blsMessages, secpMessages]`, legacy AMTs of message CIDs. */
  readonly messages: CID
  readonly blsAggregate: Signature | null
  /** Unix time in seconds. */
  readonly timestamp: bigint
  readonly blockSig: Signature | null
  readonly forkSignaling: bigint
  /** Base fee that this block's messages pay, attoFIL per gas unit. */
  readonly parentBaseFee: bigint
}

const vrf = tuple({ vrfProof: bytes })

export const blockHeaderCodec = tuple({
  miner: address,
  ticket: nullable(vrf),
  electionProof: nullable(tuple({ winCount: int, vrfProof: bytes })),
  beaconEntries: list(tuple({ round: uint64, data: bytes })),
  winPoStProof: list(tuple({ proofType: int, proofBytes: bytes })),
  parents: list(link),
  parentWeight: bigint,
  height: int,
  parentStateRoot: link,
  parentMessageReceipts: link,
  messages: link,
  blsAggregate: nullable(signatureCodec),
  timestamp: uint64,
  blockSig: nullable(signatureCodec),
  forkSignaling: uint64,
  parentBaseFee: bigint,
})

export const messageMetaCodec = tuple({ blsMessages: link, secpMessages: link })

export function encodeBlockHeader(header: BlockHeader): Uint8Array {
  return blockHeaderCodec.encode({
    ...header,
    beaconEntries: [...header.beaconEntries],
    winPoStProof: [...header.winPoStProof],
    parents: [...header.parents],
  })
}

export function blockCid(header: BlockHeader): CID {
  return CID.of(Codec.DAG_CBOR, encodeBlockHeader(header))
}

/** What the miner signs: the header without its signature. */
export function signingBytes(header: BlockHeader): Uint8Array {
  return encodeBlockHeader({ ...header, blockSig: null })
}
