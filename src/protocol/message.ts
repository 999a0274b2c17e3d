/**
 * Messages and signed messages.
 *
 *     [version, to, from, nonce, value, gasLimit, gasFeeCap, gasPremium, method, params]
 *     [message, signature]
 *
 * `to` stands before `from`, and the gas limit before the fees.
 */
import type { Address } from '../address/address.ts'
import { CID, Codec } from '../ipld/cid.ts'
import { address, bigint, bytes, int, tuple, uint64 } from '../ipld/codec.ts'
import type { MethodNum } from './method.ts'
import { type Signature, SignatureType, signatureCodec } from './signature.ts'

export interface Message {
  readonly version: bigint
  readonly to: Address
  readonly from: Address
  readonly nonce: bigint
  /** attoFIL */
  readonly value: bigint
  readonly gasLimit: number
  /** attoFIL per gas unit */
  readonly gasFeeCap: bigint
  /** attoFIL per gas unit */
  readonly gasPremium: bigint
  readonly method: MethodNum
  readonly params: Uint8Array
}

export interface SignedMessage {
  readonly message: Message
  readonly signature: Signature
}

export const messageCodec = tuple({
  version: uint64,
  to: address,
  from: address,
  nonce: uint64,
  value: bigint,
  gasLimit: int,
  gasFeeCap: bigint,
  gasPremium: bigint,
  method: uint64,
  params: bytes,
})

export const signedMessageCodec = tuple({ message: messageCodec, signature: signatureCodec })

/** CID of the unsigned message. Secp256k1 and BLS signatures sign its bytes. */
export function messageCid(message: Message): CID {
  return CID.of(Codec.DAG_CBOR, messageCodec.encode(message))
}

/** What nodes call the message's CID: BLS messages are stored without their signature. */
export function signedMessageCid(signed: SignedMessage): CID {
  return signed.signature.type === SignatureType.BLS
    ? messageCid(signed.message)
    : CID.of(Codec.DAG_CBOR, signedMessageCodec.encode(signed))
}

/** Bytes that the inclusion cost bills (kernel spec 3). */
export function chainLength(signed: SignedMessage): number {
  return signed.signature.type === SignatureType.BLS
    ? messageCodec.encode(signed.message).length
    : signedMessageCodec.encode(signed).length
}
