import { describe, expect, test } from 'vitest'
import { analyze } from '../../../../src/actors/evm/engine/code.ts'
import { Exit, type Interpreter } from '../../../../src/actors/evm/engine/interpreter.ts'
import { Opcode } from '../../../../src/actors/evm/engine/opcodes.ts'
import { InterpreterPool } from '../../../../src/actors/evm/engine/pool.ts'
import { engineGas } from '../../../../src/actors/evm/gas-model.ts'
import { bytesKey, fromBigIntPadded, toBigInt } from '../../../../src/base/bytes.ts'
import { EvmExitCode } from '../../../../src/protocol/exit-code.ts'
import { assemble } from './assemble.ts'
import { CALLER, CONTRACT, network, PLENTY } from './host.ts'
import { edges } from './random.ts'

const pool = new InterpreterPool(engineGas)

function begin(text: string, calldata = new Uint8Array()): Interpreter {
  const vm = pool.acquire()
  vm.gas = PLENTY
  const frame = { address: CONTRACT, caller: CALLER, value: 10n ** 18n }
  vm.start(analyze(assemble(text)), calldata, frame)
  vm.provide(network)
  return vm
}

test('the environment', () => {
  const vm = begin(
    'ADDRESS CALLER CALLVALUE GASPRICE COINBASE TIMESTAMP NUMBER GASLIMIT CHAINID BASEFEE CALLDATASIZE CODESIZE',
    new Uint8Array(5),
  )
  expect(vm.run()).toBe(Exit.STOP)
  expect(vm.stack()).toEqual([
    toBigInt(CONTRACT),
    toBigInt(CALLER),
    10n ** 18n,
    network.gasPrice,
    0n,
    network.timestamp,
    BigInt(network.epoch),
    10_000_000_000n,
    network.chainId,
    network.baseFee,
    5n,
    12n,
  ])
  const other = { ...network, baseFee: (1n << 100n) + 3n, epoch: 77 }
  const frame = { address: CALLER, caller: CONTRACT, value: 0n }
  vm.start(analyze(assemble('BASEFEE NUMBER ADDRESS CALLVALUE')), new Uint8Array(), frame)
  vm.provide(other)
  vm.run()
  expect(vm.stack()).toEqual([other.baseFee, 77n, toBigInt(CALLER), 0n])
  pool.release(vm)
})

test.each(['GASPRICE', 'BASEFEE', 'TIMESTAMP', 'NUMBER', 'CHAINID'])(
  '%s asks for the network, once in a frame',
  (opcode) => {
    const vm = pool.acquire()
    const frame = { address: CONTRACT, caller: CALLER, value: 0n }
    const code = analyze(assemble(`1 ${opcode} POP CHAINID`))
    for (let run = 0; run < 2; run++) {
      vm.gas = PLENTY
      vm.start(code, new Uint8Array(), frame)
      expect(vm.run()).toBe(Exit.NETWORK)
      // as if the opcode had not begun
      expect(vm.pc).toBe(2)
      expect(vm.stack()).toEqual([1n])
      expect(PLENTY - vm.gas).toBe(1_000 * 540)
      vm.provide(network)
      expect(vm.run()).toBe(Exit.STOP)
      expect(vm.stack()).toEqual([1n, network.chainId])
    }
    pool.release(vm)
  },
)

describe('the host opcodes', () => {
  test('leave with their operands on the stack, and go on after them', () => {
    const vm = begin('5 6 SLOAD ADD 7 SSTORE')
    expect(vm.run()).toBe(Exit.HOST)
    expect(vm.opcode).toBe(Opcode.SLOAD)
    expect(vm.peek(0)).toBe(6n)
    vm.drop(1)
    vm.push(100n)
    expect(vm.run()).toBe(Exit.HOST)
    expect(vm.opcode).toBe(Opcode.SSTORE)
    expect(vm.stack()).toEqual([105n, 7n])
    vm.drop(2)
    expect(vm.run()).toBe(Exit.STOP)
    expect(vm.stackDepth).toBe(0)
    pool.release(vm)
  })

  test('all of them', () => {
    const names = ['ORIGIN', 'BALANCE', 'EXTCODESIZE', 'EXTCODECOPY', 'EXTCODEHASH', 'BLOCKHASH']
      .concat(['PREVRANDAO', 'SELFBALANCE', 'GAS', 'SLOAD', 'SSTORE', 'TLOAD', 'TSTORE', 'LOG0'])
      .concat(['LOG1', 'LOG2', 'LOG3', 'LOG4', 'CREATE', 'CREATE2', 'CALL', 'DELEGATECALL'])
      .concat(['STATICCALL', 'SELFDESTRUCT'])
    for (const name of names) {
      const vm = begin(`0 0 0 0 0 0 0 ${name}`)
      expect([name, vm.run()]).toEqual([name, Exit.HOST])
      expect(vm.opcode).toBe(Opcode[name as keyof typeof Opcode])
      expect([name, vm.stackDepth]).toEqual([name, 7])
      pool.release(vm)
    }
  })

  test('words in and out, in every form', () => {
    for (const word of edges) {
      const vm = begin(`${word} SLOAD SLOAD SLOAD SLOAD`)
      const bytes = fromBigIntPadded(word, 32)
      vm.run()
      expect(vm.peek(0)).toBe(word)
      expect(vm.peekBytes(0)).toEqual(bytes)
      expect(vm.peekKey(0)).toBe(bytesKey(bytes))
      expect(vm.peekAddress(0)).toEqual(bytes.slice(12))
      const number = word < 2n ** 32n ? Number(word) : Number.POSITIVE_INFINITY
      expect(vm.peekNumber(0)).toBe(number)
      vm.drop(1)
      vm.pushBytes(bytes)
      vm.run()
      expect(vm.stack()).toEqual([word])
      vm.drop(1)
      vm.push(word)
      vm.run()
      expect(vm.stack()).toEqual([word])
      vm.drop(1)
      vm.pushNumber(2 ** 53 - 1)
      vm.run()
      expect(vm.stack()).toEqual([2n ** 53n - 1n])
      vm.drop(1)
      vm.pushBoolean(true)
      vm.pushBytes(CALLER)
      vm.run()
      expect(vm.stack()).toEqual([1n, toBigInt(CALLER)])
      pool.release(vm)
    }
  })

  test('memory', () => {
    const vm = begin('GAS 0 MLOAD')
    vm.run()
    const before = vm.gas
    expect(vm.expand(Number.POSITIVE_INFINITY, 0)).toBe(Exit.HOST)
    expect(vm.memorySize).toBe(0)
    expect(vm.expand(3, 30)).toBe(Exit.HOST)
    expect(vm.memorySize).toBe(64)
    expect(before - vm.gas).toBe(306_000 + 64 * 400)
    vm.write(3, Uint8Array.of(1, 2, 3))
    expect(vm.read(2, 5)).toEqual(Uint8Array.of(0, 1, 2, 3, 0))
    vm.writePadded(0, 6, Uint8Array.of(7, 8, 9), 1)
    expect(vm.read(0, 7)).toEqual(Uint8Array.of(8, 9, 0, 0, 0, 0, 0))
    vm.writePadded(0, 2, Uint8Array.of(7, 8, 9), Number.POSITIVE_INFINITY)
    expect(vm.read(0, 2)).toEqual(Uint8Array.of(0, 0))
    expect(vm.expand(0, 200_000)).toBe(Exit.HOST)
    expect(vm.read(199_999, 1)).toEqual(Uint8Array.of(0))
    vm.pushNumber(0)
    expect(vm.run()).toBe(Exit.STOP)
    expect(vm.expand(1, 0xffff_ffff)).toBe(Exit.FAILED)
    expect(vm.failure).toBe(EvmExitCode.ILLEGAL_MEMORY_ACCESS)
    vm.gas = 1000
    expect(vm.expand(0, 400_000)).toBe(Exit.OUT_OF_GAS)
    expect(vm.gas).toBeLessThan(0)
    pool.release(vm)
  })
})

test('steps show each opcode before it runs', () => {
  const vm = begin('1 2 ADD @end JUMP INVALID end: POP')
  const seen: [number, bigint[]][] = []
  let exit: number
  do {
    seen.push([vm.pc, vm.stack()])
    exit = vm.step()
  } while (exit === Exit.STEP)
  expect(exit).toBe(Exit.STOP)
  expect(seen).toEqual([
    [0, []],
    [2, [1n]],
    [4, [1n, 2n]],
    [5, [3n]],
    [8, [3n, 10n]],
    [11, [3n]],
    [12, []],
  ])
  pool.release(vm)
})

describe('an instance is used again', () => {
  test('with other code of another length', () => {
    const vm = pool.acquire()
    for (const [text, result] of [
      ['1 2 ADD', 3n],
      [`${'JUMPDEST '.repeat(70_000)} 7`, 7n],
      ['@end JUMP end: 9', 9n],
    ] as const) {
      vm.gas = PLENTY
      const frame = { address: CONTRACT, caller: CALLER, value: 0n }
      vm.start(analyze(assemble(text)), new Uint8Array(text.length), frame)
      expect(vm.run()).toBe(Exit.STOP)
      expect(vm.stack()).toEqual([result])
    }
    pool.release(vm)
  })

  test('but not when its memory has become large', () => {
    const own = new InterpreterPool(engineGas)
    const small = own.acquire()
    own.release(small)
    const again = own.acquire()
    expect(again).toBe(small)
    again.gas = PLENTY
    const frame = { address: CONTRACT, caller: CALLER, value: 0n }
    again.start(analyze(assemble('4000000 MLOAD')), new Uint8Array(), frame)
    expect(again.run()).toBe(Exit.STOP)
    own.release(again)
    expect(own.acquire()).not.toBe(again)
  })
})

test('an interpreter at every depth of the call stack', () => {
  const depth = 1024
  const vms = Array.from({ length: depth }, () => pool.acquire())
  expect(new Set(vms).size).toBe(depth)
  for (const vm of vms) pool.release(vm)
})

test('the analysis of code', () => {
  const code = analyze(Uint8Array.of(0x5b, 0x60, 0x5b, 0x5b, 0x00, 0x7f, 0x5b))
  expect([...code.jumpdests]).toEqual([0b1001])
  expect(code.analysisCost).toBe(3 * 84_400 + (92_000 + 2 * 400) + (92_000 + 33 * 400))
})
