/** Signatures: a type byte and the signature's own bytes, one CBOR byte string. */
import { concat } from '../base/bytes.ts'
import { CborError } from '../ipld/cbor.ts'
import { bytes, type Codec, mapped } from '../ipld/codec.ts'

export const SignatureType = { SECP256K1: 1, BLS: 2, DELEGATED: 3 } as const
export type SignatureType = (typeof SignatureType)[keyof typeof SignatureType]

export interface Signature {
  readonly type: SignatureType
  readonly data: Uint8Array
}

export const signatureCodec: Codec<Signature> = mapped(bytes, decodeSignature, encodeSignature)

/** @throws CborError for a type that is not 1, 2 or 3. */
export function decodeSignature(raw: Uint8Array): Signature {
  const type = raw[0]
  if (type !== 1 && type !== 2 && type !== 3) throw new CborError(`unknown signature type ${type}`)
  return { type, data: raw.subarray(1) }
}

export function encodeSignature(signature: Signature): Uint8Array {
  return concat(Uint8Array.of(signature.type), signature.data)
}
