/** Calls in the form of geth's `flatCallTracer`: Parity's list with geth's words. */
import { to0x } from '../../base/bytes.ts'
import { EvmExitCode, ExitCode } from '../../protocol/exit-code.ts'
import { type Hex, toQuantity } from '../quantity.ts'
import { convertedError, gethError } from './call-errors.ts'
import type { EvmCall } from './evm-call.ts'
import type { TracePlace } from './parity.ts'

export interface FlatCallTracerConfig {
  readonly convertParityErrors: boolean
}

export interface FlatCallJson {
  readonly action: Readonly<Record<string, Hex | string>>
  readonly blockHash: Hex | null
  readonly blockNumber: number
  readonly error?: string
  /** Absent for a call that failed other than by reverting. */
  readonly result?: Readonly<Record<string, Hex>>
  readonly subtraces: number
  readonly traceAddress: readonly number[]
  readonly transactionHash: Hex | null
  readonly transactionPosition: number
  readonly type: 'call' | 'create'
}

/** @param place undefined for a call that is not on the chain */
export function flatCalls(
  root: EvmCall,
  place: TracePlace | undefined,
  config: FlatCallTracerConfig,
): FlatCallJson[] {
  const flat: FlatCallJson[] = []
  const add = (call: EvmCall, traceAddress: readonly number[]): void => {
    flat.push(flatCall(call, traceAddress, place, config))
    for (const [index, inner] of call.calls.entries()) add(inner, [...traceAddress, index])
  }
  add(root, [])
  return flat
}

function flatCall(
  call: EvmCall,
  traceAddress: readonly number[],
  place: TracePlace | undefined,
  { convertParityErrors }: FlatCallTracerConfig,
): FlatCallJson {
  const words = gethError(call)
  const error = words !== undefined && convertParityErrors ? convertedError(words) : words
  const hasResult = call.exitCode === ExitCode.OK || call.exitCode === EvmExitCode.REVERTED
  return {
    action: isCreation(call) ? creationAction(call) : callAction(call),
    blockHash: place === undefined ? null : to0x(place.blockHash),
    blockNumber: place?.epoch ?? 0,
    ...(error === undefined ? {} : { error }),
    ...(hasResult ? { result: isCreation(call) ? creationResult(call) : callResult(call) } : {}),
    subtraces: call.calls.length,
    traceAddress,
    transactionHash: place === undefined ? null : to0x(place.transactionHash),
    transactionPosition: place?.index ?? 0,
    type: isCreation(call) ? 'create' : 'call',
  }
}

function isCreation({ kind }: EvmCall): boolean {
  return kind === 'create' || kind === 'create2'
}

function callAction({ kind, from, to, gas, apparentValue, input }: EvmCall) {
  return {
    callType: kind,
    from: to0x(from),
    gas: toQuantity(gas),
    input: to0x(input),
    to: to0x(to!),
    value: toQuantity(kind === 'staticcall' ? 0 : apparentValue),
  }
}

function callResult({ gasUsed, output }: EvmCall) {
  return { gasUsed: toQuantity(gasUsed), output: to0x(output) }
}

function creationAction({ kind, from, gas, value, input }: EvmCall) {
  return {
    creationMethod: kind,
    from: to0x(from),
    gas: toQuantity(gas),
    init: to0x(input),
    value: toQuantity(value),
  }
}

function creationResult({ to, gasUsed, output, deployed }: EvmCall) {
  return {
    ...(to === null ? {} : { address: to0x(to) }),
    code: to0x(deployed ?? output),
    gasUsed: toQuantity(gasUsed),
  }
}
