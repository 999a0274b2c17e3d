import fc from 'fast-check'
import * as iso from 'iso-filecoin/address'
import { describe, expect, test } from 'vitest'
import { Address, AddressError, EAM_NAMESPACE, Protocol } from '../../src/address/address.ts'
import {
  f410Payload,
  fromFilecoin,
  isMaskedId,
  maskedId,
  toFilecoin,
} from '../../src/address/eth-address.ts'
import { to0x } from '../../src/base/bytes.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })

const addresses = fc.oneof(
  uint64.map((id) => Address.id(id)),
  bytes(65).map((key) => Address.secp256k1(key)),
  bytes(30).map((creation) => Address.actor(creation)),
  bytes(48).map((key) => Address.bls(key)),
  fc
    .tuple(uint64, fc.uint8Array({ maxLength: 54 }))
    .map(([namespace, subaddress]) => Address.delegated(namespace, subaddress)),
)

describe('text and bytes', () => {
  test('go both ways', () => {
    const property = fc.property(addresses, fc.constantFrom('f', 't'), (address, network) => {
      const text = address.toString(network)
      expect(text[0]).toBe(network)
      expect(Address.parse(text)).toEqual(address)
      expect(Address.fromBytes(address.bytes)).toEqual(address)
    })
    fc.assert(property, { numRuns: 300, seed: 1 })
  })

  test('are those of iso-filecoin', () => {
    // iso-filecoin holds ids as numbers and knows one namespace only
    const small = fc.oneof(
      addresses.filter(({ id, delegated }) => !delegated && (id ?? 0n) < 2n ** 53n),
      bytes(20).map((subaddress) => Address.delegated(EAM_NAMESPACE, subaddress)),
    )
    const property = fc.property(small, (address) => {
      const other = iso.fromString(address.toString())
      expect(address.bytes).toEqual(other.toBytes())
      expect(other.toString()).toBe(address.toString())
    })
    fc.assert(property, { numRuns: 200, seed: 2 })
  })

  test('one changed character is noticed', () => {
    const checked = addresses.filter(({ protocol }) => protocol !== Protocol.ID)
    const property = fc.property(checked, fc.nat(), fc.nat(30), (address, position, step) => {
      const text = address.toString()
      const start = text.lastIndexOf('f') + 1
      const index = start < 2 ? 2 : start
      const at = index + (position % (text.length - index))
      const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
      const other = alphabet[(alphabet.indexOf(text[at]!) + 1 + step) % 32]!
      const changed = text.slice(0, at) + other + text.slice(at + 1)
      expect(() => Address.parse(changed)).toThrow(AddressError)
    })
    fc.assert(property, { numRuns: 200, seed: 3 })
  })

  test.each(['', 'f', 'f0', 'f5abc', 'x01', 'f00123', 'f0-1', 'f018446744073709551616', 'f410f'])(
    '%j is no address',
    (text) => {
      expect(() => Address.parse(text)).toThrow(AddressError)
    },
  )
})

describe('Ethereum addresses', () => {
  test('f410 and masked ids go both ways, as in iso-filecoin', () => {
    const masked = fc.maxSafeNat().map(maskedId)
    const property = fc.property(fc.oneof(bytes(20), masked), (eth) => {
      const filecoin = toFilecoin(eth)
      expect(fromFilecoin(filecoin)).toEqual(eth)
      expect(filecoin.toString()).toBe(iso.fromEthAddress(to0x(eth), 'mainnet').toString())
      expect(iso.toEthAddress(iso.fromString(filecoin.toString())).toLowerCase()).toBe(to0x(eth))
      expect(isMaskedId(eth)).toBe(filecoin.protocol === Protocol.ID)
    })
    fc.assert(property, { numRuns: 200, seed: 4 })
  })

  test('ids up to 2^64 - 1', () => {
    const property = fc.property(uint64, (id) => {
      expect(fromFilecoin(Address.id(id))).toEqual(maskedId(id))
      expect(toFilecoin(maskedId(id)).id).toBe(id)
    })
    fc.assert(property, { numRuns: 50, seed: 5 })
  })

  test('no other address has one without state', () => {
    const twenty = new Uint8Array(20)
    expect(fromFilecoin(Address.secp256k1(new Uint8Array(65)))).toBeUndefined()
    expect(fromFilecoin(Address.delegated(11n, twenty))).toBeUndefined()
    expect(fromFilecoin(Address.delegated(EAM_NAMESPACE, new Uint8Array(21)))).toBeUndefined()
    expect(f410Payload(Address.delegated(EAM_NAMESPACE, twenty))).toEqual(twenty)
  })
})
