/** A frame that is watched: it runs as always and tells a trace what it does. */
import { exitCodeOf } from '../../fvm/errors.ts'
import type { CodeFrame, CodeObserver, StepObserver } from '../../fvm/trace.ts'
import { EvmExitCode, ExitCode } from '../../protocol/exit-code.ts'
import { Opcode, opcodeName } from './engine/opcodes.ts'
import type { Frame, FrameOutput } from './frame.ts'

/** Runs a frame to its end. */
export function observed(frame: Frame, { onStorage, steps }: CodeObserver): FrameOutput {
  const host = onStorage && storageWatch(frame, onStorage)
  return steps === undefined ? frame.run({ ...(host && { host }) }) : stepped(frame, steps, host)
}

type HostWatch = (opcode: number) => void

function storageWatch(
  { engine, runtime }: Frame,
  onStorage: NonNullable<CodeObserver['onStorage']>,
): HostWatch {
  return (opcode) => {
    if (opcode !== Opcode.SLOAD && opcode !== Opcode.SSTORE) return
    onStorage(runtime.message.receiver, engine.peekBytes(0))
  }
}

function stepped(frame: Frame, steps: StepObserver, host: HostWatch | undefined): FrameOutput {
  const view = new FrameView(frame)
  let exitCode: ExitCode = ExitCode.OK
  steps.enter(view)
  try {
    const step = () => {
      if (view.passJumpdest() && !steps.step(view)) return false
      view.settle()
      return steps.step(view)
    }
    const output = frame.run({ step, ...(host && { host }) })
    if (output.reverted) exitCode = EvmExitCode.REVERTED
    return output
  } catch (error) {
    exitCode = exitCodeOf(error) ?? ExitCode.SYS_ASSERTION_FAILED
    throw error
  } finally {
    steps.leave(view, exitCode)
  }
}

class FrameView implements CodeFrame {
  readonly #frame: Frame
  pc = 0
  #opcode = 0

  constructor(frame: Frame) {
    this.#frame = frame
  }

  get contract() {
    return this.#frame.runtime.message.receiver
  }

  get instruction() {
    const name = opcodeName(this.#opcode)
    return name ?? `opcode 0x${this.#opcode.toString(16)} not defined`
  }

  get gas() {
    return this.#frame.runtime.kernel.gas.available
  }

  code() {
    return this.#frame.code.bytes
  }

  stack() {
    return this.#frame.engine.stack()
  }

  memory() {
    const { engine } = this.#frame
    return engine.read(0, engine.memorySize)
  }

  returnData() {
    return this.#frame.engine.returnData
  }

  /** At the next instruction. */
  settle(): void {
    this.#at(this.#frame.engine.pc)
  }

  /**
   * At the JUMPDEST that the last instruction jumped to, if it did. The EVM actor goes on behind it
   * and takes nothing for it; who reads a trace expects it there.
   */
  passJumpdest(): boolean {
    const jumps = this.#opcode === Opcode.JUMP || this.#opcode === Opcode.JUMPI
    const target = this.#frame.engine.pc - 1
    if (!jumps || this.#frame.code.bytes[target] !== Opcode.JUMPDEST) return false
    this.#at(target)
    return true
  }

  #at(pc: number): void {
    this.pc = pc
    // behind its end, code goes on with zeros
    this.#opcode = this.#frame.code.bytes[pc] ?? Opcode.STOP
  }
}
