/** Calls that are run and thrown away, with what they did. */
import { z } from 'zod'
import type { Overrides } from '../../../chain/overrides.ts'
import { parseTransaction } from '../../../eth/parse-transaction.ts'
import { recoverSender } from '../../../eth/transaction.ts'
import { stateBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { callRequest } from '../../execution.ts'
import { methodFor } from '../../method.ts'
import { overrideParams, overridesOf } from '../../override-schema.ts'
import { type BlockRef, Data, latestByDefault, TransactionRequest } from '../../schema.ts'
import { ReplayResult, TracedCalls, TraceTypes } from '../../trace-schema.ts'
import { callerOf, replayJson, replayNeeds } from '../../traces.ts'

type Slice = Pick<Context, 'chain' | 'index'>

const method = methodFor<Slice>()

type Call = readonly [TransactionRequest, TraceTypes]

async function run(
  { chain, index }: Slice,
  calls: readonly Call[],
  ref: BlockRef,
  overrides?: Overrides,
) {
  const requests = calls.map(([request]) => callRequest(request, overrides))
  const needs = replayNeeds(calls.flatMap(([, types]) => types))
  const traces = await chain.traceCalls(requests, stateBlock(index, ref), needs)
  return calls.map(([request, types], i) => replayJson(traces[i]!, callerOf(request), types))
}

/** Genesis funds nobody but the dev accounts; anybody may call the identity precompile's address. */
const NOBODY = '0x00000000000000000000000000000000000000aa'

export const trace_call = method({
  summary: 'Runs a call on the state of a block and answers what it did; a failure is no error.',
  description: 'As `eth_call`: any sender, gas and fees of the request are ignored.',
  params: {
    transaction: TransactionRequest,
    types: TraceTypes,
    block: latestByDefault,
    ...overrideParams,
  },
  result: ReplayResult,
  aliases: ['Forest.EthTraceCall'],
  examples: [
    {
      name: 'transfer of nothing',
      params: [{ to: NOBODY }, ['trace'], 'latest'],
      result: {},
      varies: true,
    },
  ],
  async handle(context, { transaction, types, block, stateOverrides, blockOverrides }) {
    const overrides = overridesOf(stateOverrides, blockOverrides)
    const [result] = await run(context, [[transaction, types]], block, overrides)
    return result!
  },
})

export const trace_rawTransaction = method({
  summary: 'Runs a signed transaction on the newest state without sending it.',
  description: 'Its nonce, gas and fees are not looked at; the signature is.',
  params: { transaction: Data, types: TraceTypes },
  result: ReplayResult,
  lotus: false,
  examples: [{ name: 'transfer', params: ['0x02f8', ['trace']], result: {}, varies: true }],
  async handle(context, { transaction: raw, types }) {
    const { to, value, input, ...signed } = parseTransaction(raw, context.chain.chainId)
    const from = recoverSender({ to, value, input, ...signed })
    const request: TransactionRequest = { from, to, value, input }
    const [result] = await run(context, [[request, types]], { tag: 'latest' })
    return result!
  },
})

export const trace_callMany = method({
  summary: 'Runs calls, each on the state that the one before left, and answers what they did.',
  params: { calls: TracedCalls, block: latestByDefault },
  result: z.array(ReplayResult).readonly(),
  lotus: false,
  examples: [
    { name: 'none', params: [[], 'latest'], result: [] },
    {
      name: 'two',
      params: [
        [
          [{ to: NOBODY }, ['trace']],
          [{ to: NOBODY }, []],
        ],
      ],
      result: [],
      varies: true,
    },
  ],
  handle: (context, { calls, block }) => run(context, calls, block),
})
