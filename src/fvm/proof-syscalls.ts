/**
 * The syscalls that verify storage proofs. What a proof costs is consensus; whether it is true, a
 * {@link ProofVerifier} knows: the proofs are SNARKs over sectors, which nothing in JavaScript
 * verifies.
 */
import type { CID } from '../ipld/cid.ts'
import type {
  AggregateSealVerifyProofAndInfos,
  ConsensusFault,
  PieceInfo,
  ProofType,
  ReplicaUpdateInfo,
  SealVerifyInfo,
  WindowPoStVerifyInfo,
} from '../protocol/proofs.ts'
import { PieceError, unsealedSectorCid } from '../protocol/unsealed-sector.ts'
import { Errno, SyscallError } from './errors.ts'
import type { GasTracker } from './gas/gas-tracker.ts'
import type { PriceList } from './gas/price-list.ts'

export interface ProofVerifier {
  windowPoSt(info: WindowPoStVerifyInfo): boolean
  aggregateSeals(info: AggregateSealVerifyProofAndInfos): boolean
  replicaUpdate(info: ReplicaUpdateInfo): boolean
  seal(info: SealVerifyInfo): boolean
  /** Headers of two blocks, and of a third that proves parent grinding, or nothing. */
  consensusFault(
    header1: Uint8Array,
    header2: Uint8Array,
    extra: Uint8Array,
  ): ConsensusFault | undefined
}

/** For chains whose storage is make-believe: every proof holds, nobody is at fault. */
export const acceptProofs: ProofVerifier = {
  windowPoSt: () => true,
  aggregateSeals: () => true,
  replicaUpdate: () => true,
  seal: () => true,
  consensusFault: () => undefined,
}

export class ProofSyscalls {
  readonly #gas: GasTracker
  readonly #prices: PriceList
  readonly #verifier: ProofVerifier

  constructor(gas: GasTracker, prices: PriceList, verifier: ProofVerifier) {
    this.#gas = gas
    this.#prices = prices
    this.#verifier = verifier
  }

  computeUnsealedSectorCid(sealProof: ProofType, pieces: readonly PieceInfo[]): CID {
    this.#charge('OnComputeUnsealedSectorCid', this.#prices.computeUnsealedSectorCid)
    try {
      return unsealedSectorCid(sealProof, pieces)
    } catch (error) {
      if (!(error instanceof PieceError)) throw error
      throw new SyscallError(Errno.IllegalArgument, error.message)
    }
  }

  verifyPoSt(info: WindowPoStVerifyInfo): boolean {
    this.#charge('OnVerifyPost', this.#prices.verifyPoSt(info.challengedSectors.length))
    return this.#verifier.windowPoSt(info)
  }

  verifyAggregateSeals(info: AggregateSealVerifyProofAndInfos): boolean {
    const price = this.#prices.verifyAggregateSeals(info.sealProof, info.infos.length)
    this.#charge('OnVerifyAggregateSeals', price)
    return this.#verifier.aggregateSeals(info)
  }

  verifyReplicaUpdate(info: ReplicaUpdateInfo): boolean {
    this.#charge('OnVerifyReplicaUpdate', this.#prices.verifyReplicaUpdate)
    return this.#verifier.replicaUpdate(info)
  }

  verifyConsensusFault(
    header1: Uint8Array,
    header2: Uint8Array,
    extra: Uint8Array,
  ): ConsensusFault | undefined {
    this.#charge('OnVerifyConsensusFault', this.#prices.verifyConsensusFault)
    return this.#verifier.consensusFault(header1, header2, extra)
  }

  batchVerifySeals(infos: readonly SealVerifyInfo[]): boolean[] {
    this.#gas.charge('OnSyscall', this.#prices.syscall)
    for (const _ of infos) this.#gas.charge('OnVerifySeal', this.#prices.verifySeal)
    return infos.map((info) => this.#verifier.seal(info))
  }

  #charge(name: string, milligas: number): void {
    this.#gas.charge('OnSyscall', this.#prices.syscall)
    this.#gas.charge(name, milligas)
  }
}
