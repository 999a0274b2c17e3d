import fc from 'fast-check'
import { decodeFunctionData, parseAbi } from 'viem'
import { describe, expect, test } from 'vitest'
import { Address } from '../../src/address/address.ts'
import { maskedId } from '../../src/address/eth-address.ts'
import { fromHex, to0x } from '../../src/base/bytes.ts'
import { ethAddressIn, memoized } from '../../src/eth/addresses.ts'
import { minedTransactionJson, pendingTransactionJson } from '../../src/eth/json.ts'
import { nativeInput, shownCall } from '../../src/eth/native-input.ts'
import { invocation } from '../../src/eth/to-message.ts'
import { transactionRecord, UNKNOWN_ACTOR } from '../../src/eth/transaction-record.ts'
import {
  type Message,
  messageCid,
  messageCodec,
  signedMessageCid,
  signedMessageCodec,
} from '../../src/protocol/message.ts'
import { InvokeEVM } from '../../src/protocol/method.ts'
import { SignatureType } from '../../src/protocol/signature.ts'

const CHAIN = 314
const sender = Address.secp256k1(new Uint8Array(65))
const eth = new Uint8Array(20).fill(0x33)

const message: Message = {
  version: 0n,
  to: Address.delegated(10n, eth),
  from: sender,
  nonce: 4n,
  value: 5n,
  gasLimit: 6_000_000,
  gasFeeCap: 700n,
  gasPremium: 80n,
  method: 0n,
  params: new Uint8Array(0),
}

test('the generic input is an ABI call of handle_filecoin_method', () => {
  const abi = parseAbi(['function handle_filecoin_method(uint64,uint64,bytes)'])
  const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
  const property = fc.property(uint64, fc.uint8Array({ maxLength: 100 }), (method, params) => {
    const { args } = decodeFunctionData({ abi, data: to0x(nativeInput(method, params)) })
    expect(args).toEqual([method, params.length === 0 ? 0n : 0x51n, to0x(params)])
  })
  fc.assert(property, { numRuns: 100, seed: 1 })
})

test('what an Ethereum call makes is shown as that call', () => {
  const input = fc.uint8Array({ maxLength: 300 })
  const property = fc.property(input, (data) => {
    expect(shownCall(invocation(Address.id(100), data))).toEqual({ input: data, creates: false })
    if (data.length === 0) return
    expect(shownCall(invocation(undefined, data))).toEqual({ input: data, creates: true })
  })
  fc.assert(property, { numRuns: 50, seed: 2 })
})

test('params that only begin with a byte string are shown generically', () => {
  const params = fromHex('4101ff')
  const { input } = shownCall({ to: Address.id(100), method: InvokeEVM, params })
  expect(input).toEqual(nativeInput(InvokeEVM, params))
})

describe('records of native messages', () => {
  const found = new Map([[sender.key, maskedId(101)]])
  const ethAddressOf = (address: Address) => found.get(address.key)

  test('secp256k1: hash of the signed message', () => {
    const signature = { type: SignatureType.SECP256K1, data: new Uint8Array(65).fill(1) }
    const signed = { message, signature }
    const record = transactionRecord(signed, CHAIN, ethAddressOf)
    expect(record.cid).toEqual(signedMessageCid(signed))
    expect(record.hash).toEqual(record.cid.digest)
    expect(record.message).toEqual(signedMessageCodec.encode(signed))
    expect(pendingTransactionJson(record)).toMatchObject({
      type: '0x2',
      chainId: '0x13a',
      from: to0x(maskedId(101)),
      to: to0x(UNKNOWN_ACTOR),
      maxFeePerGas: '0x2bc',
      maxPriorityFeePerGas: '0x50',
      gasPrice: '0x2bc',
      accessList: [],
      yParity: '0x0',
      v: '0x0',
      r: '0x0',
      s: '0x0',
      blockHash: null,
      blockNumber: null,
      transactionIndex: null,
    })
  })

  test.each([
    ['BLS', { type: SignatureType.BLS, data: new Uint8Array(96) }],
    ['unsigned', null],
  ])('%s: hash of the message', (_, signature) => {
    const record = transactionRecord({ message, signature }, CHAIN, ethAddressOf)
    expect(record.hash).toEqual(messageCid(message).digest)
    expect(record.message).toEqual(messageCodec.encode(message))
    expect(record.kind).toBe('native')
  })

  test('an impersonated creation', () => {
    const from = Address.delegated(10n, eth)
    const initcode = Uint8Array.of(0x60, 0x01)
    const unsigned = { ...message, from, ...invocation(undefined, initcode) }
    const lookUp = ethAddressIn({ resolve: () => undefined, actor: () => undefined })
    const record = transactionRecord({ message: unsigned, signature: null }, CHAIN, lookUp)
    expect(record).toMatchObject({ from: eth, to: null, input: initcode, v: 0n, r: 0n, s: 0n })
  })

  test('what was paid stands in gasPrice once mined', () => {
    const transaction = transactionRecord({ message, signature: null }, CHAIN, ethAddressOf)
    const receipt = {
      exitCode: 0,
      returnData: new Uint8Array(0),
      gasUsed: 1,
      cumulativeGasUsed: 1,
      effectiveGasPrice: 123n,
      contractAddress: null,
      eventsRoot: null,
      bloom: new Uint8Array(256),
      logs: [],
    }
    const blockHash = new Uint8Array(32).fill(9)
    const mined = { blockHash, epoch: 10, index: 2, transaction, receipt }
    expect(minedTransactionJson(mined)).toMatchObject({
      gasPrice: '0x7b',
      blockHash: to0x(blockHash),
      blockNumber: '0xa',
      transactionIndex: '0x2',
    })
  })
})

describe('addresses by state', () => {
  const key = Address.bls(new Uint8Array(48).fill(5))
  const f410 = Address.delegated(10n, eth)
  const foreign = Address.delegated(32n, eth)
  const masked = Address.delegated(10n, maskedId(7))
  const actors = new Map([
    [100, { delegatedAddress: f410 }],
    [101, { delegatedAddress: null }],
    [102, { delegatedAddress: foreign }],
    [103, { delegatedAddress: masked }],
  ])
  const ids = new Map([
    [key.key, 100],
    [foreign.key, 102],
  ])
  let lookups = 0
  const ethAddressOf = memoized(
    ethAddressIn({
      resolve: (address) => ids.get(address.key),
      actor: (id) => {
        lookups++
        return actors.get(id)
      },
    }),
  )

  test.each([
    ['f410 is its own answer', f410, eth],
    ['an id with an f410 address', Address.id(100), eth],
    ['a key with an f410 address', key, eth],
    ['an id without', Address.id(101), maskedId(101)],
    ['an address of another namespace', foreign, maskedId(102)],
    ['an f410 that embeds a masked id', Address.id(103), maskedId(103)],
    ['an id that is gone', Address.id(999), maskedId(999)],
    ['a key that nobody has', Address.secp256k1(new Uint8Array(65)), undefined],
  ])('%s', (_, address, expected) => {
    expect(ethAddressOf(address)).toEqual(expected)
    const before = lookups
    expect(ethAddressOf(address)).toEqual(expected)
    expect(lookups).toBe(before)
  })
})
