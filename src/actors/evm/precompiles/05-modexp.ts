import { concat, EMPTY, fromBigInt, fromBigIntPadded, toBigInt } from '../../../base/bytes.ts'
import { ActorError } from '../../../fvm/errors.ts'
import { ExitCode } from '../../../protocol/exit-code.ts'
import { uintAt } from './input.ts'
import type { Precompile } from './precompile.ts'

const U32_MAX = 0xffff_ffffn
/** The actor counts the bits of the zeros behind the input in 32 bits, and checks for overflow. */
const MAX_ZEROS = 2 ** 29
/** Below a modulus: about where the actor, which writes them out several times, has no memory. */
const MAX_MODULUS_ZEROS = 2 ** 26

const PARSE = 13_308_000
const LENGTHS = 6_269_000
const OPERANDS = 12_500_000
const OPERAND_BYTE = 150_000
const OUTPUT_BYTE = 800

/**
 *     base length (32) ‖ exponent length (32) ‖ modulus length (32) ‖ base ‖ exponent ‖ modulus
 *       → base ^ exponent mod modulus, as long as the modulus (EIP-198); 0 where that is 0 or 1
 */
export const modexp: Precompile = {
  name: 'modexp',
  run(ops, input) {
    ops.gas.chargeWasm(PARSE)
    const lengths = [uintAt(input, 0), uintAt(input, 32), uintAt(input, 64)] as const
    if (lengths.some((length) => length > U32_MAX)) return undefined

    ops.gas.chargeWasm(LENGTHS)
    const [baseLength, exponentLength, modulusLength] = lengths.map(Number) as Triple
    if (baseLength === 0 && modulusLength === 0) return EMPTY

    const operandsLength = baseLength + exponentLength + modulusLength
    const present = Math.min(Math.max(0, input.length - 96), operandsLength)
    ops.gas.chargeWasm(OPERANDS + OPERAND_BYTE * present + OUTPUT_BYTE * modulusLength)
    const exponentAt = 96 + baseLength
    const base = operandAt(input, 96, baseLength)
    const exponent = operandAt(input, exponentAt, exponentLength)
    const modulus = operandAt(input, exponentAt + exponentLength, modulusLength)
    if (modulus.value <= 1n && modulus.zeros === 0) return new Uint8Array(modulusLength)

    const isOdd = modulus.zeros === 0 && modulus.value % 2n === 1n
    const cost = isOdd ? montgomeryCost : plainCost
    ops.gas.chargeWasm(cost(limbs(base), exponent, limbs(modulus)))
    if (modulus.zeros > MAX_MODULUS_ZEROS) throw tooLong()
    const n = modulus.value << BigInt(8 * modulus.zeros)
    const factor = power(256n, fromBigInt(BigInt(base.zeros)), n)
    const result = power(base.value * factor, written(exponent), n)
    return fromBigIntPadded(result, modulusLength)
  },
}

type Triple = [number, number, number]

/** value · 256^zeros. The zeros behind the input may be many: they are counted, not written. */
interface Operand {
  readonly value: bigint
  readonly zeros: number
}

/** @throws ActorError for more zeros than the actor can count: it panics. */
function operandAt(input: Uint8Array, offset: number, length: number): Operand {
  const present = input.subarray(offset, offset + length)
  const zeros = length - present.length
  if (zeros >= MAX_ZEROS) throw tooLong()
  const value = toBigInt(present)
  return { value, zeros: value === 0n ? 0 : zeros }
}

function tooLong(): ActorError {
  return new ActorError(ExitCode.USR_ASSERTION_FAILED, 'operand of modexp is too long')
}

function written({ value, zeros }: Operand): Uint8Array {
  return value === 0n ? EMPTY : concat(fromBigInt(value), new Uint8Array(zeros))
}

function power(base: bigint, exponent: Uint8Array, modulus: bigint): bigint {
  const reduced = base % modulus
  let result = 1n
  for (const byte of exponent) {
    for (let bit = 0x80; bit > 0; bit >>= 1) {
      result = (result * result) % modulus
      if ((byte & bit) !== 0) result = (result * reduced) % modulus
    }
  }
  return result
}

function bitLength({ value, zeros }: Operand): number {
  if (value === 0n) return 0
  const hex = value.toString(16)
  return 4 * (hex.length - 1) + (32 - Math.clz32(Number.parseInt(hex[0]!, 16))) + 8 * zeros
}

/** Digits of 32 bits, in which the actor (num-bigint on wasm32) reckons. */
function limbs(operand: Operand): number {
  return Math.ceil(bitLength(operand) / 32)
}

/**
 * Odd moduli: Montgomery multiplication with windows of 4 bits. 17 products make the table and
 * the way out; each limb of the exponent has 8 windows of 4 squarings and a product, the very
 * first window has no squarings. A product of n limbs costs a n² + b n + c.
 */
function montgomeryCost(baseLimbs: number, exponent: Operand, n: number): number {
  const exponentLimbs = limbs(exponent)
  const products = 17 + (exponentLimbs === 0 ? 0 : 40 * exponentLimbs - 4)
  const product = 335_636 * n * n + 506_894 * n + 3_953_019
  return 10_700_000 + 5_000_000 * n + products * product + reductionCost(baseLimbs, n)
}

/** Even moduli: square and multiply, each followed by a division. */
function plainCost(baseLimbs: number, exponent: Operand, n: number): number {
  if (exponent.value === 0n) return 0
  const ones = exponent.value.toString(2).replaceAll('0', '').length
  const products = bitLength(exponent) - 1 + (ones - 1)
  const product = 293_000 * n * n + 5_500_000
  return 3_000_000 + products * product + reductionCost(baseLimbs, n)
}

/** A base longer than the modulus, by long division: an estimate, half a product's price a step. */
function reductionCost(baseLimbs: number, n: number): number {
  return baseLimbs < n ? 0 : (baseLimbs - n + 1) * (500_000 + 150_000 * n)
}
