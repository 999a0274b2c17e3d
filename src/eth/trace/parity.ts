/** Calls in the form of Parity (OpenEthereum), with which Lotus and Forest answer `trace_*`. */

import { to0x } from '../../base/bytes.ts'
import { type Hex, toQuantity } from '../quantity.ts'
import type { Hash } from '../records.ts'
import { parityError } from './call-errors.ts'
import type { EvmCall, EvmCallKind } from './evm-call.ts'

export type CallType = Exclude<EvmCallKind, 'create' | 'create2'>

export interface CallTraceJson {
  readonly type: 'call'
  readonly error?: string
  readonly subtraces: number
  readonly traceAddress: readonly number[]
  readonly action: {
    readonly callType: CallType
    readonly from: Hex
    readonly to: Hex
    readonly gas: Hex
    readonly value: Hex
    readonly input: Hex
  }
  readonly result: { readonly gasUsed: Hex; readonly output: Hex }
}

export interface CreateTraceJson {
  readonly type: 'create'
  readonly error?: string
  readonly subtraces: number
  readonly traceAddress: readonly number[]
  readonly action: {
    readonly from: Hex
    readonly gas: Hex
    readonly value: Hex
    readonly init: Hex
  }
  /** Code is 0xfe on success: what was deployed is not part of a trace. */
  readonly result: { readonly address?: Hex; readonly gasUsed: Hex; readonly code: Hex }
}

export type TraceJson = CallTraceJson | CreateTraceJson

/** Where a traced message stands. */
export interface TracePlace {
  readonly blockHash: Hash
  readonly epoch: number
  readonly transactionHash: Hash
  readonly index: number
}

export type PlacedTraceJson = TraceJson & {
  readonly blockHash: Hex
  readonly blockNumber: number
  readonly transactionHash: Hex
  readonly transactionPosition: number
}

/** A call and all below it, parents first; a trace address counts the ways down from the root. */
export function parityTraces(root: EvmCall | undefined): TraceJson[] {
  const traces: TraceJson[] = []
  const add = (call: EvmCall, traceAddress: readonly number[]): void => {
    traces.push(traceJson(call, traceAddress))
    for (const [index, inner] of call.calls.entries()) add(inner, [...traceAddress, index])
  }
  if (root !== undefined) add(root, [])
  return traces
}

export function placedTraces(root: EvmCall | undefined, place: TracePlace): PlacedTraceJson[] {
  return parityTraces(root).map((trace) => ({
    ...trace,
    blockHash: to0x(place.blockHash),
    blockNumber: place.epoch,
    transactionHash: to0x(place.transactionHash),
    transactionPosition: place.index,
  }))
}

function traceJson(call: EvmCall, traceAddress: readonly number[]): TraceJson {
  const error = parityError(call)
  const shared = {
    ...(error === undefined ? {} : { error }),
    subtraces: call.calls.length,
    traceAddress,
  }
  const from = to0x(call.from)
  const gas = toQuantity(call.gas)
  const gasUsed = toQuantity(call.gasUsed)
  const value = toQuantity(call.value)
  const input = to0x(call.input)
  const output = to0x(call.output)
  if (call.kind === 'create' || call.kind === 'create2') {
    return {
      type: 'create',
      ...shared,
      action: { from, gas, value, init: input },
      result: { ...(call.to === null ? {} : { address: to0x(call.to) }), gasUsed, code: output },
    }
  }
  return {
    type: 'call',
    ...shared,
    action: { callType: call.kind, from, to: to0x(call.to!), gas, value, input },
    result: { gasUsed, output },
  }
}

/** What `trace_replay*` and `trace_call` show as the output of a whole message. */
export function outputOf(root: EvmCall | undefined): Hex {
  return root === undefined ? '0x' : to0x(root.output)
}

/** Addresses of which any will do; an empty set: all. */
export interface TraceFilter {
  readonly from: ReadonlySet<Hex>
  readonly to: ReadonlySet<Hex>
}

/** The recipient of a creation is what it created; one that failed has none. */
export function matchesTrace(trace: TraceJson, { from, to }: TraceFilter): boolean {
  const recipient = trace.type === 'call' ? trace.action.to : trace.result.address
  const isSender = from.size === 0 || from.has(trace.action.from)
  return isSender && (to.size === 0 || (recipient !== undefined && to.has(recipient)))
}
