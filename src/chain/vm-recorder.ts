/** Writes down the instructions of contracts as they run, in the form of Parity. */
import { to0x } from '../base/bytes.ts'
import {
  memoryWritten,
  type VmEffect,
  type VmOperation,
  type VmTrace,
  wordsLeft,
} from '../eth/trace/vm-trace.ts'
import { GAS } from '../fvm/gas/gas-tracker.ts'
import type { CodeFrame, StepObserver } from '../fvm/trace.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { TraceTooLargeError } from './chain.ts'

/** About so many characters of JSON for an instruction, besides its words and memory. */
const OPERATION_SIZE = 90
const WORD_SIZE = 40

interface Growing extends VmTrace {
  readonly ops: Changing[]
}

type Changing = { -readonly [K in keyof VmOperation]: VmOperation[K] }

interface Running {
  readonly operation: Changing
  readonly instruction: string
  readonly gas: number
  readonly memory: { readonly off: number; readonly size: number } | undefined
  readonly store: VmEffect['store']
}

interface Level {
  readonly trace: Growing
  running: Running | undefined
}

export class VmRecorder implements StepObserver {
  readonly #levels: Level[] = []
  #root: Growing | undefined
  /** Characters of text that may still be written. */
  #budget: number

  constructor(budget: number) {
    this.#budget = budget
  }

  /** JSON text of what was recorded since the last time; null when no contract ran. */
  take(): string {
    const text = JSON.stringify(this.#root ?? null)
    this.#root = undefined
    return text
  }

  enter(frame: CodeFrame): void {
    const code = to0x(frame.code())
    this.#spend(code.length)
    const trace: Growing = { code, ops: [] }
    const caller = this.#levels.at(-1)?.running?.operation
    if (caller === undefined) this.#root ??= trace
    else caller.sub = trace
    this.#levels.push({ trace, running: undefined })
  }

  step(frame: CodeFrame): boolean {
    const level = this.#levels.at(-1)!
    this.#finish(level.running, frame, false)
    const { instruction, pc } = frame
    const stack = frame.stack()
    const operation: Changing = { pc, cost: 0, ex: null, sub: null }
    level.trace.ops.push(operation)
    this.#spend(OPERATION_SIZE)
    level.running = {
      operation,
      instruction,
      gas: gasOf(frame),
      memory: memoryWritten(instruction, stack),
      store: instruction === 'SSTORE' ? stored(stack) : null,
    }
    return true
  }

  leave(frame: CodeFrame, exitCode: ExitCode): void {
    const { running } = this.#levels.pop()!
    // REVERT is an instruction that works
    const failed = exitCode !== ExitCode.OK && running?.instruction !== 'REVERT'
    this.#finish(running, frame, failed)
  }

  #finish(running: Running | undefined, frame: CodeFrame, failed: boolean): void {
    if (running === undefined) return
    const { operation, instruction, memory, store } = running
    const used = gasOf(frame)
    operation.cost = running.gas - used
    if (failed) return
    const words = wordsLeft(instruction)
    const push = words === 0 ? [] : frame.stack().slice(-words).map(hex)
    const mem = memory && {
      off: memory.off,
      data: to0x(frame.memory().subarray(memory.off, memory.off + memory.size)),
    }
    this.#spend(push.length * WORD_SIZE + (mem?.data.length ?? 0))
    operation.ex = { mem: mem ?? null, push, store, used }
  }

  #spend(characters: number): void {
    this.#budget -= characters
    if (this.#budget >= 0) return
    throw new TraceTooLargeError('the vmTrace is too large, ask for trace and stateDiff only')
  }
}

function stored(stack: readonly bigint[]): VmEffect['store'] {
  return { key: hex(stack.at(-1) ?? 0n), val: hex(stack.at(-2) ?? 0n) }
}

function hex(value: bigint): `0x${string}` {
  return `0x${value.toString(16)}`
}

function gasOf({ gas }: CodeFrame): number {
  return Math.floor(gas / GAS)
}
