/**
 * 256-bit words as four 64-bit limbs, least significant first, in linear memory.
 * Binary operations read `a`, read `b` and write the result over `b`.
 */
import { COSTS } from '../layout'

/** 32 times 0xff, 32 times 0x00: 32 bytes from ONES + 32 - n are a word with n bytes set. */
const ONES: usize = memory.data<u64>([
  u64.MAX_VALUE, u64.MAX_VALUE, u64.MAX_VALUE, u64.MAX_VALUE, 0, 0, 0, 0,
])

/** An entry of the cost table, milligas. */
// @ts-ignore: decorator
@inline
export function cost(index: u32): u64 {
  return u64(load<u32>(COSTS + (index << 2)))
}

// @ts-ignore: decorator
@inline
export function setU64(word: usize, value: u64): void {
  store<u64>(word, value)
  store<u64>(word, 0, 8)
  v128.store(word, i64x2.splat(0), 16)
}

// @ts-ignore: decorator
@inline
export function copy(to: usize, from: usize): void {
  const low = v128.load(from)
  const high = v128.load(from, 16)
  v128.store(to, low)
  v128.store(to, high, 16)
}

// @ts-ignore: decorator
@inline
export function isZero(word: usize): bool {
  return !v128.any_true(v128.or(v128.load(word), v128.load(word, 16)))
}

// @ts-ignore: decorator
@inline
function reverse(bytes: v128): v128 {
  return i8x16.shuffle(bytes, bytes, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
}

/** 32 bytes in the other byte order; the places may be the same. */
// @ts-ignore: decorator
@inline
export function copyReversed(to: usize, from: usize): void {
  const first = reverse(v128.load(from))
  const last = reverse(v128.load(from, 16))
  v128.store(to, last)
  v128.store(to, first, 16)
}

/** The word whose `n` big-endian bytes are at `from`. */
// @ts-ignore: decorator
@inline
export function loadBigEndian(to: usize, from: usize, n: usize): void {
  const start = from + n - 32
  const mask = ONES + 32 - n
  const first = reverse(v128.load(start))
  const last = reverse(v128.load(start, 16))
  v128.store(to, v128.and(last, v128.load(mask)))
  v128.store(to, v128.and(first, v128.load(mask, 16)), 16)
}

/** The upper half of a 128-bit product. */
// @ts-ignore: decorator
@inline
export function mulHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff
  const aHigh = a >> 32
  const bLow = b & 0xffffffff
  const bHigh = b >> 32
  const middle = aHigh * bLow + ((aLow * bLow) >> 32)
  const other = aLow * bHigh + (middle & 0xffffffff)
  return aHigh * bHigh + (middle >> 32) + (other >> 32)
}

export function mul(a: usize, b: usize): void {
  let a0 = load<u64>(a), a1 = load<u64>(a, 8), a2 = load<u64>(a, 16), a3 = load<u64>(a, 24)
  let b0 = load<u64>(b), b1 = load<u64>(b, 8), b2 = load<u64>(b, 16), b3 = load<u64>(b, 24)
  if ((a1 | a2 | a3) != 0) {
    if ((b1 | b2 | b3) != 0) return mulFull(a, b)
    const a0Old = a0
    a0 = b0
    b0 = a0Old
    b1 = a1
    b2 = a2
    b3 = a3
  }
  // one limb times a word
  store<u64>(b, a0 * b0)
  if ((b1 | b2 | b3) == 0) {
    store<u64>(b, mulHigh(a0, b0), 8)
    v128.store(b, i64x2.splat(0), 16)
    return
  }
  let low = a0 * b1
  let sum = low + mulHigh(a0, b0)
  store<u64>(b, sum, 8)
  let carry = mulHigh(a0, b1) + u64(sum < low)
  low = a0 * b2
  sum = low + carry
  store<u64>(b, sum, 16)
  carry = mulHigh(a0, b2) + u64(sum < low)
  store<u64>(b, a0 * b3 + carry, 24)
}

function mulFull(a: usize, b: usize): void {
  const a0 = load<u64>(a), a1 = load<u64>(a, 8), a2 = load<u64>(a, 16), a3 = load<u64>(a, 24)
  const b0 = load<u64>(b), b1 = load<u64>(b, 8), b2 = load<u64>(b, 16), b3 = load<u64>(b, 24)
  // column 1
  let r1 = mulHigh(a0, b0)
  let p = a0 * b1
  r1 += p
  let r2 = u64(r1 < p)
  p = a1 * b0
  r1 += p
  r2 += u64(r1 < p)
  // column 2
  let r3: u64 = 0
  p = mulHigh(a0, b1)
  r2 += p
  r3 += u64(r2 < p)
  p = mulHigh(a1, b0)
  r2 += p
  r3 += u64(r2 < p)
  p = a0 * b2
  r2 += p
  r3 += u64(r2 < p)
  p = a1 * b1
  r2 += p
  r3 += u64(r2 < p)
  p = a2 * b0
  r2 += p
  r3 += u64(r2 < p)
  // column 3
  r3 += mulHigh(a0, b2) + mulHigh(a1, b1) + mulHigh(a2, b0)
  r3 += a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0
  store<u64>(b, a0 * b0)
  store<u64>(b, r1, 8)
  store<u64>(b, r2, 16)
  store<u64>(b, r3, 24)
}

export function negate(word: usize): void {
  const w0 = load<u64>(word), w1 = load<u64>(word, 8), w2 = load<u64>(word, 16)
  store<u64>(word, 0 - w0)
  let borrow = u64(w0 != 0)
  store<u64>(word, 0 - w1 - borrow, 8)
  borrow |= u64(w1 != 0)
  store<u64>(word, 0 - w2 - borrow, 16)
  borrow |= u64(w2 != 0)
  store<u64>(word, 0 - load<u64>(word, 24) - borrow, 24)
}
