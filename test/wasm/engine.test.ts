import { describe, expect, test } from 'vitest'
import { nativeRegistry } from '../../src/actors/manifest.ts'
import type { Actor } from '../../src/fvm/machine.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'
import { mainnetV18 } from '../../src/protocol/builtin.ts'
import { Engine } from '../../src/wasm/engine.ts'
import { wat } from './wat.ts'
import { World } from './world.ts'

/** A world in which all code that is not native is one actor. */
function worldOf(actor: Actor): World {
  const native = nativeRegistry(mainnetV18)
  return new World(() => ({ ...native, byCode: (code) => native.byCode(code) ?? actor }))
}

describe('an instance that was used', () => {
  // returns pages, global and memory as it finds them, and leaves all of them changed
  const module = wat(`(module
    (import "ipld" "block_create" (func $create (param i32 i64 i32 i32) (result i32)))
    (memory (export "memory") 2)
    (data (i32.const 70000) "data")
    (global $global (mut i64) (i64.const 77))
    (func (export "invoke") (param i32) (result i32)
      (i32.store (i32.const 8) (memory.size))
      (i64.store (i32.const 12) (global.get $global))
      (i32.store (i32.const 20) (i32.load (i32.const 65600)))
      (i32.store (i32.const 24) (i32.load (i32.const 70000)))
      (i32.store (i32.const 28) (memory.grow (i32.const 3)))
      (i32.store (i32.const 32) (i32.load (i32.const 200000)))
      (drop (call $create (i32.const 0) (i64.const 0x55) (i32.const 8) (i32.const 28)))
      (global.set $global (i64.const 1))
      (i32.store (i32.const 65600) (i32.const -1))
      (i32.store (i32.const 70000) (i32.const -1))
      (i32.store (i32.const 200000) (i32.const -1))
      i32.const 1))`)
  const code = CID.of(Codec.RAW, module)

  test('is as good as a new one', () => {
    const world = worldOf(new Engine().builtin('tested', code, module))
    const id = world.install(module)
    const runs = [world.call(id), world.call(id), world.call(id)]
    const view = new DataView(runs[0]!.receipt.returnData.slice().buffer)
    expect(view.getInt32(0, true)).toBe(2)
    expect(view.getBigInt64(4, true)).toBe(77n)
    expect(view.getInt32(12, true)).toBe(0)
    expect(new TextDecoder().decode(new Uint8Array(view.buffer, 16, 4))).toBe('data')
    expect(view.getInt32(20, true)).toBe(2)
    expect(view.getInt32(24, true)).toBe(0)
    for (const run of runs) {
      expect(run.receipt).toEqual(runs[0]!.receipt)
      expect(run.wasmMilligas).toBe(runs[0]!.wasmMilligas)
    }
  })

  test('also where its memory grew after its last syscall', () => {
    const grows = wat(`(module
      (import "gas" "available" (func $available (param i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "invoke") (param i32) (result i32)
        (drop (call $available (i32.const 0)))
        (drop (memory.grow (i32.const 1)))
        i32.const 0))`)
    const world = worldOf(new Engine().builtin('grows', CID.of(Codec.RAW, grows), grows))
    const id = world.install(grows)
    const [first, second] = [world.call(id), world.call(id)]
    expect(first.receipt.exitCode).toBe(0)
    expect(second.receipt).toEqual(first.receipt)
  })

  test('also where it trapped on a deep stack', () => {
    const deep = wat(`(module
      (memory (export "memory") 1)
      (func $down (param i32)
        (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
        (call $down (i32.const 0)))
      (func (export "invoke") (param i32) (result i32) (call $down (i32.const 0)) i32.const 0))`)
    const world = worldOf(new Engine().builtin('deep', CID.of(Codec.RAW, deep), deep))
    const id = world.install(deep)
    const [first, second] = [world.call(id), world.call(id)]
    expect(first.receipt.exitCode).toBe(4)
    expect(second.receipt).toEqual(first.receipt)
    expect(second.wasmMilligas).toBe(first.wasmMilligas)
  })
})

test('memory that grew after the last syscall of one use has moved in the next', () => {
  const module = wat(`(module
    (import "ipld" "block_create" (func $create (param i32 i64 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 8) "data")
    (func (export "invoke") (param i32) (result i32)
      (drop (call $create (i32.const 0) (i64.const 0x55) (i32.const 8) (i32.const 4)))
      (drop (memory.grow (i32.const 2)))
      (i32.load (i32.const 0))))`)
  const world = worldOf(new Engine().builtin('grown', CID.of(Codec.RAW, module), module))
  const id = world.install(module)
  const [first, second] = [world.call(id), world.call(id)]
  expect(new TextDecoder().decode(first.receipt.returnData)).toBe('data')
  expect(second.receipt).toEqual(first.receipt)
})

test('an instance whose tables or segments changed is not used again', () => {
  const module = wat(`(module
    (memory (export "memory") 1)
    (data $once "abc")
    (func (export "invoke") (param i32) (result i32)
      (memory.init $once (i32.const 0) (i32.const 0) (i32.const 3))
      (data.drop $once)
      i32.const 0))`)
  const world = worldOf(new Engine().builtin('once', CID.of(Codec.RAW, module), module))
  const id = world.install(module)
  expect([world.call(id), world.call(id)].map(({ receipt }) => receipt.exitCode)).toEqual([0, 0])
})

test('beyond its memory, a module of a user traps, however often it ran', () => {
  const module = wat(`(module
    (memory (export "memory") 1)
    (func (export "invoke") (param i32) (result i32)
      (i32.store (i32.const 0) (memory.grow (i32.const 1)))
      (i32.load (i32.const 131072))))`)
  const world = new World()
  const id = world.install(module)
  expect([world.call(id), world.call(id)].map(({ receipt }) => receipt.exitCode)).toEqual([4, 4])
})

test('instrumented code is kept where one wants it', () => {
  const module = wat(
    '(module (memory (export "memory") 1) (func (export "invoke") (param i32) (result i32) i32.const 0))',
  )
  const code = CID.of(Codec.RAW, module)
  const kept = new Map<string, Uint8Array>()
  const cache = {
    get: (key: string) => kept.get(key),
    put: (key: string, instrumented: Uint8Array) => void kept.set(key, instrumented),
  }
  const run = (bytes: Uint8Array) => {
    const world = worldOf(new Engine(cache).builtin('kept', code, bytes))
    return world.call(world.install(module)).receipt
  }
  const first = run(module)
  expect([...kept.keys()]).toEqual([`${code}-1`])
  // the module itself is not needed any more
  expect(run(new Uint8Array(0))).toEqual(first)
})
