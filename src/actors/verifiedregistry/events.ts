/** What the registry tells the world (FIP-0083). */
import { bigint, int64, link, uint64 } from '../../ipld/codec.ts'
import type { EventEntry } from '../../protocol/event.ts'
import { emit, field, indexed } from '../event.ts'
import type { Runtime } from '../runtime.ts'
import type { Allocation, Claim } from './state.ts'

/** @param client who got the difference, if somebody did */
export function emitVerifierBalance(
  runtime: Runtime,
  verifier: number,
  balance: bigint,
  client?: number,
): void {
  emit(runtime, 'verifier-balance', [
    indexed('verifier', uint64, BigInt(verifier)),
    field('balance', bigint, balance),
    ...(client === undefined ? [] : [indexed('client', uint64, BigInt(client))]),
  ])
}

export function emitAllocation(
  runtime: Runtime,
  type: 'allocation' | 'allocation-removed',
  id: bigint,
  allocation: Allocation,
): void {
  const expiration = field('expiration', int64, allocation.expiration)
  emit(runtime, type, [...pieceFields(id, allocation), expiration])
}

export function emitClaim(
  runtime: Runtime,
  type: 'claim' | 'claim-updated' | 'claim-removed',
  id: bigint,
  claim: Claim,
): void {
  emit(runtime, type, [
    ...pieceFields(id, claim),
    field('term-start', int64, claim.termStart),
    indexed('sector', uint64, claim.sector),
  ])
}

function pieceFields(id: bigint, of: Allocation | Claim): EventEntry[] {
  return [
    indexed('id', uint64, id),
    indexed('client', uint64, of.client),
    indexed('provider', uint64, of.provider),
    indexed('piece-cid', link, of.data),
    field('piece-size', uint64, of.size),
    field('term-min', int64, of.termMin),
    field('term-max', int64, of.termMax),
  ]
}
