/**
 * What the shared log takes: bytes of memory in Redis per transaction, per log and per state block,
 * beside what LevelDB takes on disk. `npx tsx bench/shared-log.ts [transactions]`; needs a
 * redis-server.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeFunctionData, type Hex } from 'viem'
import { LevelStore } from '../src/ipld/level.ts'
import { Table } from '../src/ipld/level-table.ts'
import { nodeOptions } from '../src/node/cluster/config.ts'
import { startClusterNode } from '../src/node/cluster/node.ts'
import { readConfig } from '../src/node/read-config.ts'
import { contract } from '../test/contracts/compile.ts'
import { rpcCall } from '../test/e2e/node.ts'
import { account, CHAIN_ID, viem } from '../test/e2e/viem.ts'
import { hasRedis, RedisServer } from '../test/redis/server.ts'

const LOGS = 4
const transactions = Number(process.argv[2] ?? 300)
if (!hasRedis) process.exit(0)

const redis = await RedisServer.start()
const dataDir = await mkdtemp(join(tmpdir(), 'fevm-bench-'))
const config = readConfig(nodeOptions, {
  flags: { store: redis.url, name: randomUUID(), role: 'producer', init: true, port: 0, dataDir },
  environment: {},
})
const node = await startClusterNode(config, () => {}, new AbortController().signal)
const rpc = <T>(method: string, ...params: unknown[]) => rpcCall<T>(node.httpUrl, method, params)
const emitter = await viem({ httpUrl: node.httpUrl, rpc } as never).deploy(contract('Emitter'))
const before = await usedMemory()
const data = encodeFunctionData({ ...emitter, functionName: 'many', args: [BigInt(LOGS)] })
for (let nonce = 0; nonce < transactions; nonce++) {
  const raw = await account(1).signTransaction({
    type: 'eip1559',
    chainId: CHAIN_ID,
    nonce,
    gas: 60_000_000n,
    maxFeePerGas: 10n ** 9n,
    maxPriorityFeePerGas: 1n,
    to: emitter.address,
    data,
  })
  await rpc<Hex>('eth_sendRawTransaction', raw)
}
const memory = (await usedMemory()) - before
await node.close()

const store = await LevelStore.open(dataDir)
let blocks = 0
for await (const [key] of store.rows({ gte: new Uint8Array(0), lt: Uint8Array.of(0xff) })) {
  if (key[0] === Table.BLOCK) blocks++
}
await store.close()
const disk = await sizeOf(dataDir)
console.table({
  'a transaction in a tipset of its own': row(transactions),
  [`a log (${LOGS} a transaction)`]: row(transactions * LOGS),
  'a state block': row(blocks),
})
await redis.stop()
await rm(dataDir, { recursive: true })

function row(count: number) {
  return {
    count,
    'bytes in Redis': Math.round(memory / count),
    'bytes on disk': Math.round(disk / count),
  }
}

async function usedMemory(): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(String(await redis.command('INFO', 'memory')))![1])
}

async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder)
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
