import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/base/bytes.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'
import { list } from '../../src/ipld/codec.ts'
import { type EventEntry, eventEntryCodec } from '../../src/protocol/event.ts'
import { drawRandomness, RandomnessTag } from '../../src/protocol/randomness.ts'
import { actor } from './wat.ts'
import { customRegistry, World } from './world.ts'

const SYSCALL = 14_000

/** Bytes as a string of WAT. */
const data = (bytes: Uint8Array) => toHex(bytes).replaceAll(/../g, '\\$&')

const world = () => new World(customRegistry, 18)

/** Gas of the kernel, but for that of an actor that does nothing. */
function kernelGas(run: { receipt: { gasUsed: number }; wasmMilligas: number }): number {
  const nothing = world().run(actor('i32.const 0'))
  const kernel = (of: typeof nothing | typeof run) => of.receipt.gasUsed - of.wasmMilligas / 1_000
  return Math.round(kernel(run) - kernel(nothing))
}

describe('actors before v12', () => {
  test('let the kernel draw randomness', () => {
    const run = world().run(
      actor(
        `(call $draw (i32.const 100) (i64.const 5) (i64.const 90) (i32.const 0) (i32.const 3))
         if unreachable end
         (call $create (i32.const 200) (i64.const 0x55) (i32.const 100) (i32.const 32))
         if unreachable end
         i32.const 200 i32.load`,
        `(import "rand" "get_beacon_randomness" (func $draw (param i32 i64 i64 i32 i32) (result i32)))
         (import "ipld" "block_create" (func $create (param i32 i64 i32 i32) (result i32)))
         (data (i32.const 0) "abc")`,
      ),
    )
    const entropy = new TextEncoder().encode('abc')
    const digest = new Uint8Array(32).fill(2)
    expect(run.receipt.returnData).toEqual(
      drawRandomness(digest, RandomnessTag.SealRandomness, 90, entropy),
    )
    // 10 gas per byte hashed; 10 per byte of the block; 1,300 per byte returned
    expect(kernelGas(run)).toBe(2 * SYSCALL + 21_000 + 10 * 51 + 10 * 32 + 1_300 * 32)
  })

  test('leave what they have to a beneficiary', () => {
    const state = world()
    const heir = state.install(actor('i32.const 0'))
    const module = actor(
      '(call $destroy (i32.const 0) (i32.const 3)) if unreachable end i32.const 0',
      `(import "self" "self_destruct" (func $destroy (param i32 i32) (result i32)))
       (data (i32.const 0) "\\00\\90\\4e")`,
    )
    const id = state.install(module)
    expect(state.call(id, { value: 7n }).receipt.exitCode).toBe(0)
    expect(state.machine.tree.actor(id)).toBeUndefined()
    expect(state.machine.tree.actor(heir)?.balance).toBe(7n)
  })

  test('emit events in CBOR', () => {
    const entries = [
      { flags: 3, key: 't1', codec: Codec.RAW, value: Uint8Array.of(1, 2, 3) },
      { flags: 0, key: 'd', codec: Codec.RAW, value: new Uint8Array(0) },
    ]
    const emit = (bytes: Uint8Array) =>
      world().run(
        actor(
          `(call $exit (i32.add (i32.const 100) (call $emit (i32.const 0) (i32.const ${bytes.length})))
             (i32.const 0) (i32.const 0) (i32.const 0))`,
          `(import "event" "emit_event" (func $emit (param i32 i32) (result i32)))
           (import "vm" "exit" (func $exit (param i32 i32 i32 i32) (result i32)))
           (data (i32.const 0) "${data(bytes)}")`,
        ),
      )
    const encode = (event: EventEntry[]) => list(eventEntryCodec).encode(event)
    const size = encode(entries).length
    const emitted = emit(encode(entries))
    expect(emitted.receipt.exitCode).toBe(100)
    const validated = 2.4 * size + 1_750 + 25 * size
    const accepted = (3 * 0.4 + 2 * 2 + 10) * (size + 12)
    expect(kernelGas(emitted)).toBe(Math.round(2 * SYSCALL + validated + accepted))

    expect(emit(Uint8Array.of(0xff)).receipt.exitCode).toBe(101)
    const raw = { flags: 0, key: '', codec: Codec.RAW as number, value: new Uint8Array(0) }
    expect(emit(encode([{ ...raw, codec: Codec.CBOR }])).receipt.exitCode).toBe(109)
    expect(emit(encode([{ ...raw, key: 'k'.repeat(33) }])).receipt.exitCode).toBe(101)
    expect(emit(encode([{ ...raw, value: new Uint8Array(8_193) }])).receipt.exitCode).toBe(101)
  })

  test('a module imports all syscalls in one form', () => {
    const { receipt } = world().run(
      actor(
        'i32.const 0',
        `(import "event" "emit_event" (func (param i32 i32) (result i32)))
         (import "self" "self_destruct" (func (param i32) (result i32)))`,
      ),
    )
    expect(receipt.exitCode).toBe(10)
  })
})

describe('before network version 21', () => {
  const module = actor(
    `(call $create (i32.const 0) (i64.const 0x71) (i32.const 64) (i32.const 1))
     if unreachable end
     (call $link (i32.const 4) (i32.load (i32.const 0)) (i64.const 0xb220) (i32.const 32) (i32.const 100) (i32.const 50))
     if unreachable end
     (call $open (i32.const 0) (i32.const 200))
     if unreachable end
     i32.const 0`,
    `(import "ipld" "block_create" (func $create (param i32 i64 i32 i32) (result i32)))
     (import "ipld" "block_link" (func $link (param i32 i32 i64 i32 i32 i32) (result i32)))
     (import "ipld" "block_open" (func $open (param i32 i32) (result i32)))
     (data (i32.const 64) "\\ff")
     (data (i32.const 200) "${data(CID.of(Codec.DAG_CBOR, Uint8Array.of(0x80)).bytes)}")`,
  )

  test('nobody looks into blocks, and every block can be opened', () => {
    expect(world().run(module).receipt.exitCode).toBe(0)
  })

  test('since then that is refused', () => {
    expect(new World().run(module).receipt.exitCode).toBe(4)
  })
})
