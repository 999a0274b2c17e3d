import assert from 'node:assert/strict'
import { Address } from '../../../src/address/address.ts'
import { fromFilecoin, toFilecoin } from '../../../src/address/eth-address.ts'
import { fromHex, to0x, toHex } from '../../../src/base/bytes.ts'
import { MempoolError } from '../../../src/chain/chain.ts'
import { Mempool } from '../../../src/chain/mempool.ts'
import { filecoinAddressOf } from '../../../src/eth/addresses.ts'
import { address } from '../../../src/ipld/codec.ts'
import { type Check, refuses } from './vector.ts'

/** Our words for the reasons that the vectors name. */
const reasons: Readonly<Record<string, string>> = {
  'base32 symbol': 'invalid base32',
  'invalid payload (bad varint)': 'invalid integer in address',
}

function refusesFor(run: () => unknown, reason: string): void {
  refuses(run, reasons[reason] ?? (/length \d+$/.test(reason) ? 'invalid length' : reason))
}

export const addressChecks: Readonly<Record<string, Check>> = {
  address({ input, expected }) {
    const made = makers[input.form]!(input)
    assert.equal(made.toString(), expected.text)
    assert.equal(toHex(made.bytes), expected.bytes)
    assert.equal(toHex(Address.parse(expected.text).bytes), expected.bytes)
    assert.equal(Address.fromBytes(fromHex(expected.bytes)).toString(), expected.text)
    const testnet = `t${expected.text.slice(1)}`
    assert.ok(Address.parse(testnet).equals(made))
    assert.equal(made.toString('t'), testnet)
  },
  'address-text-invalid'({ input, expected }) {
    refusesFor(() => Address.parse(input.text), expected.error)
  },
  'address-bytes-invalid'({ input, expected }) {
    refusesFor(() => Address.fromBytes(fromHex(input.bytes)), expected.error)
  },
  'address-cbor'({ input, expected }) {
    assert.equal(toHex(address.encode(Address.parse(input.text))), expected.cbor)
    assert.equal(address.decode(fromHex(expected.cbor)).toString(), input.text)
  },
  'eth-to-filecoin-address'({ input, expected }) {
    const filecoin = toFilecoin(fromHex(input.eth))
    assert.equal(toHex(filecoin.bytes), expected.bytes)
    assert.equal(filecoin.toString('f'), expected.text)
    assert.equal(filecoin.toString('t'), expected.textTestnet)
    assert.equal(to0x(fromFilecoin(filecoin)!), input.eth)
  },
  eth_to_filecoin_address({ input, expected }) {
    const eth = fromHex(input.eth)
    if (expected.error) refuses(() => filecoinAddressOf(eth), 'IDs must be less than 2^63')
    else assert.equal(filecoinAddressOf(eth).toString(), expected.filecoin)
  },
  address_pair({ input, expected }) {
    const filecoin = Address.parse(input.filecoin)
    if (expected.addressBytes) assert.equal(to0x(filecoin.bytes), expected.addressBytes)
    assert.equal(to0x(fromFilecoin(filecoin)!), expected.eth)
    assert.ok(toFilecoin(fromHex(expected.eth)).equals(filecoin))
  },
  address_reject({ input, expected }) {
    const { filecoin, messageTo } = input
    if (messageTo) assert.ok(poolRefusal(messageTo).includes(expected.errorContains))
    else refuses(() => fromFilecoin(Address.parse(filecoin)), expected.errorContains)
  },
  outgoing_to_ok({ input }) {
    assert.doesNotMatch(poolRefusal(input.messageTo), /not a valid Eth Address/)
  },
  address_not_eth_namespace({ input, expected }) {
    const filecoin = Address.parse(input.filecoin)
    assert.equal(filecoin.delegated!.subaddress.length, expected.subAddressBytes)
    assert.equal(fromFilecoin(filecoin), undefined)
  },
}

/** Why the pool of a chain without actors refuses a message to this address. */
function poolRefusal(to: string): string {
  const message = {
    version: 0n,
    to: Address.parse(to),
    from: Address.id(100),
    nonce: 0n,
    value: 0n,
    gasLimit: 1_000_000,
    gasFeeCap: 100n,
    gasPremium: 0n,
    method: 0n,
    params: new Uint8Array(0),
  }
  const noActors = { actor: () => undefined, resolve: () => undefined, nameOf: () => undefined }
  try {
    new Mempool(314).add({ message, signature: null }, noActors, 100n)
  } catch (error) {
    if (error instanceof MempoolError) return error.message
    throw error
  }
  throw new Error('a message from nobody was taken')
}

interface AddressParts {
  readonly data: string
  readonly id: string
  readonly namespace: string
  readonly subaddress: string
}

const makers: Readonly<Record<string, (parts: AddressParts) => Address>> = {
  'f1-from-pubkey65': ({ data }) => Address.secp256k1(fromHex(data)),
  'f2-from-data': ({ data }) => Address.actor(fromHex(data)),
  'f3-from-pubkey48': ({ data }) => Address.bls(fromHex(data)),
  f4: ({ namespace, subaddress }) => Address.delegated(BigInt(namespace), fromHex(subaddress)),
  id: ({ id }) => Address.id(BigInt(id)),
}
