/**
 * The ways in which an invocation can end early. The kind is decided where it happens; the call
 * manager turns it into an outcome, the executor into a receipt. Anything else that is thrown is
 * a bug of ours: the message ends as SYS_ASSERTION_FAILED and burns its whole limit.
 */
import type { ExitCode } from '../protocol/exit-code.ts'
import type { Block } from './block.ts'

/** An actor gives up with an exit code and, perhaps, a block of data. */
export class ActorError extends Error {
  override name = 'ActorError'
  readonly exitCode: ExitCode
  readonly data: Block | undefined

  constructor(exitCode: ExitCode, message: string, data?: Block) {
    super(message)
    this.exitCode = exitCode
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
export class SyscallError extends Error {
  override name = 'SyscallError'
  readonly errno: Errno

  constructor(errno: Errno, message: string) {
    super(`${errnoNames[errno]}: ${message}`)
    this.errno = errno
  }
}

/** No actor may catch it: only a gas-limited send ends it (kernel spec 5.1). */
export class OutOfGas extends Error {
  override name = 'OutOfGas'

  constructor() {
    super('out of gas')
  }
}
