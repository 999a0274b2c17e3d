/** Between Ethereum and Filecoin addresses where a rule or the state is needed (eth-rpc spec 2.2). */
import { type ActorId, type Address, AddressError } from '../address/address.ts'
import {
  type EthAddress,
  f410Payload,
  isMaskedId,
  maskedId,
  toFilecoin,
} from '../address/eth-address.ts'
import type { ActorState } from '../protocol/actor-state.ts'

/** Nodes refuse longer ids, though the FVM has them. */
const MAX_ID = 2n ** 63n - 1n

/**
 * The f0 or f410 address that a caller means.
 * @throws AddressError for a masked id that nodes cannot name
 */
export function filecoinAddressOf(address: EthAddress): Address {
  const filecoin = toFilecoin(address)
  if ((filecoin.id ?? 0n) > MAX_ID) throw new AddressError('IDs must be less than 2^63')
  return filecoin
}

/** undefined: no such actor. */
export type EthAddressOf = (address: Address) => EthAddress | undefined

/** The slice of a state tree that the lookup needs. */
export interface ActorLookup {
  resolve(address: Address): ActorId | undefined
  actor(id: ActorId): Pick<ActorState, 'delegatedAddress'> | undefined
}

/**
 * An f410 address is its own answer. Any other actor is known by its f410 address if it has one,
 * else by its masked id, also after it is gone.
 */
export function ethAddressIn(state: ActorLookup): EthAddressOf {
  return (address) => {
    const own = f410Payload(address)
    if (own !== undefined && !isMaskedId(own)) return own
    const id = address.actorId ?? state.resolve(address)
    if (id === undefined) return undefined
    const delegated = f410Payload(state.actor(id)?.delegatedAddress ?? undefined)
    return delegated === undefined || isMaskedId(delegated) ? maskedId(id) : delegated
  }
}

/** Remembers the answers; for as long as the state behind them stays the same. */
export function memoized(ethAddressOf: EthAddressOf): EthAddressOf {
  const known = new Map<string, EthAddress | undefined>()
  return (address) => {
    const { key } = address
    if (known.has(key)) return known.get(key)
    const found = ethAddressOf(address)
    known.set(key, found)
    return found
  }
}
