import { describe, expect, test } from 'vitest'
import { Exit } from '../../../../src/actors/evm/engine/interpreter.ts'
import { toHex } from '../../../../src/base/bytes.ts'
import { EvmExitCode, ExitCode } from '../../../../src/protocol/exit-code.ts'
import { assemble } from './assemble.ts'
import { type EngineResult, pool, runEngine, start } from './host.ts'

const MIB = 2 ** 20
const U32 = 2 ** 32
const HUGE = [`${U32}`, `${2n ** 64n}`, `${2n ** 255n}`]

const run = (text: string, calldata?: Uint8Array): EngineResult =>
  runEngine(assemble(text), calldata)
const word = ({ output }: EngineResult) => BigInt(`0x${toHex(output)}`)
/** Runs and returns the word that the code leaves on the stack. */
const top = (text: string, calldata?: Uint8Array) =>
  word(run(`${text} MSIZE MSTORE MSIZE 32 SWAP1 SUB 32 SWAP1 RETURN`, calldata))

describe('growth', () => {
  test.each([
    ['', 0n],
    ['0 MLOAD POP', 32n],
    ['1 MLOAD POP', 64n],
    ['0 31 MSTORE8', 32n],
    ['0 32 MSTORE8', 64n],
    ['0 100 MSTORE', 160n],
    ['1 99 KECCAK256 POP', 128n],
    ['5 0 63 CALLDATACOPY', 96n],
    ['5 0 63 CODECOPY', 96n],
    ['0 0 63 RETURNDATACOPY', 0n],
    ['7 200 0 MCOPY', 224n],
    ['7 0 200 MCOPY', 224n],
    ['3 70 LOG0', 96n],
    ['0 100000 MSTORE8', 100_032n],
  ])('%s', (code, size) => {
    expect(word(run(`${code} MSIZE 0 MSTORE 32 0 RETURN`))).toBe(size)
  })

  test('new memory is zero even where an earlier frame has written', () => {
    const vm = pool.acquire()
    start(vm, assemble('NOT 0 MSTORE 0 NOT 4096 MSTORE'.replace('NOT', '0 NOT')))
    vm.run()
    start(vm, assemble('8192 0 RETURN'))
    expect(vm.run()).toBe(Exit.RETURN)
    expect(vm.output().every((byte) => byte === 0)).toBe(true)
    pool.release(vm)
  })

  test('a range of size 0 is nowhere', () => {
    for (const offset of HUGE) {
      for (const code of [
        `0 ${offset} KECCAK256`,
        `0 0 ${offset} CALLDATACOPY`,
        `0 0 ${offset} CODECOPY`,
        `0 0 ${offset} RETURNDATACOPY`,
        `0 ${offset} ${offset} MCOPY`,
        `0 ${offset} LOG0`,
      ]) {
        expect([code, run(`${code} MSIZE 0 MSTORE 32 0 RETURN`).output.at(-1)]).toEqual([code, 0])
      }
      expect(run(`0 ${offset} RETURN`)).toMatchObject({
        exit: Exit.RETURN,
        output: new Uint8Array(),
      })
    }
  })

  test('offsets, sizes and ends beyond 32 bits are bad accesses', () => {
    const cases = ['1 0xffffffff KECCAK256', '0xffffffff 1 RETURN', '0xffffffe1 MLOAD']
    for (const huge of HUGE) {
      cases.push(`${huge} MLOAD`, `0 ${huge} MSTORE`, `0 ${huge} MSTORE8`)
      cases.push(`1 ${huge} KECCAK256`, `${huge} 0 KECCAK256`, `${huge} 0 0 MCOPY`)
      cases.push(`1 ${huge} 0 MCOPY`, `1 0 ${huge} MCOPY`, `1 0 ${huge} CALLDATACOPY`)
      cases.push(`${huge} 0 0 CODECOPY`, `1 ${huge} RETURN`, `${huge} 0 REVERT`, `1 ${huge} LOG0`)
      cases.push(`0 ${huge} 0 RETURNDATACOPY`, `${huge} 0 0 RETURNDATACOPY`)
    }
    for (const code of cases) {
      const { exit, failure } = run(code)
      expect([code, exit, failure]).toEqual([code, Exit.FAILED, EvmExitCode.ILLEGAL_MEMORY_ACCESS])
    }
  })

  test('memory beyond what the genuine actor can allocate', () => {
    // a vector above 2 GiB is an assertion, an instance above 512 MiB a trap
    expect(run(`${3 * 2 ** 30} MLOAD`).failure).toBe(ExitCode.USR_ASSERTION_FAILED)
    expect(run('0xffffffdf MLOAD').failure).toBe(ExitCode.USR_ASSERTION_FAILED)
    expect(run(`${600 * MIB} MLOAD`).failure).toBe(ExitCode.SYS_ILLEGAL_INSTRUCTION)
    expect(run(`${64 * MIB} MLOAD`).exit).toBe(Exit.STOP)
  })
})

describe('contents', () => {
  test('MSTORE, MSTORE8 and MLOAD are big-endian', () => {
    expect(top('0x1234 3 MSTORE 0xabcd 4 MSTORE8 3 MLOAD')).toBe((0xcdn << 240n) | 0x1234n)
  })

  test('MCOPY with ranges that overlap', () => {
    const bytes = '0x0102030405060708 0 MSTORE'
    expect(top(`${bytes} 6 24 26 MCOPY 0 MLOAD`)).toBe(0x0102010203040506n)
    expect(top(`${bytes} 6 26 24 MCOPY 0 MLOAD`)).toBe(0x0304050607080708n)
  })

  const calldata = Uint8Array.from({ length: 40 }, (_, i) => i + 1)

  test('CALLDATALOAD', () => {
    const at = (offset: number) =>
      BigInt(`0x${toHex(calldata.slice(offset)).padEnd(64, '0').slice(0, 64)}`)
    for (const offset of [0, 1, 8, 9, 39])
      expect(top(`${offset} CALLDATALOAD`, calldata)).toBe(at(offset))
    for (const offset of ['40', '41', ...HUGE])
      expect(top(`${offset} CALLDATALOAD`, calldata)).toBe(0n)
  })

  test('CALLDATACOPY and CODECOPY put zeros behind the end of their source', () => {
    const ones = '0 NOT 0 MSTORE'
    expect(top(`${ones} 8 38 4 CALLDATACOPY 0 MLOAD`, calldata)).toBe(
      BigInt(`0xffffffff2728000000000000${'ff'.repeat(20)}`),
    )
    for (const source of HUGE) {
      for (const opcode of ['CALLDATACOPY', 'CODECOPY']) {
        expect(top(`${ones} 31 ${source} 0 ${opcode} 0 MLOAD`, calldata)).toBe(0xffn)
      }
    }
    const code = `${ones} 3 0 0 CODECOPY 0 MLOAD`
    const start = toHex(assemble(code)).slice(0, 6)
    expect(top(code)).toBe(BigInt(`0x${start}${'ff'.repeat(29)}`))
  })

  test('RETURNDATACOPY stays within the return data', () => {
    // the identity precompile returns the bytes 0..9 of memory
    const call = '0x0102030405060708090a 176 SHL 0 MSTORE 0 0 10 0 4 0 STATICCALL POP'
    const copied = (size: string, from: string) => run(`${call} ${size} ${from} 32 RETURNDATACOPY`)
    expect(top(`${call} RETURNDATASIZE`)).toBe(10n)
    expect(top(`${call} 10 0 32 RETURNDATACOPY 32 MLOAD`)).toBe(0x0102030405060708090an << 176n)
    expect(top(`${call} 2 8 32 RETURNDATACOPY 32 MLOAD`)).toBe(0x090an << 240n)
    for (const [size, from] of [
      ['10', '0'],
      ['0', '10'],
      ['1', '9'],
    ] as const) {
      expect(copied(size, from).exit).toBe(Exit.STOP)
    }
    for (const [size, from] of [
      ['11', '0'],
      ['1', '10'],
      ['0', '11'],
      ['0', `${U32}`],
    ] as const) {
      expect(copied(size, from).failure).toBe(EvmExitCode.ILLEGAL_MEMORY_ACCESS)
    }
  })
})
