/** What storage proofs are proofs of, as miner and power actors hand it to the FVM. */
import { bytes, link, list, type TypeOf, tuple, uint } from '../ipld/codec.ts'

/** RegisteredSealProof, RegisteredPoStProof, …: the numbers of the protocol. */
export type ProofType = number

/** A piece of data in a sector; its size is that of the padded piece, a power of two. */
export const pieceInfo = tuple({ size: uint, cid: link })
export type PieceInfo = TypeOf<typeof pieceInfo>

export const windowPoStVerifyInfo = tuple({
  randomness: bytes,
  proofs: list(tuple({ postProof: uint, proofBytes: bytes })),
  challengedSectors: list(tuple({ proof: uint, sectorNumber: uint, sealedCid: link })),
  prover: uint,
})
export type WindowPoStVerifyInfo = TypeOf<typeof windowPoStVerifyInfo>

export const sealVerifyInfo = tuple({
  registeredProof: uint,
  sectorId: tuple({ miner: uint, number: uint }),
  dealIds: list(uint),
  randomness: bytes,
  interactiveRandomness: bytes,
  proof: bytes,
  sealedCid: link,
  unsealedCid: link,
})
export type SealVerifyInfo = TypeOf<typeof sealVerifyInfo>

export const aggregateSealVerifyProofAndInfos = tuple({
  miner: uint,
  sealProof: uint,
  aggregateProof: uint,
  proof: bytes,
  infos: list(
    tuple({
      sectorNumber: uint,
      randomness: bytes,
      interactiveRandomness: bytes,
      sealedCid: link,
      unsealedCid: link,
    }),
  ),
})
export type AggregateSealVerifyProofAndInfos = TypeOf<typeof aggregateSealVerifyProofAndInfos>

export const replicaUpdateInfo = tuple({
  updateProofType: uint,
  oldSealedCid: link,
  newSealedCid: link,
  newUnsealedCid: link,
  // the reference writes an array of integers here, not a byte string
  proof: list(uint),
})
export type ReplicaUpdateInfo = TypeOf<typeof replicaUpdateInfo>

/** Two blocks that a miner may not both have made. */
export interface ConsensusFault {
  /** The miner's actor id. */
  readonly target: number
  readonly epoch: number
  /** 1 double fork, 2 parent grinding, 3 time offset */
  readonly type: number
}

const GIB = 2 ** 30
const sectorSizes = [2 * 2 ** 10, 8 * 2 ** 20, 512 * 2 ** 20, 32 * GIB, 64 * GIB] as const

/** Each version of the seal proofs has one type for each size. */
const SEAL_PROOFS = 4 * sectorSizes.length

/** Bytes of a sector; undefined for what is no seal proof. */
export function sectorSize(sealProof: ProofType): number | undefined {
  return sealProof >= 0 && sealProof < SEAL_PROOFS
    ? sectorSizes[sealProof % sectorSizes.length]
    : undefined
}
