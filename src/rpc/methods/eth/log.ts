import { logsJsonText } from '../../../eth/log-text.ts'
import { stateBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { byOwnAddress } from '../../log-addresses.ts'
import { patternOf, rangeOf, searchLogs } from '../../log-search.ts'
import { methodFor } from '../../method.ts'
import { RawJson } from '../../raw-json.ts'
import { LogsResult } from '../../result-schema.ts'
import { LogFilter } from '../../schema.ts'

const method = methodFor<Pick<Context, 'chain' | 'index' | 'limits'>>()

export const eth_getLogs = method({
  summary: 'Logs that match a filter, oldest first.',
  description:
    'Null rounds are passed over. A range that is too long or not indexed is an error, never a shorter list.',
  params: { filter: LogFilter },
  result: LogsResult,
  examples: [
    { name: 'all of genesis', params: [{ fromBlock: '0x0', toBlock: '0x0' }], result: [] },
  ],
  async handle(context, { filter: asked }) {
    const { index, limits } = context
    const filter = byOwnAddress(context, asked)
    const pattern = patternOf(filter, limits)
    if (filter.blockHash !== undefined) {
      const block = stateBlock(index, { hash: filter.blockHash, requireCanonical: false })
      return new RawJson(logsJsonText(index.logsOf(block, pattern)))
    }
    const range = rangeOf(filter, index, limits)
    return new RawJson(logsJsonText(await searchLogs(index, pattern, range, limits)))
  },
})
