/** Calls of one transaction (eth-rpc spec 6). */
import { z } from 'zod'
import { placedTraces } from '../../../eth/trace/parity.ts'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'
import { Hash } from '../../schema.ts'
import { PlacedTraceResult, ReplayResult, TraceAddress, TraceTypes } from '../../trace-schema.ts'
import { firstCall, placeOf, replayJson, replayNeeds, traceTransaction } from '../../traces.ts'

const method = methodFor<Pick<Context, 'chain' | 'index' | 'limits'>>()

const UNKNOWN = `0x${'11'.repeat(32)}`

async function placed(context: Pick<Context, 'chain' | 'index'>, hash: Uint8Array) {
  const traced = await traceTransaction(context, hash, {})
  return placedTraces(firstCall(traced), placeOf(traced.mined))
}

export const trace_transaction = method({
  summary: 'All calls of a mined transaction, in the form of Parity.',
  params: { hash: Hash },
  result: z.array(PlacedTraceResult).readonly(),
  examples: [{ name: 'unknown', params: [UNKNOWN], result: [], varies: true }],
  handle: (context, { hash }) => placed(context, hash),
})

export const trace_get = method({
  summary: 'One call of a mined transaction; null if there is none at this trace address.',
  params: { hash: Hash, traceAddress: TraceAddress },
  result: PlacedTraceResult.nullable(),
  lotus: false,
  examples: [{ name: 'unknown', params: [UNKNOWN, ['0x0']], result: null, varies: true }],
  async handle(context, { hash, traceAddress }) {
    const wanted = traceAddress.join()
    const traces = await placed(context, hash)
    return traces.find((trace) => trace.traceAddress.join() === wanted) ?? null
  },
})

export const trace_replayTransaction = method({
  summary: 'Runs a mined transaction again.',
  description: '`stateDiff` has what the fees changed, too.',
  params: { hash: Hash, types: TraceTypes },
  result: ReplayResult,
  lotus: false,
  examples: [
    {
      name: 'unknown',
      params: [UNKNOWN, ['trace']],
      result: { output: '0x', stateDiff: null, trace: [], vmTrace: null },
      varies: true,
    },
  ],
  async handle(context, { hash, types }) {
    const { mined, trace } = await traceTransaction(
      context,
      hash,
      replayNeeds(types, context.limits),
    )
    return replayJson(trace, mined.transaction.from, types)
  },
})
