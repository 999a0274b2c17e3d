/** What the storage market remembers (fvm-actors spec 9). */
import { CborError, Major } from '../../ipld/cbor.ts'
import {
  address,
  bigint,
  bool,
  bytes,
  type Codec,
  codec,
  int64,
  link,
  type TypeOf,
  text,
  tuple,
  uint64,
} from '../../ipld/codec.ts'

export const storageMarketStateCodec = tuple({
  /** By deal id. */
  proposals: link,
  /** Of the deals that have been activated, by deal id. */
  states: link,
  /** Set of the CIDs of proposals that have not started. */
  pendingProposals: link,
  /** From id address to attoFIL, what is locked included. */
  escrow: link,
  /** From id address to attoFIL. */
  locked: link,
  nextDealId: uint64,
  /** From epoch to a set of deal ids. */
  dealOpsByEpoch: link,
  lastCron: int64,
  totalClientLockedCollateral: bigint,
  totalProviderLockedCollateral: bigint,
  totalClientStorageFee: bigint,
  /** From deal id to allocation id. */
  pendingDealAllocationIds: link,
  /** From provider to a map from sector to deal ids. */
  providerSectors: link,
})
export type StorageMarketState = TypeOf<typeof storageMarketStateCodec>

export const PROPOSALS_BIT_WIDTH = 5
export const STATES_BIT_WIDTH = 6
export const BALANCES_BIT_WIDTH = 6

/** "Never", of epochs. */
export const EPOCH_UNDEFINED = -1n

/** What the parties call a deal: text, or bytes. */
export const label: Codec<string | Uint8Array> = codec(
  (writer, value) =>
    typeof value === 'string' ? text.write(writer, value) : bytes.write(writer, value),
  (reader) => {
    if (reader.major === Major.TEXT) return text.read(reader)
    if (reader.major === Major.BYTES) return bytes.read(reader)
    throw new CborError('a label is text or bytes')
  },
)

export const dealProposalCodec = tuple({
  pieceCid: link,
  /** Padded, bytes. */
  pieceSize: uint64,
  verified: bool,
  /** An id address, as is the provider. */
  client: address,
  provider: address,
  label,
  startEpoch: int64,
  endEpoch: int64,
  /** attoFIL, as are the collaterals. */
  pricePerEpoch: bigint,
  providerCollateral: bigint,
  clientCollateral: bigint,
})
export type DealProposal = TypeOf<typeof dealProposalCodec>

export const dealStateCodec = tuple({
  sector: uint64,
  sectorStart: int64,
  lastUpdated: int64,
  slashed: int64,
})
export type DealState = TypeOf<typeof dealStateCodec>
