/** Calls of many blocks, by sender and recipient (eth-rpc spec 6). */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import { to0x } from '../../../base/bytes.ts'
import { logRange } from '../../../eth/log-range.ts'
import { matchesTrace, type PlacedTraceJson, placedTraces } from '../../../eth/trace/parity.ts'
import { taggedEpochs } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { rpcError } from '../../errors.ts'
import { checkSpan } from '../../log-search.ts'
import { methodFor } from '../../method.ts'
import { PlacedTraceResult, TraceFilter } from '../../trace-schema.ts'
import { firstCall, placeOf, traceBlock } from '../../traces.ts'

type Slice = Pick<Context, 'chain' | 'index' | 'limits'>

const method = methodFor<Slice>()

/** Heights that are passed before others get a turn. */
const EPOCHS_PER_TURN = 1_000

export const trace_filter = method({
  summary: 'Calls within a range of blocks, by sender and recipient, oldest first.',
  description:
    'Several addresses match any; `fromAddress` and `toAddress` must both match. Null rounds are passed over. Without `count` more results than allowed are an error, never a shorter list.',
  params: { filter: TraceFilter },
  result: z.array(PlacedTraceResult).readonly(),
  examples: [
    { name: 'genesis', params: [{ fromBlock: '0x0', toBlock: '0x0' }], result: [] },
    { name: 'none', params: [{ count: '0x0' }], result: [] },
  ],
  handle: search,
})

async function search(context: Slice, { filter }: { filter: TraceFilter }) {
  const { limits } = context
  const { count, after } = filter
  const range = rangeOf(context, filter)
  if (count === 0) return []
  const most = limits.traceResults
  if (typeof count === 'number' && count > most) {
    throw refusal(`invalid response count, requested ${count}, maximum supported is ${most}`)
  }
  const found: PlacedTraceJson[] = []
  let toSkip = after ?? 0
  for await (const trace of matches(context, filter, range)) {
    if (toSkip-- > 0) continue
    if (found.length === most) {
      throw refusal(
        `too many results, maximum supported is ${most}, try paginating requests with After and Count`,
      )
    }
    found.push(trace)
    if (found.length === count) return found
  }
  return found
}

interface Range {
  readonly from: number
  readonly to: number
}

function rangeOf({ index, limits }: Slice, { fromBlock, toBlock }: TraceFilter): Range {
  const epochs = taggedEpochs(index)
  let range: Range
  try {
    range = logRange(fromBlock, toBlock, epochs)
  } catch (error) {
    if (error instanceof RangeError) throw refusal(error.message)
    throw error
  }
  checkSpan(range, limits)
  if (range.to > epochs.latest) throw refusal("requested a future epoch (beyond 'latest')")
  return range
}

async function* matches(context: Slice, filter: TraceFilter, { from, to }: Range) {
  const wanted = { from: setOf(filter.fromAddress), to: setOf(filter.toAddress) }
  for (let epoch = from; epoch <= to; epoch++) {
    if (epoch % EPOCHS_PER_TURN === 0) await nextTurn()
    const block = context.index.blockAt(epoch)
    if (block === undefined) continue
    for (const each of await traceBlock(context, block, {})) {
      for (const trace of placedTraces(firstCall(each), placeOf(each.mined))) {
        if (matchesTrace(trace, wanted)) yield trace
      }
    }
  }
}

function setOf(addresses: readonly Uint8Array[] = []): ReadonlySet<`0x${string}`> {
  return new Set(addresses.map(to0x))
}

function refusal(why: string) {
  return rpcError('application', why)
}
