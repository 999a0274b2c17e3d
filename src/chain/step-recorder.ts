/** Writes down the instructions of contracts as they run, in the form of geth's default tracer. */
import { failedStep } from '../eth/trace/call-errors.ts'
import { type Step, type StepOptions, structLog } from '../eth/trace/struct-log.ts'
import { GAS } from '../fvm/gas/gas-tracker.ts'
import type { CodeFrame, StepObserver } from '../fvm/trace.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { TraceTooLargeError } from './chain.ts'

/** A contract in the middle of its run. */
interface OpenFrame {
  /** The instruction that is being executed, until its end shows what it cost. */
  running: Running | undefined
}

type Started = Omit<Step, 'gasCost' | 'error' | 'storage'>

interface Running {
  readonly step: Started
  /** Its place in the list. */
  readonly index: number
  /** Slots to show with it, once it is known what it loaded. */
  readonly slots: Map<bigint, bigint> | undefined
  /** The slot that it loads. */
  readonly loads: bigint | undefined
}

export class StepRecorder implements StepObserver {
  readonly #options: StepOptions
  /** Bytes of text that may still be written. */
  #budget: number
  #texts: string[] = []
  readonly #frames: OpenFrame[] = []
  /** By contract. */
  readonly #storage = new Map<number, Map<bigint, bigint>>()

  constructor(options: StepOptions, budget: number) {
    this.#options = options
    this.#budget = budget
  }

  /** JSON text of what was recorded since the last time. */
  take(): string {
    const text = `[${this.#texts.join(',')}]`
    this.#texts = []
    this.#storage.clear()
    return text
  }

  enter(): void {
    this.#frames.push({ running: undefined })
  }

  step(frame: CodeFrame): void {
    const open = this.#frames.at(-1)!
    this.#finish(open, frame, undefined)
    const { limit } = this.#options
    if (limit > 0 && this.#texts.length >= limit) return
    open.running = this.#start(frame)
  }

  leave(frame: CodeFrame, exitCode: ExitCode): void {
    const open = this.#frames.pop()!
    this.#finish(open, frame, exitCode)
  }

  #start(frame: CodeFrame): Running {
    const { disableStack, disableStorage, enableMemory, enableReturnData } = this.#options
    const { instruction } = frame
    const touches = !disableStorage && (instruction === 'SLOAD' || instruction === 'SSTORE')
    const stack = touches || !disableStack ? frame.stack() : undefined
    const step = {
      pc: frame.pc,
      instruction,
      gas: Math.floor(frame.gas / GAS),
      depth: this.#frames.length,
      stack: disableStack ? undefined : stack,
      memory: enableMemory ? frame.memory() : undefined,
      returnData: enableReturnData ? frame.returnData() : undefined,
    }
    // keeps the place: instructions of the contracts that it calls come behind it
    const index = this.#texts.push('') - 1
    const slot = touches ? stack!.at(-1) : undefined
    if (slot === undefined) return { step, index, slots: undefined, loads: undefined }
    const slots = this.#slotsOf(frame.contract)
    const value = stack!.at(-2)
    const stores = instruction === 'SSTORE'
    if (stores && value !== undefined) slots.set(slot, value)
    return { step, index, slots, loads: stores ? undefined : slot }
  }

  /** @param exitCode of the frame that the instruction ended; undefined: the frame goes on */
  #finish(open: OpenFrame, frame: CodeFrame, exitCode: ExitCode | undefined): void {
    const { running } = open
    if (running === undefined) return
    open.running = undefined
    const { step, index, slots, loads } = running
    const failed = exitCode !== undefined && exitCode !== ExitCode.OK
    if (loads !== undefined && !failed) slots!.set(loads, frame.stack().at(-1) ?? 0n)
    const gasCost = step.gas - Math.floor(frame.gas / GAS)
    const error = failed ? failedStep(step.instruction, exitCode) : undefined
    const text = JSON.stringify(structLog({ ...step, gasCost, error, storage: slots }))
    this.#budget -= text.length
    if (this.#budget < 0) {
      throw new TraceTooLargeError(
        'the trace is too large: leave out stack and storage (disableStack, disableStorage), ' +
          'memory and return data, or set a limit of instructions',
      )
    }
    this.#texts[index] = text
  }

  #slotsOf(contract: number): Map<bigint, bigint> {
    let slots = this.#storage.get(contract)
    if (slots === undefined) {
      slots = new Map()
      this.#storage.set(contract, slots)
    }
    return slots
  }
}
