/** What becomes of a cluster whose Redis fails, while clients read and send. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import { hasRedis } from '../redis/server.ts'
import { producing, readyOf, type Sent, send, TestCluster, transfer } from './cluster.ts'
import { RpcFailure } from './node.ts'

describe.skipIf(!hasRedis)('faults of the shared store', async () => {
  if (!hasRedis) return
  const cluster = await TestCluster.start('--appendonly', 'yes', '--appendfsync', 'always')
  const { redis } = cluster
  const producer = await cluster.producer('a')
  const replica = await cluster.replica()
  const acknowledged: Sent[] = []

  /**
   * A replica that says that it is degraded need not know yet what was acknowledged in the moment of
   * the fault; one that does not say so must.
   */
  async function receiptOf({ hash }: Sent): Promise<unknown> {
    for (;;) {
      const receipt = await replica.rpc('eth_getTransactionReceipt', hash)
      if (receipt !== null) return receipt
      if (!(await readyOf(replica)).degraded) return replica.rpc('eth_getTransactionReceipt', hash)
      await sleep(20)
    }
  }

  /** Reads that must be right whatever happens: numbers never go back, blocks are whole. */
  async function read(signal: AbortSignal): Promise<number> {
    let reads = 0
    let newest = 0
    while (!signal.aborted) {
      const block = await replica.rpc<{ number: Hex; hash: Hex }>(
        'eth_getBlockByNumber',
        'latest',
        false,
      )
      expect(Number(block.number)).toBeGreaterThanOrEqual(newest)
      newest = Number(block.number)
      const sent = acknowledged[Math.floor(Math.random() * acknowledged.length)]
      if (sent !== undefined) {
        expect(await receiptOf(sent)).toMatchObject({
          transactionHash: sent.hash,
          status: '0x1',
        })
      }
      reads++
    }
    return reads
  }

  /** @param fault resolves when the store is well again */
  async function during(fault: () => Promise<void>): Promise<void> {
    const stop = new AbortController()
    const sender = send(1, () => replica, stop.signal, acknowledged)
    const reader = read(stop.signal)
    const sentBefore = acknowledged.length
    while (acknowledged.length < sentBefore + 3) await sleep(10)
    await fault()
    const sent = acknowledged.length
    // by itself
    while (acknowledged.length < sent + 3) await sleep(20)
    while ((await readyOf(replica)).degraded) await sleep(20)
    stop.abort()
    await sender
    expect(await reader).toBeGreaterThan(10)
    expect(await readyOf(replica)).toMatchObject({ ready: true, degraded: false })
    expect(await producing(producer)).toBe(producer)
    expect(await producer.rpc('eth_getBlockByNumber', 'latest', false)).toEqual(
      await replica.rpc('eth_getBlockByNumber', 'latest', false),
    )
  }

  test('killed and started again', () =>
    during(async () => {
      await redis.kill()
      await expect.poll(async () => (await readyOf(replica)).degraded).toBe(true)
      expect((await readyOf(replica)).ready).toBe(true)
      await expect(replica.rpc('eth_newBlockFilter')).rejects.toMatchObject({
        code: -32001,
        message: 'filter store unavailable',
      })
      await redis.restart()
    }))

  test('hanging', () =>
    during(async () => {
      redis.pause()
      await expect.poll(async () => (await readyOf(replica)).degraded).toBe(true)
      await sleep(1_000)
      redis.resume()
    }))

  test('full: nothing can be sent, all can be read', () =>
    during(async () => {
      await redis.command('CONFIG', 'SET', 'maxmemory', '1')
      const raw = await transfer(4, 0)
      const refused = replica.rpc('eth_sendRawTransaction', raw)
      await expect(refused).rejects.toBeInstanceOf(RpcFailure)
      await expect(refused).rejects.toMatchObject({ code: -32001 })
      await redis.command('CONFIG', 'SET', 'maxmemory', '0')
    }))

  test('emptied: the producer writes the log anew', async () => {
    const genesis = await replica.rpc('eth_getBlockByNumber', '0x0', false)
    await during(async () => {
      await redis.command('FLUSHALL')
    })
    expect(producer.messages.some((message) => /written anew/.test(message))).toBe(true)
    expect(await replica.rpc('eth_getBlockByNumber', '0x0', false)).toEqual(genesis)
    // also for one that has nothing yet
    const late = await cluster.replica()
    expect(await late.rpc('eth_getBlockByNumber', '0x0', false)).toEqual(genesis)
    expect(await late.rpc('eth_getBlockByNumber', 'latest', false)).toEqual(
      await replica.rpc('eth_getBlockByNumber', 'latest', false),
    )
    await late.kill()
  })

  test('emptied while no producer that has the chain runs: no new chain', async () => {
    await producer.kill()
    await redis.command('FLUSHALL')
    await expect(cluster.refusedProducer('c')).rejects.toThrow(/--init/)
    expect(await replica.rpc('eth_chainId')).toBe('0x1df5e76')
    expect((await readyOf(replica)).ready).toBe(true)
  })
})
