/** Drawing random values for a purpose out of a beacon entry or a ticket. */
import { concat } from '../base/bytes.ts'
import { blake2b256 } from '../base/hash.ts'

/** Domain separation: what the randomness is for. */
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

/**
 * What is hashed with blake2b-256; actors pay for the hash, so they do it themselves.
 *
 *     tag ‖ digest ‖ epoch ‖ entropy      tag and epoch: 64 bits, big-endian
 *
 * @param digest blake2b-256 of the beacon entry or of the ticket's VRF proof
 */
export function randomnessInput(
  digest: Uint8Array,
  tag: number,
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
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value))
  return bytes
}
