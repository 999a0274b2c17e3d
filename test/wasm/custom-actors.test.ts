import { describe, expect, test } from 'vitest'
import { ExitCode } from '../../src/protocol/exit-code.ts'
import { actor, wat } from './wat.ts'
import { MESSAGE_GAS, SYSCALL_GAS, World } from './world.ts'

const EXIT = '(import "vm" "exit" (func $exit (param i32 i32 i32 i32) (result i32)))'
const CREATE = '(import "ipld" "block_create" (func $create (param i32 i64 i32 i32) (result i32)))'

/** Returns the bytes at 0 up to `length`. */
const returning = (body: string, length: number, rest = '') =>
  actor(
    `${body}
     (call $create (i32.const 1024) (i64.const 0x55) (i32.const 0) (i32.const ${length}))
     if unreachable end
     i32.const 1024 i32.load`,
    `${CREATE} ${rest}`,
  )

describe('how an actor ends', () => {
  test.each([
    ['with nothing', actor('i32.const 0'), ExitCode.OK],
    ['with a block that does not exist', actor('i32.const 7'), ExitCode.SYS_MISSING_RETURN],
    ['unreachable', actor('unreachable'), ExitCode.SYS_ILLEGAL_INSTRUCTION],
    [
      'division by zero',
      actor('i32.const 1 i32.const 0 i32.div_u'),
      ExitCode.SYS_ILLEGAL_INSTRUCTION,
    ],
    [
      'overflow',
      actor('i32.const 0x80000000 i32.const -1 i32.div_s'),
      ExitCode.SYS_ILLEGAL_INSTRUCTION,
    ],
    [
      'a float that is no integer',
      actor('f64.const inf i32.trunc_f64_s'),
      ExitCode.SYS_ILLEGAL_INSTRUCTION,
    ],
    ['memory out of bounds', actor('i32.const 65533 i32.load'), ExitCode.SYS_ILLEGAL_INSTRUCTION],
    [
      'table out of bounds',
      actor('i32.const 9 call_indirect (result i32)', '(table 1 funcref)'),
      ExitCode.SYS_ILLEGAL_INSTRUCTION,
    ],
    [
      'a call of another type',
      actor('i32.const 0 call_indirect (result i32)', '(table funcref (elem $f)) (func $f)'),
      ExitCode.SYS_ILLEGAL_INSTRUCTION,
    ],
    ['an endless loop', actor('loop br 0 end i32.const 0'), ExitCode.SYS_OUT_OF_GAS],
    [
      'recursion without end',
      actor('i32.const 0 call $f', '(func $f (param i32) (result i32) local.get 0 call $f)'),
      ExitCode.SYS_ILLEGAL_INSTRUCTION,
    ],
    [
      'its own code',
      actor('(call $exit (i32.const 33) (i32.const 0) (i32.const 0) (i32.const 0))', EXIT),
      33,
    ],
    [
      'a code of the system',
      actor('(call $exit (i32.const 15) (i32.const 0) (i32.const 0) (i32.const 0))', EXIT),
      ExitCode.SYS_ILLEGAL_EXIT_CODE,
    ],
    [
      'exit 0',
      actor('(call $exit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))', EXIT),
      ExitCode.OK,
    ],
  ])('%s', (_, module, exitCode) => {
    const { receipt } = new World().run(module, { gasLimit: 10_000_000 })
    expect(receipt.exitCode).toBe(exitCode)
    expect(receipt.gasUsed === 10_000_000).toBe(exitCode === ExitCode.SYS_OUT_OF_GAS)
  })

  test('exit with data and a message', () => {
    const module = actor(
      `(drop (call $create (i32.const 0) (i64.const 0x55) (i32.const 100) (i32.const 5)))
       (call $exit (i32.const 66) (i32.load (i32.const 0)) (i32.const 100) (i32.const 5))`,
      `${EXIT} \n ${CREATE} (data (i32.const 100) "sorry")`,
    )
    const { receipt, failure } = new World().run(module)
    expect(receipt.exitCode).toBe(66)
    expect(new TextDecoder().decode(receipt.returnData)).toBe('sorry')
    expect(failure).toBe('f010000 (method 2) -- sorry (exit 66)')
  })

  test('messages are cut in the middle; a bad pointer is no error', () => {
    const exit = (at: number, length: number) =>
      new World().run(
        actor(
          `(call $exit (i32.const 66) (i32.const 0) (i32.const ${at}) (i32.const ${length}))`,
          EXIT,
        ),
      ).failure
    expect(exit(65_536, 1)).toContain('failed to extract error message')
    expect(exit(0, 2_000)).toContain('(skipped 976 bytes)')
    expect(exit(0, 0)).toContain('actor aborted')
  })

  test('exit with a block that does not exist costs the whole limit', () => {
    const module = actor(
      '(call $exit (i32.const 33) (i32.const 9) (i32.const 0) (i32.const 0))',
      EXIT,
    )
    const { receipt } = new World().run(module, { gasLimit: 5_000_000 })
    expect(receipt).toMatchObject({ exitCode: 10, gasUsed: 5_000_000 })
  })
})

test('a counter keeps its state', () => {
  const world = new World()
  // the state is a raw block of four bytes behind a CID
  const counter = world.install(
    wat(`(module
      (import "self" "root" (func $root (param i32 i32 i32) (result i32)))
      (import "self" "set_root" (func $set_root (param i32) (result i32)))
      (import "ipld" "block_open" (func $open (param i32 i32) (result i32)))
      (import "ipld" "block_read" (func $read (param i32 i32 i32 i32 i32) (result i32)))
      ${CREATE}
      (import "ipld" "block_link" (func $link (param i32 i32 i64 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func $check (param i32) local.get 0 if unreachable end)
      (func (export "invoke") (param i32) (result i32)
        (call $check (call $root (i32.const 0) (i32.const 100) (i32.const 100)))
        (call $check (call $open (i32.const 0) (i32.const 100)))
        ;; a raw block from the second call on
        (if (i64.eq (i64.load (i32.const 0)) (i64.const 0x55)) (then
          (call $check (call $read (i32.const 16) (i32.load (i32.const 8)) (i32.const 0) (i32.const 200) (i32.const 4)))))
        (i32.store (i32.const 200) (i32.add (i32.load (i32.const 200)) (i32.const 1)))
        (call $check (call $create (i32.const 0) (i64.const 0x55) (i32.const 200) (i32.const 4)))
        (call $check (call $link (i32.const 4) (i32.load (i32.const 0)) (i64.const 0xb220) (i32.const 32) (i32.const 100) (i32.const 100)))
        (call $check (call $set_root (i32.const 100)))
        (i32.load (i32.const 0))))`),
  )
  const values = [1, 2, 3].map(() => world.call(counter).receipt.returnData)
  expect(values.map((value) => value[0])).toEqual([1, 2, 3])
})

test('sends value to another actor and reads what it returns', () => {
  const world = new World()
  const callee = world.install(returning('', 3, '(data (i32.const 0) "abc")'))
  const caller = world.install(
    wat(`(module
      (import "send" "send" (func $send (param i32 i32 i32 i64 i32 i64 i64 i64 i64) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 100) "\\00\\90\\4e") ;; f010000
      (func (export "invoke") (param i32) (result i32)
        (call $send (i32.const 0) (i32.const 100) (i32.const 3) (i64.const 2) (i32.const 0)
          (i64.const 0) (i64.const 7) (i64.const -1) (i64.const 0))
        if unreachable end
        ;; exit code, block, codec, size
        (if (i32.or (i32.load (i32.const 0)) (i32.ne (i32.load (i32.const 16)) (i32.const 3)))
          (then unreachable))
        i32.const 4 i32.load))`),
  )
  const { receipt } = world.call(caller, { value: 10n })
  expect(receipt.exitCode).toBe(0)
  expect(new TextDecoder().decode(receipt.returnData)).toBe('abc')
  expect(world.machine.tree.actor(callee)!.balance).toBe(7n)
  expect(world.machine.tree.actor(caller)!.balance).toBe(3n)
})

describe('syscalls with bad arguments', () => {
  const imports = `
    (import "gas" "available" (func $available (param i32) (result i32)))
    (import "gas" "charge" (func $charge (param i32 i32 i64) (result i32)))
    (import "ipld" "block_open" (func $open (param i32 i32) (result i32)))
    (import "ipld" "block_create" (func $create (param i32 i64 i32 i32) (result i32)))
    (import "ipld" "block_stat" (func $stat (param i32 i32) (result i32)))
    (import "self" "root" (func $root (param i32 i32 i32) (result i32)))
    (import "self" "set_root" (func $set_root (param i32) (result i32)))
    (import "actor" "resolve_address" (func $resolve (param i32 i32 i32) (result i32)))
    (import "actor" "balance_of" (func $balance (param i32 i64) (result i32)))
    (import "actor" "next_actor_address" (func $next (param i32 i32 i32) (result i32)))
    (import "actor" "create_actor" (func $create_actor (param i64 i32 i32 i32) (result i32)))
    (import "crypto" "hash" (func $hash (param i32 i64 i32 i32 i32 i32) (result i32)))
    (import "crypto" "verify_signature" (func $verify (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "crypto" "verify_bls_aggregate" (func $aggregate (param i32 i32 i32 i32 i32 i32) (result i32)))
    (import "crypto" "verify_post" (func $post (param i32 i32 i32) (result i32)))
    (import "network" "tipset_cid" (func $tipset (param i32 i64 i32 i32) (result i32)))
    (import "event" "emit_event" (func $emit (param i32 i32 i32 i32 i32 i32) (result i32)))
    (import "send" "send" (func $send (param i32 i32 i32 i64 i32 i64 i64 i64 i64) (result i32)))`
  const world = new World()

  /** Error number of one call. */
  function errno(call: string, data = ''): number {
    // the error number becomes an exit code above those of the system
    const module = actor(
      `(call $exit (i32.add (i32.const 100) (call ${call})) (i32.const 0) (i32.const 0) (i32.const 0))`,
      `${EXIT}${imports} (data (i32.const 0) "${data}")`,
    )
    return world.run(module).receipt.exitCode - 100
  }

  test.each([
    ['result out of bounds', '$available (i32.const 65529)', 1],
    ['result at the end', '$available (i32.const 65528)', 0],
    ['result at -1', '$available (i32.const -1)', 1],
    ['CID of zeros', '$open (i32.const 100) (i32.const 200)', 1],
    ['CID behind the end', '$set_root (i32.const 65536)', 1],
    ['block that is not there', '$stat (i32.const 0) (i32.const 3)', 7],
    [
      'codec that is not allowed',
      '$create (i32.const 0) (i64.const 0x70) (i32.const 0) (i32.const 0)',
      9,
    ],
    [
      'codec above 32 bits',
      '$create (i32.const 0) (i64.const 0x100000055) (i32.const 0) (i32.const 0)',
      9,
    ],
    [
      'data out of bounds',
      '$create (i32.const 0) (i64.const 0x55) (i32.const 1) (i32.const 65536)',
      1,
    ],
    [
      'lengths that wrap around',
      '$create (i32.const 0) (i64.const 0x55) (i32.const 8) (i32.const -4)',
      1,
    ],
    ['buffer too small', '$root (i32.const 0) (i32.const 0) (i32.const 37)', 12],
    ['address without a protocol', '$resolve (i32.const 0) (i32.const 0) (i32.const 0)', 1],
    ['actor that does not exist', '$balance (i32.const 0) (i64.const 77777)', 6],
    ['actor id of 64 bits', '$balance (i32.const 0) (i64.const -1)', 6],
    ['21 bytes for an address', '$next (i32.const 0) (i32.const 8) (i32.const 20)', 12],
    [
      'hash function',
      '$hash (i32.const 0) (i64.const 0x11) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32)',
      1,
    ],
    [
      'signature type',
      '$verify (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)',
      1,
    ],
    [
      '2^32 - 1 signers',
      '$aggregate (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)',
      1,
    ],
    ['CBOR that is none', '$post (i32.const 0) (i32.const 0) (i32.const 1)', 1],
    ['tipset of now', '$tipset (i32.const 0) (i64.const 100) (i32.const 0) (i32.const 100)', 1],
    [
      '2^32 - 1 event entries',
      '$emit (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)',
      1,
    ],
    [
      '256 event entries',
      '$emit (i32.const 0) (i32.const 256) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)',
      3,
    ],
    [
      'values of 8,193 bytes',
      '$emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 8193)',
      3,
    ],
    [
      'keys that no entry has',
      '$emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0)',
      1,
    ],
    [
      'send flags',
      '$send (i32.const 0) (i32.const 8) (i32.const 2) (i64.const 0) (i32.const 0) (i64.const 0) (i64.const 0) (i64.const -1) (i64.const 0x100000000)',
      1,
      '\\00\\00\\00\\00\\00\\00\\00\\00\\00\\64',
    ],
    [
      'more than it has',
      '$send (i32.const 0) (i32.const 8) (i32.const 2) (i64.const 0) (i32.const 0) (i64.const 1) (i64.const 0) (i64.const -1) (i64.const 0)',
      5,
      '\\00\\00\\00\\00\\00\\00\\00\\00\\00\\64',
    ],
    ['name that is not UTF-8', '$charge (i32.const 0) (i32.const 1) (i64.const 1)', 1, '\\ff'],
    [
      'create_actor without a CID',
      '$create_actor (i64.const 1) (i32.const 0) (i32.const 0) (i32.const 0)',
      1,
    ],
  ] as [string, string, number, string?][])('%s: %s', (_, call, expected, data) => {
    expect(errno(call, data)).toBe(expected)
  })

  test('are paid for', () => {
    const gas = (call: string) =>
      world.run(actor(`(drop (call ${call})) i32.const 0`, imports)).receipt.gasUsed
    const refused = gas('$available (i32.const -1)')
    expect(gas('$available (i32.const 0)')).toBe(refused)
    expect(refused).toBeGreaterThan(MESSAGE_GAS + SYSCALL_GAS)
  })

  test('gas.charge takes what it says and no more than there is', () => {
    const charge = (amount: string) =>
      world.run(
        actor(
          `(drop (call $charge (i32.const 0) (i32.const 0) (i64.const ${amount}))) i32.const 0`,
          imports,
        ),
        { gasLimit: 10_000_000 },
      ).receipt
    const [little, more] = [charge('1'), charge('1000001')]
    expect(more.gasUsed - little.gasUsed).toBe(1_000_000)
    expect(charge('10000000')).toMatchObject({ exitCode: 7, gasUsed: 10_000_000 })
    expect(charge('-1')).toMatchObject({ exitCode: 7, gasUsed: 10_000_000 })
  })
})

test('events of three buffers', () => {
  // flags 3, codec raw, key "t1" value "\01\02"; flags 0, codec raw, key "é" without a value
  const header = (flags: string, key: string, value: string) =>
    `${flags}\\00\\00\\00\\00\\00\\00\\00\\55\\00\\00\\00\\00\\00\\00\\00${key}\\00\\00\\00${value}\\00\\00\\00`
  const module = actor(
    `(call $emit (i32.const 0) (i32.const 2) (i32.const 100) (i32.const 4) (i32.const 200) (i32.const 2))
     if unreachable end i32.const 0`,
    `(import "event" "emit_event" (func $emit (param i32 i32 i32 i32 i32 i32) (result i32)))
     (data (i32.const 0) "${header('\\03', '\\02', '\\02')}${header('\\00', '\\02', '\\00')}")
     (data (i32.const 100) "t1\\c3\\a9") (data (i32.const 200) "\\01\\02")`,
  )
  const { events } = new World().run(module)
  expect(events).toEqual([
    {
      emitter: 10_000,
      entries: [
        { flags: 3, key: 't1', codec: 0x55, value: Uint8Array.of(1, 2) },
        { flags: 0, key: 'é', codec: 0x55, value: new Uint8Array(0) },
      ],
    },
  ])
})

describe('floats', () => {
  test.each([
    ['f64', '0/0', '(f64.div (f64.const 0) (f64.const 0))'],
    ['f64', 'payload', '(f64.add (f64.const -nan:0x8000000000123) (f64.const 1))'],
    ['f64', 'signalling', '(f64.sqrt (f64.const nan:0x4000000000000))'],
    ['f64', 'promoted', '(f64.promote_f32 (f32.const -nan:0x400123))'],
    ['f32', '0/0', '(f32.div (f32.const -0) (f32.const 0))'],
    ['f32', 'minimum', '(f32.min (f32.const nan:0x400001) (f32.const 1))'],
    ['f32', 'demoted', '(f32.demote_f64 (f64.const nan:0x8000000000123))'],
  ])('a NaN of %s has one form: %s', (type, _, expression) => {
    const store = `(${type}.store (i32.const 0) ${expression})`
    const { returnData } = new World().run(returning(store, 8)).receipt
    const bits = type === 'f64' ? [0, 0, 0, 0, 0, 0, 0xf8, 0x7f] : [0, 0, 0xc0, 0x7f, 0, 0, 0, 0]
    expect([...returnData]).toEqual(bits)
  })

  test('numbers are numbers, and what only moves bits moves them', () => {
    const { returnData } = new World().run(
      returning(
        `(f64.store (i32.const 0) (f64.mul (f64.const 1.5) (f64.const -2)))
         (f64.store (i32.const 8) (f64.neg (f64.const nan:0x8000000000123)))`,
        16,
      ),
    ).receipt
    const view = new DataView(returnData.buffer, returnData.byteOffset)
    expect(view.getFloat64(0, true)).toBe(-3)
    expect(view.getBigUint64(8, true)).toBe(0xfff8000000000123n)
  })
})

describe('memory', () => {
  test('512 MiB an instance', () => {
    const { receipt } = new World().run(
      actor(`(if (i32.ne (memory.grow (i32.const 8191)) (i32.const 1)) (then unreachable))
             (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
             (if (i32.ne (memory.size) (i32.const 8192)) (then unreachable))
             (i32.store (i32.const 0x1ffffffc) (i32.const 1))
             i32.const 0`),
    )
    expect(receipt.exitCode).toBe(0)
  })

  test('and not more than the module itself allows', () => {
    const { receipt } = new World().run(
      wat(`(module (memory (export "memory") 1 3) (func (export "invoke") (param i32) (result i32)
        (if (i32.ne (memory.grow (i32.const 3)) (i32.const -1)) (then unreachable))
        (if (i32.ne (memory.grow (i32.const 2)) (i32.const 1)) (then unreachable))
        i32.const 0))`),
    )
    expect(receipt.exitCode).toBe(0)
  })

  test('2 GiB along a stack of calls', () => {
    // grows to the limit of an instance, then calls itself; the fifth has no page left to start
    const module = wat(`(module
      (import "send" "send" (func $send (param i32 i32 i32 i64 i32 i64 i64 i64 i64) (result i32)))
      ${EXIT}
      (memory (export "memory") 1)
      (data (i32.const 100) "\\00\\90\\4e")
      (func (export "invoke") (param i32) (result i32)
        (if (i32.eq (memory.grow (i32.const 8191)) (i32.const -1)) (then unreachable))
        (call $send (i32.const 0) (i32.const 100) (i32.const 3) (i64.const 2) (i32.const 0)
          (i64.const 0) (i64.const 0) (i64.const -1) (i64.const 0))
        if unreachable end
        ;; 4 from the fifth, and one more from each caller
        (call $exit (i32.add (i32.const 40) (i32.load (i32.const 0))) (i32.const 0) (i32.const 0) (i32.const 0))))`)
    const { receipt, failure } = new World().run(module, { gasLimit: 100_000_000_000 })
    expect(receipt.exitCode).toBe(4 + 4 * 40)
    expect(failure).toContain('no memory left')
  })
})

describe('start functions', () => {
  const start = (body: string, rest = '') =>
    actor(
      'global.get $started',
      `${rest} (global $started (mut i32) (i32.const 0)) (start $start) (func $start ${body})`,
    )

  test('run, and are paid for, before each invocation', () => {
    const world = new World()
    const id = world.install(start('i32.const 1 drop'))
    const [first, second] = [world.call(id), world.call(id)]
    expect(first.receipt.exitCode).toBe(0)
    // thunk, i32.const; thunk, global.get
    expect(first.wasmMilligas).toBe(52_000 + 4_000 + 56_000 + 4_000)
    expect(second.wasmMilligas).toBe(first.wasmMilligas)
    // what it sets, invoke sees
    expect(world.run(start('i32.const 9 global.set $started')).receipt.exitCode).toBe(11)
  })

  test('that fail in any way fail to instantiate', () => {
    const world = new World()
    expect(world.run(start('unreachable')).receipt.exitCode).toBe(4)
    expect(world.run(start('loop br 0 end'), { gasLimit: 5_000_000 }).receipt).toMatchObject({
      exitCode: 7,
      gasUsed: 5_000_000,
    })
    const exits = '(drop (call $exit (i32.const 33) (i32.const 0) (i32.const 0) (i32.const 0)))'
    expect(world.run(start(exits, EXIT)).receipt.exitCode).toBe(4)
  })

  test('have no memory for syscalls', () => {
    const gas = '(import "gas" "available" (func $available (param i32) (result i32)))'
    // invoke returns the error number as the id of a block that does not exist
    const { receipt } = new World().run(
      start('(global.set $started (call $available (i32.const 0)))', gas),
    )
    expect(receipt.exitCode).toBe(11)
  })
})

test('a module of 10 MB', () => {
  const nothing = 'i32.const 1 drop '.repeat(60_000)
  const module = actor('i32.const 0', `(func ${nothing})`.repeat(55))
  expect(module.length).toBeGreaterThan(9_900_000)
  const { receipt } = new World().run(module)
  expect(receipt.exitCode).toBe(0)
})

test('a full stack of the thread is no receipt, and leaves nothing behind', () => {
  const world = new World()
  // many locals of one type are one stack unit to the FVM, and take their room all the same
  const locals = `(local ${'i64 '.repeat(40_000)})`
  const id = world.install(
    actor(
      'i32.const 0 call $down',
      `(func $down (param i32) (result i32) ${locals} local.get 0 call $down)`,
    ),
  )
  expect(() => world.call(id)).toThrow(RangeError)
  expect(world.run(actor('i32.const 0')).receipt.exitCode).toBe(0)
})
