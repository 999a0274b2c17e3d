import { EMPTY, fromBigIntPadded, stripLeadingZeros } from '../../../base/bytes.ts'
import { bytesAt, uintAt } from './input.ts'
import type { Precompile } from './precompile.ts'

const U32_MAX = 0xffff_ffffn

/**
 * Longest operand that is computed with, in bytes. The real actor ends where its 2 GiB of memory
 * do; anything near that costs more than a message can pay unless nearly all of it is zero.
 */
const MAX_LENGTH = 1 << 26

const PARSE = 13_308_000
const LENGTHS = 6_269_000
const OPERANDS = 12_800_000
/** Fresh memory of the actor. */
const MEMORY_PER_BYTE = 800

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

    const [baseLength, exponentLength, modulusLength] = lengths.map(Number) as [
      number,
      number,
      number,
    ]
    if (input.length > 0) ops.gas.chargeWasm(LENGTHS)
    if (baseLength === 0 && modulusLength === 0) return EMPTY

    ops.gas.chargeWasm(OPERANDS + MEMORY_PER_BYTE * (baseLength + exponentLength + modulusLength))
    if (Math.max(baseLength, exponentLength, modulusLength) > MAX_LENGTH) return undefined
    const exponentAt = 96 + baseLength
    const base = uintAt(input, 96, baseLength)
    const exponent = stripLeadingZeros(bytesAt(input, exponentAt, exponentLength))
    const modulus = uintAt(input, exponentAt + exponentLength, modulusLength)
    if (modulus <= 1n) return new Uint8Array(modulusLength)

    const cost = modulus % 2n === 0n ? plainCost : montgomeryCost
    ops.gas.chargeWasm(cost(limbs(base), exponent, limbs(modulus)))
    return fromBigIntPadded(power(base, exponent, modulus), modulusLength)
  },
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

/** Digits of 32 bits, in which the actor (num-bigint on wasm32) reckons. */
function limbs(value: bigint): number {
  return value === 0n ? 0 : Math.ceil(value.toString(16).length / 8)
}

/**
 * Odd moduli: Montgomery multiplication with windows of 4 bits. 17 products make the table and
 * the way out; each limb of the exponent has 8 windows of 4 squarings and a product, the very
 * first window has no squarings. One product of n limbs costs a n² + b n + c.
 */
function montgomeryCost(baseLimbs: number, exponent: Uint8Array, n: number): number {
  const exponentLimbs = Math.ceil(exponent.length / 4)
  const products = 17 + (exponentLimbs === 0 ? 0 : 40 * exponentLimbs - 4)
  const product = 335_636 * n * n + 506_894 * n + 3_953_019
  return 10_700_000 + 6_339_000 * n + products * product + reductionCost(baseLimbs, n)
}

/** Even moduli: square and multiply from the lowest set bit, each followed by a division. */
function plainCost(baseLimbs: number, exponent: Uint8Array, n: number): number {
  if (exponent.length === 0) return 0
  const squarings = 8 * exponent.length - (Math.clz32(exponent[0]!) - 24) - 1
  const products = popcount(exponent) - 1
  const product = 293_000 * n * n + 5_500_000
  return 3_000_000 + (squarings + products) * product + reductionCost(baseLimbs, n)
}

/** base mod modulus, by long division; the price of a step is that of half a product's. */
function reductionCost(baseLimbs: number, n: number): number {
  return baseLimbs < n ? 0 : (baseLimbs - n + 1) * (500_000 + 150_000 * n)
}

function popcount(bytes: Uint8Array): number {
  let count = 0
  for (const byte of bytes) for (let rest = byte; rest > 0; rest &= rest - 1) count++
  return count
}
