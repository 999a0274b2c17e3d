/**
 * Ethereum addresses and their two Filecoin forms (FIP-0055):
 *
 *     0x ff 00×11 <u64 big-endian>   ⇄  f0<id>     "masked id"
 *     any other 20 bytes             ⇄  f410f…     delegated address in the EAM's namespace
 */
import { bytesKey, concat } from '../base/bytes.ts'
import { type ActorId, Address, AddressError, EAM_NAMESPACE } from './address.ts'

/** 20 bytes. */
export type EthAddress = Uint8Array

export const ZERO_ETH_ADDRESS: EthAddress = new Uint8Array(20)

const F410_PREFIX = Uint8Array.of(4, 10)

export function isMaskedId(address: EthAddress): boolean {
  if (address[0] !== 0xff) return false
  for (let i = 1; i < 12; i++) if (address[i] !== 0) return false
  return true
}

export function maskedId(id: ActorId | bigint): EthAddress {
  const out = new Uint8Array(20)
  out[0] = 0xff
  new DataView(out.buffer).setBigUint64(12, BigInt(id))
  return out
}

/** The f0 or f410 address that an Ethereum address stands for. */
export function toFilecoin(address: EthAddress): Address {
  if (address.length !== 20) throw new AddressError('an Ethereum address has 20 bytes')
  if (!isMaskedId(address)) return Address.unchecked(concat(F410_PREFIX, address))
  return Address.id(new DataView(address.buffer, address.byteOffset).getBigUint64(12))
}

/**
 * The Ethereum address that a Filecoin address is, without any state: f0 and f410 only.
 * @returns undefined for f1, f2, f3 and other namespaces, whose actor must be looked up.
 * @throws AddressError for an f410 that embeds a masked id.
 */
export function fromFilecoin(address: Address): EthAddress | undefined {
  const { id } = address
  if (id !== undefined) return maskedId(id)
  const delegated = address.delegated
  if (delegated?.namespace !== EAM_NAMESPACE || delegated.subaddress.length !== 20) return undefined
  if (isMaskedId(delegated.subaddress)) {
    throw new AddressError('f410f addresses cannot embed masked-ID payloads')
  }
  return delegated.subaddress
}

/** The 20 bytes of an f410 address whatever they are, or undefined for any other address. */
export function f410Payload(address: Address | undefined): EthAddress | undefined {
  const { bytes } = address ?? {}
  return bytes?.length === 22 && bytes[0] === 4 && bytes[1] === 10 ? bytes.subarray(2) : undefined
}

export function ethKey(address: EthAddress): string {
  return bytesKey(address)
}
