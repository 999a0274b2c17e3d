/** How an invocation ends (kernel spec 5.2). Below 16: the system; from 32: the actor's own. */
export const ExitCode = {
  OK: 0,
  SYS_SENDER_INVALID: 1,
  SYS_SENDER_STATE_INVALID: 2,
  SYS_ILLEGAL_INSTRUCTION: 4,
  SYS_INVALID_RECEIVER: 5,
  SYS_INSUFFICIENT_FUNDS: 6,
  SYS_OUT_OF_GAS: 7,
  SYS_ILLEGAL_EXIT_CODE: 9,
  SYS_ASSERTION_FAILED: 10,
  SYS_MISSING_RETURN: 11,
  USR_ILLEGAL_ARGUMENT: 16,
  USR_NOT_FOUND: 17,
  USR_FORBIDDEN: 18,
  USR_INSUFFICIENT_FUNDS: 19,
  USR_ILLEGAL_STATE: 20,
  USR_SERIALIZATION: 21,
  USR_UNHANDLED_MESSAGE: 22,
  USR_UNSPECIFIED: 23,
  USR_ASSERTION_FAILED: 24,
  USR_READ_ONLY: 25,
  USR_NOT_PAYABLE: 26,
} as const

export type ExitCode = number

/** Exit codes below this belong to the system; an actor that uses one ends with code 9. */
export const FIRST_USER_EXIT_CODE = 16

/** Exit codes of the EVM actor (FIP-0054). */
export const EvmExitCode = {
  REVERTED: 33,
  INVALID_INSTRUCTION: 34,
  UNDEFINED_INSTRUCTION: 35,
  STACK_UNDERFLOW: 36,
  STACK_OVERFLOW: 37,
  ILLEGAL_MEMORY_ACCESS: 38,
  BAD_JUMPDEST: 39,
  SELFDESTRUCT_FAILED: 40,
} as const

const names = new Map<number, string>([
  ...Object.entries(ExitCode).map(([name, code]) => [code, name] as const),
  ...Object.entries(EvmExitCode).map(([name, code]) => [code, `EVM_CONTRACT_${name}`] as const),
])

export function exitCodeName(code: ExitCode): string {
  return names.get(code) ?? `exit ${code}`
}
