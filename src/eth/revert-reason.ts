/** Why an execution failed, in the words that Lotus gives to Ethereum tools (eth-rpc spec 4). */
import { EMPTY, to0x, toBigInt } from '../base/bytes.ts'
import { CborError } from '../ipld/cbor.ts'
import { bytes } from '../ipld/codec.ts'
import { ExitCode } from '../protocol/exit-code.ts'

export interface Failure {
  readonly message: string
  /** What the contract reverted with, or empty. */
  readonly data: Uint8Array
}

/** @param vmError the story of the failed calls */
export function describeFailure(
  exitCode: ExitCode,
  returnData: Uint8Array,
  vmError: string,
): Failure {
  const data = revertData(returnData)
  const reason = data && revertReason(data)
  return { message: failureMessage(exitCode, reason, vmError), data: data ?? EMPTY }
}

/** @param reason undefined: what failed is no contract */
export function failureMessage(
  exitCode: ExitCode,
  reason: string | undefined,
  vmError: string,
): string {
  const revert = reason === undefined ? '' : `, revert reason=[${reason}]`
  return `message execution failed (exit=[${exitCodeText(exitCode)}]${revert}, vm error=[${vmError}])`
}

/** Without the CBOR framing; undefined when it is no byte string, so not from a contract. */
export function revertData(returnData: Uint8Array): Uint8Array | undefined {
  try {
    return bytes.decode(returnData)
  } catch (error) {
    if (error instanceof CborError) return undefined
    throw error
  }
}

const ERROR_SELECTOR = '0x08c379a0'
const PANIC_SELECTOR = '0x4e487b71'

/** Solidity's panic codes. */
const panics: ReadonlyMap<bigint, string> = new Map([
  [0x00n, 'Panic()'],
  [0x01n, 'Assert()'],
  [0x11n, 'ArithmeticOverflow()'],
  [0x12n, 'DivideByZero()'],
  [0x21n, 'InvalidEnumVariant()'],
  [0x22n, 'InvalidStorageArray()'],
  [0x31n, 'PopEmptyArray()'],
  [0x32n, 'ArrayIndexOutOfBounds()'],
  [0x41n, 'OutOfMemory()'],
  [0x51n, 'CalledUninitializedFunction()'],
])

/** `Error(text)`, the name of a panic, the data in hex, or `none`. */
export function revertReason(data: Uint8Array): string {
  if (data.length === 0) return 'none'
  if (data.length >= 36) {
    const argument = data.subarray(4)
    switch (to0x(data.subarray(0, 4))) {
      case PANIC_SELECTOR: {
        const code = toBigInt(argument.subarray(0, 32))
        return panics.get(code) ?? `Panic(0x${code.toString(16)})`
      }
      case ERROR_SELECTOR: {
        const text = abiString(argument)
        if (text !== undefined) return `Error(${text})`
      }
    }
  }
  return to0x(data)
}

/** The only argument, a string; undefined when offset or length point outside. */
function abiString(argument: Uint8Array): string | undefined {
  const offset = wordAt(argument, 0)
  if (offset === undefined) return undefined
  const length = wordAt(argument, offset)
  const start = offset + 32
  if (length === undefined || length > argument.length - start) return undefined
  // contracts may put anything here; what is not UTF-8 becomes replacement characters
  return Buffer.from(argument.subarray(start, start + length)).toString('utf8')
}

/** A number that is at most the length of the data, else undefined. */
function wordAt(data: Uint8Array, offset: number): number | undefined {
  if (offset + 32 > data.length) return undefined
  const word = toBigInt(data.subarray(offset, offset + 32))
  return word <= BigInt(data.length) ? Number(word) : undefined
}

/** As go-state-types prints exit codes: `SysErrOutOfGas(7)`, `ErrForbidden(18)`, `33`. */
export function exitCodeText(code: ExitCode): string {
  const name = exitCodeNames.get(code)
  return name === undefined ? `${code}` : `${name}(${code})`
}

const exitCodeNames: ReadonlyMap<number, string> = new Map([
  ...Object.entries(ExitCode).map(([name, code]) => [code, goName(name)] as const),
  [ExitCode.SYS_ASSERTION_FAILED, 'SysFatal'],
])

/** SYS_OUT_OF_GAS to SysErrOutOfGas, USR_FORBIDDEN to ErrForbidden. */
function goName(name: string): string {
  const [origin = '', ...words] = name.split('_')
  const prefix = { SYS: 'SysErr', USR: 'Err' }[origin] ?? capitalized(origin)
  return prefix + words.map(capitalized).join('')
}

function capitalized(word: string): string {
  return word.slice(0, 1) + word.slice(1).toLowerCase()
}
