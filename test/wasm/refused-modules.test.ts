import { describe, expect, test } from 'vitest'
import { checkModule } from '../../src/wasm/custom-actors.ts'
import { InvalidModuleError } from '../../src/wasm/errors.ts'
import { actor, wat } from './wat.ts'
import { World } from './world.ts'

const INVOKE = '(func (export "invoke") (param i32) (result i32) i32.const 0)'
const MEMORY = '(memory (export "memory") 1)'

const refused: [reason: RegExp, module: Uint8Array][] = [
  [
    /no syscall ipld.open/,
    actor('i32.const 0', '(import "ipld" "open" (func (param i32 i32) (result i32)))'),
  ],
  [
    /no syscall actor.upgrade_actor: actors cannot be upgraded/,
    actor(
      'i32.const 0',
      '(import "actor" "upgrade_actor" (func (param i32 i32 i32) (result i32)))',
    ),
  ],
  [/no syscall env.print/, actor('i32.const 0', '(import "env" "print" (func))')],
  [
    /self.set_root has another type/,
    actor('i32.const 0', '(import "self" "set_root" (func (param i64) (result i32)))'),
  ],
  [
    /vm.exit has another type/,
    actor('i32.const 0', '(import "vm" "exit" (func (param i32 i32 i32 i32)))'),
  ],
  [/import a.b is no function/, wat(`(module (import "a" "b" (global i32)) ${MEMORY} ${INVOKE})`)],
  [/import a.b is no function/, wat(`(module (import "a" "b" (memory 1)) ${INVOKE})`)],
  [/does not export/, wat(`(module ${MEMORY})`)],
  [/does not export/, wat(`(module (memory 1) ${INVOKE})`)],
  [/no memory/, wat(`(module ${INVOKE})`)],
  [
    /does not take an i32/,
    wat(`(module ${MEMORY} (func (export "invoke") (param i64) (result i32) i32.const 0))`),
  ],
  [/does not take an i32/, wat(`(module ${MEMORY} (func (export "invoke")))`)],
  [/memory of 8193 pages/, wat(`(module (memory (export "memory") 8193) ${INVOKE})`)],
  [/table of 20001 elements/, actor('i32.const 0', '(table 20001 funcref)')],
  // operators
  [/value type|operator fd/, actor('v128.const i64x2 0 0 drop i32.const 0')],
  [/operator d2/, actor('i32.const 0', '(func $f) (elem declare func $f) (func ref.func $f drop)')],
  [/operator d0/, actor('ref.null func drop i32.const 0')],
  [
    /operator 12/,
    actor('i32.const 0 return_call $f', '(func $f (param i32) (result i32) local.get 0)'),
  ],
  [/operator 1c/, actor('i32.const 0 i32.const 0 i32.const 0 select (result i32)')],
  [/negative argument/, actor('i32.const -1 memory.grow')],
  // other proposals
  [/several results/, actor('i32.const 0', '(func (result i32 i32) i32.const 0 i32.const 0)')],
  [/block type/, actor('i32.const 0 block (param i32) (result i32) end')],
  [/externref|value type/, actor('i32.const 0', '(func (param externref))')],
  [/no functions/, actor('i32.const 0', '(table 1 externref)')],
  [/only one table/, actor('i32.const 0', '(table 1 funcref) (table 1 funcref)')],
  [/64-bit|not a valid/, wat(`(module (memory (export "memory") i64 1) ${INVOKE})`)],
  [/shared/, wat(`(module (memory (export "memory") 1 1 shared) ${INVOKE})`)],
  [/operator fe|not a valid/, actor('i32.const 0 i32.atomic.load')],
  [/only one|not a valid/, wat(`(module ${MEMORY} (memory 1) ${INVOKE})`)],
  [
    /constant expression|not a valid/,
    actor('i32.const 0', '(global i32 (i32.add (i32.const 1) (i32.const 1)))'),
  ],
  [/value type 112/, actor('i32.const 0', '(global funcref (ref.null func))')],
  [
    /element segment of expressions/,
    actor('i32.const 0', '(table 1 funcref) (elem (i32.const 0) funcref (ref.null func))'),
  ],
  // no module at all
  [/not a valid/, new Uint8Array(0)],
  [/not a valid/, actor('i32.const 0').subarray(0, 30)],
  [/not a valid/, new TextEncoder().encode('#!/bin/sh')],
]

describe('modules that the FVM would not run', () => {
  test.each(refused)('%s', (reason, module) => {
    expect(() => checkModule(module)).toThrow(InvalidModuleError)
    expect(() => checkModule(module)).toThrow(reason)
  })

  test('where one is in the state all the same, its message ends with SYS_ASSERTION_FAILED', () => {
    const world = new World()
    const [, module] = refused[0]!
    const { receipt, failure } = world.run(module, { gasLimit: 5_000_000 })
    expect(receipt).toMatchObject({
      exitCode: 10,
      gasUsed: 5_000_000,
      returnData: new Uint8Array(0),
    })
    expect(failure).toContain('no syscall ipld.open')
  })
})

test('everything else is accepted', () => {
  const module = actor(
    `i32.const 0 i64.extend_i32_s i64.extend8_s drop
     f64.const 1 i32.trunc_sat_f64_s drop
     i32.const 0 i32.const 0 i32.const 0 memory.init $data data.drop $data
     i32.const 0 i32.const 0 i32.const 0 table.copy
     i32.const 0 call_indirect (result i32)`,
    `(import "gas" "available" (func (param i32) (result i32)))
     (import "crypto" "verify_bls_aggregate" (func (param i32 i32 i32 i32 i32 i32) (result i32)))
     (import "debug" "store_artifact" (func (param i32 i32 i32 i32) (result i32)))
     (table 2 20000 funcref) (elem (i32.const 0) $f) (elem func $f)
     (global (mut i64) (i64.const 1)) (global f32 (f32.const 1))
     (data $data "abc") (data (i32.const 8) "def")
     (func $f (result i32) i32.const 0)`,
  )
  expect(String(checkModule(module))).toMatch(/^bafk2bzac/)
})
