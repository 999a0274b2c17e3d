/** Subscriptions over WebSockets: events are sent as they happen. */
import { z } from 'zod'
import { to0x } from '../../../base/bytes.ts'
import type { HeadChange } from '../../../chain/chain.ts'
import { blockJson, pendingTransactionJson } from '../../../eth/json.ts'
import { logJson } from '../../../eth/log-json.ts'
import type { Connection } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { rpcError } from '../../errors.ts'
import { checkOwned, newId } from '../../filters.ts'
import { byOwnAddress } from '../../log-addresses.ts'
import { patternOf, removedLogs } from '../../log-search.ts'
import { methodFor } from '../../method.ts'
import { HashResult } from '../../result-schema.ts'
import { FilterId, LogFilter } from '../../schema.ts'

type Slice = Pick<Context, 'chain' | 'index' | 'limits' | 'heads' | 'pendingTransactions'>

const method = methodFor<Slice>()

const Options = z
  .union([LogFilter, z.boolean()], { error: 'expected a log filter or true' })
  .meta({ description: 'for logs: a filter; for newPendingTransactions: true sends them whole' })
  .optional()
type Options = z.output<typeof Options>

/** Starts sending. @returns how to stop */
type Kind = (context: Slice, options: Options, send: (result: unknown) => void) => () => void

function listenPending({ pendingTransactions }: Slice, whole: Options, send: (r: unknown) => void) {
  return pendingTransactions.listen((transaction) =>
    send(whole === true ? pendingTransactionJson(transaction) : to0x(transaction.hash)),
  )
}

const kinds: Readonly<Record<string, Kind>> = {
  newHeads: ({ heads }, _options, send) =>
    heads.listen(({ apply }) => {
      for (const block of apply) send(blockJson(block, block.transactions.map(to0x)))
    }),

  logs(context, options, send) {
    const { index, heads, limits } = context
    const filter = typeof options === 'object' ? options : { address: [], topics: [] }
    const pattern = patternOf(byOwnAddress(context, filter), limits)
    return heads.listen(({ revert, apply }: HeadChange) => {
      for (const block of revert) {
        for (const row of removedLogs(index, block, pattern)) send(logJson(row, true))
      }
      for (const block of apply) {
        for (const row of index.logsOf(block, pattern)) send(logJson(row))
      }
    })
  },

  newPendingTransactions: listenPending,
  // as Forest calls it
  pendingTransactions: listenPending,

  // the node is always in sync, and says so once
  syncing(_context, _options, send) {
    send(false)
    return () => {}
  },
}

export const eth_subscribe = method({
  summary: 'Sends events over this WebSocket: newHeads, logs, newPendingTransactions or syncing.',
  description:
    'Events come as `eth_subscription` notifications. Logs of blocks that left the chain come again, with `removed`.',
  params: { kind: z.string({ error: 'expected the kind of event' }), options: Options },
  result: HashResult,
  writes: true,
  examples: [
    { name: 'blocks', params: ['newHeads'], result: `0x${'22'.repeat(32)}`, varies: true },
  ],
  handle(context, { kind, options }, { connection, afterReply }) {
    if (connection === undefined) {
      throw rpcError('application', "connection doesn't support callbacks, use a WebSocket")
    }
    const start = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
    if (start === undefined) {
      const known = Object.keys(kinds).join(', ')
      throw rpcError(
        'application',
        `unsupported event type: ${kind.slice(0, 50)}, expected ${known}`,
      )
    }
    checkOwned(connection, context.limits)
    const id = newId()
    let stop = () => {}
    connection.owned.set(id, () => stop())
    // the client learns the id first
    afterReply(() => {
      if (!connection.owned.has(id)) return
      stop = start(context, options, (result) => connection.send(notification(id, result)))
    })
    return id
  },
})

export const eth_unsubscribe = method({
  summary: 'Ends a subscription of this WebSocket; false if there is none.',
  params: { id: FilterId },
  result: z.boolean(),
  writes: true,
  examples: [{ name: 'unknown', params: [`0x${'22'.repeat(32)}`], result: false }],
  handle: (_context, { id }, { connection }) => unsubscribe(connection, id),
})

function unsubscribe(connection: Connection | undefined, id: string): boolean {
  const stop = connection?.owned.get(id)
  stop?.()
  return connection?.owned.delete(id) ?? false
}

function notification(subscription: string, result: unknown): string {
  return `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"${subscription}","result":${JSON.stringify(result)}}}`
}
