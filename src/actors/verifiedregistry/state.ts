/** What the verified registry remembers (fvm-actors spec 10). */
import type { Address } from '../../address/address.ts'
import { concat } from '../../base/bytes.ts'
import { address, bigint, int64, link, type TypeOf, tuple, uint64 } from '../../ipld/codec.ts'
import { Hamt } from '../../ipld/hamt.ts'
import { int64Result } from '../checks.ts'
import { mapOptions } from '../map.ts'
import type { Runtime } from '../runtime.ts'
import { Records } from './records.ts'

export const verifiedRegistryStateCodec = tuple({
  /** Who appoints verifiers. */
  rootKey: address,
  /** From verifier to the DataCap that it may still give, bytes. */
  verifiers: link,
  /** From verifier and client to the number of proposals to remove the client's DataCap. */
  removeDataCapProposalIds: link,
  /** From client to its allocations by id. */
  allocations: link,
  nextAllocationId: uint64,
  /** From provider to its claims by id. */
  claims: link,
})
export type VerifiedRegistryState = TypeOf<typeof verifiedRegistryStateCodec>

const terms = {
  /** Piece CID. */
  data: link,
  /** Padded, bytes. */
  size: uint64,
  termMin: int64,
  termMax: int64,
}

/** DataCap set aside for a piece that a provider has yet to store. */
export const allocationCodec = tuple({
  client: uint64,
  provider: uint64,
  ...terms,
  expiration: int64,
})
export type Allocation = TypeOf<typeof allocationCodec>

/** An allocation whose piece is stored. */
export const claimCodec = tuple({
  provider: uint64,
  client: uint64,
  ...terms,
  termStart: int64,
  sector: uint64,
})
export type Claim = TypeOf<typeof claimCodec>

const proposalId = tuple({ id: uint64 })
export const removalProposal = tuple({ client: address, amount: bigint, id: proposalId })

export function loadAllocations(runtime: Runtime, state: VerifiedRegistryState) {
  return new Records(runtime, state.allocations, allocationCodec)
}

export function loadClaims(runtime: Runtime, state: VerifiedRegistryState) {
  return new Records(runtime, state.claims, claimCodec)
}

/** Allowances by verifier. */
export function loadVerifiers(runtime: Runtime, state: VerifiedRegistryState): Hamt<bigint> {
  return Hamt.load(runtime.store, state.verifiers, bigint, mapOptions(runtime))
}

/** undefined for somebody who is no verifier; a verifier may have none left. */
export function verifierAllowance(
  runtime: Runtime,
  state: VerifiedRegistryState,
  verifier: Address,
): bigint | undefined {
  return loadVerifiers(runtime, state).get(verifier.bytes)
}

export function withVerifier(
  runtime: Runtime,
  state: VerifiedRegistryState,
  verifier: Address,
  allowance: bigint,
): VerifiedRegistryState {
  const verifiers = loadVerifiers(runtime, state)
  verifiers.set(verifier.bytes, allowance)
  return { ...state, verifiers: verifiers.flush() }
}

/** Numbers proposals about a client, so that no signature counts twice. */
export class ProposalIds {
  readonly #ids: Hamt<TypeOf<typeof proposalId>>

  constructor(runtime: Runtime, state: VerifiedRegistryState) {
    const { store } = runtime
    const { removeDataCapProposalIds } = state
    this.#ids = Hamt.load(store, removeDataCapProposalIds, proposalId, mapOptions(runtime))
  }

  next(verifier: Address, client: Address): bigint {
    const key = concat(verifier.bytes, client.bytes)
    const id = this.#ids.get(key)?.id ?? 0n
    this.#ids.set(key, { id: int64Result(id + 1n) })
    return id
  }

  flush() {
    return this.#ids.flush()
  }
}
