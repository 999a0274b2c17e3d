import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createServer } from '../../src/rpc/http.ts'
import { call, registry, startServer } from './server.ts'
import { TestSocket } from './websocket.ts'

const { url, journal } = await startServer({ websocketRequests: 4 })

describe('a WebSocket', () => {
  test.each(['/', '/rpc/v0', '/rpc/v1', '/rpc/v2'])('opens at %s', async (path) => {
    const client = await TestSocket.open(url + path)
    expect(await client.call('test_add', [1])).toMatchObject({ id: 1, result: 2 })
  })

  test('answers errors, batches and nonsense, and stays open', async () => {
    const client = await TestSocket.open(url)
    expect(await client.call('nothing')).toMatchObject({ error: { code: -32601 } })
    client.send([call('test_add', [1], 'a'), call('test_add', [2], 'b')])
    expect(await client.next()).toMatchObject([{ id: 'a' }, { id: 'b' }])
    client.send('{')
    expect(await client.next()).toMatchObject({ id: null, error: { code: -32700 } })
    client.send([])
    expect(await client.next()).toMatchObject({ id: null, error: { code: -32600 } })
    client.send({ jsonrpc: '2.0', method: 'test_read', params: ['unanswered'] })
    expect(await client.call('test_read', ['answered', 5])).toMatchObject({ result: 'answered' })
    expect(journal.done).toContain('unanswered')
  })

  test('takes binary messages', async () => {
    const client = await TestSocket.open(url)
    client.frame(2, Buffer.from(JSON.stringify(call('test_add', [1]))))
    expect(await client.next()).toMatchObject({ result: 2 })
    client.frame(2, Buffer.of(0x22, 0xff, 0x22))
    expect(await client.next()).toMatchObject({ error: { code: -32700 } })
  })

  test('answers each request when it is done', async () => {
    const client = await TestSocket.open(url)
    client.send(call('test_read', ['slow', 50], 1))
    client.send(call('test_read', ['fast'], 2))
    expect(await client.next()).toMatchObject({ id: 2 })
    expect(await client.next()).toMatchObject({ id: 1 })
  })

  test('answers all of many requests at once', async () => {
    const client = await TestSocket.open(url)
    for (let id = 0; id < 200; id++) client.send(call('test_read', ['x', 1], id))
    const ids = new Set<unknown>()
    while (ids.size < 200) ids.add(((await client.next()) as { id: number }).id)
  })

  test('sends the answer before what the call brings about', async () => {
    const client = await TestSocket.open(url)
    expect(await client.call('test_count', [1])).toMatchObject({ result: 'count' })
    expect(await client.next()).toBe('x')
  })
})

describe('who may not open one', () => {
  test.each([[{ host: 'evil.example' }], [{ origin: 'https://evil.example' }]])(
    '%j',
    async (headers) => {
      await expect(TestSocket.open(url, headers)).rejects.toBe(403)
    },
  )

  test('elsewhere', async () => {
    await expect(TestSocket.open(`${url}/health`)).rejects.toBe(404)
  })
})

describe('a hostile client is closed', () => {
  test('for a message above the limit: 1009', async () => {
    const client = await TestSocket.open(url)
    client.send('x'.repeat((1 << 20) + 1))
    expect(await client.closed()).toBe(1009)
  })

  test('for text that is not UTF-8: 1007', async () => {
    const client = await TestSocket.open(url)
    client.frame(1, Buffer.of(0xff))
    expect(await client.closed()).toBe(1007)
  })

  test('for not reading: 1013, and the server keeps little for it', async () => {
    const { url } = await startServer({ websocketBuffer: 10_000, websocketPatience: 200 })
    const client = await TestSocket.open(url)
    await client.call('test_count', [100_000])
    client.socket.pause()
    await sleep(600)
    client.socket.resume()
    expect(await client.closed()).toBe(1013)
  })

  test('but not for a long answer', async () => {
    const { url } = await startServer({ websocketBuffer: 10_000, websocketPatience: 200 })
    const client = await TestSocket.open(url)
    for (const length of [100_000, 100_001]) client.send(call('test_text', [length]))
    expect(await client.next()).toMatchObject({ result: /^x{100000}$/ })
    expect(await client.next()).toMatchObject({ result: /^x{100001}$/ })
  })
})

test('a closing server asks its clients to come back: 1012', async () => {
  const server = await createServer({ registry, context: { done: [] }, report: () => {} })
  const client = await TestSocket.open(await server.listen({ host: '127.0.0.1', port: 0 }))
  await Promise.all([server.close(), client.closed()])
  expect(client.closeCode).toBe(1012)
})
