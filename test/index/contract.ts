/** What every index must do, whatever stores it. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { EthAddress } from '../../src/address/eth-address.ts'
import { equal, to0x } from '../../src/base/bytes.ts'
import { type LogPattern, matchesLog } from '../../src/eth/log-pattern.ts'
import type { BlockRecord, Hash, IndexedTipset } from '../../src/eth/records.ts'
import {
  ConflictError,
  type Index,
  type LogQuery,
  NotIndexedError,
  TooManyLogsError,
} from '../../src/index/log-query.ts'
import { type Change, History, patterns, steps } from './history.ts'
import {
  addresses,
  below,
  pick,
  randomBytes,
  randomFrom,
  randomTipset,
  randomTransaction,
  tipsetOf,
  topics,
} from './random-tipset.ts'

export interface OpenIndex {
  readonly index: Index
  /** Makes changes visible together; none when one of them throws. */
  write(...changes: Change[]): Promise<void>
  close(): Promise<void>
}

const everything: LogPattern = { addresses: [], topics: [] }

/** `FC_SEED=…` repeats a run; `INDEX_FILTERS=10000` asks that many random filters. */
const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31)
const filters = Number(process.env.INDEX_FILTERS ?? 400)
const FILTERS_PER_HISTORY = 10

export function indexContract(name: string, open: () => Promise<OpenIndex>): void {
  describe(name, () => {
    const opened: OpenIndex[] = []

    async function fresh(): Promise<OpenIndex> {
      const index = await open()
      opened.push(index)
      return index
    }

    afterEach(async () => {
      for (const each of opened.splice(0)) await each.close()
    })

    /** Epochs 0, 1, 4 and 5 have tipsets. */
    async function withChain() {
      const { index, write } = await fresh()
      const random = randomFrom(1)
      const tipsets: IndexedTipset[] = []
      const log = { address: addresses[0]!, topics: topics.slice(0, 3) }
      const other = { address: addresses[1]!, topics: [] }
      for (const epoch of [0, 1, 4, 5]) {
        const shape = { parent: tipsets.at(-1)?.block, epoch, logs: [[log, log], [], [log, other]] }
        tipsets.push(tipsetOf(random, shape))
      }
      await write(
        ...tipsets.map(
          (tipset): Change =>
            (writer) =>
              writer.apply(tipset),
        ),
      )
      return { index, write, random, tipsets, blocks: tipsets.map(({ block }) => block) }
    }

    test('an empty index has no head and covers nothing', async () => {
      const { index } = await fresh()
      expect(index.head()).toBeUndefined()
      expect(index.covers(0, 0)).toBe(false)
      expect(index.blockAt(0)).toBeUndefined()
      expect(index.blockAtOrBefore(7)).toBeUndefined()
      await expect(index.logs(query(0, 0))).rejects.toThrow(NotIndexedError)
    })

    test('a null round has no tipset, and the one before it', async () => {
      const { index, blocks } = await withChain()
      const [genesis, first, second, head] = blocks
      expect([0, 1, 2, 3, 4, 5, 6].map((epoch) => index.blockAt(epoch))).toEqual([
        genesis,
        first,
        undefined,
        undefined,
        second,
        head,
        undefined,
      ])
      expect([-1, 0, 2, 3, 4, 9].map((epoch) => index.blockAtOrBefore(epoch))).toEqual([
        undefined,
        genesis,
        first,
        first,
        second,
        head,
      ])
      expect(index.head()).toEqual(head)
    })

    test('a million null rounds are as good as one', async () => {
      const { index, write, random, blocks } = await withChain()
      const head = blocks.at(-1)!
      const next = randomTipset(random, head, 1_000_007)
      await write((writer) => writer.apply(next))
      for (const epoch of [6, 7, 8, 4096, 65_535, 524_288, 999_999, 1_000_006]) {
        expect(index.blockAt(epoch)).toBeUndefined()
        expect(index.blockAtOrBefore(epoch)).toEqual(head)
      }
      await write((writer) => writer.revert(next.block))
      expect(index.covers(0, 5)).toBe(true)
      expect(index.covers(6, 6)).toBe(false)
    })

    test('records come back as they were written', async () => {
      const { index, tipsets } = await withChain()
      for (const { block, transactions, receipts } of tipsets) {
        expect(index.blockByHash(block.hash)).toEqual(block)
        const mined = index.transactions(block)
        expect(mined.map(({ transaction }) => transaction)).toEqual(transactions)
        expect(mined.map(({ receipt }) => receipt)).toEqual(receipts)
        transactions.forEach((transaction, i) => {
          expect(index.transaction(transaction.hash)).toEqual(mined[i])
          expect(index.transactionAt(block, i)).toEqual(mined[i])
          expect(index.transactionHash(transaction.cid)).toEqual(transaction.hash)
          expect(index.messageCid(transaction.hash)?.equals(transaction.cid)).toBe(true)
        })
        expect(index.transactionAt(block, transactions.length)).toBeUndefined()
      }
    })

    test('logs are in order and tell where they are from', async () => {
      const { index, tipsets } = await withChain()
      const rows = await index.logs(query(0, 5))
      const expected = tipsets.flatMap(({ block, transactions, receipts }) =>
        receipts.flatMap(({ logs }, transactionIndex) =>
          logs.map((log) => ({
            log,
            blockHash: block.hash,
            epoch: block.epoch,
            transactionHash: transactions[transactionIndex]!.hash,
            transactionIndex,
          })),
        ),
      )
      expect(expected.length).toBeGreaterThan(10)
      expect(rows).toEqual(expected)
    })

    test('a topic counts at its own position only', async () => {
      const { index, write } = await fresh()
      const [a, b] = topics
      const log = { address: addresses[0]!, topics: [a!, b!] }
      const genesis = tipsetOf(randomFrom(2), { parent: undefined, epoch: 0, logs: [[log]] })
      await write((writer) => writer.apply(genesis))
      const found = async (pattern: Partial<LogPattern>) =>
        (await index.logs(query(0, 0, pattern))).length
      expect(await found({ topics: [[a!]] })).toBe(1)
      expect(await found({ topics: [[b!]] })).toBe(0)
      expect(await found({ topics: [[], [b!]] })).toBe(1)
      expect(
        await found({
          topics: [
            [b!, a!],
            [a!, b!],
          ],
        }),
      ).toBe(1)
      expect(await found({ topics: [[a!], [b!], []] })).toBe(1)
      expect(await found({ topics: [[a!], [b!], [a!]] })).toBe(0)
      expect(await found({ addresses: [addresses[1]!], topics: [[a!]] })).toBe(0)
      expect(await found({ addresses: [addresses[1]!, addresses[0]!], topics: [[a!]] })).toBe(1)
    })

    test('a query with more logs than its limit fails and says how far it would fit', async () => {
      const { index, write } = await fresh()
      const random = randomFrom(3)
      const log = { address: addresses[0]!, topics: [topics[0]!] }
      let parent: BlockRecord | undefined
      for (let epoch = 0; epoch < 6; epoch++) {
        const tipset = tipsetOf(random, { parent, epoch, logs: [[log], [log]] })
        await write((writer) => writer.apply(tipset))
        parent = tipset.block
      }
      for (const pattern of [everything, { addresses: [addresses[0]!], topics: [] }]) {
        expect(await index.logs({ ...pattern, from: 1, to: 5, limit: 10 })).toHaveLength(10)
        const error = await index.logs({ ...pattern, from: 1, to: 5, limit: 7 }).catch((e) => e)
        expect(error).toBeInstanceOf(TooManyLogsError)
        expect(error.fitsTo).toBe(3)
        expect(await index.logs({ ...pattern, from: 1, to: 3, limit: 7 })).toHaveLength(6)
        const first = await index.logs({ ...pattern, from: 1, to: 5, limit: 1 }).catch((e) => e)
        expect(first.fitsTo).toBeUndefined()
      }
    })

    test('frequent, rare and many terms over thousands of tipsets', async () => {
      const { index, write } = await fresh()
      const random = randomFrom(5)
      const [rare, some, most] = topics as [Hash, Hash, Hash]
      const others = Array.from({ length: 300 }, () => randomBytes(random, 32))
      const tipsets: IndexedTipset[] = []
      for (let epoch = 0; tipsets.length < 3000; epoch += 1 + below(random, 2)) {
        const first = random() < 0.002 ? rare : random() < 0.1 ? some : most
        const address = pick(random, addresses)
        const logs = [[{ address, topics: [first, pick(random, others)] }]]
        tipsets.push(tipsetOf(random, { parent: tipsets.at(-1)?.block, epoch, logs }))
      }
      for (let at = 0; at < tipsets.length; at += 500) {
        const changes = tipsets.slice(at, at + 500).map(
          (tipset): Change =>
            (writer) => {
              writer.apply(tipset)
            },
        )
        await write(...changes)
      }
      const last = tipsets.at(-1)!.block.epoch
      const [address] = addresses as [EthAddress]
      const asked: Partial<LogPattern>[] = [
        {},
        { topics: [[rare]] },
        { topics: [[most]] },
        { addresses: [address], topics: [[rare]] },
        { addresses: [address], topics: [[most]] },
        { addresses: addresses.slice(1, 3), topics: [[some, rare], others.slice(0, 200)] },
        { topics: [[], others.slice(7, 8)] },
        { topics: [[most], others] },
      ]
      for (const pattern of asked) {
        for (const [from, to] of [
          [0, last],
          [1234, 1300],
          [last - 700, last],
        ] as const) {
          const wanted = tipsets
            .filter(({ block }) => from <= block.epoch && block.epoch <= to)
            .filter(({ receipts }) =>
              matchesLog({ ...everything, ...pattern }, receipts[0]!.logs[0]!),
            )
          const rows = await index.logs(query(from, to, pattern))
          expect(rows.map(({ epoch }) => epoch)).toEqual(wanted.map(({ block }) => block.epoch))
        }
      }
    })

    test('a query can be given up', async () => {
      const { index } = await withChain()
      const reason = new Error('client has gone')
      const signal = AbortSignal.abort(reason)
      await expect(index.logs(query(0, 5), signal)).rejects.toThrow(reason)
      const pattern = { addresses: [addresses[0]!] }
      await expect(index.logs(query(0, 5, pattern), signal)).rejects.toThrow(reason)
    })

    test('after the head nothing is known', async () => {
      const { index } = await withChain()
      expect(index.covers(0, 5)).toBe(true)
      expect(index.covers(5, 6)).toBe(false)
      await expect(index.logs(query(0, 6))).rejects.toThrow(NotIndexedError)
      expect(await index.logs(query(4, 3))).toEqual([])
    })

    test('a reverted tipset answers by hash only', async () => {
      const { index, write, random, tipsets, blocks } = await withChain()
      const undone = tipsets.at(-1)!
      const rows = index.logsOf(undone.block, everything)
      const other = randomTipset(random, blocks[2], 5, undone.transactions.slice(0, 1))
      await write(
        (writer) => writer.revert(undone.block),
        (writer) => writer.apply(other),
      )
      expect(index.head()).toEqual(other.block)
      expect(index.isCanonical(undone.block)).toBe(false)
      expect(index.blockByHash(undone.block.hash)).toEqual(undone.block)
      expect(index.transactions(undone.block)).toHaveLength(undone.transactions.length)
      expect(index.logsOf(undone.block, everything)).toEqual(rows)
      const [again, ...gone] = undone.transactions
      expect(index.transaction(again!.hash)?.blockHash).toEqual(other.block.hash)
      for (const { hash, cid } of gone) {
        expect(index.transaction(hash)).toBeUndefined()
        expect(index.messageCid(hash)).toEqual(cid)
      }
      expect(await index.logs(query(5, 5))).toEqual(index.logsOf(other.block, everything))
    })

    test('a query that runs while the chain changes sees one chain', async () => {
      const { index, write } = await fresh()
      const random = randomFrom(6)
      const log = { address: addresses[0]!, topics: [topics[0]!] }
      const genesis = tipsetOf(random, { parent: undefined, epoch: 0, logs: [] })
      const [here, there] = [1, 2].map(() => {
        const branch = [genesis]
        for (let epoch = 1; epoch <= 100; epoch++) {
          branch.push(tipsetOf(random, { parent: branch.at(-1)!.block, epoch, logs: [[log]] }))
        }
        return branch.slice(1)
      }) as [IndexedTipset[], IndexedTipset[]]
      const apply =
        (tipset: IndexedTipset): Change =>
        (writer) =>
          writer.apply(tipset)
      const revert =
        ({ block }: IndexedTipset): Change =>
        (writer) =>
          writer.revert(block)
      await write(apply(genesis), ...here.map(apply))
      let switching = true
      const switches = (async () => {
        for (let i = 0; i < 10; i++) {
          await write(...here.toReversed().map(revert), ...there.map(apply))
          await write(...there.toReversed().map(revert), ...here.map(apply))
        }
        switching = false
      })()
      const seen = new Set<string>()
      while (switching) {
        for (const pattern of [{}, { addresses: [log.address] }]) {
          const rows = await index.logs(query(1, 100, pattern))
          const branch = equal(rows[0]!.blockHash, here[0]!.block.hash) ? here : there
          const hashes = branch.map(({ block }) => block.hash)
          expectSame(
            rows.map(({ blockHash }) => blockHash),
            hashes,
          )
          seen.add(to0x(hashes[0]!))
        }
      }
      await switches
      expect(seen.size).toBe(2)
    })

    test('nothing is left of an erased tipset', async () => {
      const { index, write, tipsets } = await withChain()
      const [undone, kept] = [tipsets.at(-1)!, tipsets.at(-2)!]
      index.transactions(undone.block) // what a reader keeps in memory has to go too
      await write((writer) => writer.erase(undone.block))
      expect(index.head()).toEqual(kept.block)
      expect(index.blockByHash(undone.block.hash)).toBeUndefined()
      expect(index.blockAt(5)).toBeUndefined()
      expect(index.transactionAt(undone.block, 0)).toBeUndefined()
      expect(() => index.transactions(undone.block)).toThrow(NotIndexedError)
      expect(() => index.logsOf(undone.block, everything)).toThrow(NotIndexedError)
      for (const { hash, cid } of undone.transactions) {
        expect(index.transaction(hash)).toBeUndefined()
        expect(index.transactionHash(cid)).toBeUndefined()
        expect(index.messageCid(hash)).toBeUndefined()
      }
      expect(index.transactions(kept.block)).toHaveLength(kept.transactions.length)
    })

    test('erasing a reverted tipset leaves its message that was mined elsewhere', async () => {
      const { index, write, random, tipsets, blocks } = await withChain()
      const undone = tipsets.at(-1)!
      const [again] = undone.transactions
      const other = randomTipset(random, blocks[2], 5, [again!])
      await write(
        (writer) => writer.revert(undone.block),
        (writer) => writer.apply(other),
        (writer) => writer.erase(undone.block),
      )
      expect(index.transaction(again!.hash)?.blockHash).toEqual(other.block.hash)
      expect(index.transactionHash(again!.cid)).toEqual(again!.hash)
    })

    test('the whole chain can be erased and begun again', async () => {
      const { index, write, random, blocks } = await withChain()
      const genesis = randomTipset(random, undefined, 0)
      await write(
        ...blocks.toReversed().map(
          (block): Change =>
            (writer) =>
              writer.erase(block),
        ),
        (writer) => writer.apply(genesis),
      )
      expect(index.head()).toEqual(genesis.block)
      expect(index.covers(0, 0)).toBe(true)
      expect(await index.logs(query(0, 0))).toEqual(index.logsOf(genesis.block, everything))
    })

    test('a gap is an error until it is filled', async () => {
      const { index, write, random, tipsets, blocks } = await withChain()
      const missing = randomTipset(random, blocks.at(-1), 7)
      const head = randomTipset(random, missing.block, 10)
      await write((writer) => writer.apply(head))
      expect(index.head()).toEqual(head.block)
      expect(index.covers(0, 5)).toBe(true)
      expect(index.covers(5, 10)).toBe(false)
      expect(() => index.blockAt(8)).toThrow(NotIndexedError)
      expect(() => index.blockAtOrBefore(8)).toThrow(NotIndexedError)
      await expect(index.logs(query(0, 10))).rejects.toThrow(NotIndexedError)

      await write((writer) => writer.apply(missing))
      expect(index.head()).toEqual(head.block)
      expect(index.covers(0, 10)).toBe(true)
      expect(index.blockAtOrBefore(9)).toEqual(missing.block)
      const all = [...tipsets, missing, head]
      const counts = all.flatMap(({ receipts }) => receipts.map(({ logs }) => logs.length))
      const total = counts.reduce((sum, count) => sum + count, 0)
      expect(await index.logs(query(0, 10))).toHaveLength(total)
    })

    test('a tipset that does not fit is refused and changes nothing', async () => {
      const { index, write, random, tipsets, blocks } = await withChain()
      const wrong: Change[] = [
        (writer) => writer.apply(tipsets[3]!),
        (writer) => writer.apply(randomTipset(random, blocks[2], 3)),
        (writer) => writer.apply(randomTipset(random, blocks[2], 6)),
        (writer) => writer.apply(randomTipset(random, undefined, 9)),
        (writer) => writer.revert(blocks[2]!),
      ]
      for (const change of wrong) {
        const fine = randomTipset(random, blocks[3], 6)
        const both: Change[] = [change, (writer) => writer.apply(fine)]
        await expect(write(...both)).rejects.toThrow(ConflictError)
        expect(index.head()).toEqual(blocks[3])
      }
    })

    test('a message is known by its hash from the time it is in the pool', async () => {
      const { index, write } = await fresh()
      const { cid, hash } = randomTransaction(randomFrom(4))
      await write((writer) => writer.link(cid, hash))
      expect(index.transactionHash(cid)).toEqual(hash)
      expect(index.messageCid(hash)?.equals(cid)).toBe(true)
      expect(index.transaction(hash)).toBeUndefined()
      await write((writer) => writer.unlink(cid, hash))
      expect(index.transactionHash(cid)).toBeUndefined()
      expect(index.messageCid(hash)).toBeUndefined()
    })

    test(`${filters} random filters over random histories, seed ${seed}`, async () => {
      const asked = fc.record({
        pattern: patterns,
        from: fc.nat({ max: 1000 }),
        length: fc.nat({ max: 1000 }),
        limit: fc.constantFrom(0, 3, 20, Number.POSITIVE_INFINITY),
      })
      const questions = fc.array(asked, {
        minLength: FILTERS_PER_HISTORY,
        maxLength: FILTERS_PER_HISTORY,
      })
      await fc.assert(
        fc.asyncProperty(steps, questions, async (taken, asked) => {
          const { index, write, close } = await open()
          try {
            const history = new History()
            for (const step of taken) await take(history.changes(step), history, write)
            expectSameRecords(index, history)
            // questions are about the epochs that there are, and a few after them
            const end = (history.oracle.head()?.epoch ?? 0) + 3
            for (const { pattern, from, length, limit } of asked) {
              const first = from % end
              const last = Math.min(first + (length % end), end)
              await expectSameLogs(index, history, { ...pattern, from: first, to: last, limit })
            }
          } finally {
            await close()
          }
        }),
        { seed, numRuns: Math.ceil(filters / FILTERS_PER_HISTORY) },
      )
    }, 600_000)
  })
}

/** Makes the changes of one step in both; when the oracle refuses them the index must too. */
async function take(
  changes: readonly Change[],
  { oracle }: History,
  write: OpenIndex['write'],
): Promise<void> {
  try {
    for (const change of changes) change(oracle)
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error
    await expect(write(...changes)).rejects.toThrow(ConflictError)
    return
  }
  await write(...changes)
}

function expectSameRecords(index: Index, { oracle, tipsets }: History): void {
  expectSame(index.head(), oracle.head())
  const end = (oracle.head()?.epoch ?? 0) + 2
  for (let epoch = -1; epoch <= end; epoch++) {
    expectSame(index.covers(epoch, epoch), oracle.covers(epoch, epoch))
    for (const read of ['blockAt', 'blockAtOrBefore'] as const) {
      expectSame(
        outcome(() => index[read](epoch)),
        outcome(() => oracle[read](epoch)),
      )
    }
  }
  for (const { block, transactions } of tipsets) {
    expectSame(index.blockByHash(block.hash), oracle.blockByHash(block.hash))
    expectSame(index.isCanonical(block), oracle.isCanonical(block))
    for (const read of [
      (from: Index) => from.transactions(block),
      (from: Index) => from.transactionAt(block, 0),
      (from: Index) => from.logsOf(block, everything),
    ]) {
      expectSame(
        outcome(() => read(index)),
        outcome(() => read(oracle)),
      )
    }
    for (const { hash, cid } of transactions) {
      expectSame(index.transaction(hash), oracle.transaction(hash))
      expectSame(index.transactionHash(cid), oracle.transactionHash(cid))
      expectSame(index.messageCid(hash), oracle.messageCid(hash))
    }
  }
}

async function expectSameLogs(index: Index, { oracle }: History, asked: LogQuery): Promise<void> {
  const wanted = await oracle.logs(asked).catch((error) => error)
  const got = await index.logs(asked).catch((error) => error)
  if (wanted instanceof TooManyLogsError) {
    expect(got).toBeInstanceOf(TooManyLogsError)
    expect(got.fitsTo).toBe(wanted.fitsTo)
  } else if (wanted instanceof NotIndexedError) {
    expect(got).toBeInstanceOf(NotIndexedError)
  } else {
    expectSame(got, wanted)
  }
}

/** `toEqual` takes its time over bytes; it is only needed to show a difference. */
function expectSame(got: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(got, wanted)) expect(got).toEqual(wanted)
}

/** The answer, or the name of the error. */
function outcome<T>(read: () => T): T | string {
  try {
    return read()
  } catch (error) {
    return (error as Error).name
  }
}

function query(from: number, to: number, pattern: Partial<LogPattern> = {}): LogQuery {
  return { ...everything, ...pattern, from, to, limit: Number.POSITIVE_INFINITY }
}
