/**
 * How long do log queries and single lookups take? Through the index, and for comparison by reading
 * the logs of every tipset in the range, as without postings. One log per tipset.
 * Usage: npx tsx bench/logs.ts [logs, 100000]
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LogPattern, matchesLog } from '../src/eth/log-pattern.ts'
import type { BlockRecord, Hash } from '../src/eth/records.ts'
import { LevelIndex } from '../src/index/level-index.ts'
import { LevelIndexWriter } from '../src/index/level-index-writer.ts'
import type { LogRow } from '../src/index/log-query.ts'
import { LevelStore } from '../src/ipld/level.ts'
import { below, pick, randomBytes, randomFrom, tipsetOf } from '../test/index/random-tipset.ts'

const count = Number(process.argv[2] ?? 100_000)
const random = randomFrom(1)
const contracts = Array.from({ length: 50 }, () => randomBytes(random, 20))
const holders = Array.from({ length: 1000 }, () => randomBytes(random, 32))
/** Topics of one log in 10,000, one in ten, and all others. */
const [rare, tenth, common] = Array.from({ length: 3 }, () => randomBytes(random, 32)) as [
  Hash,
  Hash,
  Hash,
]

const directory = await mkdtemp(join(tmpdir(), 'fevm-bench-'))
const store = await LevelStore.open(directory)
const index = new LevelIndex(store)
try {
  const hashes = await ingest()
  await queries()
  lookups(hashes)
} finally {
  await store.close()
  await rm(directory, { recursive: true })
}

async function ingest(): Promise<Hash[]> {
  const hashes: Hash[] = []
  let parent: BlockRecord | undefined
  let milliseconds = 0
  for (let epoch = 0; epoch < count; epoch++) {
    const topic = epoch % 10_000 === 7 ? rare : epoch % 10 === 0 ? tenth : common
    const log = {
      address: pick(random, contracts),
      topics: [topic, pick(random, holders), pick(random, holders)],
    }
    const tipset = tipsetOf(random, { parent, epoch, logs: [[log]] })
    const start = performance.now()
    const batch = store.batch()
    new LevelIndexWriter(batch).apply(tipset)
    await store.commit(batch)
    milliseconds += performance.now() - start
    parent = tipset.block
    hashes.push(tipset.transactions[0]!.hash)
  }
  const files = await readdir(directory)
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(directory, file))).size),
  )
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  console.info(
    `${count} tipsets: ${((milliseconds * 1000) / count).toFixed(0)} µs each to write, ` +
      `${(bytes / count).toFixed(0)} bytes each on disk`,
  )
  return hashes
}

async function queries(): Promise<void> {
  const last = count - 1
  const recent = Math.max(0, last - 2879)
  const anywhere: LogPattern = { addresses: [], topics: [] }
  const [contract] = contracts as [Uint8Array]
  const [holder, other] = holders as [Hash, Hash]
  const asked: [name: string, pattern: LogPattern, from: number, to: number][] = [
    ['rare topic', { ...anywhere, topics: [[rare]] }, 0, last],
    ['address and common topic', { addresses: [contract], topics: [[common]] }, 0, last],
    ['the same, 2,880 epochs', { addresses: [contract], topics: [[common]] }, recent, last],
    [
      'two holders, either topic',
      {
        ...anywhere,
        topics: [
          [tenth, common],
          [holder, other],
        ],
      },
      0,
      last,
    ],
    [
      'ten contracts, one holder',
      { addresses: contracts.slice(0, 10), topics: [[], [], [holder]] },
      0,
      last,
    ],
    ['unknown topic', { ...anywhere, topics: [[new Uint8Array(32)]] }, 0, last],
    ['one log in ten', { ...anywhere, topics: [[tenth]] }, 0, last],
    ['everything, 2,880 epochs', anywhere, recent, last],
  ]
  const rows = []
  for (const [name, pattern, from, to] of asked) {
    const query = { ...pattern, from, to, limit: 100_000 }
    const times: number[] = []
    let found: readonly LogRow[] = []
    for (let run = 0; run < 15; run++) {
      const start = performance.now()
      found = await index.logs(query)
      times.push(performance.now() - start)
    }
    const median = times.sort((a, b) => a - b)[7]!
    const start = performance.now()
    const scanned = scan(pattern, from, to)
    const scanTime = performance.now() - start
    if (scanned !== found.length) throw new Error(`${name}: ${found.length} logs, not ${scanned}`)
    rows.push({
      query: name,
      logs: found.length,
      'index ms': median.toFixed(2),
      'worst ms': times.at(-1)!.toFixed(2),
      'scan ms': scanTime.toFixed(0),
      'times faster': (scanTime / median).toFixed(0),
    })
  }
  console.table(rows)
}

function scan(pattern: LogPattern, from: number, to: number): number {
  let found = 0
  for (let epoch = from; epoch <= to; epoch++) {
    const block = index.blockAt(epoch)
    if (block === undefined) continue
    for (const { log } of index.logsOf(block, { addresses: [], topics: [] })) {
      if (matchesLog(pattern, log)) found++
    }
  }
  return found
}

function lookups(hashes: readonly Hash[]): void {
  const rows: { lookup: string; µs: string }[] = []
  const measure = (lookup: string, times: number, run: () => unknown) => {
    const start = performance.now()
    for (let i = 0; i < times; i++) run()
    rows.push({ lookup, µs: (((performance.now() - start) * 1000) / times).toFixed(1) })
  }
  const block = index.head()!
  measure('head', 50_000, () => index.head())
  measure('covers', 50_000, () => index.covers(0, 1000))
  measure('block at an epoch, in memory', 50_000, () => index.blockAt(block.epoch))
  measure('block at any epoch', 50_000, () => index.blockAt(below(random, count)))
  measure('transaction, in memory', 50_000, () => index.transaction(block.transactions[0]!))
  measure('any transaction', 50_000, () => index.transaction(pick(random, hashes)))
  measure('logs of a tipset', 50_000, () => index.logsOf(block, { addresses: [], topics: [] }))
  console.table(rows)
}
