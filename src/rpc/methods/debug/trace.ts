/** geth's traces. */

import { to0x } from '../../../base/bytes.ts'
import type { BlockRecord } from '../../../eth/records.ts'
import { exactBlock, stateBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { rpcError } from '../../errors.ts'
import { callRequest } from '../../execution.ts'
import { methodFor } from '../../method.ts'
import { overridesOf } from '../../override-schema.ts'
import { RawJson } from '../../raw-json.ts'
import { BlockNumber, Hash, latestByDefault, TransactionRequest } from '../../schema.ts'
import {
  TracedTransactionsResult,
  TracerCallOptions,
  TracerOptions,
  TracerResult,
} from '../../trace-schema.ts'
import { traceNeeds, tracerText } from '../../tracers.ts'
import {
  askedBy,
  placeOf,
  type TracedTransaction,
  traceBlock,
  traceTransaction,
} from '../../traces.ts'

type Slice = Pick<Context, 'chain' | 'index' | 'limits'>

const method = methodFor<Slice>()

const UNKNOWN = `0x${'11'.repeat(32)}`
const TRACERS =
  'Tracers: `callTracer`, `flatCallTracer`, `prestateTracer`, `4byteTracer`, `noopTracer`; without one the instructions of contracts. Gas is Filecoin gas; precompiles are no calls of their own. `limit` counts instructions.'

function text({ mined, trace }: TracedTransaction, options: TracerOptions): string {
  return tracerText({ asked: mined.transaction, trace, place: placeOf(mined) }, options)
}

export const debug_traceTransaction = method({
  summary: 'Runs a mined transaction again and answers what a tracer saw.',
  description: TRACERS,
  params: { hash: Hash, options: TracerOptions },
  result: TracerResult,
  aliases: ['Filecoin.EthDebugTraceTransaction', 'Forest.EthDebugTraceTransaction'],
  examples: [
    { name: 'unknown', params: [UNKNOWN, { tracer: 'callTracer' }], result: {}, varies: true },
  ],
  async handle(context, { hash, options }) {
    const needs = traceNeeds(options, context.limits)
    return new RawJson(text(await traceTransaction(context, hash, needs), options))
  },
})

export const debug_traceCall = method({
  summary: 'Runs a call on the state of a block and answers what a tracer saw.',
  description: `As \`eth_call\`: any sender, gas and fees of the request are ignored. ${TRACERS}`,
  params: { transaction: TransactionRequest, block: latestByDefault, options: TracerCallOptions },
  result: TracerResult,
  examples: [
    {
      name: 'identity precompile',
      params: [{ to: `0x${'0'.repeat(39)}4` }, 'latest', { tracer: 'noopTracer' }],
      result: {},
    },
  ],
  async handle({ chain, index, limits }, { transaction, block, options }) {
    const needs = traceNeeds(options, limits)
    const overrides = overridesOf(options.stateOverrides, options.blockOverrides)
    const request = callRequest(transaction, overrides)
    const [trace] = await chain.traceCalls([request], stateBlock(index, block), needs)
    return new RawJson(
      tracerText({ asked: askedBy(transaction), trace: trace!, place: undefined }, options),
    )
  },
})

async function blockText(
  context: Slice,
  block: BlockRecord,
  options: TracerOptions,
): Promise<RawJson> {
  const traced = await traceBlock(context, block, traceNeeds(options, context.limits))
  const texts = traced.map(
    (each) => `{"txHash":"${to0x(each.mined.transaction.hash)}","result":${text(each, options)}}`,
  )
  return new RawJson(`[${texts.join(',')}]`)
}

export const debug_traceBlockByNumber = method({
  summary: 'Runs the transactions of a block again and answers what a tracer saw of each.',
  description: `A height without a block is error 12. ${TRACERS}`,
  params: { block: BlockNumber, options: TracerOptions },
  result: TracedTransactionsResult,
  examples: [{ name: 'genesis', params: ['0x0', { tracer: 'callTracer' }], result: [] }],
  // by height there is a block, or an error
  handle: (context, { block, options }) =>
    blockText(context, exactBlock(context.index, block)!, options),
})

export const debug_traceBlockByHash = method({
  summary: 'Runs the transactions of a block again and answers what a tracer saw of each.',
  description: TRACERS,
  params: { hash: Hash, options: TracerOptions },
  result: TracedTransactionsResult,
  examples: [{ name: 'unknown', params: [UNKNOWN], result: [], varies: true }],
  handle(context, { hash, options }) {
    const block = context.index.blockByHash(hash)
    if (block === undefined) throw rpcError('application', `block ${to0x(hash)} not found`)
    return blockText(context, block, options)
  },
})
