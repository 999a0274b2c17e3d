import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectRedis, parseStoreUrl } from '../../src/shared/redis-client.ts'
import { RedisLog } from '../../src/shared/redis-log.ts'
import { SharedStoreError } from '../../src/shared/shared-log.ts'
import { StoreUrlError } from '../../src/shared/store-url-error.ts'
import { hasRedis, type RedisCluster, RedisServer, startCluster } from '../redis/server.ts'
import { sharedLogContract } from './contract.ts'

async function open(url: string, name: string): Promise<RedisLog> {
  const log = new RedisLog({ url, name, commandTimeout: 2_000 })
  await log.connected(5_000)
  return log
}

describe.skipIf(!hasRedis)('one server', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server.stop())
  sharedLogContract('redis', (name) => open(server.url, name))

  test('a server that hangs is an error in time', async () => {
    const log = await open(server.url, 'hang')
    const hasty = new RedisLog({ url: server.url, name: 'hang', commandTimeout: 100 })
    await expect.poll(() => hasty.sequence().catch(() => 'no')).toBe(0)
    server.pause()
    try {
      await expect(hasty.sequence()).rejects.toThrow(SharedStoreError)
    } finally {
      server.resume()
    }
    await expect.poll(() => hasty.sequence().catch(() => 'no')).toBe(0)
    await Promise.all([log.close(), hasty.close()])
  })

  test('a full server is an error, and goes on once there is room', async () => {
    const small = await RedisServer.start('--maxmemory-policy', 'noeviction')
    const log = await open(small.url, 'full')
    const token = (await log.acquire('a', 60_000))!
    await small.command('CONFIG', 'SET', 'maxmemory', '1')
    const body = new Uint8Array(100)
    const commit = { id: 'aa', sequence: 1, previous: new Uint8Array(32), body }
    await expect(log.append(token, commit)).rejects.toThrow(/OOM/)
    expect(await log.sequence()).toBe(0)
    await small.command('CONFIG', 'SET', 'maxmemory', '0')
    await log.append(token, commit)
    expect(await log.sequence()).toBe(1)
    await log.close()
    await small.stop()
  })

  test('what was acknowledged is there after kill -9 with appendfsync always', async () => {
    const durable = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always')
    const log = await open(durable.url, 'durable')
    const token = (await log.acquire('a', 60_000))!
    const body = new Uint8Array(100)
    await log.append(token, { id: 'aa', sequence: 1, previous: new Uint8Array(32), body })
    await durable.kill()
    await expect(log.sequence()).rejects.toThrow(SharedStoreError)
    await durable.restart()
    await expect.poll(() => log.sequence().catch(() => 'no'), { timeout: 5_000 }).toBe(1)
    await log.close()
    await durable.stop()
  })
})

describe.skipIf(!hasRedis)('a cluster of three', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(() => cluster.stop())
  sharedLogContract('redis cluster', (name) => open(cluster.url, name))
})

describe('addresses', () => {
  test('are taken apart', () => {
    expect(parseStoreUrl('redis://redis:6380/2')).toMatchObject({
      kind: 'redis',
      nodes: [{ host: 'redis', port: 6380 }],
      path: '2',
    })
    expect(parseStoreUrl('redis+sentinel://u:p%40@a,b:26380/main')).toMatchObject({
      nodes: [
        { host: 'a', port: 6379 },
        { host: 'b', port: 26380 },
      ],
      username: 'u',
      password: 'p@',
      path: 'main',
    })
    expect(parseStoreUrl('redis+cluster://[::1]:7000').nodes).toEqual([{ host: '::1', port: 7000 }])
  })

  test.each(['localhost', 'http://a', 'redis://', 'redis+sentinel://a:1'])('not %s', (url) => {
    expect(() => connectRedis(url, { commandTimeout: 1 })).toThrow(StoreUrlError)
  })
})
