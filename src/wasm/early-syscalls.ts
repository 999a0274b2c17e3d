/** Syscalls in the form in which actors before v12 import them. */
import { type SyscallTable, syscall, syscalls } from './syscalls.ts'

const RANDOMNESS = 32

const earlySyscalls: SyscallTable = {
  ...syscalls,
  self: {
    ...syscalls.self,
    self_destruct: syscall('ii', 0, (kernel, memory, at, length) =>
      kernel.early.selfDestruct(memory.address(at, length)),
    ),
  },
  rand: {
    get_chain_randomness: syscall('IIii', RANDOMNESS, (kernel, memory, tag, epoch, at, length) => {
      const entropy = memory.bytes(at, length)
      memory.raw(kernel.early.drawRandomness('chain', Number(tag), Number(epoch), entropy))
    }),
    get_beacon_randomness: syscall('IIii', RANDOMNESS, (kernel, memory, tag, epoch, at, length) => {
      const entropy = memory.bytes(at, length)
      memory.raw(kernel.early.drawRandomness('beacon', Number(tag), Number(epoch), entropy))
    }),
  },
  event: {
    emit_event: syscall('ii', 0, (kernel, memory, at, length) =>
      kernel.early.emitEvent(memory.bytes(at, length)),
    ),
  },
}

/** The forms that there are; a module imports all syscalls in one of them. */
export const syscallForms = { current: syscalls, early: earlySyscalls }
export type SyscallForm = keyof typeof syscallForms
