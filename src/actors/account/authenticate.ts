/** Asking an account, or a contract that acts as one, whether it signed a message. */
import type { Address } from '../../address/address.ts'
import { SEND_READ_ONLY } from '../../fvm/kernel.ts'
import { CborError } from '../../ipld/cbor.ts'
import { Codec } from '../../ipld/cid.ts'
import { bool, bytes, type Codec as CborCodec, mapped, tuple } from '../../ipld/codec.ts'
import { methodNumber } from '../../protocol/method.ts'
import { type Signature, SignatureType, signatureCodec } from '../../protocol/signature.ts'
import { decodeBlock, type Runtime } from '../runtime.ts'

export const AuthenticateMessage = methodNumber('AuthenticateMessage')

export const authenticateMessageParams = tuple({ signature: bytes, message: bytes })

/** The types of signatures that params of built-in actors may hold. */
export const accountSignature: CborCodec<Signature> = mapped(
  signatureCodec,
  (signature) => {
    if (signature.type !== SignatureType.DELEGATED) return signature
    throw new CborError('signatures in params are of type secp256k1 or BLS')
  },
  (signature) => signature,
)

/** @throws ActorError with the signer's exit code when it fails instead of answering */
export function isSignedBy(
  runtime: Runtime,
  signer: Address,
  signature: Signature,
  message: Uint8Array,
): boolean {
  const data = authenticateMessageParams.encode({ signature: signature.data, message })
  const params = { codec: Codec.CBOR, data }
  const answer = runtime.call(signer, AuthenticateMessage, params, { flags: SEND_READ_ONLY })
  return decodeBlock(answer, bool)
}
