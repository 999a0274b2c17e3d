/** How randomness for a purpose is drawn from a tipset's digest (kernel spec 7.1). */
import { concat } from '../base/bytes.ts'
import { blake2b256 } from '../base/hash.ts'

export const RandomnessTag = {
  TicketProduction: 1,
  ElectionProofProduction: 2,
  WinningPoStChallengeSeed: 3,
  WindowedPoStChallengeSeed: 4,
  SealRandomness: 5,
  InteractiveSealChallengeSeed: 6,
  WindowedPoStDeadlineAssignment: 7,
  MarketDealCronSeed: 8,
  PoStChainCommit: 9,
  EvmPrevRandao: 10,
} as const
export type RandomnessTag = (typeof RandomnessTag)[keyof typeof RandomnessTag]

/** i64 tag ‖ digest ‖ i64 epoch ‖ entropy, integers big-endian: what is hashed. */
export function randomnessInput(
  digest: Uint8Array,
  tag: RandomnessTag,
  epoch: number,
  entropy: Uint8Array,
): Uint8Array {
  return concat(int64(tag), digest, int64(epoch), entropy)
}

export function drawRandomness(
  digest: Uint8Array,
  tag: RandomnessTag,
  epoch: number,
  entropy: Uint8Array,
): Uint8Array {
  return blake2b256(randomnessInput(digest, tag, epoch, entropy))
}

function int64(value: number): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigInt64(0, BigInt(value))
  return out
}
