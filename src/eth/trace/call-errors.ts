/** Why a call failed, in the words of the trace formats (eth-rpc spec 6). */
import { EvmExitCode, ExitCode, FIRST_USER_EXIT_CODE } from '../../protocol/exit-code.ts'
import { exitCodeText } from '../revert-reason.ts'
import type { EvmCall } from './evm-call.ts'

type Failed = Pick<EvmCall, 'exitCode' | 'hasEvmCodes'>

const parityWords: ReadonlyMap<ExitCode, string> = new Map([
  [EvmExitCode.REVERTED, 'Reverted'],
  [EvmExitCode.INVALID_INSTRUCTION, 'invalid instruction'],
  [EvmExitCode.UNDEFINED_INSTRUCTION, 'undefined instruction'],
  [EvmExitCode.STACK_UNDERFLOW, 'stack underflow'],
  [EvmExitCode.STACK_OVERFLOW, 'stack overflow'],
  [EvmExitCode.ILLEGAL_MEMORY_ACCESS, 'illegal memory access'],
  [EvmExitCode.BAD_JUMPDEST, 'invalid jump destination'],
  [EvmExitCode.SELFDESTRUCT_FAILED, 'self destruct failed'],
])

/** Where geth has other words. Clients take "execution reverted" for a revert, nothing else. */
const gethWords: ReadonlyMap<ExitCode, string> = new Map([
  [EvmExitCode.REVERTED, 'execution reverted'],
  [EvmExitCode.INVALID_INSTRUCTION, 'invalid opcode: INVALID'],
  [EvmExitCode.UNDEFINED_INSTRUCTION, 'invalid opcode'],
  [EvmExitCode.STACK_OVERFLOW, 'stack limit reached'],
  [EvmExitCode.ILLEGAL_MEMORY_ACCESS, 'illegal memory access'],
  [ExitCode.USR_READ_ONLY, 'write protection'],
])

/** undefined for a call that succeeded. As Lotus and Forest say it. */
export function parityError({ exitCode, hasEvmCodes }: Failed): string | undefined {
  if (exitCode === ExitCode.OK) return undefined
  if (exitCode === ExitCode.SYS_OUT_OF_GAS) return 'out of gas'
  if (exitCode < FIRST_USER_EXIT_CODE) return `vm error: ${exitCodeText(exitCode)}`
  const words = hasEvmCodes ? parityWords.get(exitCode) : undefined
  return words ?? `actor error: ${exitCodeText(exitCode)}`
}

/** The same as geth says it. */
export function gethError(call: Failed): string | undefined {
  const words = call.hasEvmCodes ? gethWords.get(call.exitCode) : undefined
  return words ?? parityError(call)
}

/** The error of an instruction that ended its contract; REVERT is meant to, and has none. */
export function failedStep(instruction: string, exitCode: ExitCode): string | undefined {
  return instruction === 'REVERT' ? undefined : gethError({ exitCode, hasEvmCodes: true })
}

/** What geth's errors are called when `convertParityErrors` is on. */
const converted: readonly (readonly [RegExp, string])[] = [
  [/^execution reverted$/, 'Reverted'],
  [/^out of gas$/, 'Out of gas'],
  [/^invalid jump destination$/, 'Bad jump destination'],
  [/^illegal memory access$/, 'Out of bounds'],
  [/^stack limit reached/, 'Out of stack'],
  [/^invalid opcode/, 'Bad instruction'],
  [/^stack underflow/, 'Stack underflow'],
]

export function convertedError(error: string): string {
  return converted.find(([pattern]) => pattern.test(error))?.[1] ?? error
}
