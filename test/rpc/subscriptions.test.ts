/** Events over WebSockets, from the real development node. */
import { afterAll, describe, expect, test } from 'vitest'
import { devNode, loggedErrors } from './dev-node.ts'
import { calling, probe } from './probe.ts'
import { TestSocket } from './websocket.ts'

const { url, rpc, ask, accounts } = await devNode()
afterAll(() => expect(loggedErrors).toEqual([]))

const [alice] = accounts as [string]
const transact = async (fields: object) =>
  rpc('eth_getTransactionReceipt', await rpc('eth_sendTransaction', { from: alice, ...fields }))
const { contractAddress: to } = await transact({ data: probe.bytecode })
const ping = (from: number, count: number) =>
  transact({ to, data: calling('ping', BigInt(from), BigInt(count)) })

interface Answer {
  readonly result: string
  readonly error: { readonly message: string }
}

async function subscribe(...params: unknown[]) {
  const socket = await TestSocket.open(url)
  const { result: id } = (await socket.call('eth_subscribe', params)) as Answer
  expect(id).toMatch(/^0x[0-9a-f]{64}$/)
  const next = async () => {
    const event = (await socket.next()) as { params: { result: never } }
    expect(event).toMatchObject({
      jsonrpc: '2.0',
      method: 'eth_subscription',
      params: { subscription: id },
    })
    return event.params.result as { [field: string]: unknown }
  }
  return { socket, id, next }
}

describe('a subscription', () => {
  test('to newHeads brings each block, in order', async () => {
    const { next } = await subscribe('newHeads')
    await rpc('evm_mine')
    await rpc('fevm_skipEpochs', 1)
    await rpc('evm_mine')
    const [first, second] = [await next(), await next()]
    expect(first).toEqual(await rpc('eth_getBlockByHash', first.hash))
    expect(second).toEqual(await rpc('eth_getBlockByNumber', 'latest'))
    expect(second.parentHash).toBe(first.hash)
  })

  test('bears a thousand blocks at once', async () => {
    const { next } = await subscribe('newHeads')
    await rpc('hardhat_mine', 1000)
    const last = await rpc('eth_blockNumber')
    for (let i = 1; i < 1000; i++) await next()
    expect(await next()).toMatchObject({ number: last })
  })

  test('to logs brings those that match', async () => {
    const all = await subscribe('logs')
    const { logs } = await ping(0, 3)
    expect([await all.next(), await all.next(), await all.next()]).toEqual(logs)
    const one = await subscribe('logs', { address: to, topics: [null, logs[2].topics[1]] })
    const none = await subscribe('logs', { address: alice })
    const later = await ping(1, 3)
    expect(await one.next()).toEqual(later.logs[1])
    await rpc('evm_mine')
    expect(one.socket.messages).toEqual([])
    expect(none.socket.messages).toEqual([])
  })

  test('to newPendingTransactions brings hashes, or all of it', async () => {
    const hashes = await subscribe('newPendingTransactions')
    const whole = await subscribe('newPendingTransactions', true)
    const { transactionHash } = await ping(0, 1)
    expect(await hashes.next()).toBe(transactionHash)
    expect(await whole.next()).toMatchObject({
      hash: transactionHash,
      blockHash: null,
      from: alice,
    })
  })

  test('to syncing says once that there is nothing to do', async () => {
    const { next } = await subscribe('syncing')
    expect(await next()).toBe(false)
  })

  test('ends when it is told to', async () => {
    const { socket, id } = await subscribe('newHeads')
    expect(await socket.call('eth_unsubscribe', [id])).toMatchObject({ result: true })
    expect(await socket.call('eth_unsubscribe', [id])).toMatchObject({ result: false })
    await rpc('evm_mine')
    expect(await socket.call('eth_chainId')).toMatchObject({ id: 1 })
  })

  test('in a batch is answered first', async () => {
    const socket = await TestSocket.open(url)
    socket.send(
      ['newHeads', 'syncing'].map((kind, id) => ({
        jsonrpc: '2.0',
        id,
        method: 'eth_subscribe',
        params: [kind],
      })),
    )
    expect(await socket.next()).toHaveLength(2)
    expect(await socket.next()).toMatchObject({ params: { result: false } })
  })

  test('goes on after evm_revert', async () => {
    const snapshot = await rpc('evm_snapshot')
    const { next } = await subscribe('newHeads')
    const logs = await subscribe('logs')
    const gone = await ping(0, 1)
    await next()
    await logs.next()
    await rpc('evm_revert', snapshot)
    const receipt = await ping(7, 1)
    expect(await next()).toMatchObject({ hash: receipt.blockHash })
    expect(await logs.next()).toEqual({ ...gone.logs[0], removed: true })
    expect(await logs.next()).toEqual(receipt.logs[0])
  })

  test('to something else, or over HTTP, is refused', async () => {
    const socket = await TestSocket.open(url)
    expect(await socket.call('eth_subscribe', ['pendingBlocks'])).toMatchObject({
      error: {
        code: 1,
        message:
          'unsupported event type: pendingBlocks, expected newHeads, logs, newPendingTransactions, pendingTransactions, syncing',
      },
    })
    expect(await socket.call('eth_subscribe', ['__proto__'])).toMatchObject({ error: { code: 1 } })
    expect(await ask('eth_subscribe', 'newHeads')).toMatchObject({
      error: { code: 1, message: "connection doesn't support callbacks, use a WebSocket" },
    })
  })

  test('counts with the filters of its connection, and ends with it', async () => {
    const socket = await TestSocket.open(url)
    const filter = (await socket.call('eth_newBlockFilter')) as Answer
    for (let i = 0; i < 19; i++) await socket.call('eth_subscribe', ['logs'])
    for (const [method, ...params] of [['eth_subscribe', 'logs'], ['eth_newBlockFilter']]) {
      const { error } = (await socket.call(method!, params)) as Answer
      expect(error.message).toBe('too many subscriptions and filters per connection')
    }
    expect(await rpc('eth_getFilterChanges', filter.result)).toEqual([])
    socket.socket.destroy()
    await socket.closed()
    await expect
      .poll(async () => (await ask('eth_getFilterChanges', filter.result)).error?.message)
      .toBe('filter not found')
  })
})

describe('filters over HTTP', () => {
  test('bring blocks, logs and pending transactions', async () => {
    const [logs, blocks, pending] = [
      await rpc('eth_newFilter', { address: to }),
      await rpc('eth_newBlockFilter'),
      await rpc('eth_newPendingTransactionFilter'),
    ]
    const receipt = await ping(0, 2)
    expect(await rpc('eth_getFilterChanges', logs)).toEqual(receipt.logs)
    expect(await rpc('eth_getFilterChanges', blocks)).toEqual([receipt.blockHash])
    expect(await rpc('eth_getFilterChanges', pending)).toEqual([receipt.transactionHash])
    for (const id of [logs, blocks, pending]) {
      expect(await rpc('eth_getFilterChanges', id)).toEqual([])
    }
    expect(await rpc('eth_getFilterLogs', logs)).toEqual(receipt.logs)
    expect(await rpc('eth_uninstallFilter', logs)).toBe(true)
    expect(await ask('eth_getFilterChanges', logs)).toMatchObject({
      error: { code: -32000, message: 'filter not found' },
    })
  })

  test('go on after evm_revert', async () => {
    const snapshot = await rpc('evm_snapshot')
    const [logs, blocks] = [await rpc('eth_newFilter', {}), await rpc('eth_newBlockFilter')]
    for (let i = 0; i < 3; i++) await ping(i, 1)
    const gone = await rpc('eth_getFilterChanges', logs)
    expect(gone).toHaveLength(3)
    expect(await rpc('eth_getFilterChanges', blocks)).toHaveLength(3)
    await rpc('evm_revert', snapshot)
    const { logs: fresh, blockHash } = await ping(9, 1)
    const removed = gone.toReversed().map((log: object) => ({ ...log, removed: true }))
    expect(await rpc('eth_getFilterChanges', logs)).toEqual([...removed, ...fresh])
    expect(await rpc('eth_getFilterChanges', blocks)).toEqual([blockHash])
  })
})
