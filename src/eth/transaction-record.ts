/**
 * Messages as transaction records (eth-rpc spec 2.4).
 *
 *     signature    kind                           hash                                v, r, s
 *     delegated    homestead, eip155, eip1559     keccak of the raw transaction       signed
 *     secp256k1    native                         digest of the signed message's CID  0
 *     BLS          native                         digest of the message's CID         0
 *     none         native                         digest of the message's CID         0
 *
 * No signature: an impersonated sender of the dev chain. Such a message is shown like a BLS
 * message, which is also stored without one.
 */
import type { EthAddress } from '../address/eth-address.ts'
import { fromHex } from '../base/bytes.ts'
import { CID, Codec } from '../ipld/cid.ts'
import { type Message, messageCodec, signedMessageCodec } from '../protocol/message.ts'
import { type Signature, SignatureType } from '../protocol/signature.ts'
import type { EthAddressOf } from './addresses.ts'
import { fromMessage, senderOf } from './from-message.ts'
import { shownCall } from './native-input.ts'
import type { TransactionRecord } from './records.ts'
import { transactionHash } from './transaction.ts'

/** A message of the chain, or one of an impersonated sender. */
export interface ChainMessage {
  readonly message: Message
  readonly signature: Signature | null
}

/** The message behind a record. BLS messages come without their signature. */
export function storedMessage({ message }: Pick<TransactionRecord, 'message'>): ChainMessage {
  return message[0] === SIGNED_MESSAGE
    ? signedMessageCodec.decode(message)
    : { message: messageCodec.decode(message), signature: null }
}

/** How the CBOR of a signed message begins: an array of two. */
const SIGNED_MESSAGE = 0x82

/** Stands for an address that no actor has; only failed messages name one. */
export const UNKNOWN_ACTOR: EthAddress = fromHex('ff0000000000000000000000ffffffffffffffff')

/**
 * @param ethAddressOf looks addresses up in the state after the message
 * @throws TransactionError when a delegated signature stands on what is no transaction
 */
export function transactionRecord(
  { message, signature }: ChainMessage,
  chainId: number,
  ethAddressOf: EthAddressOf,
): TransactionRecord {
  if (signature === null || signature.type === SignatureType.BLS) {
    return nativeRecord(message, messageCodec.encode(message), chainId, ethAddressOf)
  }
  const encoded = signedMessageCodec.encode({ message, signature })
  if (signature.type === SignatureType.SECP256K1) {
    return nativeRecord(message, encoded, chainId, ethAddressOf)
  }
  const tx = fromMessage({ message, signature }, chainId)
  const cid = CID.of(Codec.DAG_CBOR, encoded)
  return { ...tx, hash: transactionHash(tx), cid, from: senderOf(message), message: encoded }
}

/** @param encoded what the message's CID is of */
function nativeRecord(
  message: Message,
  encoded: Uint8Array,
  chainId: number,
  ethAddressOf: EthAddressOf,
): TransactionRecord {
  const cid = CID.of(Codec.DAG_CBOR, encoded)
  const { input, creates } = shownCall(message)
  return {
    hash: cid.digest,
    cid,
    kind: 'native',
    chainId: BigInt(chainId),
    nonce: message.nonce,
    from: ethAddressOf(message.from) ?? UNKNOWN_ACTOR,
    to: creates ? null : (ethAddressOf(message.to) ?? UNKNOWN_ACTOR),
    value: message.value,
    gas: message.gasLimit,
    maxFeePerGas: message.gasFeeCap,
    maxPriorityFeePerGas: message.gasPremium,
    input,
    v: 0n,
    r: 0n,
    s: 0n,
    message: encoded,
  }
}
