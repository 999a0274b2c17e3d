/**
 * Randomness of a local chain: no drand, no VRF keys, but values of the same form, fixed for every
 * epoch, so that a chain that is built twice is the same chain.
 */
import { utf8 } from '../base/bytes.ts'
import { blake2b256 } from '../base/hash.ts'
import type { Epoch } from '../protocol/tipset.ts'

/** Stands for the VRF proof of the epoch's ticket. */
export function ticketOf(epoch: Epoch): Uint8Array {
  return blake2b256(utf8(`fevm-gateway/ticket/${epoch}`))
}

/** Stands for the drand signature of the epoch's round. */
export function beaconEntryOf(epoch: Epoch): Uint8Array {
  return blake2b256(utf8(`fevm-gateway/beacon/${epoch}`))
}

/** Digest that get_beacon_randomness answers; epochs before the first count as the first. */
export function beaconDigest(epoch: Epoch): Uint8Array {
  return blake2b256(beaconEntryOf(Math.max(0, epoch)))
}

/** Digest that get_chain_randomness answers for a tipset at this epoch. */
export function ticketDigest(epoch: Epoch): Uint8Array {
  return blake2b256(ticketOf(Math.max(0, epoch)))
}
