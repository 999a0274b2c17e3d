/** Filters against a chain that grows, forks and goes back, with polls in between. */
import { EventEmitter, on } from 'node:events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesKey, to0x } from '../../src/base/bytes.ts'
import type { HeadChange } from '../../src/chain/chain.ts'
import { minedLogs } from '../../src/eth/log-json.ts'
import { matchesLog } from '../../src/eth/log-pattern.ts'
import type { BlockRecord, IndexedTipset, TransactionRecord } from '../../src/eth/records.ts'
import type { LogRow } from '../../src/index/log-query.ts'
import { Feed } from '../../src/rpc/feed.ts'
import type { Changes } from '../../src/rpc/filter-kinds.ts'
import { Filters } from '../../src/rpc/filters.ts'
import { defaultLimits, type Limits } from '../../src/rpc/limits.ts'
import { LogFilter } from '../../src/rpc/schema.ts'
import { MemoryIndex } from '../index/memory-index.ts'
import {
  addresses,
  randomFrom,
  randomTipset,
  randomTransaction,
  tipsetOf,
} from '../index/random-tipset.ts'

/** A feed whose events the test emits. */
function emitted<T>() {
  const emitter = new EventEmitter()
  async function* events(signal: AbortSignal) {
    for await (const [event] of on(emitter, 'event', { signal })) yield event as T
  }
  const errors: unknown[] = []
  const feed = new Feed<T>(events, (error) => errors.push(error))
  return { feed, errors, emit: (event: T) => emitter.emit('event', event) }
}

/** A chain that the test makes, block by block. */
class TestChain {
  readonly index = new MemoryIndex()
  readonly #heads = emitted<HeadChange>()
  readonly #pending = emitted<TransactionRecord>()
  readonly filters: Filters
  #seed = 0
  time = 0
  /** Of all tipsets there ever were. */
  readonly rows: LogRow[] = []

  constructor(limits: Partial<Limits> = {}) {
    this.filters = new Filters({
      index: this.index,
      heads: this.#heads.feed,
      pendingTransactions: this.#pending.feed,
      limits: { ...defaultLimits, ...limits },
      now: () => this.time,
    })
    this.grow()
  }

  get head(): BlockRecord {
    return this.index.head()!
  }

  grow(epochs = 1): BlockRecord {
    const head = this.index.head()
    const random = randomFrom(++this.#seed)
    return this.#apply(randomTipset(random, head, (head?.epoch ?? -1) + epochs))
  }

  /** A tipset with as many logs. */
  growLogs(count: number): BlockRecord {
    const log = { address: addresses[0]!, topics: [] }
    const parent = this.head
    const shape = { parent, epoch: parent.epoch + 1, logs: [Array(count).fill(log)] }
    return this.#apply(tipsetOf(randomFrom(++this.#seed), shape))
  }

  #apply(tipset: IndexedTipset): BlockRecord {
    const { block, transactions, receipts } = tipset
    this.index.apply(tipset)
    transactions.forEach((transaction, index) => {
      const receipt = receipts[index]!
      const at = { blockHash: block.hash, epoch: block.epoch, index, transaction, receipt }
      this.rows.push(...minedLogs(at))
    })
    this.#heads.emit({ revert: [], apply: [block] })
    return block
  }

  /** Takes tipsets off the chain, never genesis. */
  back(count: number, how: 'revert' | 'erase'): void {
    const revert: BlockRecord[] = []
    for (let i = 0; i < count && this.head.epoch > 0; i++) {
      revert.push(this.head)
      this.index[how](this.head)
    }
    this.#heads.emit({ revert, apply: [] })
  }

  pend(): TransactionRecord {
    const transaction = randomTransaction(randomFrom(++this.#seed))
    this.#pending.emit(transaction)
    return transaction
  }

  async logs(id: string) {
    const changes = await this.filters.changes(id)
    if (!('logs' in changes)) throw new Error('not a log filter')
    return changes.logs
  }

  async hashes(id: string): Promise<string[]> {
    const changes: Changes = await this.filters.changes(id)
    if (!('hashes' in changes)) throw new Error('a log filter')
    return changes.hashes.map(to0x)
  }
}

/** Events are passed on in microtasks. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

const everything = (fields = {}) => LogFilter.parse(fields)

/** A log is known by its block and its place in it. */
const keyOf = ({ blockHash, log }: LogRow) => `${bytesKey(blockHash)}/${log.logIndex}`

type Step = { readonly kind: 'grow' | 'revert' | 'erase' | 'poll'; readonly count: number }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Step['kind']>('grow', 'grow', 'grow', 'revert', 'erase', 'poll', 'poll'),
    count: fc.integer({ min: 1, max: 3 }),
  }),
  { minLength: 5, maxLength: 30 },
)

describe('a filter over logs', () => {
  test('brings every log once and takes back what left the chain, however it is polled', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(6), fc.boolean(), async (taken, from, narrow) => {
        const chain = new TestChain({ logResults: 12 })
        for (let i = 0; i < 3; i++) chain.grow()
        const address = narrow ? to0x(addresses[1]!) : undefined
        const filter = everything({ fromBlock: `0x${from.toString(16)}`, address })
        const id = chain.filters.addLogs(filter, undefined)
        const balance = new Map<string, number>()
        const poll = async () => {
          const events = await chain.logs(id)
          for (const { row, removed } of events) {
            balance.set(keyOf(row), (balance.get(keyOf(row)) ?? 0) + (removed ? -1 : 1))
          }
          return events.length
        }
        const erased = new Set<string>()
        for (const { kind, count } of taken) {
          if (kind === 'grow') chain.grow(count)
          else if (kind === 'poll') await poll()
          else {
            const before = new Set(chain.rows.map(({ blockHash }) => bytesKey(blockHash)))
            chain.back(count, kind)
            for (const key of before) {
              if (chain.index.blockByHash(Buffer.from(key, 'latin1')) === undefined) erased.add(key)
            }
          }
          await settle()
        }
        // what does not fit in one answer comes with the next
        while ((await poll()) > 0);
        const wanted = new Map<string, number>()
        for (const row of chain.rows) {
          const block = chain.index.blockByHash(row.blockHash)
          if (block === undefined || erased.has(bytesKey(row.blockHash))) {
            balance.delete(keyOf(row))
          } else if (
            row.epoch >= from &&
            chain.index.isCanonical(block) &&
            matchesLog({ addresses: filter.address, topics: [] }, row.log)
          ) {
            wanted.set(keyOf(row), 1)
          }
        }
        for (const [key, count] of balance) if (count === 0) balance.delete(key)
        expect(balance).toEqual(wanted)
      }),
      { numRuns: 150 },
    )
  })

  test('without a start begins with what comes', async () => {
    const chain = new TestChain()
    chain.growLogs(2)
    const id = chain.filters.addLogs(everything(), undefined)
    expect(await chain.logs(id)).toEqual([])
    chain.growLogs(3)
    expect(await chain.logs(id)).toHaveLength(3)
    expect(await chain.logs(id)).toEqual([])
    expect(await chain.filters.all(id)).toHaveLength(3)
  })

  test('with a start in the past begins there, and ends where it says', async () => {
    const chain = new TestChain()
    for (const count of [1, 2, 3]) chain.growLogs(count)
    const range = { fromBlock: '0x2', toBlock: '0x4' }
    const id = chain.filters.addLogs(everything(range), undefined)
    expect(await chain.logs(id)).toHaveLength(5)
    chain.growLogs(4)
    chain.growLogs(5)
    expect(await chain.logs(id)).toHaveLength(4)
    expect(await chain.filters.all(id)).toHaveLength(9)
  })

  test('of one block brings its logs once', async () => {
    const chain = new TestChain()
    const { hash } = chain.growLogs(3)
    chain.growLogs(1)
    const id = chain.filters.addLogs(everything({ blockHash: to0x(hash) }), undefined)
    expect(await chain.logs(id)).toHaveLength(3)
    expect(await chain.logs(id)).toEqual([])
    expect(await chain.filters.all(id)).toHaveLength(3)
  })

  test('polled twice at once brings nothing twice', async () => {
    const chain = new TestChain()
    const id = chain.filters.addLogs(everything(), undefined)
    for (const count of [1, 2]) chain.growLogs(count)
    const polls = await Promise.all([chain.logs(id), chain.logs(id)])
    expect(polls.map(({ length }) => length)).toEqual([3, 0])
  })

  test('is refused when it reaches too far back, or asks for too much', () => {
    const chain = new TestChain({ logRange: 10, logAlternatives: 2 })
    for (let i = 0; i < 12; i++) chain.grow()
    const add = (fields: object) => () => chain.filters.addLogs(everything(fields), undefined)
    expect(add({ fromBlock: '0x1' })).toThrow('block range exceeds maximum of 10 (got 11)')
    expect(add({ fromBlock: '0x9', toBlock: '0x2' })).toThrow(
      'invalid epoch range: to block (2) must be after from block (9)',
    )
    expect(add({ address: addresses.slice(0, 3).map(to0x) })).toThrow('at most 2')
    expect(add({ blockHash: `0x${'11'.repeat(32)}` })).toThrow('block not found')
  })
})

test('a filter over blocks brings new hashes, also those of another branch', async () => {
  const chain = new TestChain()
  chain.grow()
  const id = chain.filters.addBlocks(undefined)
  expect(await chain.hashes(id)).toEqual([])
  const blocks = [chain.grow(), chain.grow(3)]
  expect(await chain.hashes(id)).toEqual(blocks.map(({ hash }) => to0x(hash)))
  chain.back(1, 'revert')
  const other = chain.grow()
  await settle()
  expect(await chain.hashes(id)).toEqual([to0x(other.hash)])
  chain.back(3, 'erase')
  const last = chain.grow()
  await settle()
  expect(await chain.hashes(id)).toEqual([to0x(last.hash)])
  await expect(chain.filters.all(id)).rejects.toThrow('wrong filter type')
})

test('a filter over pending transactions brings each hash once', async () => {
  const chain = new TestChain({ logResults: 3 })
  chain.pend()
  const id = chain.filters.addPendingTransactions(undefined)
  const pended = [chain.pend(), chain.pend()]
  await settle()
  expect(await chain.hashes(id)).toEqual(pended.map(({ hash }) => to0x(hash)))
  expect(await chain.hashes(id)).toEqual([])
  // a filter that would have to forget some is forgotten
  for (let i = 0; i < 4; i++) chain.pend()
  await settle()
  expect(() => chain.filters.changes(id)).toThrow('filter not found')
})

describe('filters are forgotten', () => {
  test('when they are removed', () => {
    const { filters } = new TestChain()
    const id = filters.addBlocks(undefined)
    expect(filters.remove(id)).toBe(true)
    expect(filters.remove(id)).toBe(false)
    expect(() => filters.changes(id)).toThrow('filter not found')
  })

  test('when nobody polls them', async () => {
    const chain = new TestChain({ filterTimeout: 1000 })
    const [polled, left] = [chain.filters.addBlocks(undefined), chain.filters.addBlocks(undefined)]
    chain.time = 900
    await chain.filters.changes(polled)
    chain.time = 1800
    await chain.filters.changes(polled)
    expect(() => chain.filters.changes(left)).toThrow('filter not found')
  })

  test('with their connection', () => {
    const { filters } = new TestChain({ filtersPerConnection: 2 })
    const owned = new Map<string, () => void>()
    const connection = { send: () => {}, owned }
    const id = filters.addBlocks(connection)
    filters.addLogs(everything(), connection)
    expect(() => filters.addBlocks(connection)).toThrow(
      'too many subscriptions and filters per connection',
    )
    for (const end of owned.values()) end()
    expect(owned.size).toBe(0)
    expect(() => filters.changes(id)).toThrow('filter not found')
  })

  test('never to make room', () => {
    const { filters } = new TestChain({ filters: 2 })
    filters.addBlocks(undefined)
    filters.addBlocks(undefined)
    expect(() => filters.addBlocks(undefined)).toThrow('maximum number of filters registered')
  })
})
