/** Programs that the genuine EVM actor ran: same exit code, same output, nearly the same gas. */
import { expect, test } from 'vitest'
import { analyze } from '../../../../src/actors/evm/engine/code.ts'
import { Exit } from '../../../../src/actors/evm/engine/interpreter.ts'
import { returnGas, revertGas } from '../../../../src/actors/evm/frame-gas.ts'
import { fromHex, toHex } from '../../../../src/base/bytes.ts'
import programs from '../../../vectors/evm-programs.json' with { type: 'json' }
import { Host, PLENTY, pool, start } from './host.ts'

const REVERTED = 33
/** Wasm gas of a frame that runs no code, and what calldata adds to it. */
const FRAME = 93_662
const CALLDATA = 4_565
/** Of the wasm gas of the whole frame. */
const TOLERANCE = 0.08
/** Failing frames also format a message, which is not modelled. */
const FAILURE_TOLERANCE = 0.11

test(`${programs.length} recorded programs`, () => {
  for (const { name, code, calldata, exitCode, output, wasmMilligas } of programs) {
    const vm = pool.acquire()
    const analyzed = analyze(fromHex(code))
    const input = fromHex(calldata)
    start(vm, analyzed, input)
    const exit = new Host(vm).run()
    const returned = exit === Exit.RETURN || exit === Exit.REVERT ? vm.output() : new Uint8Array()
    const ours = {
      name,
      exitCode: exit === Exit.REVERT ? REVERTED : exit === Exit.FAILED ? vm.failure : 0,
      output: toHex(returned),
    }
    expect(ours).toEqual({ name, exitCode, output })

    const opcodes = (PLENTY - vm.gas - vm.kernelGas + analyzed.analysisCost) / 1000
    const entry = FRAME + (input.length > 0 ? CALLDATA : 0)
    const result = (exit === Exit.REVERT ? revertGas : returnGas)(returned.length)
    const error = (entry + opcodes + result) / (wasmMilligas / 1000) - 1
    const tolerance = exitCode === 0 ? TOLERANCE : FAILURE_TOLERANCE
    expect(Math.abs(error), `${name}: gas ${(100 * error).toFixed(1)} %`).toBeLessThan(tolerance)
    pool.release(vm)
  }
})
