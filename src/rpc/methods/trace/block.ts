/** Calls of all transactions of a block (eth-rpc spec 6). */
import { z } from 'zod'
import { to0x } from '../../../base/bytes.ts'
import { placedTraces } from '../../../eth/trace/parity.ts'
import { exactBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'
import { Block } from '../../schema.ts'
import { PlacedTraceResult, ReplayedTransactionResult, TraceTypes } from '../../trace-schema.ts'
import { firstCall, placeOf, replayJson, replayNeeds, traceBlock } from '../../traces.ts'

const method = methodFor<Pick<Context, 'chain' | 'index' | 'limits'>>()

const NULL_ROUNDS = 'A height without a block is error 12. '

export const trace_block = method({
  summary: 'All calls of a block, in the form of Parity; null if the hash is unknown.',
  description: `${NULL_ROUNDS}Calls of actors that are no contracts are shown as \`handle_filecoin_method\` (FRC-42 number, codec, params).`,
  params: { block: Block },
  result: z.array(PlacedTraceResult).readonly().nullable(),
  examples: [{ name: 'genesis', params: ['0x0'], result: [] }],
  async handle(context, { block: ref }) {
    const block = exactBlock(context.index, ref)
    if (block === undefined) return null
    const traced = await traceBlock(context, block, {})
    return traced.flatMap((each) => placedTraces(firstCall(each), placeOf(each.mined)))
  },
})

export const trace_replayBlockTransactions = method({
  summary: 'Runs the transactions of a block again; null if the hash is unknown.',
  description: `${NULL_ROUNDS}\`stateDiff\` has what the fees changed, too. There is no \`vmTrace\`.`,
  params: { block: Block, types: TraceTypes },
  result: z.array(ReplayedTransactionResult).readonly().nullable(),
  examples: [{ name: 'genesis', params: ['0x0', ['trace']], result: [] }],
  async handle(context, { block: ref, types }) {
    const block = exactBlock(context.index, ref)
    if (block === undefined) return null
    const traced = await traceBlock(context, block, replayNeeds(types, context.limits))
    return traced.map(({ mined: { transaction }, trace }) => ({
      ...replayJson(trace, transaction.from, types),
      transactionHash: to0x(transaction.hash),
    }))
  },
})
