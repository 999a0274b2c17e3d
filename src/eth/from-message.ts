/**
 * Signed messages back to Ethereum transactions, and the check of a message's signature.
 *
 * A delegated signature signs the Ethereum transaction, not the message. Whoever verifies it
 * rebuilds the transaction, turns that into a message again and demands the same bytes, so that
 * only one message exists for each transaction (FIP-0055).
 */
import { type EthAddress, f410Payload, fromFilecoin, isMaskedId } from '../address/eth-address.ts'
import { EMPTY, equal, fromBigInt, toBigInt } from '../base/bytes.ts'
import { CborError } from '../ipld/cbor.ts'
import { bytes } from '../ipld/codec.ts'
import { verifySignature } from '../protocol/crypto/verify.ts'
import { type Message, messageCid, messageCodec, type SignedMessage } from '../protocol/message.ts'
import { EamMethod, InvokeEVM } from '../protocol/method.ts'
import { SignatureType } from '../protocol/signature.ts'
import { EAM_ADDRESS, LegacySignature, toMessage } from './to-message.ts'
import {
  baseV,
  chainIdOfV,
  type EthTransaction,
  recoverSender,
  TransactionError,
} from './transaction.ts'

const EIP1559_LENGTH = 65
const HOMESTEAD_LENGTH = 66

/**
 * The transaction behind a message with a delegated signature. The signature is not verified.
 * @throws TransactionError when there is none
 */
export function fromMessage(signed: SignedMessage, chainId: number): EthTransaction {
  const { message, signature } = signed
  if (signature.type !== SignatureType.DELEGATED) {
    throw new TransactionError(`signature is not delegated type, is type: ${signature.type}`)
  }
  senderOf(message)
  const input = inputOf(message)
  const to = recipientOf(message)
  if (message.version !== 0n) {
    throw new TransactionError(`unsupported msg version: ${message.version}`)
  }
  const { value, gasFeeCap, gasPremium, gasLimit } = message
  if (value < 0n || gasFeeCap < 0n || gasPremium < 0n || gasLimit < 0) {
    throw new TransactionError('a transaction cannot hold negative amounts')
  }
  const seal = parseSignature(signature.data, BigInt(chainId))
  return {
    ...seal,
    nonce: message.nonce,
    maxFeePerGas: gasFeeCap,
    // legacy transactions have one price
    maxPriorityFeePerGas: seal.kind === 'eip1559' ? gasPremium : gasFeeCap,
    gas: gasLimit,
    to,
    value,
    input,
  }
}

/**
 * Checks a message's signature, of whatever type.
 * @throws TransactionError with the reason
 */
export function authenticateMessage(signed: SignedMessage, chainId: number): void {
  const { message, signature } = signed
  if (signature.type !== SignatureType.DELEGATED) {
    const { bytes: plaintext } = messageCid(message)
    if (!verifySignature(signature.type, signature.data, message.from, plaintext)) {
      throw new TransactionError('signature did not match')
    }
    return
  }
  const tx = fromMessage(signed, chainId)
  const sender = senderOf(message)
  if (!equal(messageCodec.encode(toMessage(tx, sender)), messageCodec.encode(message))) {
    throw new TransactionError('Ethereum transaction roundtrip mismatch')
  }
  if (!equal(recoverSender(tx), sender)) throw new TransactionError('signature did not match')
}

/** @throws TransactionError for a sender that no Ethereum key can have */
export function senderOf(message: Message): EthAddress {
  const sender = f410Payload(message.from)
  if (sender === undefined || isMaskedId(sender)) {
    throw new TransactionError('sender was not an eth account')
  }
  return sender
}

function recipientOf({ to, method }: Message): EthAddress | null {
  if (to.equals(EAM_ADDRESS)) {
    if (method === EamMethod.CreateExternal) return null
    throw new TransactionError('unsupported EAM method')
  }
  if (method !== InvokeEVM) {
    throw new TransactionError(
      `invalid methodnum ${method}: only allowed method is InvokeContract(${InvokeEVM}) or CreateExternal(${EamMethod.CreateExternal})`,
    )
  }
  const recipient = fromFilecoin(to)
  if (recipient === undefined) throw new TransactionError('invalid Filecoin Eth address')
  return recipient
}

function inputOf({ params }: Message): Uint8Array {
  if (params.length === 0) return EMPTY
  let input: Uint8Array
  try {
    input = bytes.decode(params)
  } catch (cause) {
    if (!(cause instanceof CborError)) throw cause
    throw new TransactionError(`failed to read params byte array: ${cause.message}`, { cause })
  }
  if (input.length === 0) throw new TransactionError('non-empty params encode empty byte array')
  return input
}

type SignedPart = Pick<EthTransaction, 'kind' | 'chainId' | 'v' | 'r' | 's'>

/** The length tells EIP-1559 from legacy, whose kinds the first byte tells apart. */
function parseSignature(data: Uint8Array, chainId: bigint): SignedPart {
  if (data.length === EIP1559_LENGTH) return { kind: 'eip1559', chainId, ...scalars(data) }
  const isHomestead = data.length === HOMESTEAD_LENGTH
  const isEip155 = eip155Lengths(chainId).includes(data.length)
  if (!isHomestead && !isEip155) throw new TransactionError('unsupported signature length')

  const legacy = scalars(data.subarray(1))
  if (data[0] === LegacySignature.HOMESTEAD && isHomestead) {
    if (legacy.v !== 27n && legacy.v !== 28n) {
      throw new TransactionError('legacy homestead transactions only support 27 or 28 for v')
    }
    return { kind: 'homestead', chainId: 0n, ...legacy }
  }
  if (data[0] === LegacySignature.EIP155 && isEip155) {
    const signedFor = chainIdOfV(legacy.v)
    if (signedFor !== chainId) {
      throw new TransactionError(`invalid chain id, expected ${chainId}, got ${signedFor}`)
    }
    return { kind: 'eip155', chainId, ...legacy }
  }
  throw new TransactionError(
    `unsupported legacy transaction; first byte of signature is ${data[0]}`,
  )
}

/** Of both values that v may have; they differ in length where it passes a power of 256. */
function eip155Lengths(chainId: bigint): number[] {
  const lowest = baseV({ kind: 'eip155', chainId })
  return [lowest, lowest + 1n].map((v) => EIP1559_LENGTH + fromBigInt(v).length)
}

function scalars(data: Uint8Array): Pick<EthTransaction, 'v' | 'r' | 's'> {
  return {
    r: toBigInt(data.subarray(0, 32)),
    s: toBigInt(data.subarray(32, 64)),
    v: toBigInt(data.subarray(64)),
  }
}
