/**
 * Three replicas behind a balancer, started again one after the other under load: no request fails,
 * and a subscriber that comes back where it was cut off has every block once.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Hex, hexToNumber, numberToHex } from 'viem'
import { afterAll, describe, expect, test } from 'vitest'
import { hasRedis } from '../redis/server.ts'
import { TestSocket } from '../rpc/websocket.ts'
import { type Backend, Balancer } from './balancer.ts'
import { type Sent, send, TestCluster } from './cluster.ts'
import { rpcCall, type TestNode } from './node.ts'

const subscribers = Number(process.env.SUBSCRIBERS ?? 10)

interface Head {
  readonly number: Hex
  readonly hash: Hex
}

/** Counts blocks by subscription; after a cut it asks for what it has missed. */
class Subscriber {
  readonly seen: Head[] = []
  readonly #server: () => string
  readonly #rpc: string
  #isClosed = false
  #socket: TestSocket | undefined

  constructor(server: () => string, rpc: string) {
    this.#server = server
    this.#rpc = rpc
  }

  async run(): Promise<void> {
    while (!this.#isClosed) await this.#session().catch(() => sleep(50))
  }

  close(): void {
    this.#isClosed = true
    this.#socket?.socket.destroy()
  }

  /** Ends with an error when the connection does. */
  async #session(): Promise<void> {
    const client = await TestSocket.open(this.#server())
    this.#socket = client
    await client.call('eth_subscribe', ['newHeads'])
    // the subscription stands: from here on heads come, those before are asked for
    await this.#fill()
    while (!this.#isClosed) {
      const message = (await client.next()) as { params: { result: Head } }
      this.#add(message.params.result)
    }
  }

  async #fill(): Promise<void> {
    const last = this.seen.at(-1)
    if (last === undefined) return
    const head = hexToNumber(await rpcCall<Hex>(this.#rpc, 'eth_blockNumber', []))
    for (let number = hexToNumber(last.number) + 1; number <= head; number++) {
      this.#add(
        await rpcCall<Head>(this.#rpc, 'eth_getBlockByNumber', [numberToHex(number), false]),
      )
    }
  }

  #add(head: Head): void {
    const last = this.seen.at(-1)
    if (last === undefined || hexToNumber(head.number) > hexToNumber(last.number)) {
      this.seen.push(head)
    }
  }
}

describe.skipIf(!hasRedis)('rolling restart', async () => {
  if (!hasRedis) return
  const cluster = await TestCluster.start()
  const producer = await cluster.producer('a')
  const nodes = await Promise.all([cluster.replica(), cluster.replica(), cluster.replica()])
  const backends: Backend[] = nodes.map(({ httpUrl }) => ({ url: httpUrl }))
  const balancer = await Balancer.start(backends)
  afterAll(() => balancer.close())

  test('no request fails and no block is missed', async () => {
    const stop = new AbortController()
    const acknowledged: Sent[] = []
    const sending = send(1, () => producer, stop.signal, acknowledged)
    let reads = 0
    let newest = 0
    const reading = Array.from({ length: 4 }, async () => {
      while (!stop.signal.aborted) {
        const before = newest
        const number = hexToNumber(await rpcCall<Hex>(balancer.url, 'eth_blockNumber', []))
        // whichever replica answers
        expect(number).toBeGreaterThanOrEqual(before)
        newest = Math.max(newest, number)
        reads++
      }
    })
    const anywhere = (i: number) => () => {
      const up = backends.filter(({ url }) => url !== undefined)
      return up[i % up.length]!.url!
    }
    const clients = Array.from(
      { length: subscribers },
      (_, i) => new Subscriber(anywhere(i), balancer.url),
    )
    const subscribed = clients.map((client) => client.run())
    while (clients.some(({ seen }) => seen.length === 0)) await sleep(20)

    for (const [i, node] of nodes.entries()) {
      backends[i]!.url = undefined
      // the balancer looks away first, as it does before a planned stop
      await expect.poll(() => balancer.uses(backends[i]!)).toBe(false)
      await node.stop()
      const again: TestNode = await cluster.replica()
      nodes[i] = again
      backends[i]!.url = again.httpUrl
      // the next one waits until this one is back
      await expect.poll(() => balancer.uses(backends[i]!), { timeout: 20_000 }).toBe(true)
    }

    stop.abort()
    await sending
    await Promise.all(reading)
    const last = await producer.rpc<Head>('eth_getBlockByNumber', 'latest', false)
    const hasAll = ({ seen }: Subscriber) => seen.at(-1)?.hash === last.hash
    await expect.poll(() => clients.every(hasAll), { timeout: 20_000 }).toBe(true)
    for (const client of clients) client.close()
    await Promise.all(subscribed)
    for (const { seen } of clients) {
      const first = hexToNumber(seen[0]!.number)
      const numbers = seen.map(({ number }) => hexToNumber(number))
      expect(numbers).toEqual(numbers.map((_, i) => first + i))
      for (const { number, hash } of seen.slice(-5)) {
        const block = await producer.rpc<Head>('eth_getBlockByNumber', number, false)
        expect(block.hash).toBe(hash)
      }
    }
    expect(reads).toBeGreaterThan(50)
    expect(acknowledged.length).toBeGreaterThan(5)
  })
})
