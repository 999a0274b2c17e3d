/** Signatures against addresses: FVM's crypto.verify_signature. */
import { Address, Protocol } from '../../address/address.ts'
import { blake2b256 } from '../../base/hash.ts'
import { SignatureType } from '../signature.ts'
import { verifyBls } from './bls.ts'
import { recover } from './secp256k1.ts'

/** Delegated signatures need the Ethereum transaction behind the message (FIP-0055). */
export type PlainSignatureType = Exclude<SignatureType, typeof SignatureType.DELEGATED>

/** False also for a malformed signature or an address of the wrong protocol. */
export function verifySignature(
  type: PlainSignatureType,
  signature: Uint8Array,
  signer: Address,
  plaintext: Uint8Array,
): boolean {
  return verifiers[type](signature, signer, plaintext)
}

const verifiers = {
  [SignatureType.SECP256K1](signature, signer, plaintext) {
    if (signer.protocol !== Protocol.SECP256K1) return false
    const key = recover(blake2b256(plaintext), signature)
    return key !== undefined && Address.secp256k1(key).equals(signer)
  },
  [SignatureType.BLS](signature, signer, plaintext) {
    return signer.protocol === Protocol.BLS && verifyBls(signature, signer.payload, plaintext)
  },
} satisfies Record<
  PlainSignatureType,
  (signature: Uint8Array, signer: Address, plaintext: Uint8Array) => boolean
>
