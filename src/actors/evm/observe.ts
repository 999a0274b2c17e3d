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
  const view = viewOf(frame)
  let exitCode: ExitCode = ExitCode.OK
  steps.enter(view)
  try {
    const output = frame.run({ step: () => steps.step(view), ...(host && { host }) })
    if (output.reverted) exitCode = EvmExitCode.REVERTED
    return output
  } catch (error) {
    exitCode = exitCodeOf(error) ?? ExitCode.SYS_ASSERTION_FAILED
    throw error
  } finally {
    steps.leave(view, exitCode)
  }
}

function viewOf({ engine, code, runtime }: Frame): CodeFrame {
  return {
    contract: runtime.message.receiver,
    get instruction() {
      // behind its end, code goes on with zeros
      const opcode = code.bytes[engine.pc] ?? Opcode.STOP
      return opcodeName(opcode) ?? `opcode 0x${opcode.toString(16)} not defined`
    },
    get pc() {
      return engine.pc
    },
    get gas() {
      return runtime.kernel.gas.available
    },
    stack: () => engine.stack(),
    memory: () => engine.read(0, engine.memorySize),
    returnData: () => engine.returnData,
  }
}
