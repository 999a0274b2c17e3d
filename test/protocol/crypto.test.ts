import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Address } from '../../src/address/address.ts'
import { concat, fromBigIntPadded, fromHex, toBigInt, toHex, utf8 } from '../../src/base/bytes.ts'
import { sha256 } from '../../src/base/hash.ts'
import {
  blsPublicKey,
  signBls,
  verifyBls,
  verifyBlsAggregate,
} from '../../src/protocol/crypto/bls.ts'
import { secp256k1With } from '../../src/protocol/crypto/secp256k1.ts'
import {
  type Secp256k1BackendName,
  secp256k1Backends,
} from '../../src/protocol/crypto/secp256k1-backends.ts'
import { verifySignature } from '../../src/protocol/crypto/verify.ts'
import { messageCid, signedMessageCodec } from '../../src/protocol/message.ts'
import { SignatureType } from '../../src/protocol/signature.ts'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const FIELD = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn

const word = (value: bigint) => fromBigIntPadded(value, 32)
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const secret = fc.bigInt({ min: 1n, max: ORDER - 1n }).map(word)

const reference = secp256k1With('@noble/curves')

describe.each(Object.keys(secp256k1Backends) as Secp256k1BackendName[])(
  'secp256k1 by %s',
  (name) => {
    const { recover, sign, publicKey } = secp256k1With(name)

    test('signs deterministically and recovers the signer', () => {
      const property = fc.property(bytes32, secret, (hash, key) => {
        const signature = sign(hash, key)
        expect(signature).toEqual(reference.sign(hash, key))
        expect(toBigInt(signature.subarray(32, 64))).toBeLessThanOrEqual(ORDER / 2n)
        expect(publicKey(key)).toEqual(reference.publicKey(key))
        expect(recover(hash, signature)).toEqual(publicKey(key))
      })
      fc.assert(property, { numRuns: 40, seed: 1 })
    })

    test('takes a high s', () => {
      const property = fc.property(bytes32, secret, (hash, key) => {
        const signature = sign(hash, key)
        const s = toBigInt(signature.subarray(32, 64))
        const high = concat(
          signature.subarray(0, 32),
          word(ORDER - s),
          Uint8Array.of(signature[64]! ^ 1),
        )
        expect(recover(hash, high)).toEqual(publicKey(key))
      })
      fc.assert(property, { numRuns: 10, seed: 2 })
    })

    test('answers anything as the others do', () => {
      const scalar = fc.oneof(
        fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }),
        fc.constantFrom(0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, FIELD - ORDER, (1n << 256n) - 1n),
      )
      const signature = fc
        .tuple(scalar, scalar, fc.integer({ min: 0, max: 5 }))
        .map(([r, s, id]) => concat(word(r), word(s), Uint8Array.of(id)))
      const property = fc.property(bytes32, signature, (hash, signature) => {
        expect(recover(hash, signature)).toEqual(reference.recover(hash, signature))
      })
      fc.assert(property, { numRuns: 150, seed: 3 })
    })

    test('recovery ids 2 and 3 mean that x was above the order', () => {
      const hash = sha256(utf8('x above the order'))
      const signatures = [2, 3].map((id) =>
        concat(word(smallestWrappedR()), word(7n), Uint8Array.of(id)),
      )
      const keys = signatures.map((signature) => recover(hash, signature))
      expect(keys).toEqual(signatures.map((signature) => reference.recover(hash, signature)))
      expect(keys[0]).toHaveLength(65)
      expect(keys[1]).not.toEqual(keys[0])
    })

    test.each([
      ['r zero', 0n, 1n, 0],
      ['s zero', 1n, 0n, 0],
      ['r the order', ORDER, 1n, 0],
      ['s the order', 1n, ORDER, 0],
      ['no such x', 5n, 1n, 0],
      ['recovery id 4', 1n, 1n, 4],
      ['recovery id 27', 1n, 1n, 27],
    ])('no key: %s', (_name, r, s, id) => {
      expect(recover(word(9n), concat(word(r), word(s), Uint8Array.of(id)))).toBeUndefined()
    })

    test('no key for other lengths', () => {
      expect(recover(word(9n), new Uint8Array(64).fill(1))).toBeUndefined()
      expect(recover(new Uint8Array(31), new Uint8Array(65).fill(1))).toBeUndefined()
    })

    test.each([0n, ORDER])('private key %i is refused', (key) => {
      expect(() => sign(word(1n), word(key))).toThrow()
      expect(() => publicKey(word(key))).toThrow()
    })
  },
)

/** The smallest r for which r + n is the x of a point while r itself is not. */
function smallestWrappedR(): bigint {
  for (let r = 1n; ; r++) if (isX(r + ORDER) && !isX(r)) return r
}

function isX(x: bigint): boolean {
  const square = (x ** 3n + 7n) % FIELD
  let power = 1n
  for (const bit of ((FIELD - 1n) / 2n).toString(2)) {
    power = (power * power * (bit === '1' ? square : 1n)) % FIELD
  }
  return power === 1n
}

describe('choice of the secp256k1 backend', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.resetModules()
  })

  test.each(Object.keys(secp256k1Backends))('FEVM_SECP256K1=%s', async (name) => {
    vi.stubEnv('FEVM_SECP256K1', name)
    vi.resetModules()
    const { secp256k1Backend } = await import('../../src/protocol/crypto/secp256k1.ts')
    expect(secp256k1Backend).toBe(name)
  })

  test('an unknown name is refused', async () => {
    vi.stubEnv('FEVM_SECP256K1', 'elliptic')
    vi.resetModules()
    await expect(import('../../src/protocol/crypto/secp256k1.ts')).rejects.toThrow(
      'FEVM_SECP256K1 is none of secp256k1, tiny-secp256k1, @noble/curves',
    )
  })

  test('a platform without the native build falls through to WebAssembly', () => {
    const script = `import { secp256k1Backend } from './src/protocol/crypto/secp256k1.ts'
      process.stdout.write(secp256k1Backend)`
    const flags = ['--import', 'tsx', '--input-type=module', '--eval', script]
    // the loader of prebuilt addons looks for this architecture's
    const env = { ...process.env, FEVM_SECP256K1: undefined, npm_config_arch: 'pdp11' }
    const cwd = new URL('../..', import.meta.url)
    expect(execFileSync(process.execPath, flags, { cwd, env, encoding: 'utf8' })).toBe(
      'tiny-secp256k1',
    )
  })
})

describe('BLS', () => {
  const keys = [1n, 2n, 3n].map((key) => word(key).reverse())
  const publicKeys = keys.map(blsPublicKey)
  const messages = ['one', 'two', 'three'].map(utf8)
  const signatures = messages.map((message, index) => signBls(message, keys[index]!))
  const infinity = concat(Uint8Array.of(0xc0), new Uint8Array(47))

  test('private keys are little-endian: the key 1 has the generator as its public key', () => {
    expect(toHex(publicKeys[0]!)).toBe(
      '97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb',
    )
  })

  test('verifies what it signed, and nothing else', () => {
    expect(verifyBls(signatures[0]!, publicKeys[0]!, messages[0]!)).toBe(true)
    expect(verifyBls(signatures[0]!, publicKeys[1]!, messages[0]!)).toBe(false)
    expect(verifyBls(signatures[0]!, publicKeys[0]!, messages[1]!)).toBe(false)
    expect(verifyBls(signatures[1]!, publicKeys[0]!, messages[0]!)).toBe(false)
  })

  test('malformed keys and signatures do not verify', () => {
    const [signature, key, message] = [signatures[0]!, publicKeys[0]!, messages[0]!]
    expect(verifyBls(signature.subarray(1), key, message)).toBe(false)
    expect(verifyBls(signature, key.subarray(1), message)).toBe(false)
    expect(verifyBls(new Uint8Array(96).fill(0xff), key, message)).toBe(false)
    expect(verifyBls(signature, new Uint8Array(48).fill(0xff), message)).toBe(false)
    expect(verifyBls(concat(infinity, new Uint8Array(48)), infinity, message)).toBe(false)
    expect(verifyBls(signature, Uint8Array.of(key[0]! & 0x7f, ...key.subarray(1)), message)).toBe(
      false,
    )
  })

  test('keys off the subgroup do not verify', () => {
    // x = 4 is on the curve, its point of another order
    const offSubgroup = fromBigIntPadded((1n << 383n) | 4n, 48)
    expect(verifyBls(signatures[0]!, offSubgroup, messages[0]!)).toBe(false)
  })

  test('aggregates (FIP-0079)', async () => {
    const { bls12_381 } = await import('@noble/curves/bls12-381.js')
    const points = signatures.map((signature) => bls12_381.G2.Point.fromBytes(signature))
    const aggregate = points.reduce((sum, point) => sum.add(point)).toBytes()
    expect(verifyBlsAggregate(aggregate, publicKeys, messages)).toBe(true)
    expect(verifyBlsAggregate(aggregate, publicKeys, messages.toReversed())).toBe(false)
    expect(verifyBlsAggregate(aggregate, publicKeys.slice(1), messages.slice(1))).toBe(false)
    expect(verifyBlsAggregate(aggregate, [...publicKeys, infinity], [...messages, utf8('4')])).toBe(
      false,
    )
    expect(verifyBlsAggregate(aggregate, [], [])).toBe(true)
    expect(() => verifyBlsAggregate(aggregate, publicKeys, messages.slice(1))).toThrow(RangeError)
  })

  test('a repeated message does not verify, though the equation holds', async () => {
    const { bls12_381 } = await import('@noble/curves/bls12-381.js')
    const twice = keys.slice(0, 2).map((key) => signBls(messages[0]!, key))
    const [a, b] = twice.map((signature) => bls12_381.G2.Point.fromBytes(signature))
    const aggregate = a!.add(b!).toBytes()
    expect(
      verifyBlsAggregate(aggregate, publicKeys.slice(0, 2), [messages[0]!, messages[0]!]),
    ).toBe(false)
  })
})

describe('signed messages of native accounts', () => {
  const file = new URL('../vectors/signed-messages.json', import.meta.url)
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as { scenario: string; signed: string }[]
  const decoded = vectors.map(({ signed }) => signedMessageCodec.decode(fromHex(signed)))
  const secp = decoded.filter(({ signature }) => signature.type === SignatureType.SECP256K1)
  const bls = decoded.filter(({ signature }) => signature.type === SignatureType.BLS)

  test('there are some of each', () => {
    expect([secp.length, bls.length]).toEqual([52, 26])
  })

  test.each([
    ['secp256k1', secp],
    ['BLS', bls],
  ])('%s', (_name, signedMessages) => {
    for (const { message, signature } of signedMessages) {
      const type = signature.type as 1 | 2
      const cid = messageCid(message).bytes
      expect(verifySignature(type, signature.data, message.from, cid)).toBe(true)
    }
  })

  test.each([
    ['secp256k1', secp[0]!, bls[0]!],
    ['BLS', bls[0]!, secp[0]!],
  ])('%s that do not verify', (_name, { message, signature }, other) => {
    const type = signature.type as 1 | 2
    const cid = messageCid(message).bytes
    const flipped = signature.data.slice()
    flipped[40]! ^= 1
    expect(verifySignature(type, flipped, message.from, cid)).toBe(false)
    expect(verifySignature(type, signature.data.subarray(1), message.from, cid)).toBe(false)
    expect(verifySignature(type, signature.data, message.from, cid.subarray(1))).toBe(false)
    expect(verifySignature(type, signature.data, other.message.from, cid)).toBe(false)
    expect(verifySignature(type, signature.data, Address.id(100), cid)).toBe(false)
    expect(verifySignature(type === 1 ? 2 : 1, signature.data, message.from, cid)).toBe(false)
  })
})
