/**
 * Producers that die or stand still under load: nothing that was acknowledged is lost or doubled,
 * and nobody who was replaced writes. `KILLS=100` repeats it so often.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Hex, hexToNumber } from 'viem'
import { describe, expect, test } from 'vitest'
import { hasRedis } from '../redis/server.ts'
import { producing, readyOf, type Sent, send, TestCluster } from './cluster.ts'
import type { TestNode } from './node.ts'
import { account, stranger } from './viem.ts'

const kills = Number(process.env.KILLS ?? 2)
const SENDERS = 3

describe.skipIf(!hasRedis)('takeover', async () => {
  if (!hasRedis) return
  const cluster = await TestCluster.start('--appendonly', 'yes', '--appendfsync', 'everysec')
  let leader = await cluster.producer('a')
  let standby = await cluster.producer('b')
  const replica = await cluster.replica()
  const names = new Map<TestNode, string>([
    [leader, 'a'],
    [standby, 'b'],
  ])
  const acknowledged: Sent[] = []

  async function underLoad(act: () => Promise<void>): Promise<void> {
    const stop = new AbortController()
    const first = acknowledged.length
    const senders = Array.from({ length: SENDERS }, (_, i) =>
      send(i + 1, () => replica, stop.signal, acknowledged),
    )
    while (acknowledged.length < first + 10) await sleep(10)
    await act()
    const then = acknowledged.length
    while (acknowledged.length < then + 10) await sleep(10)
    stop.abort()
    await Promise.all(senders)
    await expectAll(acknowledged.slice(first))
  }

  async function expectAll(sent: readonly Sent[]): Promise<void> {
    for (const { hash } of sent) {
      const receipt = await replica.rpc<{ status: Hex } | null>('eth_getTransactionReceipt', hash)
      expect(receipt, hash).toMatchObject({ status: '0x1' })
    }
    for (let sender = 1; sender <= SENDERS; sender++) {
      const nonces = acknowledged.filter((each) => each.sender === sender).map((s) => s.nonce)
      const count = await replica.rpc<Hex>(
        'eth_getTransactionCount',
        account(sender).address,
        'latest',
      )
      expect(new Set(nonces).size).toBe(nonces.length)
      // each transfer moved one attoFIL, once
      const balance = await replica.rpc<Hex>('eth_getBalance', stranger(5_000 + sender), 'latest')
      expect(hexToNumber(balance)).toBe(hexToNumber(count))
      expect(hexToNumber(count)).toBeGreaterThanOrEqual(nonces.length)
    }
  }

  test(
    `kill -9, ${kills} times`,
    async () => {
      const times: number[] = []
      for (let round = 0; round < kills; round++) {
        await underLoad(async () => {
          const start = performance.now()
          await leader.kill()
          expect(await producing(standby)).toBe(standby)
          times.push(performance.now() - start)
        })
        const folder = names.get(leader)!
        leader = standby
        standby = await cluster.producer(folder)
        names.set(standby, folder)
        expect((await readyOf(standby)).degraded).toBe(false)
      }
      if (process.env.KILLS !== undefined) {
        const slowest = Math.max(...times).toFixed(0)
        process.stdout.write(
          `${acknowledged.length} acknowledged, all there; slowest takeover ${slowest} ms\n`,
        )
      }
    },
    kills * 60_000,
  )

  test('a producer that stands still is replaced, and writes nothing when it goes on', async () => {
    const paused = leader
    await underLoad(async () => {
      paused.pause()
      expect(await producing(standby)).toBe(standby)
    })
    await underLoad(async () => {
      paused.resume()
      while ((await readyOf(paused)).producing) await sleep(20)
    })
    expect((await readyOf(standby)).producing).toBe(true)
    // it follows like any other
    const head = await replica.rpc('eth_getBlockByNumber', 'latest', false)
    expect(await paused.rpc('eth_getBlockByNumber', 'latest', false)).toEqual(head)
    leader = standby
    standby = paused
  })
})
