import { describe, expect, test } from 'vitest'
import { analyze } from '../../../../src/actors/evm/engine/code.ts'
import { Exit } from '../../../../src/actors/evm/engine/interpreter.ts'
import { opcodeGas } from '../../../../src/actors/evm/gas-model.ts'
import { assemble } from './assemble.ts'
import { Host, pool, runEngine, start } from './host.ts'
import { Random } from './random.ts'
import { randomProgram } from './random-program.ts'

const gas = (text: string, calldata?: Uint8Array) =>
  runEngine(assemble(text), calldata).gasUsed / 1000

/** Gas of the last opcode of a program. */
const last = (before: string, opcode: string) =>
  Math.round((gas(`${before} ${opcode}`) - gas(before)) * 1000) / 1000

describe('the price of a program', () => {
  test('is the sum of its opcodes', () => {
    const { ADD, POP, STOP, PC } = opcodeGas
    const [push1, push9] = [540, 1627.6]
    expect(gas('1 2 ADD POP PC 0x010000000000000000 STOP')).toBeCloseTo(
      2 * push1 + ADD + POP + PC + push9 + STOP,
    )
  })

  test('is the same in one run and in steps', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const { code, calldata } = randomProgram(new Random(seed))
      const whole = runEngine(code, calldata)
      const vm = pool.acquire()
      start(vm, code, calldata)
      const host = new Host(vm)
      const before = vm.gas
      let exit: number = Exit.STEP
      while (exit === Exit.STEP || exit === Exit.HOST) {
        exit = exit === Exit.HOST ? host.answer() : Exit.STEP
        if (exit === Exit.HOST || exit === Exit.STEP) exit = vm.step()
      }
      expect([seed, exit, before - vm.gas]).toEqual([seed, whole.exit, whole.gasUsed])
      pool.release(vm)
    }
  })

  test('ends the program when it is more than there is, at every opcode', () => {
    const code = analyze(assemble('1 2 ADD 0 MSTORE 32 0 KECCAK256 POP 2 3 EXP POP'))
    const { gasUsed } = runEngine(code)
    expect(runEngine(code, undefined, gasUsed).exit).toBe(Exit.STOP)
    let exits = 0
    for (let limit = 0; limit < gasUsed; limit += 100_000) {
      if (runEngine(code, undefined, limit).exit === Exit.OUT_OF_GAS) exits++
    }
    expect(exits).toBe(Math.ceil(gasUsed / 100_000))
  })

  test('ends a program that never ends', () => {
    const { exit, gasUsed } = runEngine(assemble('loop: @loop JUMP'), undefined, 1e12)
    expect(exit).toBe(Exit.OUT_OF_GAS)
    expect(gasUsed).toBeGreaterThan(1e12)
    expect(gasUsed).toBeLessThan(1e12 + 1e6)
  })
})

// measured on the genuine actor (v18, network version 28), gas of the opcode alone
describe('measured prices', () => {
  const MAX = `0x${'ff'.repeat(32)}`

  test.each<[number, string, string]>([
    [793, '1 2', 'ADD'],
    [2837, '1 2', 'MUL'],
    [1049, '1 2', 'LT'],
    [945, `1 ${MAX}`, 'LT'],
    [1017, '7 7', 'LT'],
    [1125, '1 2', 'SLT'],
    [869, `1 ${MAX}`, 'SLT'],
    [941, '1 2', 'EQ'],
    [3833, '7 7', 'EQ'],
    [945, '7 1', 'BYTE'],
    [869, '7 224', 'BYTE'],
    [805, `7 ${MAX}`, 'BYTE'],
    [1629, `${MAX} 8`, 'SHL'],
    [1101, `${MAX} 224`, 'SHL'],
    [785, `${MAX} ${MAX}`, 'SHL'],
    [1461, `${MAX} 31`, 'SHR'],
    [1041, `${MAX} 224`, 'SHR'],
    [2173, `${MAX} 8`, 'SAR'],
    [1609, '7 8', 'SAR'],
    [1265, '7 1', 'SIGNEXTEND'],
    [1405, '7 8', 'SIGNEXTEND'],
    [1597, '7 31', 'SIGNEXTEND'],
    [769, '7 224', 'SIGNEXTEND'],
    [865.5, '0', 'CLZ'],
    [829.5, MAX, 'CLZ'],
    [1389, '0 7', 'EXP'],
    [604, '0 0', 'JUMPI'],
    [3093.8 + 14_000, '0 0', 'KECCAK256'],
    [3393.8 + 15_056, '0 MLOAD POP 32 0', 'KECCAK256'],
    [2078.3, '0 MLOAD POP 0', 'MLOAD'],
    [1405, '0 MLOAD POP 7 0', 'MSTORE'],
    [1888.3, '0 MLOAD POP 32 0 0', 'CALLDATACOPY'],
    [2256.3, '0 MLOAD POP 32 0 0', 'MCOPY'],
  ])('%d gas: %s %s', (price, before, opcode) => {
    expect(last(before, opcode)).toBe(price)
  })

  const wide = `0x${'d3'.repeat(32)}`
  test.each<[number, string, string]>([
    [4205, '7 100', 'DIV'],
    [4041, `7 ${wide}`, 'DIV'],
    [18_805, `0x${'71'.repeat(16)} ${wide}`, 'DIV'],
    [8577, `0x${'53'.repeat(32)} ${wide}`, 'DIV'],
    [3997, '7 100', 'MOD'],
    [18_597, `0x${'71'.repeat(16)} ${wide}`, 'MOD'],
    [4109, '7 100', 'SDIV'],
    [4125, '7 100', 'SMOD'],
    [8483.5, '7 100 100', 'ADDMOD'],
    [14_767.5, '7 100 100', 'MULMOD'],
    [55_875.5, `0x${'53'.repeat(32)} ${wide} ${wide}`, 'MULMOD'],
    [5385, '1 7', 'EXP'],
    [32_769, '255 7', 'EXP'],
    [1_003_049, `${MAX} 7`, 'EXP'],
    [14_241, '18 10', 'EXP'],
  ])('about %d gas: %s %s', (price, before, opcode) => {
    expect(Math.abs(last(before, opcode) / price - 1)).toBeLessThan(0.08)
  })

  const analysisByte = 84.4

  test.each<[number, number]>([
    [32, 308.8],
    [4_096, 3_230.4],
    [65_536, 83_895.2],
    [1_048_576, 870_327.2],
    [4_194_304, 3_387_101.6],
  ])('memory up to %d', (offset, price) => {
    // the difference to a program that drops the operands, whose code is a byte longer
    const difference = gas(`0 ${offset} MSTORE8`) - gas(`0 ${offset} POP POP`) - analysisByte
    expect(Math.abs(difference - price)).toBeLessThan(250)
  })
})
