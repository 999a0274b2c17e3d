/**
 * DIV, SDIV, MOD, SMOD, ADDMOD, MULMOD, EXP.
 * Operands and results are words on the stack; every function returns the milligas that its
 * operands cost beyond the opcode's static price. The price follows what the genuine actor's
 * number type does (schoolbook division over 64-bit limbs); the computation here is our own:
 * Knuth's algorithm D (The Art of Computer Programming, 4.3.1) over 32-bit digits.
 */
import {
  COST_ADDMOD_LESS,
  COST_ADDMOD_LONG,
  COST_ADDMOD_ROUND,
  COST_ADDMOD_SHORT,
  COST_DIV_LESS,
  COST_DIV_LONG,
  COST_DIV_NEGATE,
  COST_DIV_ROUND,
  COST_DIV_SHORT,
  COST_EXP_BIT,
  COST_EXP_NONZERO,
  COST_EXP_ONE,
  COST_MULMOD_LESS,
  COST_MULMOD_LONG,
  COST_MULMOD_ROUND,
  COST_MULMOD_SHORT,
  WORKING_SPACE,
} from '../layout'
import { copy, cost, isZero, mul, mulHigh, negate, setU64 } from './word'

/** Dividend, then remainder: 17 digits. */
const U: usize = WORKING_SPACE
/** Divisor: 8 digits. */
const V: usize = WORKING_SPACE + 0x60
/** Quotient: 16 digits. */
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
  const charge = reduce(10, COST_ADDMOD_LESS)
  copy(c, U)
  return charge
}

export function mulmod(a: usize, b: usize, c: usize): u64 {
  if (isZero(c)) return 0
  memory.fill(U, 0, 64)
  for (let i: usize = 0; i < 32; i += 8) {
    const x = load<u64>(a + i)
    if (x == 0) continue
    let carry: u64 = 0
    for (let j: usize = 0; j < 32; j += 8) {
      const y = load<u64>(b + j)
      const low = x * y
      const partial = low + carry
      const sum = partial + load<u64>(U + i + j)
      carry = mulHigh(x, y) + u64(partial < low) + u64(sum < partial)
      store<u64>(U + i + j, sum)
    }
    store<u64>(U + i, carry, 32)
  }
  copy(V, c)
  const charge = reduce(16, COST_MULMOD_LESS)
  copy(c, U)
  return charge
}

export function exp(base: usize, exponent: usize): u64 {
  copy(A, exponent)
  copy(B, base)
  const bits = bitLength(A, 8)
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
    return cost(clz(x) > clz(y) ? COST_DIV_LESS : COST_DIV_SHORT)
  }
  copy(U, a)
  copy(V, b)
  store<u64>(U, 0, 32)
  return reduce(8, COST_DIV_LESS)
}

/**
 * U / V into Q and U % V into U. U has up to `digits` significant digits, V 8 and is not zero.
 * `costs` is the first of four entries: dividend shorter than divisor, divisor of one limb, more
 * limbs, and for each limb of the quotient.
 */
function reduce(digits: u32, costs: u32): u64 {
  const uBits = bitLength(U, digits)
  const vBits = bitLength(V, 8)
  setU64(Q, 0)
  if (uBits < vBits) return cost(costs)
  longDivide((uBits + 31) >> 5, (vBits + 31) >> 5)
  if (vBits <= 64) return cost(costs + 1)
  const rounds = ((uBits + 63) >> 6) - ((vBits + 63) >> 6) + 1
  return cost(costs + 2) + u64(rounds) * cost(costs + 3)
}

/** U (m digits, and one above them) by V (n digits), n ≤ m, top digit of V not zero. */
function longDivide(m: u32, n: u32): void {
  if (n == 1) {
    const divisor = u64(load<u32>(V))
    let remainder: u64 = 0
    for (let i: usize = m << 2; i != 0; ) {
      i -= 4
      const part = (remainder << 32) | u64(load<u32>(U + i))
      store<u32>(Q + i, u32(part / divisor))
      remainder = part % divisor
      store<u32>(U + i, 0)
    }
    store<u32>(U, u32(remainder))
    return
  }
  const shift = u32(clz(load<u32>(V + ((n - 1) << 2))))
  shiftLeft(V, n, shift)
  store<u32>(U + (m << 2), shiftLeft(U, m, shift))
  const top = u64(load<u32>(V + ((n - 1) << 2)))
  const second = u64(load<u32>(V + ((n - 2) << 2)))
  for (let j: i32 = m - n; j >= 0; j--) {
    const u = U + (<usize>j << 2)
    const high = u + (n << 2)
    const part = (u64(load<u32>(high)) << 32) | u64(load<u32>(high - 4))
    let digit = part / top
    let rest = part - digit * top
    while (digit >> 32 != 0 || digit * second > ((rest << 32) | u64(load<u32>(high - 8)))) {
      digit--
      rest += top
      if (rest >> 32 != 0) break
    }
    let carry: u64 = 0
    let borrow: i64 = 0
    for (let i: usize = 0; i < <usize>(n << 2); i += 4) {
      const product = digit * u64(load<u32>(V + i)) + carry
      carry = product >> 32
      const difference = i64(load<u32>(u + i)) - i64(product & 0xffffffff) + borrow
      store<u32>(u + i, u32(difference))
      borrow = difference >> 32
    }
    const last = i64(load<u32>(high)) - i64(carry) + borrow
    store<u32>(high, u32(last))
    if (last < 0) {
      digit--
      let over: u64 = 0
      for (let i: usize = 0; i < <usize>(n << 2); i += 4) {
        const sum = u64(load<u32>(u + i)) + u64(load<u32>(V + i)) + over
        store<u32>(u + i, u32(sum))
        over = sum >> 32
      }
      store<u32>(high, load<u32>(high) + u32(over))
    }
    store<u32>(Q + (<usize>j << 2), u32(digit))
  }
  // what is left has n digits; undo the normalisation
  for (let i: usize = 0; i < <usize>(n << 2); i += 4) {
    const pair = (u64(load<u32>(U + i + 4)) << 32) | u64(load<u32>(U + i))
    store<u32>(U + i, u32(pair >> shift))
  }
  for (let i: usize = n << 2; i < 32; i += 4) store<u32>(U + i, 0)
}

/** In place, by less than 32 bits; returns what is shifted out. */
function shiftLeft(digits: usize, count: u32, shift: u32): u32 {
  let out: u32 = 0
  for (let i: usize = 0; i < <usize>(count << 2); i += 4) {
    const shifted = u64(load<u32>(digits + i)) << shift
    store<u32>(digits + i, u32(shifted) | out)
    out = u32(shifted >> 32)
  }
  return out
}

/** Of a number of at most `count` 32-bit digits. */
function bitLength(digits: usize, count: u32): u32 {
  while (count != 0) {
    count--
    const digit = load<u32>(digits + (count << 2))
    if (digit != 0) return (count << 5) + 32 - u32(clz(digit))
  }
  return 0
}
