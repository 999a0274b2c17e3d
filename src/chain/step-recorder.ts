/** Writes down the instructions of contracts as they run, in the form of geth's default tracer. */
import type { ActorId } from '../address/address.ts'
import { failedStep } from '../eth/trace/call-errors.ts'
import { type Step, type StepOptions, structLogText } from '../eth/trace/struct-log.ts'
import { GAS } from '../fvm/gas/gas-tracker.ts'
import type { CodeFrame, StepObserver } from '../fvm/trace.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { TraceTooLargeError } from './chain.ts'

/** An instruction that is being executed: what it costs and loads is seen at its end. */
interface Running {
  readonly step: Step
  /** Its place in the list. */
  readonly index: number
  /** Slots to show with it. */
  readonly slots: Map<bigint, bigint> | undefined
  /** The slot that it loads. */
  readonly loads: bigint | undefined
}

export class StepRecorder implements StepObserver {
  readonly #options: StepOptions
  /** Characters of text that may still be written. */
  #budget: number
  #texts: string[] = []
  /** Of each contract under way. */
  readonly #running: (Running | undefined)[] = []
  readonly #storage = new Map<ActorId, Map<bigint, bigint>>()

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
    this.#running.push(undefined)
  }

  step(frame: CodeFrame): boolean {
    const last = this.#running.length - 1
    this.#finish(this.#running[last], frame, undefined)
    this.#running[last] = undefined
    const { limit } = this.#options
    if (limit > 0 && this.#texts.length >= limit) return false
    this.#running[last] = this.#start(frame)
    return true
  }

  leave(frame: CodeFrame, exitCode: ExitCode): void {
    this.#finish(this.#running.pop(), frame, exitCode)
  }

  #start(frame: CodeFrame): Running {
    const { disableStack, disableStorage, enableMemory, enableReturnData } = this.#options
    const { instruction } = frame
    const stores = instruction === 'SSTORE'
    const touches = !disableStorage && (stores || instruction === 'SLOAD')
    const stack = touches || !disableStack ? frame.stack() : undefined
    const step = {
      pc: frame.pc,
      instruction,
      gas: gasOf(frame),
      depth: this.#running.length,
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
    if (stores && value !== undefined) slots.set(slot, value)
    return { step, index, slots, loads: stores ? undefined : slot }
  }

  /** @param exitCode of the frame that the instruction ended; undefined: the frame goes on */
  #finish(running: Running | undefined, frame: CodeFrame, exitCode: ExitCode | undefined): void {
    if (running === undefined) return
    const { step, index, slots, loads } = running
    const failed = exitCode !== undefined && exitCode !== ExitCode.OK
    if (loads !== undefined && !failed) slots!.set(loads, frame.stack().at(-1) ?? 0n)
    const text = structLogText(step, {
      gasCost: step.gas - gasOf(frame),
      error: failed ? failedStep(step.instruction, exitCode) : undefined,
      storage: slots,
    })
    this.#budget -= text.length
    if (this.#budget < 0) {
      throw new TraceTooLargeError(
        'the trace is too large: leave out stack and storage (disableStack, disableStorage), ' +
          'memory and return data, or set a limit of instructions',
      )
    }
    this.#texts[index] = text
  }

  #slotsOf(contract: ActorId): Map<bigint, bigint> {
    let slots = this.#storage.get(contract)
    if (slots === undefined) {
      slots = new Map()
      this.#storage.set(contract, slots)
    }
    return slots
  }
}

function gasOf({ gas }: CodeFrame): number {
  return Math.floor(gas / GAS)
}
