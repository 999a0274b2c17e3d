import { readFileSync } from 'node:fs'
import { Common, Hardfork, Mainnet } from '@ethereumjs/common'
import { createEVM } from '@ethereumjs/evm'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { bn254 } from '@noble/curves/bn254.js'
import { p256 } from '@noble/curves/nist.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { uintAt } from '../../../src/actors/evm/precompiles/input.ts'
import { type PrecompileOps, UNBOUND_CALL } from '../../../src/actors/evm/precompiles/precompile.ts'
import { ethereumPrecompiles } from '../../../src/actors/evm/precompiles/table.ts'
import { concat, EMPTY, fromBigIntPadded, fromHex, toHex } from '../../../src/base/bytes.ts'
import { keccak256, ripemd160, sha256 } from '../../../src/base/hash.ts'
import { ActorError, Errno, OutOfGas, SyscallError } from '../../../src/fvm/errors.ts'
import { GasTracker } from '../../../src/fvm/gas/gas-tracker.ts'
import { recover, sign } from '../../../src/protocol/crypto/secp256k1.ts'

interface Vector {
  name: string
  address: string
  input: string
  success: boolean
  output: string
}

interface GasVector extends Omit<Vector, 'name'> {
  scenario: string
  wasmMilligas: number
}

function load<T>(name: string): T[] {
  const file = new URL(`../../vectors/${name}`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as T[]
}

const BLOCK_GAS_LIMIT = 10_000_000_000

const hashes = new Map([
  [0x12, sha256],
  [0x1b, keccak256],
  [0x1053, ripemd160],
])

/** The syscalls of a kernel without their charges, so that the tracker holds the wasm alone. */
function unpricedOps(): PrecompileOps & { gas: GasTracker } {
  return {
    gas: new GasTracker(BLOCK_GAS_LIMIT),
    hash: (code, data) => hashes.get(code)!(data),
    recoverSecpPublicKey(hash, signature) {
      const key = recover(hash, signature)
      if (key === undefined) throw new SyscallError(Errno.IllegalArgument, 'no such key')
      return key
    },
  }
}

/** As a call sees it. */
function call(address: number, input: Uint8Array) {
  const precompile = ethereumPrecompiles[address]
  if (precompile === undefined) return { success: true, output: '', milligas: UNBOUND_CALL }
  const ops = unpricedOps()
  const output = precompile.run(ops, input)
  return { success: output !== undefined, output: toHex(output ?? EMPTY), milligas: ops.gas.used }
}

describe.each(['precompiles.json', 'eip-2537.json', 'eip-7951.json'])('%s', (file) => {
  test.each(load<Vector>(file))('$address $name', ({ address, input, success, output }) => {
    expect(call(Number.parseInt(address, 16), fromHex(input))).toMatchObject({ success, output })
  })
})

/**
 * Milligas of the recorded contract around the call, which copies its calldata, calls, and returns
 * the success word and the return data. Measured with the identity and unbound addresses.
 */
function harness(inputLength: number, outputLength: number): number {
  const copyIn = inputLength === 0 ? 0 : 585_000 + 6_500 * inputLength
  const copyOut = outputLength === 0 ? 0 : 423_000 + 3_200 * Math.max(0, outputLength - 32)
  return 123_973_000 + copyIn + copyOut
}

describe('modelled wasm against the recorded', () => {
  test.each(load<GasVector>('precompile-gas.json'))('$scenario $address $input', (vector) => {
    const { address, success, output, wasmMilligas } = vector
    const input = fromHex(vector.input)
    const result = call(Number.parseInt(address, 16), input)
    expect(result).toMatchObject({ success, output })
    const modelled = harness(input.length, output.length / 2) + result.milligas
    // the heavy ones are within 1 %
    const tolerance = wasmMilligas > 2_000_000_000 ? 0.01 : 0.06
    expect(Math.abs(modelled / wasmMilligas - 1)).toBeLessThan(tolerance)
  })
})

function word(value: bigint | number): Uint8Array {
  return fromBigIntPadded(BigInt(value), 32)
}

describe('out of gas before the work is done', () => {
  const ones = (length: number) => new Uint8Array(length).fill(0xff)
  test.each([
    ['modexp', 0x05, concat(word(4_096), word(4_096), word(4_096), ones(3 * 4_096))],
    ['modexp, even', 0x05, concat(word(1), word(32_768), word(32), ones(32_800), Uint8Array.of(2))],
    ['blake2f', 0x09, concat(ones(4), new Uint8Array(209))],
    ['bn254Pairing', 0x08, concat(...Array.from({ length: 60 }, () => bn254Pair(2n, 3n)))],
  ])('%s', (_name, address, input) => {
    const before = performance.now()
    expect(() => ethereumPrecompiles[address]!.run(unpricedOps(), input)).toThrow(OutOfGas)
    expect(performance.now() - before).toBeLessThan(2_000)
  })
})

describe('lengths of modexp far beyond the input', () => {
  const modexp = (...operands: (bigint | number)[]) => concat(...operands.map(word))

  test('above 32 bits they fail', () => {
    expect(call(0x05, modexp(1n << 32n, 1, 1)).success).toBe(false)
    expect(call(0x05, modexp(1, 1n << 32n, 1)).success).toBe(false)
    expect(call(0x05, modexp(1, 1, 1n << 32n)).success).toBe(false)
  })

  test('where the actor panics the frame ends', () => {
    expect(() => call(0x05, modexp(1n << 29n, 1, 1))).toThrow(ActorError)
    expect(() => call(0x05, modexp(1, 1n << 29n, 1))).toThrow(ActorError)
    expect(() => call(0x05, modexp(1, 1, 1n << 29n))).toThrow(ActorError)
    // 3 · 256^(2^28)
    const modulus = concat(modexp(0, 0, (1n << 28n) + 1n), Uint8Array.of(3))
    expect(() => call(0x05, modulus)).toThrow(ActorError)
  })

  test('zeros are not written out', () => {
    const length = (1 << 29) - 1
    expect(call(0x05, modexp(length, 1, 1))).toMatchObject({ success: true, output: '00' })
    const base = concat(modexp(length, 1, 1), Uint8Array.of(3))
    expect(call(0x05, base)).toMatchObject({ success: true, output: '00' })
  })

  test('a long base of zeros after one byte', () => {
    // 5 · 256^999 mod 97
    const input = concat(
      modexp(1_000, 1, 1),
      Uint8Array.of(5),
      new Uint8Array(999),
      Uint8Array.of(1, 97),
    )
    const expected = (5n * 256n ** 999n) % 97n
    expect(call(0x05, input).output).toBe(toHex(fromBigIntPadded(expected, 1)))
  })
})

function bn254G1(scalar: bigint): Uint8Array {
  const { x, y } = bn254.G1.Point.BASE.multiplyUnsafe(scalar).toAffine()
  return concat(word(x), word(y))
}

function bn254G2(scalar: bigint): Uint8Array {
  const { x, y } = bn254.G2.Point.BASE.multiplyUnsafe(scalar).toAffine()
  return concat(word(x.c1), word(x.c0), word(y.c1), word(y.c0))
}

function bn254Pair(a: bigint, b: bigint): Uint8Array {
  return concat(bn254G1(a), bn254G2(b))
}

function element(value: bigint): Uint8Array {
  return fromBigIntPadded(value, 64)
}

function bls12G1(scalar: bigint): Uint8Array {
  const { x, y } = bls12_381.G1.Point.BASE.multiplyUnsafe(scalar).toAffine()
  return concat(element(x), element(y))
}

function bls12G2(scalar: bigint): Uint8Array {
  const { x, y } = bls12_381.G2.Point.BASE.multiplyUnsafe(scalar).toAffine()
  return concat(element(x.c0), element(x.c1), element(y.c0), element(y.c1))
}

/** On the curve and, its cofactor being large, practically never in the subgroup. */
function bls12G1OffSubgroup(seed: bigint): Uint8Array {
  const { Fp } = bls12_381.fields
  for (let x = seed; ; x++) {
    const square = Fp.create(x ** 3n + 4n)
    if (Fp.pow(square, (Fp.ORDER - 1n) / 2n) === 1n)
      return concat(element(x), element(Fp.sqrt(square)))
  }
}

/** Cuts, lengthens or flips a bit of most inputs: few bytes may be anything. */
function damaged(inputs: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const flip = fc.tuple(inputs, fc.nat(), fc.nat(7)).map(([input, at, bit]) => {
    const copy = input.slice()
    if (copy.length > 0) copy[at % copy.length]! ^= 1 << bit
    return copy
  })
  const cut = fc
    .tuple(inputs, fc.nat())
    .map(([input, at]) => input.slice(0, at % (input.length + 1)))
  const longer = fc.tuple(inputs, fc.uint8Array({ minLength: 1, maxLength: 33 }))
  return fc.oneof(
    { arbitrary: inputs, weight: 4 },
    flip,
    cut,
    longer.map(([input, tail]) => concat(input, tail)),
  )
}

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const privateKey = fc.bigInt({ min: 1n, max: (1n << 255n) - 1n }).map(word)
const scalar = fc.oneof(
  fc.bigInt({ min: 0n, max: 20n }),
  fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }),
  fc.constantFrom(bn254.fields.Fr.ORDER, bls12_381.fields.Fr.ORDER),
)
const factor = fc.bigInt({ min: 0n, max: 1n << 64n })

const ecrecoverInput = fc
  .tuple(bytes32, privateKey, fc.constantFrom(27, 28))
  .map(([hash, key, v]) => {
    const signature = sign(hash, key)
    return concat(hash, word(v), signature.subarray(0, 64))
  })

const modexpInput = fc
  .tuple(
    fc.uint8Array({ maxLength: 40 }),
    fc.uint8Array({ maxLength: 36 }),
    fc.uint8Array({ maxLength: 40 }),
  )
  .map((operands) => concat(...operands.map(({ length }) => word(length)), ...operands))

const p256Input = fc.tuple(bytes32, privateKey).map(([hash, key]) => {
  const signature = p256.sign(hash, key, { prehash: false, lowS: false })
  return concat(hash, signature, p256.getPublicKey(key, false).subarray(1))
})

const bls12G1Point = fc.oneof(
  { arbitrary: factor.map(bls12G1), weight: 3 },
  factor.map(bls12G1OffSubgroup),
)
const fieldElement = fc.bigInt({ min: 0n, max: bls12_381.fields.Fp.ORDER + 10n }).map(element)

const balancedPairs = (
  g1: (scalar: bigint) => Uint8Array,
  g2: (scalar: bigint) => Uint8Array,
  order: bigint,
) =>
  fc
    .tuple(factor, factor, fc.boolean())
    .map(([a, b, balanced]) =>
      concat(g1(a), g2(b), g1(balanced ? (order - ((a * b) % order)) % order : a), g2(1n)),
    )

/** blake2f is theirs, the hashes are not worth it; their modexp refuses more than 1,024 bytes. */
const differential: readonly [
  address: number,
  name: string,
  runs: number,
  inputs: fc.Arbitrary<Uint8Array>,
][] = [
  [0x01, 'ecrecover', 60, damaged(ecrecoverInput)],
  [0x03, 'ripemd160', 20, fc.uint8Array({ maxLength: 300 })],
  [0x05, 'modexp', 200, damaged(modexpInput).filter(hasShortOperands)],
  [
    0x06,
    'bn254Add',
    60,
    damaged(fc.tuple(factor, factor).map(([a, b]) => concat(bn254G1(a), bn254G1(b)))),
  ],
  [
    0x07,
    'bn254Mul',
    30,
    damaged(fc.tuple(factor, scalar).map(([a, k]) => concat(bn254G1(a), word(k)))),
  ],
  [0x08, 'bn254Pairing', 12, damaged(balancedPairs(bn254G1, bn254G2, bn254.fields.Fr.ORDER))],
  [
    0x0b,
    'bls12G1Add',
    30,
    damaged(fc.tuple(bls12G1Point, bls12G1Point).map((points) => concat(...points))),
  ],
  [
    0x0c,
    'bls12G1Msm',
    15,
    damaged(
      fc
        .tuple(bls12G1Point, scalar, factor, scalar)
        .map(([p, k, b, l]) => concat(p, word(k), bls12G1(b), word(l))),
    ),
  ],
  [
    0x0d,
    'bls12G2Add',
    20,
    damaged(fc.tuple(factor, factor).map(([a, b]) => concat(bls12G2(a), bls12G2(b)))),
  ],
  [
    0x0e,
    'bls12G2Msm',
    10,
    damaged(
      fc
        .tuple(factor, scalar, factor, scalar)
        .map(([a, k, b, l]) => concat(bls12G2(a), word(k), bls12G2(b), word(l))),
    ),
  ],
  [0x0f, 'bls12Pairing', 10, damaged(balancedPairs(bls12G1, bls12G2, bls12_381.fields.Fr.ORDER))],
  [0x10, 'bls12MapFpToG1', 10, damaged(fieldElement)],
  [
    0x11,
    'bls12MapFp2ToG2',
    6,
    damaged(fc.tuple(fieldElement, fieldElement).map((parts) => concat(...parts))),
  ],
  [0x0100, 'p256Verify', 40, damaged(p256Input)],
]

function hasShortOperands(input: Uint8Array): boolean {
  return [0, 32, 64].every((offset) => uintAt(input, offset) <= 1_024n)
}

describe('differential against ethereumjs', async () => {
  const common = new Common({ chain: Mainnet, hardfork: Hardfork.Osaka })
  const evm = await createEVM({ common })

  test.each(differential)('%i %s', async (address, _name, numRuns, inputs) => {
    const theirs = evm.getPrecompile(`0x${address.toString(16)}`)!
    const gasLimit = 1n << 40n
    const property = fc.asyncProperty(inputs, async (input) => {
      const result = await theirs({ data: input, gasLimit, common, _EVM: evm })
      const failed = result.exceptionError !== undefined
      const { success, output } = call(address, input)
      expect({ success, output }).toEqual({
        success: !failed,
        output: failed ? '' : toHex(result.returnValue),
      })
    })
    await fc.assert(property, { numRuns, seed: 2537 })
  })
})
