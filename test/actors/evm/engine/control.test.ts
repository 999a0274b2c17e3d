import { describe, expect, test } from 'vitest'
import { Exit } from '../../../../src/actors/evm/engine/interpreter.ts'
import { Opcode, opcodeName } from '../../../../src/actors/evm/engine/opcodes.ts'
import { toHex } from '../../../../src/base/bytes.ts'
import { EvmExitCode } from '../../../../src/protocol/exit-code.ts'
import { assemble } from './assemble.ts'
import { pool, runEngine, start } from './host.ts'

const STACK_LIMIT = 1024

/** Words that each opcode takes; PUSH, DUP and SWAP apart. */
const operands: Record<number, readonly string[]> = {
  0: ['ADDRESS', 'ORIGIN', 'CALLER', 'CALLVALUE', 'CALLDATASIZE', 'CODESIZE', 'GASPRICE'].concat(
    ['RETURNDATASIZE', 'COINBASE', 'TIMESTAMP', 'NUMBER', 'PREVRANDAO', 'GASLIMIT', 'CHAINID'],
    ['SELFBALANCE', 'BASEFEE', 'PC', 'MSIZE', 'GAS', 'PUSH0', 'PUSH1', 'PUSH2', 'PUSH32'],
  ),
  1: ['ISZERO', 'NOT', 'CLZ', 'BALANCE', 'CALLDATALOAD', 'EXTCODESIZE', 'EXTCODEHASH'].concat([
    'BLOCKHASH',
    'POP',
    'MLOAD',
    'SLOAD',
    'JUMP',
    'TLOAD',
    'SELFDESTRUCT',
    'DUP1',
  ]),
  2: ['ADD', 'MUL', 'SUB', 'DIV', 'SDIV', 'MOD', 'SMOD', 'EXP', 'SIGNEXTEND', 'LT', 'GT'].concat(
    ['SLT', 'SGT', 'EQ', 'AND', 'OR', 'XOR', 'BYTE', 'SHL', 'SHR', 'SAR', 'KECCAK256', 'MSTORE'],
    ['MSTORE8', 'SSTORE', 'JUMPI', 'TSTORE', 'LOG0', 'RETURN', 'REVERT', 'DUP2', 'SWAP1'],
  ),
  3: ['ADDMOD', 'MULMOD', 'CALLDATACOPY', 'CODECOPY', 'RETURNDATACOPY', 'MCOPY', 'LOG1', 'CREATE'],
  4: ['EXTCODECOPY', 'LOG2', 'CREATE2'],
  5: ['LOG3'],
  6: ['LOG4', 'DELEGATECALL', 'STATICCALL'],
  7: ['CALL'],
  16: ['DUP16'],
  17: ['SWAP16'],
}

const failureOf = (text: string) => {
  const { exit, failure } = runEngine(assemble(text))
  return exit === Exit.FAILED ? failure : exit
}

describe('failures', () => {
  test('an opcode with one operand too few', () => {
    for (const [count, names] of Object.entries(operands)) {
      for (const name of names) {
        if (count === '0') continue
        const code = `${'PUSH0 '.repeat(Number(count) - 1)} ${name}`
        expect([name, failureOf(code)]).toEqual([name, EvmExitCode.STACK_UNDERFLOW])
      }
    }
  })

  test('an opcode that pushes onto a full stack', () => {
    const full = 'PUSH0 '.repeat(STACK_LIMIT)
    for (const name of [...operands[0]!, 'DUP1', 'DUP16']) {
      expect([name, failureOf(`${full} ${name}`)]).toEqual([name, EvmExitCode.STACK_OVERFLOW])
      const { exit } = runEngine(assemble(`${full} POP ${name}`))
      expect([name, exit]).toEqual([name, Exit.STOP])
    }
  })

  test('every byte that is no opcode', () => {
    const undefinedBytes: number[] = []
    for (let byte = 0; byte < 256; byte++) {
      if (opcodeName(byte) !== undefined) continue
      undefinedBytes.push(byte)
      const { exit, failure } = runEngine(Uint8Array.of(byte))
      expect([byte, exit, failure]).toEqual([byte, Exit.FAILED, EvmExitCode.UNDEFINED_INSTRUCTION])
    }
    expect(undefinedBytes).toEqual(expect.arrayContaining([0x0c, 0x1f, 0x49, 0x4a, 0xef, 0xf2]))
    expect(undefinedBytes).toHaveLength(256 - 147)
  })

  test('INVALID', () => {
    expect(failureOf('INVALID')).toBe(EvmExitCode.INVALID_INSTRUCTION)
  })

  test('pc is that of the failing opcode', () => {
    const vm = pool.acquire()
    for (const [code, pc] of [
      ['1 2 INVALID', 4],
      ['1 ADD', 2],
      ['0x100000000 MLOAD', 6],
      ['7 JUMP', 2],
    ] as const) {
      start(vm, assemble(code))
      expect([code, vm.run(), vm.pc]).toEqual([code, Exit.FAILED, pc])
    }
    pool.release(vm)
  })
})

describe('jumps', () => {
  test.each([
    ['to a JUMPDEST', '@there JUMP INVALID there: STOP', Exit.STOP],
    ['over a JUMPDEST whose byte is data', '4 JUMP PUSH2 #5b00', EvmExitCode.BAD_JUMPDEST],
    ['to an opcode', '0 JUMP', EvmExitCode.BAD_JUMPDEST],
    ['behind the end', '100 JUMP', EvmExitCode.BAD_JUMPDEST],
    ['beyond 32 bits', '0x100000004 JUMP #5b', EvmExitCode.BAD_JUMPDEST],
    ['beyond 64 bits', '0x10000000000000000c JUMP #5b', EvmExitCode.BAD_JUMPDEST],
    ['conditional, taken', '1 @there JUMPI INVALID there: STOP', Exit.STOP],
    ['conditional, taken, bad', '1 0 JUMPI', EvmExitCode.BAD_JUMPDEST],
    ['conditional, not taken, bad', '0 0 JUMPI STOP', Exit.STOP],
    ['conditional on a high bit', `1 255 SHL @there JUMPI INVALID there: STOP`, Exit.STOP],
  ])('%s', (_, code, expected) => {
    expect(failureOf(code)).toBe(expected)
  })

  test('a JUMPDEST in the immediate of a PUSH32 at the end of the code is data', () => {
    expect(failureOf('4 JUMP STOP #7f5b')).toBe(EvmExitCode.BAD_JUMPDEST)
  })

  test('a jump goes on behind the JUMPDEST and does not pay for it', () => {
    const jump = runEngine(assemble('@there JUMP there: STOP')).gasUsed
    const walk = runEngine(assemble('@there POP there: STOP')).gasUsed
    const [popPrice, jumpPrice, jumpdestPrice] = [300_000, 604_000, 224_000]
    expect(walk - jump).toBe(popPrice + jumpdestPrice - jumpPrice)
  })
})

describe('stack opcodes', () => {
  test('PUSH1 .. PUSH32', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => 0xa1 + i)
    for (let n = 1; n <= 32; n++) {
      const immediate = toHex(bytes.subarray(0, n))
      const vm = pool.acquire()
      start(vm, Uint8Array.of(Opcode.PUSH0 + n, ...bytes.subarray(0, n), Opcode.PC))
      expect(vm.run()).toBe(Exit.STOP)
      expect([n, vm.stack()]).toEqual([n, [BigInt(`0x${immediate}`), BigInt(n + 1)]])
      pool.release(vm)
    }
  })

  test('a PUSH that the end of the code cuts off is filled with zeros', () => {
    for (let n = 1; n <= 32; n++) {
      const vm = pool.acquire()
      start(vm, Uint8Array.of(Opcode.PUSH0 + n, ...new Uint8Array(n - 1).fill(0xff)))
      expect(vm.run()).toBe(Exit.STOP)
      expect(vm.stack()).toEqual([BigInt(`0x${'ff'.repeat(n - 1)}00`)])
      pool.release(vm)
    }
  })

  test('DUP1 .. DUP16 and SWAP1 .. SWAP16', () => {
    const words = Array.from({ length: 17 }, (_, i) => BigInt(i + 1) << BigInt(13 * i))
    const pushes = words.join(' ')
    for (let n = 1; n <= 16; n++) {
      const vm = pool.acquire()
      start(vm, assemble(`${pushes} DUP${n}`))
      vm.run()
      expect(vm.stack()).toEqual([...words, words.at(-n)])
      start(vm, assemble(`${pushes} SWAP${n}`))
      vm.run()
      const swapped = [...words]
      swapped[16] = words[16 - n]!
      swapped[16 - n] = words[16]!
      expect(vm.stack()).toEqual(swapped)
      pool.release(vm)
    }
  })
})
