/** Drawing random values for a purpose out of a beacon entry or ticket (kernel spec 6). */
import { concat } from '../base/bytes.ts'
import { blake2b256 } from '../base/hash.ts'

/** Domain separation: what the randomness is for. */
export const RandomnessTag = {
  TICKET_PRODUCTION: 1n,
  ELECTION_PROOF_PRODUCTION: 2n,
  WINNING_POST_CHALLENGE_SEED: 3n,
  WINDOWED_POST_CHALLENGE_SEED: 4n,
  SEAL_RANDOMNESS: 5n,
  INTERACTIVE_SEAL_CHALLENGE_SEED: 6n,
  WINDOWED_POST_DEADLINE_ASSIGNMENT: 7n,
  MARKET_DEAL_CRON_SEED: 8n,
  POST_CHAIN_COMMIT: 9n,
  EVM_PREVRANDAO: 10n,
} as const

/**
 *     blake2b-256(tag ‖ digest ‖ epoch ‖ entropy)      tag and epoch: 64 bits, big-endian
 *
 * @param digest blake2b-256 of the beacon entry or the ticket's VRF proof
 */
export function drawRandomness(
  digest: Uint8Array,
  tag: bigint,
  epoch: number,
  entropy: Uint8Array,
): Uint8Array {
  return blake2b256(concat(int64(tag), digest, int64(BigInt(epoch)), entropy))
}

function int64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, value)
  return bytes
}
