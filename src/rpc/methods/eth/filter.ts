/** Filters that are polled. */
import { z } from 'zod'
import { to0x } from '../../../base/bytes.ts'
import { logJson } from '../../../eth/log-json.ts'
import { logsJsonText } from '../../../eth/log-text.ts'
import type { Context } from '../../context.ts'
import { byOwnAddress } from '../../log-addresses.ts'
import { methodFor } from '../../method.ts'
import { RawJson } from '../../raw-json.ts'
import { HashResult, LogResult, LogsResult } from '../../result-schema.ts'
import { FilterId, LogFilter } from '../../schema.ts'

const method = methodFor<Pick<Context, 'filters' | 'chain' | 'index'>>()

const SOME_ID = `0x${'22'.repeat(32)}`

export const eth_newFilter = method({
  summary: 'Makes a filter over logs, for polling.',
  description:
    'With a `fromBlock` in the past the first poll also answers what has already happened.',
  params: { filter: LogFilter.prefault({}) },
  result: HashResult,
  writes: true,
  examples: [{ name: 'all logs', params: [{}], result: SOME_ID, varies: true }],
  handle: (context, { filter }, { connection }) =>
    context.filters.addLogs(byOwnAddress(context, filter), connection),
})

export const eth_newBlockFilter = method({
  summary: 'Makes a filter that answers the hashes of new blocks.',
  params: {},
  result: HashResult,
  writes: true,
  examples: [{ name: 'new blocks', params: [], result: SOME_ID, varies: true }],
  handle: ({ filters }, _params, { connection }) => filters.addBlocks(connection),
})

export const eth_newPendingTransactionFilter = method({
  summary: 'Makes a filter that answers the hashes of transactions entering the pool.',
  params: {},
  result: HashResult,
  writes: true,
  examples: [{ name: 'new transactions', params: [], result: SOME_ID, varies: true }],
  handle: ({ filters }, _params, { connection }) => filters.addPendingTransactions(connection),
})

export const eth_getFilterChanges = method({
  summary: 'What happened since the last poll of a filter: logs, or hashes.',
  description: 'Logs of blocks that left the chain come again, with `removed`.',
  params: { id: FilterId },
  result: z.array(z.union([LogResult, HashResult])).readonly(),
  writes: true,
  examples: [{ name: 'nothing new', params: [SOME_ID], result: [], varies: true }],
  async handle({ filters }, { id }) {
    const changes = await filters.changes(id)
    return 'logs' in changes
      ? changes.logs.map(({ row, removed }) => logJson(row, removed))
      : changes.hashes.map(to0x)
  },
})

export const eth_getFilterLogs = method({
  summary: 'All logs that a filter matches, also those that were polled.',
  params: { id: FilterId },
  result: LogsResult,
  examples: [{ name: 'no logs', params: [SOME_ID], result: [], varies: true }],
  handle: async ({ filters }, { id }) => new RawJson(logsJsonText(await filters.all(id))),
})

export const eth_uninstallFilter = method({
  summary: 'Forgets a filter; false if there is none.',
  params: { id: FilterId },
  result: z.boolean(),
  writes: true,
  examples: [{ name: 'unknown', params: [SOME_ID], result: false }],
  handle: ({ filters }, { id }) => filters.remove(id),
})
