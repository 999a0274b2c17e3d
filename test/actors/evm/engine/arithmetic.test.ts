import { describe, expect, test } from 'vitest'
import { analyze } from '../../../../src/actors/evm/engine/code.ts'
import { Exit } from '../../../../src/actors/evm/engine/interpreter.ts'
import { fromBigIntPadded } from '../../../../src/base/bytes.ts'
import { assemble } from './assemble.ts'
import { pool, start } from './host.ts'
import { edges, MAX, Random } from './random.ts'

const RANDOM_CASES = 4_000

const signed = (word: bigint) => BigInt.asIntN(256, word)
const unsigned = (number: bigint) => BigInt.asUintN(256, number)
const flag = (truth: boolean) => (truth ? 1n : 0n)

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let bit = 255n; bit >= 0n; bit--) {
    result = (result * result) & MAX
    if ((exponent >> bit) & 1n) result = (result * base) & MAX
  }
  return result
}

function signExtend(last: bigint, word: bigint): bigint {
  return last > 30n ? word : unsigned(BigInt.asIntN(8 * (Number(last) + 1), word))
}

/** What the Yellow Paper and the EIPs say, in big integers. */
const operations: Record<string, (a: bigint, b: bigint, c: bigint) => bigint> = {
  ADD: (a, b) => unsigned(a + b),
  MUL: (a, b) => unsigned(a * b),
  SUB: (a, b) => unsigned(a - b),
  DIV: (a, b) => (b === 0n ? 0n : a / b),
  SDIV: (a, b) => (b === 0n ? 0n : unsigned(signed(a) / signed(b))),
  MOD: (a, b) => (b === 0n ? 0n : a % b),
  SMOD: (a, b) => (b === 0n ? 0n : unsigned(signed(a) % signed(b))),
  ADDMOD: (a, b, c) => (c === 0n ? 0n : (a + b) % c),
  MULMOD: (a, b, c) => (c === 0n ? 0n : (a * b) % c),
  EXP: (a, b) => power(a, b),
  SIGNEXTEND: (a, b) => signExtend(a, b),
  LT: (a, b) => flag(a < b),
  GT: (a, b) => flag(a > b),
  SLT: (a, b) => flag(signed(a) < signed(b)),
  SGT: (a, b) => flag(signed(a) > signed(b)),
  EQ: (a, b) => flag(a === b),
  ISZERO: (a) => flag(a === 0n),
  AND: (a, b) => a & b,
  OR: (a, b) => a | b,
  XOR: (a, b) => a ^ b,
  NOT: (a) => a ^ MAX,
  BYTE: (a, b) => (a > 31n ? 0n : (b >> (8n * (31n - a))) & 0xffn),
  SHL: (a, b) => (a > 255n ? 0n : unsigned(b << a)),
  SHR: (a, b) => (a > 255n ? 0n : b >> a),
  SAR: (a, b) => unsigned(signed(b) >> (a > 255n ? 255n : a)),
  CLZ: (a) => BigInt(a === 0n ? 256 : 256 - a.toString(2).length),
}

const LIMB = 1n << 64n
/** Dividends and divisors at which the estimate of a quotient limb is one or two too large. */
const hardDivisions: readonly (readonly [bigint, bigint])[] = [
  [(LIMB / 2n - 1n) * LIMB ** 3n + (LIMB / 2n) * LIMB ** 2n, (LIMB / 2n) * LIMB ** 2n + 1n],
  [(LIMB / 2n) * LIMB ** 2n + (LIMB - 2n) * LIMB, (LIMB / 2n) * LIMB + LIMB - 1n],
  [3n + (LIMB / 2n) * LIMB ** 2n, 1n + (LIMB / 8n) * LIMB ** 2n],
  [LIMB ** 3n * (LIMB / 2n), (LIMB / 2n) * LIMB + 1n],
  [MAX, LIMB ** 2n * (LIMB / 2n) + LIMB ** 2n - 1n],
]

describe('arithmetic against big integers', () => {
  for (const [name, expected] of Object.entries(operations)) {
    test(name, () => {
      const code = analyze(assemble(`64 CALLDATALOAD 32 CALLDATALOAD 0 CALLDATALOAD ${name}`))
      const vm = pool.acquire()
      const check = (a: bigint, b: bigint, c: bigint) => {
        const calldata = new Uint8Array(96)
        for (const [i, word] of [a, b, c].entries()) {
          calldata.set(fromBigIntPadded(word, 32), 32 * i)
        }
        start(vm, code, calldata)
        const result = vm.run() === Exit.STOP ? vm.peek(0) : undefined
        if (result !== expected(a, b, c)) {
          // expect() only here: it would be most of the time
          expect({ operands: [a, b, c], result }).toEqual({
            operands: [a, b, c],
            result: expected(a, b, c),
          })
        }
      }
      for (const a of edges) for (const b of edges) for (const c of [0n, 3n, MAX]) check(a, b, c)
      for (const [a, b] of hardDivisions) check(a, b, b)
      const random = new Random(0x5eed)
      for (let i = 0; i < RANDOM_CASES; i++) {
        const a = random.word()
        // operands that are close to each other, and small ones
        const b = random.chance(0.1) ? unsigned(a + BigInt(random.below(3) - 1)) : random.word()
        check(a, b, random.word())
        if (name === 'SIGNEXTEND' || name === 'BYTE') check(BigInt(random.below(34)), b, 0n)
        if (['SHL', 'SHR', 'SAR'].includes(name)) check(BigInt(random.below(260)), b, 0n)
      }
      pool.release(vm)
    })
  }
})
