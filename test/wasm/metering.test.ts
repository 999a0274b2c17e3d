import { describe, expect, test } from 'vitest'
import { planFunction } from '../../src/wasm/function-plan.ts'
import { instrument } from '../../src/wasm/instrument.ts'
import { decodeModule } from '../../src/wasm/module.ts'
import { actor, wat } from './wat.ts'
import { INVOCATION_GAS, MESSAGE_GAS, PAGE_GAS, World } from './world.ts'

/** The thunk in front of `invoke`: one parameter is pushed, and the call with its 12 operators. */
const THUNK = 4_000 + 52_000

/** Each operator costs 4,000 milligas except nop block loop unreachable return else end drop. */
describe('milligas of what runs', () => {
  const world = new World()
  test.each([
    ['a constant', 'i32.const 0', 4_000],
    ['free operators', 'nop block nop end i32.const 1 drop i32.const 0 return', 8_000],
    [
      'a loop: 10 rounds of 6 operators',
      `(local i32)
       loop local.get 1 i32.const 1 i32.add local.tee 1 i32.const 10 i32.lt_u br_if 0 end
       i32.const 0`,
      10 * 7 * 4_000 + 4_000,
    ],
    ['if and what follows it', 'i32.const 1 if nop i32.const 1 drop end i32.const 0', 16_000],
    ['else is free', 'i32.const 0 if nop else i32.const 1 drop end i32.const 0', 16_000],
    [
      'a branch pays for the block it leaves up to itself',
      'block i32.const 1 br_if 0 i32.const 7 drop i32.const 7 drop end i32.const 0',
      8_000 + 4_000,
    ],
    [
      'what br_table may skip by its default label alone is paid for all the same',
      'block i32.const 0 br_table 0 end i32.const 0',
      8_000 + 4_000,
    ],
    [
      'memory that grows by a constant',
      'i32.const 3 memory.grow drop i32.const 0',
      12_000 + 3 * 26_214_400,
    ],
    [
      'memory that grows by what only the run shows',
      'i32.const 1 i32.const 2 i32.add memory.grow drop i32.const 0',
      20_000 + 3 * 26_214_400,
    ],
    [
      'memory that cannot grow is paid for',
      'i32.const 8192 memory.grow i32.const -1 i32.ne if unreachable end i32.const 0',
      24_000 + 8_192 * 26_214_400,
    ],
    [
      'bytes that are filled',
      'i32.const 0 i32.const 7 i32.const 1000 memory.fill i32.const 0',
      20_000 + 400_000,
    ],
    [
      'bytes that are copied, at run time',
      '(local i32) i32.const 9 local.set 1 i32.const 0 i32.const 8 local.get 1 memory.copy i32.const 0',
      28_000 + 3_600,
    ],
  ])('%s', (_, body, milligas) => {
    const { receipt, wasmMilligas } = world.run(actor(body))
    expect(receipt.exitCode).toBe(0)
    expect(wasmMilligas).toBe(THUNK + milligas)
    const kernel = MESSAGE_GAS + INVOCATION_GAS + PAGE_GAS
    expect(receipt.gasUsed).toBe(Math.ceil(kernel + wasmMilligas / 1_000))
  })

  test('calls: 52,000 for a function of the module, a thunk more through the table', () => {
    const functions = `
      (table funcref (elem $callee))
      (type $nothing (func))
      (func $callee)`
    const direct = world.run(actor('call $callee i32.const 0', functions))
    expect(direct.wasmMilligas).toBe(THUNK + 52_000 + 4_000)
    const indirect = world.run(
      actor('i32.const 0 call_indirect (type $nothing) i32.const 0', functions),
    )
    expect(indirect.wasmMilligas).toBe(THUNK + 4_000 + 4_000 + 52_000 + 4_000)
  })

  test('syscalls are calls of 4,000 without a thunk', () => {
    const { wasmMilligas } = world.run(
      actor(
        'i32.const 0 call $available drop i32.const 0',
        '(import "gas" "available" (func $available (param i32) (result i32)))',
      ),
    )
    expect(wasmMilligas).toBe(THUNK + 12_000)
  })

  test('gas is gone when a function traps in the middle of a block', () => {
    const { receipt, wasmMilligas } = world.run(actor('unreachable i32.const 0 i32.const 0 drop'))
    expect(receipt.exitCode).toBe(4)
    expect(wasmMilligas).toBe(THUNK + 8_000)
  })

  test('a table exported as `table` is paid for, 3,200 milligas an element', () => {
    const module = (table: string) =>
      actor('i32.const 0', `(table (export "${table}") 100 funcref)`)
    const [paid, free] = ['table', 'other'].map((name) => world.run(module(name)).receipt.gasUsed)
    expect(paid! - free!).toBe(320)
  })
})

describe('metered blocks', () => {
  /** Cost in operators of each block, in the order of the code. */
  function blocks(body: string): number[] {
    const module = decodeModule(wat(`(module (memory 1) (func (param i32) (result i32) ${body}))`))
    const { edits } = planFunction(module, module.types[0]!, module.bodies[0]!)
    return edits.flatMap((edit) => (edit.kind === 'charge' ? [edit.milligas / 4_000] : []))
  }

  test.each([
    ['straight code is one', 'local.get 0 i32.const 1 i32.add', [3]],
    ['a block shares that of its surroundings', 'block i32.const 1 drop end local.get 0', [2]],
    [
      'what follows the target of a branch belongs to what is before it',
      'block local.get 0 br_if 0 local.get 0 drop end local.get 0',
      [3, 1],
    ],
    [
      'both ways of an if',
      'local.get 0 if (result i32) i32.const 1 else i32.const 2 i32.popcnt end',
      [2, 1, 2],
    ],
    ['a loop', 'loop local.get 0 br_if 0 end local.get 0', [1, 2]],
    ['code behind a loop without a way out', 'local.get 0 drop loop nop end local.get 0', [2]],
    ['return', 'local.get 0 if local.get 0 return end local.get 0', [2, 1, 1]],
    [
      'an inner block that is left by an outer label',
      'block block local.get 0 br_if 1 end local.get 0 drop end local.get 0',
      [3, 1],
    ],
    [
      'br_table counts its labels',
      'block block local.get 0 br_table 1 0 end local.get 0 drop end local.get 0',
      [3, 1],
    ],
    [
      'br_table does not count its default',
      'block block local.get 0 br_table 0 1 end local.get 0 drop end local.get 0',
      [4],
    ],
  ])('%s', (_, body, expected) => {
    expect(blocks(body)).toEqual(expected)
  })
})

describe('stack cost of a function', () => {
  function cost(func: string): number {
    const module = decodeModule(wat(`(module (memory 1) ${func})`))
    return planFunction(module, module.types[0]!, module.bodies[0]!).stackCost
  }

  test.each([
    ['an empty one', '(func)', 2],
    ['params do not count', '(func (param i32 i32 i32))', 2],
    ['values do', '(func (result i32) i32.const 1 i32.const 2 i32.const 3 drop drop)', 5],
    ['locals count by groups of one type', '(func (local i32 i32 i32 i64 i32 i32))', 5],
    [
      'what cannot be reached does not count',
      '(func unreachable i32.const 1 i32.const 2 i32.const 3 drop drop drop)',
      2,
    ],
    // the value of the first branch still lies there when the second begins
    [
      'branches of an if',
      '(func (result i32) i32.const 1 if (result i32) i32.const 1 else i32.const 2 end)',
      4,
    ],
    // the first branch was left, so nothing of the second is counted
    [
      'an else behind an end without a way',
      '(func (param i32) local.get 0 if unreachable else i32.const 1 i32.const 2 i32.const 3 drop drop drop end)',
      3,
    ],
  ])('%s', (_, func, expected) => {
    expect(cost(func)).toBe(expected)
  })

  test('2,048 units in all', () => {
    const world = new World()
    /** Calls itself `count` times; a call takes 2 units of frame, 2 of values at most. */
    const recursion = (count: number) =>
      world.run(
        actor(
          `i32.const ${count} call $down i32.const 0`,
          `(func $down (param i32)
             local.get 0 if local.get 0 i32.const 1 i32.sub call $down end)`,
        ),
      ).receipt.exitCode
    // invoke takes 3, each call of $down 4: 3 + 4 · 511 = 2,047
    expect(recursion(510)).toBe(0)
    expect(recursion(511)).toBe(4)
  })
})

test('the same module is rewritten to the same bytes', () => {
  const module = actor('i32.const 0 memory.grow')
  expect(instrument(decodeModule(module), 'current')).toEqual(
    instrument(decodeModule(module), 'current'),
  )
})
