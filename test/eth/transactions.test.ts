import { Transaction, Wallet } from 'ethers'
import fc from 'fast-check'
import { fromEthAddress } from 'iso-filecoin/address'
import { Message as IsoMessage } from 'iso-filecoin/message'
import { keccak256, parseTransaction as viemParse } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { Address } from '../../src/address/address.ts'
import { concat, fromHex, to0x } from '../../src/base/bytes.ts'
import { blake2b256 } from '../../src/base/hash.ts'
import { authenticateMessage, fromMessage } from '../../src/eth/from-message.ts'
import { parseTransaction } from '../../src/eth/parse-transaction.ts'
import { encodeRlp, type Rlp } from '../../src/eth/rlp.ts'
import { toMessage, toSignedMessage } from '../../src/eth/to-message.ts'
import {
  baseV,
  type EthTransaction,
  recoverSender,
  signedRlp,
  TransactionError,
  transactionHash,
} from '../../src/eth/transaction.ts'
import { bytes } from '../../src/ipld/codec.ts'
import { blsPublicKey, signBls } from '../../src/protocol/crypto/bls.ts'
import { publicKey, sign } from '../../src/protocol/crypto/secp256k1.ts'
import {
  type Message,
  messageCid,
  type SignedMessage,
  signedMessageCid,
  signedMessageCodec,
} from '../../src/protocol/message.ts'
import { SignatureType } from '../../src/protocol/signature.ts'
import { privateKeys, type Request, requests } from './transaction-requests.ts'

const CHAIN = 314

async function signWithViem(request: Request, key: `0x${string}`): Promise<`0x${string}`> {
  const { kind, chainId, nonce, to, value, input, maxFeePerGas, maxPriorityFeePerGas } = request
  const common = { nonce, to, value, data: input, gas: BigInt(request.gas) }
  const account = privateKeyToAccount(key)
  if (kind === 'eip1559') {
    const fees = { maxFeePerGas, maxPriorityFeePerGas }
    return account.signTransaction({ type: 'eip1559', chainId, ...common, ...fees })
  }
  const legacy = { type: 'legacy', gasPrice: maxFeePerGas, ...common } as const
  return account.signTransaction(kind === 'eip155' ? { ...legacy, chainId } : legacy)
}

async function signWithEthers(request: Request, key: `0x${string}`): Promise<string> {
  const { kind, chainId, nonce, to, value, input, maxFeePerGas, maxPriorityFeePerGas } = request
  const common = { nonce, to, value, data: input, gasLimit: BigInt(request.gas) }
  const wallet = new Wallet(key)
  if (kind === 'eip1559') {
    const fees = { maxFeePerGas, maxPriorityFeePerGas }
    return wallet.signTransaction({ type: 2, chainId, ...common, ...fees })
  }
  const protection = { chainId: kind === 'eip155' ? chainId : 0n }
  return wallet.signTransaction({ type: 0, gasPrice: maxFeePerGas, ...common, ...protection })
}

const signers = { viem: signWithViem, ethers: signWithEthers }

describe.each(Object.entries(signers))('transactions signed by %s', (_, signWith) => {
  test('are parsed to the same fields, hash and sender', async () => {
    const property = fc.asyncProperty(requests, privateKeys, async (request, key) => {
      const raw = await signWith(request, key)
      const tx = parseTransaction(fromHex(raw), request.chainId)
      const ethers = Transaction.from(raw)
      const viem = viemParse(raw as `0x${string}`)

      expect(tx).toMatchObject({
        kind: request.kind,
        chainId: request.kind === 'homestead' ? 0n : BigInt(request.chainId),
        nonce: BigInt(request.nonce),
        maxFeePerGas: request.maxFeePerGas,
        maxPriorityFeePerGas: request.maxPriorityFeePerGas,
        gas: request.gas,
        to: request.to === null ? null : fromHex(request.to),
        value: request.value,
        input: fromHex(request.input),
      })
      expect(tx.r).toBe(BigInt(viem.r!))
      expect(tx.s).toBe(BigInt(viem.s!))
      expect(tx.v - baseV(tx)).toBe(BigInt(ethers.signature!.yParity))
      expect(to0x(signedRlp(tx))).toBe(raw)
      expect(to0x(transactionHash(tx))).toBe(ethers.hash)
      expect(to0x(transactionHash(tx))).toBe(keccak256(raw as `0x${string}`))
      expect(to0x(recoverSender(tx))).toBe(ethers.from!.toLowerCase())
      expect(to0x(recoverSender(tx))).toBe(privateKeyToAccount(key).address.toLowerCase())
    })
    await fc.assert(property, { numRuns: 60, seed: 1 })
  })

  test('become messages and transactions again', async () => {
    const property = fc.asyncProperty(requests, privateKeys, async (request, key) => {
      const tx = parseTransaction(fromHex(await signWith(request, key)), request.chainId)
      const signed = toSignedMessage(tx)
      const { message } = signed

      const from = fromEthAddress(privateKeyToAccount(key).address, 'mainnet').toString()
      const to = request.to === null ? 'f010' : fromEthAddress(request.to, 'mainnet').toString()
      const iso = new IsoMessage({
        from,
        to,
        nonce: request.nonce,
        value: `${request.value}`,
        gasLimit: request.gas,
        gasFeeCap: `${request.maxFeePerGas}`,
        gasPremium: `${request.maxPriorityFeePerGas}`,
        method: request.to === null ? 4 : 3844450837,
        params: request.input === '0x' ? '' : cborBase64(request.input),
      })
      expect(messageCid(message).bytes).toEqual(iso.cidBytes())

      const received = signedMessageCodec.decode(signedMessageCodec.encode(signed))
      expect(received).toEqual(signed)
      expect(fromMessage(received, request.chainId)).toEqual(tx)
      authenticateMessage(received, request.chainId)
    })
    await fc.assert(property, { numRuns: 60, seed: 2 })
  })
})

function cborBase64(hex: string): string {
  return Buffer.from(bytes.encode(fromHex(hex))).toString('base64')
}

const KEY = `0x${'46'.repeat(32)}` as const
const request: Request = {
  kind: 'eip1559',
  chainId: CHAIN,
  nonce: 7,
  maxFeePerGas: 200n,
  maxPriorityFeePerGas: 100n,
  gas: 5_000_000,
  to: `0x${'22'.repeat(20)}`,
  value: 3n,
  input: '0x0102',
}

async function signedTransaction(changes: Partial<Request> = {}): Promise<EthTransaction> {
  const changed = { ...request, ...changes }
  return parseTransaction(fromHex(await signWithViem(changed, KEY)), changed.chainId)
}

describe('raw transactions that are refused', () => {
  const refusal = (raw: Uint8Array | string) => () =>
    parseTransaction(typeof raw === 'string' ? fromHex(raw) : raw, CHAIN)
  const zero = new Uint8Array(0)
  const one = Uint8Array.of(1)
  const two = Uint8Array.of(2)
  const mainnet = Uint8Array.of(1, 58)
  const eip1559 = (changes: Readonly<Record<number, Rlp>>, tail: Rlp[] = []) => {
    const fields: Rlp[] = [mainnet, one, one, two, two, zero, zero, zero, [], one, one, one]
    for (const [index, value] of Object.entries(changes)) fields[Number(index)] = value
    return concat(two, encodeRlp([...fields, ...tail]))
  }
  const legacy = (v: Rlp) => encodeRlp([one, one, one, zero, zero, zero, v, one, one])
  const bytesOf = (length: number) => new Uint8Array(length).fill(1)

  test.each<[string, Uint8Array | string, string]>([
    ['nothing', '0x', 'empty data'],
    ['EIP-2930', '0x01c0', 'EIP-2930 transaction is not supported'],
    ['EIP-4844', '0x03c0', 'unsupported transaction type'],
    ['EIP-7702', '0x04c0', 'unsupported transaction type'],
    ['a string', '0x0280', 'not an EIP-1559 transaction: decoded data is not a list'],
    ['too few fields', '0x02c101', 'should have 12 elements in the rlp list'],
    ['too many fields', eip1559({}, [one]), 'incorrect list length'],
    ['a legacy list of ten', encodeRlp(Array(10).fill(one)), 'should have 9 elements'],
    ['bytes behind the end', concat(eip1559({}), one), 'invalid rlp data: length'],
    ['another chain', eip1559({ 0: one }), 'invalid chain id: 1'],
    ['an access list', eip1559({ 8: [one] }), 'access list should be an empty list'],
    ['access list of bytes', eip1559({ 8: zero }), 'access list should be an empty list'],
    ['v of 27', eip1559({ 9: Uint8Array.of(27) }), 'only support 0 or 1 for v'],
    ['a short address', eip1559({ 5: bytesOf(19) }), 'incorrect input length'],
    [
      'an id above 2^63',
      eip1559({ 5: fromHex(`ff${'00'.repeat(11)}${'ff'.repeat(8)}`) }),
      'less than 2^63',
    ],
    ['a nonce of nine bytes', eip1559({ 1: bytesOf(9) }), 'length is more than 8 bytes'],
    ['a nonce that is a list', eip1559({ 1: [] }), 'not a byte array'],
    ['gas above 2^53', eip1559({ 4: bytesOf(8) }), "greater than a block's gas limit"],
    ['leading zeros', eip1559({ 6: Uint8Array.of(0, 1) }), 'leading zeros'],
    ['zero as a byte', eip1559({ 6: Uint8Array.of(0) }), 'leading zeros'],
    ['r of 33 bytes', eip1559({ 10: bytesOf(33) }), 'signature is not 65 bytes'],
    ['legacy v of 0', legacy(zero), 'invalid chain id, expected 314, got 9223372036854775790'],
    ['legacy v of 35', legacy(Uint8Array.of(35)), 'only support 27 or 28 for v, got 35'],
    ['legacy of another chain', legacy(Uint8Array.of(37)), 'invalid chain id, expected 314, got 1'],
  ])('%s', (_, raw, reason) => {
    const run = () => toSignedMessage(refusal(raw)())
    expect(run).toThrow(TransactionError)
    expect(run).toThrow(reason)
  })

  test('a signature of nobody', () => {
    const s = fromHex('ff'.repeat(32))
    expect(() => recoverSender(refusal(eip1559({ 11: s }))())).toThrow('failed to recover pubkey')
  })
})

describe('delegated signatures', () => {
  test('a high s is taken, as by Lotus and the FVM', async () => {
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const tx = await signedTransaction()
    const high = { ...tx, s: order - tx.s, v: 1n - tx.v }
    expect(recoverSender(high)).toEqual(recoverSender(tx))
    authenticateMessage(toSignedMessage(high), CHAIN)
    expect(transactionHash(high)).not.toEqual(transactionHash(tx))
  })

  const kinds = ['homestead', 'eip155', 'eip1559'] as const
  test.each(kinds)('%s: one flipped bit anywhere is refused', async (kind) => {
    const signed = toSignedMessage(await signedTransaction({ kind }))
    for (let i = 0; i < signed.signature.data.length; i++) {
      const data = signed.signature.data.slice()
      data[i]! ^= 1
      const forged = { ...signed, signature: { ...signed.signature, data } }
      expect(() => authenticateMessage(forged, CHAIN)).toThrow(TransactionError)
    }
  })

  test.each<[string, Partial<Message>, string]>([
    ['another version', { version: 1n }, 'unsupported msg version: 1'],
    ['another method', { method: 2n }, 'invalid methodnum 2'],
    ['another method of the EAM', { to: Address.id(10), method: 3n }, 'unsupported EAM method'],
    ['an empty byte string', { params: Uint8Array.of(0x40) }, 'encode empty byte array'],
    ['trailing bytes', { params: Uint8Array.of(0x41, 1, 1) }, 'failed to read params'],
    ['no byte string', { params: Uint8Array.of(1) }, 'failed to read params'],
    ['a recipient by key', { to: Address.bls(new Uint8Array(48)) }, 'invalid Filecoin Eth address'],
    ['a sender by id', { from: Address.id(100) }, 'sender was not an eth account'],
    ['another sender', { from: Address.delegated(10n, new Uint8Array(20)) }, 'did not match'],
    ['another nonce', { nonce: 8n }, 'did not match'],
    ['a negative value', { value: -1n }, 'negative amounts'],
  ])('%s is refused', async (_, changes, reason) => {
    const signed = toSignedMessage(await signedTransaction())
    const changed = { ...signed, message: { ...signed.message, ...changes } }
    expect(() => authenticateMessage(changed, CHAIN)).toThrow(reason)
  })

  test('a legacy transaction has one price', async () => {
    const signed = toSignedMessage(await signedTransaction({ kind: 'eip155' }))
    const message = { ...signed.message, gasPremium: 1n }
    expect(fromMessage({ ...signed, message }, CHAIN).maxPriorityFeePerGas).toBe(200n)
    expect(() => authenticateMessage({ ...signed, message }, CHAIN)).toThrow('roundtrip mismatch')
  })

  test.each<[string, number, string]>([
    ['64 bytes', 64, 'unsupported signature length'],
    ['68 bytes on mainnet', 68, 'unsupported signature length'],
    ['a legacy signature of neither kind', 66, 'first byte of signature is 0'],
  ])('%s', async (_, length, reason) => {
    const signed = toSignedMessage(await signedTransaction())
    const signature = { type: SignatureType.DELEGATED, data: new Uint8Array(length) }
    expect(() => fromMessage({ ...signed, signature }, CHAIN)).toThrow(reason)
  })

  test('of another chain', async () => {
    const tx = await signedTransaction({ kind: 'eip155', chainId: 314_159 })
    expect(() => authenticateMessage(toSignedMessage(tx), 3_141_592)).toThrow('invalid chain id')
    const typed = toSignedMessage(await signedTransaction({ chainId: 314_159 }))
    expect(() => authenticateMessage(typed, CHAIN)).toThrow('did not match')
  })
})

describe('signatures of native accounts', () => {
  const key = fromHex('11'.repeat(32))
  const message = async (from: Address) => ({
    ...toMessage(await signedTransaction(), new Uint8Array(20)),
    from,
  })

  test('secp256k1', async () => {
    const unsigned = await message(Address.secp256k1(publicKey(key)))
    const data = sign(blake2b256(messageCid(unsigned).bytes), key)
    const signed = { message: unsigned, signature: { type: SignatureType.SECP256K1, data } }
    authenticateMessage(signed, CHAIN)
    expectRefusal({ ...signed, message: { ...unsigned, nonce: 9n } })
    expect(() => fromMessage(signed, CHAIN)).toThrow('not delegated type, is type: 1')
  })

  test('BLS', async () => {
    const unsigned = await message(Address.bls(blsPublicKey(key)))
    const data = signBls(messageCid(unsigned).bytes, key)
    const signed = { message: unsigned, signature: { type: SignatureType.BLS, data } }
    authenticateMessage(signed, CHAIN)
    expectRefusal({ ...signed, message: { ...unsigned, nonce: 9n } })
    expect(signedMessageCid(signed)).toEqual(messageCid(unsigned))
  })

  function expectRefusal(signed: SignedMessage): void {
    expect(() => authenticateMessage(signed, CHAIN)).toThrow('signature did not match')
  }
})
