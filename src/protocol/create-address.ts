/** Addresses of contracts: what CREATE hashes (yellow paper, section 7). */
import { RLP } from '@ethereumjs/rlp'
import type { EthAddress } from '../address/eth-address.ts'
import { concat, fromBigInt } from '../base/bytes.ts'
import { keccak256 } from '../base/hash.ts'

/** rlp([creator, nonce]), whose keccak's last 20 bytes are the new address. */
export function createAddressInput(creator: EthAddress, nonce: bigint): Uint8Array {
  return RLP.encode([creator, fromBigInt(nonce)])
}

export function createAddress(creator: EthAddress, nonce: bigint): EthAddress {
  return keccak256(createAddressInput(creator, nonce)).slice(12)
}

/** EIP-1014 */
export function create2Address(
  creator: EthAddress,
  salt: Uint8Array,
  initcode: Uint8Array,
): EthAddress {
  return keccak256(concat(Uint8Array.of(0xff), creator, salt, keccak256(initcode))).slice(12)
}
