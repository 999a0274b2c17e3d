/**
 * DIV, SDIV, MOD, SMOD, ADDMOD, MULMOD, EXP.
 * Operands and results are words on the stack; every function returns the milligas that its
 * operands cost beyond the opcode's static price. The price follows what the genuine actor's
 * number type does; the computation is Knuth's algorithm D (The Art of Computer Programming, 4.3.1)
 * over 64-bit limbs.
 */
import {
  COST_DIV_LESS,
  COST_DIV_NEGATE,
  COST_DIV_SHORT,
  COST_DIV_WIDE,
  COST_EXP_BIT,
  COST_EXP_NONZERO,
  COST_EXP_ONE,
  COST_MODULAR_LESS,
  COST_MULMOD,
  COST_MULMOD_LIMB,
  WORKING_SPACE,
} from '../layout'
import { copy, cost, isZero, mul, mulHigh, negate, setU64 } from './word'

/** Dividend, then remainder: nine limbs. */
const U: usize = WORKING_SPACE
/** Divisor: four limbs. */
const V: usize = WORKING_SPACE + 0x60
/** Quotient: eight limbs. */
const Q: usize = WORKING_SPACE + 0xa0
const A: usize = WORKING_SPACE + 0x100
const B: usize = WORKING_SPACE + 0x120

export function div(a: usize, b: usize): u64 {
  if (isZero(b)) return 0
  const charge = divide(a, b)
  copy(b, Q)
  return charge
}

export function mod(a: usize, b: usize): u64 {
  if (isZero(b)) return 0
  const charge = divide(a, b)
  copy(b, U)
  return charge
}

export function sdiv(a: usize, b: usize): u64 {
  if (isZero(a) || isZero(b)) {
    setU64(b, 0)
    return 0
  }
  const negative = (load<u8>(a, 31) ^ load<u8>(b, 31)) & 0x80
  const charge = magnitude(a, A) + magnitude(b, B) + divide(A, B)
  copy(b, Q)
  if (negative != 0) negate(b)
  return charge
}

export function smod(a: usize, b: usize): u64 {
  if (isZero(a) || isZero(b)) {
    setU64(b, 0)
    return 0
  }
  const negative = load<u8>(a, 31) & 0x80
  const charge = magnitude(a, A) + magnitude(b, B) + divide(A, B)
  copy(b, U)
  if (negative != 0) negate(b)
  return charge
}

export function addmod(a: usize, b: usize, c: usize): u64 {
  if (isZero(c)) return 0
  let carry: u64 = 0
  for (let i: usize = 0; i < 32; i += 8) {
    const x = load<u64>(a + i)
    const partial = x + load<u64>(b + i)
    const sum = partial + carry
    carry = u64(partial < x) | u64(sum < partial)
    store<u64>(U + i, sum)
  }
  store<u64>(U, carry, 32)
  copy(V, c)
  const charge = reduce(5, COST_MODULAR_LESS)
  copy(c, U)
  return charge
}

export function mulmod(a: usize, b: usize, c: usize): u64 {
  if (isZero(c)) return 0
  const limbs = u64((bitLength(a, 4) + 63) >> 6)
  setU64(U, 0)
  setU64(U + 32, 0)
  const b0 = load<u64>(b), b1 = load<u64>(b, 8), b2 = load<u64>(b, 16), b3 = load<u64>(b, 24)
  for (let i: usize = 0; i < 32; i += 8) {
    const x = load<u64>(a + i)
    if (x == 0) continue
    let carry = addProduct(U + i, x, b0, 0)
    carry = addProduct(U + i + 8, x, b1, carry)
    carry = addProduct(U + i + 16, x, b2, carry)
    store<u64>(U + i + 32, addProduct(U + i + 24, x, b3, carry))
  }
  copy(V, c)
  const charge = reduce(8, COST_MODULAR_LESS)
  copy(c, U)
  return charge + cost(COST_MULMOD) + limbs * cost(COST_MULMOD_LIMB)
}

export function exp(base: usize, exponent: usize): u64 {
  copy(A, exponent)
  copy(B, base)
  const bits = bitLength(A, 4)
  setU64(exponent, 1)
  let ones: u64 = 0
  for (let i: u32 = 0; i < bits; i++) {
    if ((load<u32>(A + ((i >> 5) << 2)) >> (i & 31)) & 1) {
      ones++
      mul(B, exponent)
    }
    copy(U, B)
    mul(U, B)
  }
  if (bits == 0) return 0
  return cost(COST_EXP_NONZERO) + u64(bits) * cost(COST_EXP_BIT) + ones * cost(COST_EXP_ONE)
}

function magnitude(from: usize, to: usize): u64 {
  copy(to, from)
  if ((load<u8>(to, 31) & 0x80) == 0) return 0
  negate(to)
  return cost(COST_DIV_NEGATE)
}

/** a / b into Q and a % b into U, for b ≠ 0. */
function divide(a: usize, b: usize): u64 {
  const aHigh = load<u64>(a, 8) | load<u64>(a, 16) | load<u64>(a, 24)
  const bHigh = load<u64>(b, 8) | load<u64>(b, 16) | load<u64>(b, 24)
  if ((aHigh | bHigh) == 0) {
    const x = load<u64>(a)
    const y = load<u64>(b)
    setU64(Q, x / y)
    setU64(U, x % y)
    if (clz(x) > clz(y)) return cost(COST_DIV_LESS)
    return cost(y >> 32 == 0 ? COST_DIV_SHORT : COST_DIV_WIDE)
  }
  copy(U, a)
  copy(V, b)
  store<u64>(U, 0, 32)
  return reduce(4, COST_DIV_LESS)
}

/**
 * U / V into Q and U % V into U. U has up to `limbs` significant limbs; V is not zero.
 * `costs` is the first of seven entries of the cost table: dividend of fewer bits than the divisor;
 * divisor of up to 32 bits; of up to 64; of more, then also for its not being normalised, for each
 * limb of the quotient, and for each limb that such a round subtracts.
 */
function reduce(limbs: u32, costs: u32): u64 {
  const uBits = bitLength(U, limbs)
  const vBits = bitLength(V, 4)
  setU64(Q, 0)
  if (uBits < vBits) return cost(costs)
  const m = (uBits + 63) >> 6
  const n = (vBits + 63) >> 6
  longDivide(m, n)
  if (n == 1) return cost(vBits <= 32 ? costs + 1 : costs + 2)
  const shifted = (vBits & 63) != 0 ? cost(costs + 4) : 0
  const round = cost(costs + 5) + u64(n + 1) * cost(costs + 6)
  return cost(costs + 3) + shifted + u64(m - n + 1) * round
}

/** U (m limbs, and one above them) by V (n limbs), n ≤ m, top limb of V not zero. */
function longDivide(m: usize, n: usize): void {
  const shift = clz(load<u64>(V + ((n - 1) << 3)))
  shiftLeft(V, n, shift)
  store<u64>(U + (m << 3), shiftLeft(U, m, shift))
  const top = load<u64>(V + ((n - 1) << 3))
  const inverse = reciprocal(top)
  for (let u = U + ((m - n) << 3), q = Q + ((m - n) << 3); u >= U; u -= 8, q -= 8) {
    const high = u + (n << 3)
    const u2 = load<u64>(high)
    const u1 = load<u64>(high - 8)
    if (u2 == 0 && u1 < top) {
      store<u64>(q, 0)
      continue
    }
    let limb = u64.MAX_VALUE
    if (u2 < top) {
      limb = divideTwoByOne(u2, u1, top, inverse)
      let rest = u1 - limb * top
      if (n == 1) {
        store<u64>(high, 0)
        store<u64>(u, rest)
        store<u64>(q, limb)
        continue
      }
      const v2 = load<u64>(V + ((n - 2) << 3))
      const u0 = load<u64>(high - 16)
      let productHigh = mulHigh(limb, v2)
      let productLow = limb * v2
      while (productHigh > rest || (productHigh == rest && productLow > u0)) {
        limb--
        rest += top
        if (rest < top) break
        productHigh -= u64(productLow < v2)
        productLow -= v2
      }
    }
    let carry = subtractProduct(u, limb, n)
    store<u64>(high, u2 - carry)
    if (u2 < carry) {
      // the estimate was one too large
      limb--
      carry = 0
      for (let i: usize = 0; i < n << 3; i += 8) {
        const x = load<u64>(u + i)
        const partial = x + carry
        const sum = partial + load<u64>(V + i)
        carry = u64(partial < x) | u64(sum < partial)
        store<u64>(u + i, sum)
      }
      store<u64>(high, load<u64>(high) + carry)
    }
    store<u64>(q, limb)
  }
  // the remainder has n limbs; undo the normalisation
  for (let i: usize = 0; i < n << 3; i += 8) {
    const above = load<u64>(U + i, 8)
    store<u64>(U + i, (load<u64>(U + i) >> shift) | ((above << 1) << (63 - shift)))
  }
  for (let i: usize = n << 3; i < 32; i += 8) store<u64>(U + i, 0)
}

/** Adds x * y + carry to a limb; returns what goes to the next one. */
// @ts-ignore: decorator
@inline
function addProduct(limb: usize, x: u64, y: u64, carry: u64): u64 {
  const low = x * y
  const partial = low + carry
  const sum = partial + load<u64>(limb)
  store<u64>(limb, sum)
  return mulHigh(x, y) + u64(partial < low) + u64(sum < partial)
}

/** Subtracts limb * V (n limbs) from the limbs at u; returns what is still to be subtracted. */
function subtractProduct(u: usize, limb: u64, n: usize): u64 {
  let carry = subtractLimb(u, limb, 0, 0)
  if (n > 1) carry = subtractLimb(u, limb, 8, carry)
  if (n > 2) carry = subtractLimb(u, limb, 16, carry)
  if (n > 3) carry = subtractLimb(u, limb, 24, carry)
  return carry
}

// @ts-ignore: decorator
@inline
function subtractLimb(u: usize, limb: u64, at: usize, carry: u64): u64 {
  const v = load<u64>(V + at)
  const low = limb * v
  const product = low + carry
  const x = load<u64>(u + at)
  store<u64>(u + at, x - product)
  return mulHigh(limb, v) + u64(product < low) + u64(x < product)
}

/** floor((2^128 - 1) / divisor) - 2^64 of a divisor whose top bit is set. */
function reciprocal(divisor: u64): u64 {
  // schoolbook division of (~divisor, 2^64 - 1) by halves
  const d1 = divisor >> 32
  const d0 = divisor & 0xffffffff
  const n = ~divisor
  let q1 = n / d1
  let rest = n - q1 * d1
  while (q1 >> 32 != 0 || q1 * d0 > ((rest << 32) | 0xffffffff)) {
    q1--
    rest += d1
    if (rest >> 32 != 0) break
  }
  const middle = ((n << 32) | 0xffffffff) - q1 * divisor
  let q0 = middle / d1
  rest = middle - q0 * d1
  while (q0 >> 32 != 0 || q0 * d0 > ((rest << 32) | 0xffffffff)) {
    q0--
    rest += d1
    if (rest >> 32 != 0) break
  }
  return (q1 << 32) + q0
}

/**
 * (high, low) / divisor for high < divisor, top bit of the divisor set.
 * Möller and Granlund, Improved division by invariant integers, algorithm 4.
 */
// @ts-ignore: decorator
@inline
function divideTwoByOne(high: u64, low: u64, divisor: u64, inverse: u64): u64 {
  const q0 = inverse * high + low
  let q1 = mulHigh(inverse, high) + high + u64(q0 < low) + 1
  let rest = low - q1 * divisor
  if (rest > q0) {
    q1--
    rest += divisor
  }
  if (rest >= divisor) q1++
  return q1
}

/** In place, by less than 64 bits; returns what is shifted out. */
function shiftLeft(limbs: usize, count: usize, shift: u64): u64 {
  let out: u64 = 0
  for (let i: usize = 0; i < count << 3; i += 8) {
    const limb = load<u64>(limbs + i)
    store<u64>(limbs + i, (limb << shift) | out)
    out = (limb >> 1) >> (63 - shift)
  }
  return out
}

/** Of a number of `count` limbs. */
function bitLength(limbs: usize, count: u32): u32 {
  while (count != 0) {
    count--
    const limb = load<u64>(limbs + (<usize>count << 3))
    if (limb != 0) return (count << 6) + 64 - u32(clz(limb))
  }
  return 0
}
