import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { fromHex, fromUtf8, toHex } from '../../src/base/bytes.ts'
import type { BlockRecord } from '../../src/eth/records.ts'
import { LevelIndex } from '../../src/index/level-index.ts'
import { LevelStore } from '../../src/ipld/level.ts'
import { LevelBlockstore } from '../../src/ipld/level-blockstore.ts'
import { temporaryDirectory } from '../ipld/temporary-store.ts'

/** `KILLS=50` kills more often. */
const kills = Number(process.env.KILLS ?? 5)
const program = fileURLToPath(new URL('./writing-process.ts', import.meta.url))

test(`${kills} times kill -9 in the middle of writing: the store is whole, nothing committed is lost`, async () => {
  const directory = await temporaryDirectory()
  for (let round = 0; round < kills; round++) {
    const said = await writeAndKill(directory, round)
    const store = await LevelStore.open(directory)
    try {
      const chain = wholeChain(store)
      await expectLogsOf(store, chain)
      // the last head that the process told of is on the chain, or was replaced by one that came next
      expect(new LevelIndex(store).blockByHash(said)).toBeDefined()
    } finally {
      await store.close()
    }
  }
}, 300_000)

/** @returns the hash that the process said last */
async function writeAndKill(directory: string, round: number): Promise<Uint8Array> {
  const args = ['--import', 'tsx', program, directory, String(round)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    output += text
  })
  await once(child.stdout, 'data')
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 200))
  child.kill('SIGKILL')
  await once(child, 'close')
  const lines = output.split('\n').slice(0, -1)
  return fromHex(lines.at(-1)!.split(' ')[1]!)
}

/** From the head to the first tipset, each with all that belongs to it. */
function wholeChain(store: LevelStore): BlockRecord[] {
  const index = new LevelIndex(store)
  const blocks = new LevelBlockstore(store, 0)
  const chain: BlockRecord[] = []
  for (let block = index.head(); block !== undefined; block = index.blockByHash(block.parentHash)) {
    expect(index.blockAt(block.epoch)).toEqual(block)
    expect(index.transactions(block)).toHaveLength(block.transactions.length)
    expect(blocks.get(block.stateRoot)).toHaveLength(2000)
    chain.push(block)
  }
  const head = chain[0]!
  expect(fromUtf8(store.meta('head')!)).toBe(toHex(head.hash))
  expect(index.covers(0, head.epoch)).toBe(true)
  return chain
}

async function expectLogsOf(store: LevelStore, chain: readonly BlockRecord[]): Promise<void> {
  const index = new LevelIndex(store)
  const everything = { addresses: [], topics: [] }
  const one = { addresses: [new Uint8Array(20).fill(1)], topics: [] }
  for (const pattern of [everything, one]) {
    const query = { ...pattern, from: 0, to: chain[0]!.epoch, limit: Number.POSITIVE_INFINITY }
    const expected = chain.toReversed().flatMap((block) => index.logsOf(block, pattern))
    expect(await index.logs(query)).toHaveLength(expected.length)
  }
}
