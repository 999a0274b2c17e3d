/**
 * The ways in which an invocation can end early. The kind is decided where it happens; the call
 * manager turns it into an outcome, the executor into a receipt. They are outcomes, not faults,
 * and happen in most messages, so they are no `Error`s: capturing a stack would cost more than
 * what they end. Anything else that is thrown is a fault of this program.
 */
import { ExitCode } from '../protocol/exit-code.ts'
import type { Block } from './block.ts'

/** An actor gives up with an exit code and, perhaps, a block of data. */
export class ActorError {
  readonly exitCode: ExitCode
  readonly message: string
  readonly data: Block | undefined

  constructor(exitCode: ExitCode, message: string, data?: Block) {
    this.exitCode = exitCode
    this.message = message
    this.data = data
  }
}

/** Error numbers of syscalls (kernel spec 5.2). */
export const Errno = {
  IllegalArgument: 1,
  IllegalOperation: 2,
  LimitExceeded: 3,
  AssertionFailed: 4,
  InsufficientFunds: 5,
  NotFound: 6,
  InvalidHandle: 7,
  IllegalCid: 8,
  IllegalCodec: 9,
  Serialization: 10,
  Forbidden: 11,
  BufferTooSmall: 12,
  ReadOnly: 13,
} as const
export type Errno = (typeof Errno)[keyof typeof Errno]

const errnoNames = Object.fromEntries(Object.entries(Errno).map(([name, code]) => [code, name]))

/** The kernel refuses; the actor may catch it. */
export class SyscallError {
  readonly errno: Errno
  readonly message: string

  constructor(errno: Errno, message: string) {
    this.errno = errno
    this.message = `${errnoNames[errno]}: ${message}`
  }
}

/** No actor may catch it: only a gas-limited send ends it (kernel spec 5.1). */
export class OutOfGas {
  readonly message = 'out of gas'
}

/**
 * The actor did what nothing can be made of. The whole message ends with SYS_ASSERTION_FAILED and
 * costs its gas limit.
 */
export class FatalError {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** The actor's own machine stopped in the middle (a wasm trap): SYS_ILLEGAL_INSTRUCTION. */
export class Trap {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** How an invocation ended that threw; undefined when that was no way to end one. */
export function exitCodeOf(error: unknown): ExitCode | undefined {
  if (error instanceof ActorError) return error.exitCode
  if (error instanceof OutOfGas) return ExitCode.SYS_OUT_OF_GAS
  if (error instanceof Trap) return ExitCode.SYS_ILLEGAL_INSTRUCTION
  return undefined
}

/** How a message ends whose call came to no end of its own; undefined: a fault of this program. */
export function refusalCode(error: unknown): ExitCode | undefined {
  if (error instanceof OutOfGas) return ExitCode.SYS_OUT_OF_GAS
  if (error instanceof FatalError) return ExitCode.SYS_ASSERTION_FAILED
  if (!(error instanceof SyscallError)) return undefined
  if (error.errno === Errno.InsufficientFunds) return ExitCode.SYS_INSUFFICIENT_FUNDS
  if (error.errno === Errno.NotFound) return ExitCode.SYS_INVALID_RECEIVER
  return ExitCode.SYS_ASSERTION_FAILED
}

/** The code of an actor that is called is not among the actors that this machine can run. */
export class UnknownCodeError extends Error {
  override name = 'UnknownCodeError'
}
