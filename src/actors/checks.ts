/** Checks that many actors make. */
import type { ActorId } from '../address/address.ts'
import { Address } from '../address/address.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { METHOD_SEND } from '../protocol/method.ts'
import { abort, type Runtime } from './runtime.ts'

/** @throws ActorError with the exit code unless the condition holds */
export function require(
  condition: boolean,
  exitCode: ExitCode,
  message: string,
): asserts condition {
  if (!condition) throw abort(exitCode, message)
}

/** For methods whose callers depend on state. @throws ActorError USR_FORBIDDEN */
export function requireCaller(runtime: Runtime, allowed: readonly Address[]): void {
  const caller = Address.id(runtime.message.caller)
  const message = `caller ${caller} is not one of supported`
  require(allowed.some((address) => address.equals(caller)), ExitCode.USR_FORBIDDEN, message)
}

/**
 * The genuine actors are compiled with overflow checks: integer arithmetic that leaves 64 bits
 * ends the invocation.
 * @throws ActorError USR_ASSERTION_FAILED
 */
export function int64Result(value: bigint): bigint {
  const message = 'attempt to compute with overflow'
  require(BigInt.asIntN(64, value) === value, ExitCode.USR_ASSERTION_FAILED, message)
  return value
}

/** The id behind an address; an account that does not exist yet is made by sending it nothing. */
export function resolveOrCreate(runtime: Runtime, address: Address): ActorId {
  const known = runtime.resolveAddress(address)
  if (known !== undefined) return known
  runtime.call(address, METHOD_SEND, undefined)
  const created = runtime.resolveAddress(address)
  const message = `failed to resolve or initialize address ${address}`
  require(created !== undefined, ExitCode.USR_ILLEGAL_ARGUMENT, message)
  return created
}

/** Like {@link resolveOrCreate}; an id that nobody has is an error. */
export function resolveExisting(runtime: Runtime, address: Address): ActorId {
  const id = resolveOrCreate(runtime, address)
  require(runtime.codeOf(id) !== undefined, ExitCode.USR_NOT_FOUND, `no code for ${address}`)
  return id
}
