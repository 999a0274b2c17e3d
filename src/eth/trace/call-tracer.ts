/** Calls in the form of geth's `callTracer`. */
import { EMPTY, to0x } from '../../base/bytes.ts'
import { EvmExitCode, ExitCode } from '../../protocol/exit-code.ts'
import { type Hex, toQuantity } from '../quantity.ts'
import { revertReason } from '../revert-reason.ts'
import type { TracedLog } from './actor-call.ts'
import { gethError } from './call-errors.ts'
import type { EvmCall, EvmCallKind } from './evm-call.ts'

export interface CallTracerConfig {
  /** Without the calls below the first. */
  readonly onlyTopCall: boolean
  readonly withLog: boolean
}

export interface CallFrameJson {
  readonly from: Hex
  readonly gas: Hex
  readonly gasUsed: Hex
  readonly to?: Hex
  readonly input: Hex
  readonly output?: Hex
  readonly error?: string
  readonly revertReason?: string
  readonly calls?: readonly CallFrameJson[]
  readonly logs?: readonly FrameLogJson[]
  readonly value?: Hex
  readonly type: Uppercase<EvmCallKind>
}

export interface FrameLogJson {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  /** In the block. */
  readonly index: Hex
  /** How many of the frame's `calls` came before. */
  readonly position: Hex
}

export function callFrame(call: EvmCall, config: CallTracerConfig): CallFrameJson {
  const { kind, to } = call
  const error = gethError(call)
  const output = gethOutput(call)
  const calls = config.onlyTopCall ? [] : call.calls.map((inner) => callFrame(inner, config))
  const logs = config.withLog ? call.logs.map(frameLog) : []
  const reason = call.exitCode === EvmExitCode.REVERTED ? spokenReason(output) : undefined
  return {
    from: to0x(call.from),
    gas: toQuantity(call.gas),
    gasUsed: toQuantity(call.gasUsed),
    ...(to === null ? {} : { to: to0x(to) }),
    input: to0x(call.input),
    ...(output.length === 0 ? {} : { output: to0x(output) }),
    ...(error === undefined ? {} : { error }),
    ...(reason === undefined ? {} : { revertReason: reason }),
    ...(calls.length === 0 ? {} : { calls }),
    ...(logs.length === 0 ? {} : { logs }),
    ...(kind === 'staticcall' ? {} : { value: toQuantity(call.apparentValue) }),
    type: kind.toUpperCase() as Uppercase<EvmCallKind>,
  }
}

/** Of a creation the contract's code; of a failure nothing but what it reverted with. */
export function gethOutput({ exitCode, deployed, output }: EvmCall): Uint8Array {
  if (exitCode === ExitCode.OK) return deployed ?? output
  return exitCode === EvmExitCode.REVERTED ? output : EMPTY
}

function frameLog({ address, topics, data, logIndex, callsBefore }: TracedLog): FrameLogJson {
  return {
    address: to0x(address),
    topics: topics.map(to0x),
    data: to0x(data),
    index: toQuantity(logIndex),
    position: toQuantity(callsBefore),
  }
}

/** What geth calls Solidity's panics, by the names that Lotus has for them. */
const panicWords: Readonly<Record<string, string>> = {
  'Panic()': 'generic panic',
  'Assert()': 'assert(false)',
  'ArithmeticOverflow()': 'arithmetic underflow or overflow',
  'DivideByZero()': 'division or modulo by zero',
  'InvalidEnumVariant()': 'enum overflow',
  'InvalidStorageArray()': 'invalid encoded storage byte array accessed',
  'PopEmptyArray()': 'out-of-bounds array access; popping on an empty array',
  'ArrayIndexOutOfBounds()': 'out-of-bounds access of an array or bytesN',
  'OutOfMemory()': 'out of memory',
  'CalledUninitializedFunction()': 'uninitialized function',
}

/** Of `Error(string)` the text, of a panic its meaning. */
function spokenReason(output: Uint8Array): string | undefined {
  const reason = revertReason(output)
  return /^Error\((.*)\)$/s.exec(reason)?.[1] ?? panicWords[reason]
}
