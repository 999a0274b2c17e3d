import assert from 'node:assert/strict'
import { Address } from '../../../src/address/address.ts'
import { fromHex, to0x, toBigInt, toHex } from '../../../src/base/bytes.ts'
import { keccak256 } from '../../../src/base/hash.ts'
import { authenticateMessage, fromMessage } from '../../../src/eth/from-message.ts'
import { pendingTransactionJson } from '../../../src/eth/json.ts'
import { abiWords, shownCall } from '../../../src/eth/native-input.ts'
import { parseTransaction } from '../../../src/eth/parse-transaction.ts'
import { toQuantity } from '../../../src/eth/quantity.ts'
import { decodeRlp, encodeRlp, type Rlp } from '../../../src/eth/rlp.ts'
import { invocation, toSignedMessage } from '../../../src/eth/to-message.ts'
import {
  baseV,
  chainIdOfV,
  type EthTransaction,
  ethAddressOfKey,
  recoverSender,
  signedRlp,
  signingHash,
  transactionHash,
  unsignedRlp,
} from '../../../src/eth/transaction.ts'
import { transactionRecord } from '../../../src/eth/transaction-record.ts'
import { publicKey, recover, sign } from '../../../src/protocol/crypto/secp256k1.ts'
import {
  chainLength,
  messageCid,
  messageCodec,
  signedMessageCid,
  signedMessageCodec,
} from '../../../src/protocol/message.ts'
import { SignatureType } from '../../../src/protocol/signature.ts'
import { lotusMessage, lotusSigned, previousMessage } from './lotus-json.ts'
import { type Check, refuses } from './vector.ts'

const MAINNET = 314

export const transactionChecks: Readonly<Record<string, Check>> = {
  eth_tx({ input, expected }) {
    const raw = fromHex(input.raw)
    const chainId = Number(expected.fields.chainId) || MAINNET
    const tx = parseTransaction(raw, chainId)
    assert.equal(tx.kind, expected.txKind)
    if (expected.unsignedRlp) assert.equal(to0x(unsignedRlp(tx)), expected.unsignedRlp)
    assert.equal(to0x(signedRlp(tx)), input.raw)
    assert.equal(to0x(signingHash(tx)), expected.signingHash)
    assert.equal(to0x(transactionHash(tx)), expected.txHash)
    assert.equal(to0x(recoverSender(tx)), expected.sender)

    const signed = toSignedMessage(tx)
    if (expected.message) assert.deepEqual(signed.message, lotusMessage(expected.message))
    if (expected.signature) assert.equal(to0x(signed.signature.data), expected.signature.DataHex)
    assert.equal(messageCid(signed.message).toString(), expected.messageCid)
    assert.equal(signedMessageCid(signed).toString(), expected.signedMessageCid)

    assert.deepEqual(fromMessage(signed, chainId), tx)
    authenticateMessage(signed, chainId)
    const json = pendingTransactionJson(transactionRecord(signed, chainId, () => undefined))
    assert.deepEqual({ ...json, ...expected.fields }, json)
    assert.equal(json.hash, expected.txHash)
    assert.equal(json.from, expected.sender)
  },
  'eth-tx-to-message'({ input, expected }) {
    const tx = parseTransaction(fromHex(input.rawTx), input.chainId)
    assert.equal(tx.kind, input.type)
    assert.equal(to0x(unsignedRlp(tx)), expected.unsignedRlp)
    assert.equal(to0x(signingHash(tx)), expected.signingHash)
    assert.equal(to0x(transactionHash(tx)), expected.txHash)
    assert.equal(to0x(recoverSender(tx)), expected.sender)

    const signed = toSignedMessage(tx)
    assert.equal(signed.message.from.toString(), expected.from)
    assert.equal(signed.message.to.toString(), expected.to)
    assert.equal(signed.message.method, BigInt(expected.method))
    assert.equal(toHex(messageCodec.encode(signed.message)), expected.message)
    assert.equal(messageCid(signed.message).toString(), expected.messageCid)
    assert.equal(toHex(signed.signature.data), expected.signatureData)
    assert.equal(toHex(signedMessageCodec.encode(signed)), expected.signedMessage)
    assert.equal(signedMessageCid(signed).toString(), expected.signedMessageCid)
    assert.equal(chainLength(signed), expected.rawLength)
    authenticateMessage(signed, input.chainId)
  },
  eth_tx_reject({ input, expected }) {
    refuses(() => parseTransaction(fromHex(input.raw), MAINNET), expected.errorContains)
  },
  eth_tx_hash_from_signed_message({ input, expected }) {
    const tx = fromMessage(lotusSigned(input), input.chainId)
    assert.equal(tx.kind, expected.txKind)
    assert.equal(to0x(signedRlp(tx)), expected.rawRlp)
    assert.equal(to0x(transactionHash(tx)), expected.txHash)
  },
  signed_message_to_eth_tx({ input, expected }) {
    const { note, errorContains, error, ...fields } = expected
    const convert = () => transactionRecord(lotusSigned(input), input.chainId, () => undefined)
    if (error || errorContains) return refuses(convert, errorContains)
    const json = pendingTransactionJson(convert())
    assert.deepEqual({ ...json, ...fields }, json)
  },
  native_tx_hash({ input, expected }) {
    const record = transactionRecord(lotusSigned(input), MAINNET, () => undefined)
    assert.equal(record.cid.toString(), expected.fromCid)
    assert.equal(to0x(record.hash), expected.ethTxHash)
  },
  native_abi_words({ input, expected }) {
    const words = abiWords(BigInt(input.first), BigInt(input.second), fromHex(input.dataHex))
    assert.equal(to0x(words), expected.hex)
  },
  native_message_input({ input, expected }) {
    const to = Address.parse(input.to.startsWith('f0') ? input.to : 'f0100')
    const { method, paramsHex } = input
    const shown = shownCall({ to, method: BigInt(method), params: fromHex(paramsHex) })
    assert.equal(to0x(shown.input), expected.input)
    assert.equal(shown.creates, expected.to === null)
  },
  native_message_to({ expected }) {
    const message = { ...lotusMessage(previousMessage), to: Address.actor(fromHex('00')) }
    const signature = { type: SignatureType.SECP256K1, data: new Uint8Array(65) }
    const record = transactionRecord({ message, signature }, MAINNET, () => undefined)
    assert.equal(to0x(record.to!), expected.to)
  },
  call_data_to_params({ input, expected }) {
    const { params } = invocation(Address.id(100), bytesOf(input.dataBase64, input.dataHex))
    assert.deepEqual(params, bytesOf(expected.paramsBase64, expected.paramsHex))
  },
  ecrecover({ input, expected }) {
    const signature = Uint8Array.of(...fromHex(input.r), ...fromHex(input.s), input.v)
    const key = recover(keccak256(fromHex(input.messageHex)), signature)!
    assert.equal(to0x(key), expected.publicKey)
    checkKey(key, expected)
  },
  delegated_signature_verify({ input, expected }) {
    const signature = fromHex(input.signature.DataHex)
    const key = recover(keccak256(fromHex(input.messageHex)), signature)!
    assert.equal(to0x(key), expected.publicKey)
    checkKey(key, { ethAddress: expected.signer, delegated: expected.signerDelegated })
  },
  pubkey_to_eth_address({ input, expected }) {
    checkKey(fromHex(input.publicKey), expected)
  },
  eip155_chain_id_from_v({ input, expected }) {
    assert.equal(chainIdOfV(BigInt(input.v)), BigInt(expected.chainId))
  },
  network_constants({ expected }) {
    const chainId = expected.chainIdDec
    assert.equal(toQuantity(chainId), expected.eth_chainId)
    assert.equal(String(chainId), expected.net_version)
    const v = baseV({ kind: 'eip155', chainId: BigInt(chainId) })
    if (expected.eip155_v) assert.deepEqual([v, v + 1n].map(toQuantity), expected.eip155_v)
    const lengths = Object.entries<number>(expected.delegatedSignatureLengths ?? {})
    for (const [kind, length] of lengths) {
      const tx = signedTransaction(kind as EthTransaction['kind'], chainId)
      assert.equal(toSignedMessage(tx).signature.data.length, length)
    }
  },
  rlp_encode({ input, expected }) {
    assert.equal(to0x(encodeRlp(fromJson(input))), expected)
  },
  rlp_decode({ input, expected }) {
    assert.deepEqual(toJson(decodeRlp(fromHex(input))), expected)
  },
  rlp_reject({ input, expected }) {
    refuses(() => decodeRlp(fromHex(input)), expected.errorContains)
  },
  rlp_limits({ expected }) {
    const { maxInputBytes, maxListDepth, maxListElements } = expected
    const string = (length: number) => encodeRlp(new Uint8Array(length).fill(0xaa))
    const overhead = string(maxInputBytes).length - maxInputBytes
    decodeRlp(string(maxInputBytes - overhead))
    refuses(() => decodeRlp(string(maxInputBytes - overhead + 1)), 'exceeds limit')
    decodeRlp(nested(maxListDepth))
    refuses(() => decodeRlp(nested(maxListDepth + 1)), 'nesting depth exceeds limit')
    const list = (length: number) => encodeRlp(Array.from({ length }, () => Uint8Array.of(1)))
    decodeRlp(list(maxListElements))
    refuses(() => decodeRlp(list(maxListElements + 1)), 'incorrect list length')
  },
}

function bytesOf(base64: string | undefined, hex: string): Uint8Array {
  return base64 === undefined ? fromHex(hex) : new Uint8Array(Buffer.from(base64, 'base64'))
}

function checkKey(key: Uint8Array, expected: { ethAddress: string; delegated: string }): void {
  const address = ethAddressOfKey(key)
  assert.equal(to0x(address), expected.ethAddress)
  assert.ok(Address.delegated(10n, address).equals(Address.parse(expected.delegated)))
}

/** A transaction that nobody sends, signed by a fixed key. */
function signedTransaction(kind: EthTransaction['kind'], chainId: number): EthTransaction {
  const unsigned: EthTransaction = {
    kind,
    chainId: kind === 'homestead' ? 0n : BigInt(chainId),
    nonce: 0n,
    maxFeePerGas: 100n,
    maxPriorityFeePerGas: 100n,
    gas: 1_000_000,
    to: new Uint8Array(20).fill(0x11),
    value: 0n,
    input: new Uint8Array(0),
    v: 0n,
    r: 0n,
    s: 0n,
  }
  const key = new Uint8Array(32).fill(7)
  const signature = sign(signingHash(unsigned), key)
  const tx = {
    ...unsigned,
    v: baseV(unsigned) + BigInt(signature[64]!),
    r: toBigInt(signature.subarray(0, 32)),
    s: toBigInt(signature.subarray(32, 64)),
  }
  assert.deepEqual(recoverSender(tx), ethAddressOfKey(publicKey(key)))
  return tx
}

/** A leaf in `depth` lists. */
function nested(depth: number): Uint8Array {
  let value: Rlp = Uint8Array.of(1)
  for (let i = 0; i < depth; i++) value = [value]
  return encodeRlp(value)
}

type RlpJson = string | RlpJson[]

function fromJson(json: RlpJson): Rlp {
  return typeof json === 'string' ? fromHex(json) : json.map(fromJson)
}

function toJson(value: Rlp): RlpJson {
  return value instanceof Uint8Array ? to0x(value) : value.map(toJson)
}
