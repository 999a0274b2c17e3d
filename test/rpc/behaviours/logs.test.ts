/** Behaviours 28 to 33: logs, filters, WebSockets. */
import { type Hex, numberToHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { maskedId, toFilecoin } from '../../../src/address/eth-address.ts'
import { fromHex, to0x } from '../../../src/base/bytes.ts'
import { defaultLimits } from '../../../src/rpc/limits.ts'
import { checkSpan } from '../../../src/rpc/log-search.ts'
import { TestSocket } from '../websocket.ts'
import { behaviourNode, calling, type Json, UNKNOWN, word } from './node.ts'

const { node, url, rpc, fails, alice, bob, send, height, inOneBlock, deploy } =
  await behaviourNode()
const [one, other] = [await deploy(), await deploy()] as [Hex, Hex]
const ping = (to: string, from: bigint, count: bigint, group: bigint) =>
  send({ to, data: calling('ping', from, count, group) })

// 17 events in five blocks: of one 4, 3 and 2, of the other 5 and 3
const first = (await height()) + 1
const all: Json[] = []
for (const [to, from, count, group] of [
  [one, 0n, 4n, 1n],
  [other, 0n, 5n, 1n],
  [one, 4n, 3n, 2n],
  [other, 5n, 3n, 2n],
  [one, 7n, 2n, 3n],
] as const) {
  all.push(...(await ping(to, from, count, group)).logs)
}
const last = await height()
const signature: string = all[0].topics[0]
const range = { fromBlock: numberToHex(first), toBlock: numberToHex(last) }
function maskedIdOf(contract: Hex): Hex {
  const state = node.chain.state(node.chain.head())
  return to0x(maskedId(state.actor(toFilecoin(fromHex(contract)))!.id))
}
const matching = (test: (log: Json) => boolean) => all.filter(test)

describe('logs', () => {
  test.each<[string, object, (log: Json) => boolean]>([
    ['everything', {}, () => true],
    ['topic 0', { topics: [signature] }, () => true],
    ['another topic 0', { topics: [UNKNOWN] }, () => false],
    [
      'two of topic 1',
      { topics: [null, [word(1), word(6)]] },
      ({ topics }) => topics[1] === word(1) || topics[1] === word(6),
    ],
    [
      'topic 2 behind empty places',
      { topics: [[], null, word(2)] },
      (l) => l.topics[2] === word(2),
    ],
    ['trailing wildcards', { topics: [signature, null, null, null] }, () => true],
    ['one address', { address: one }, ({ address }) => address === one],
    ['both addresses', { address: [one, other] }, () => true],
    [
      'address and topic',
      { address: [other], topics: [null, null, [word(1), word(3)]] },
      ({ address, topics }) => address === other && topics[2] === word(1),
    ],
    [
      'the first block alone',
      { toBlock: range.fromBlock },
      (l) => l.blockNumber === range.fromBlock,
    ],
    ['the last block alone', { fromBlock: range.toBlock }, (l) => l.blockNumber === range.toBlock],
  ])('behaviour 28: %s', async (_, filter, wanted) => {
    expect(all).toHaveLength(17)
    expect(await rpc('eth_getLogs', { ...range, ...filter })).toEqual(matching(wanted))
  })

  test('behaviour 28: a contract by its masked id, also beside another by its own address', async () => {
    const masked = maskedIdOf(one)
    const filter = { ...range, address: masked }
    expect(await rpc('eth_getLogs', filter)).toEqual(matching(({ address }) => address === one))
    const both = { ...range, address: [masked, other] }
    expect(await rpc('eth_getLogs', both)).toEqual(all)
  })

  test('behaviour 28: a range of 2,880 heights is allowed, one more is error -32005', () => {
    // a chain of one's own has no such limit; a server of a network has
    checkSpan({ from: 10, to: 10 + 2880 }, defaultLimits)
    expect(() => checkSpan({ from: 10, to: 10 + 2881 }, defaultLimits)).toThrow(
      expect.objectContaining({
        code: -32005,
        message: 'block range exceeds maximum of 2880 (got 2881)',
      }),
    )
  })
})

describe('filters', () => {
  test('behaviour 29: set before, during and after events, each brings all exactly once', async () => {
    const snapshot = await rpc('evm_snapshot')
    const start = numberToHex((await height()) + 1)
    const before = await rpc('eth_newFilter', { fromBlock: start, address: one })
    const events = (await ping(one, 100n, 2n, 9n)).logs
    const during = await rpc('eth_newFilter', { fromBlock: start, address: one })
    expect(await rpc('eth_getFilterChanges', during)).toEqual(events)
    const more = (await ping(one, 200n, 1n, 9n)).logs
    const after = await rpc('eth_newFilter', { fromBlock: start, address: one })
    expect(await rpc('eth_getFilterChanges', before)).toEqual([...events, ...more])
    expect(await rpc('eth_getFilterChanges', during)).toEqual(more)
    expect(await rpc('eth_getFilterChanges', after)).toEqual([...events, ...more])
    for (const id of [before, during, after]) {
      expect(await rpc('eth_getFilterChanges', id)).toEqual([])
      expect(await rpc('eth_getFilterLogs', id)).toEqual([...events, ...more])
      expect(await rpc('eth_uninstallFilter', id)).toBe(true)
      expect(await rpc('eth_uninstallFilter', id)).toBe(false)
      expect((await fails('eth_getFilterChanges', id)).message).toBe('filter not found')
    }
    await rpc('evm_revert', snapshot)
  })

  test('behaviour 29: the 101st filter is refused', async () => {
    const ids: string[] = []
    for (let i = 0; i < 100; i++) ids.push(await rpc('eth_newBlockFilter'))
    const { message } = await fails('eth_newFilter', {})
    expect(message).toBe('maximum number of filters registered')
    for (const id of ids) await rpc('eth_uninstallFilter', id)
  })

  test('behaviour 30: 100 pending transactions and one block, each exactly once', async () => {
    const pending = await rpc('eth_newPendingTransactionFilter')
    const blocks = await rpc('eth_newBlockFilter')
    const hashes: string[] = []
    // all of them fit in one block
    const gas = numberToHex(50_000_000)
    const block = await inOneBlock(async () => {
      for (let i = 0; i < 100; i++) {
        hashes.push(await rpc('eth_sendTransaction', { from: alice, to: bob, value: '0x1', gas }))
      }
    })
    const seen: string[] = []
    await expect
      .poll(async () => seen.push(...(await rpc('eth_getFilterChanges', pending))))
      .toBe(100)
    expect(seen).toEqual(hashes)
    expect(await rpc('eth_getFilterChanges', blocks)).toEqual([block.hash])
    expect(await rpc('eth_getFilterChanges', blocks)).toEqual([])
  })

  test('behaviour 31: decimal text, and a block hash beside a range, are refused', async () => {
    const decimal = await fails('eth_newFilter', { fromBlock: '10' })
    expect(decimal.message).toContain('FromBlock is not a hex')
    const both = await fails('eth_newFilter', { blockHash: UNKNOWN, fromBlock: '0x1' })
    expect(both.message).toContain('must not specify block hash and from/to block')
  })

  test('behaviour 33: over HTTP filters belong to the server, not to a connection', async () => {
    const headers = { connection: 'close', 'content-type': 'application/json' }
    const once = async (method: string, params: unknown[]) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
      const answer = await fetch(url, { method: 'POST', headers, body })
      return ((await answer.json()) as Json).result
    }
    const id = await once('eth_newFilter', [{ address: one }])
    const { logs } = await ping(one, 300n, 1n, 1n)
    expect(await once('eth_getFilterChanges', [id])).toEqual(logs)
    // several servers with one store: test/rpc of the replicas
  })
})

describe('behaviour 32: WebSockets', () => {
  async function subscribe(...params: unknown[]) {
    const socket = await TestSocket.open(url)
    const { result: id } = (await socket.call('eth_subscribe', params)) as Json
    const next = async () => ((await socket.next()) as Json).params.result
    return { socket, id, next }
  }

  test('newHeads are whole blocks, one after the other', async () => {
    const { next } = await subscribe('newHeads')
    const start = await height()
    for (let i = 0; i < 3; i++) await rpc('evm_mine')
    const [a, b, c] = [await next(), await next(), await next()]
    expect(Number(a.number)).toBeGreaterThan(start)
    expect([b.parentHash, c.parentHash]).toEqual([a.hash, b.hash])
    expect(a).toEqual(await rpc('eth_getBlockByHash', a.hash, false))
  })

  test('logs by address: none given, a list, the wrong one', async () => {
    const any = await subscribe('logs', { address: [] })
    const listed = await subscribe('logs', { address: [one, other] })
    const wrong = await subscribe('logs', { address: alice })
    const { logs } = await ping(one, 1n, 1n, 1n)
    expect(await any.next()).toEqual(logs[0])
    expect(await listed.next()).toEqual(logs[0])
    expect(wrong.socket.messages).toEqual([])
  })

  test('a reorganization takes logs back, then brings the new ones', async () => {
    const { next } = await subscribe('logs', { address: one })
    const snapshot = await rpc('evm_snapshot')
    const { logs: old } = await ping(one, 1n, 1n, 1n)
    expect(await next()).toEqual(old[0])
    await rpc('evm_revert', snapshot)
    expect(await next()).toEqual({ ...old[0], removed: true })
    const { logs } = await ping(one, 2n, 1n, 1n)
    expect(await next()).toEqual(logs[0])
  })

  test('unsubscribing stops it; closing frees what a connection holds', async () => {
    const { socket, id } = await subscribe('newHeads')
    expect(await socket.call('eth_unsubscribe', [id])).toMatchObject({ result: true })
    expect(await socket.call('eth_unsubscribe', [id])).toMatchObject({ result: false })
    await rpc('evm_mine')
    expect(await socket.call('eth_chainId')).toMatchObject({ result: '0x1df5e76' })
    const most = defaultLimits.filtersPerConnection
    for (let i = 0; i < most; i++) await socket.call('eth_newBlockFilter')
    expect(await socket.call('eth_subscribe', ['newHeads'])).toMatchObject({
      error: { message: 'too many subscriptions and filters per connection' },
    })
    socket.socket.destroy()
    const again = await TestSocket.open(url)
    expect(await again.call('eth_newBlockFilter')).toMatchObject({ result: expect.any(String) })
  })

  test('batches work', async () => {
    const socket = await TestSocket.open(url)
    socket.send([
      { jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] },
      { jsonrpc: '2.0', id: 2, method: 'net_version', params: [] },
    ])
    expect(await socket.next()).toMatchObject([{ id: 1 }, { id: 2, result: '31415926' }])
  })
})
