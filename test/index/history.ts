/** Random histories of a chain: growth, null rounds, forks, gaps, erased tipsets. */
import fc from 'fast-check'
import { equal } from '../../src/base/bytes.ts'
import type { LogPattern } from '../../src/eth/log-pattern.ts'
import type { BlockRecord, IndexedTipset, TransactionRecord } from '../../src/eth/records.ts'
import type { IndexWriter } from '../../src/index/log-query.ts'
import { MemoryIndex } from './memory-index.ts'
import { addresses, below, type Random, randomFrom, randomTipset, topics } from './random-tipset.ts'

export type Change = (writer: IndexWriter) => void

export interface Step {
  readonly kind: 'grow' | 'fork' | 'return' | 'erase' | 'leap' | 'fill' | 'conflict'
  readonly seed: number
}

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 6, arbitrary: fc.constant('grow' as const) },
      { weight: 3, arbitrary: fc.constant('fork' as const) },
      fc.constantFrom<Step['kind']>('return', 'erase', 'leap', 'fill', 'conflict'),
    ),
    seed: fc.nat(),
  }),
  { minLength: 3, maxLength: 14 },
)

export const patterns: fc.Arbitrary<LogPattern> = fc.record({
  addresses: fc.array(fc.constantFrom(...addresses), { maxLength: 3 }),
  topics: fc.array(fc.array(fc.constantFrom(...topics), { maxLength: 3 }), { maxLength: 4 }),
})

/** A model of the chain that turns steps into changes of an index and knows what it must answer. */
export class History {
  readonly oracle = new MemoryIndex()
  /** Every tipset there ever was. */
  readonly tipsets: IndexedTipset[] = []
  #taken = 0
  /** Tipsets in a gap, the newest last. */
  readonly #gap: IndexedTipset[] = []

  /** The changes of one step, to be made together. */
  changes({ kind, seed }: Step): Change[] {
    // no two steps make the same tipsets, even with equal seeds
    return this[kind](randomFrom(seed ^ Math.imul(++this.#taken, 0x9e3779b1)))
  }

  grow(random: Random): Change[] {
    const head = this.oracle.head()
    return this.#chain(random, head, head?.epoch ?? -1, 1 + below(random, 3))
  }

  /** Other tipsets take the place of the newest, with some of the same messages. */
  fork(random: Random): Change[] {
    const { changes, base } = this.#undo(random, (writer, block) => writer.revert(block))
    return [...changes, ...this.#chain(random, base, base?.epoch ?? -1, below(random, 4))]
  }

  /** A reverted tipset becomes canonical again. */
  return(random: Random): Change[] {
    const head = this.oracle.head()
    const waiting = this.tipsets.filter(
      ({ block }) =>
        head !== undefined &&
        equal(block.parentHash, head.hash) &&
        this.oracle.blockByHash(block.hash) !== undefined,
    )
    const tipset = waiting[below(random, waiting.length)]
    return tipset === undefined ? [] : [(writer) => writer.apply(tipset)]
  }

  erase(random: Random): Change[] {
    return this.#undo(random, (writer, block) => writer.erase(block)).changes
  }

  /** A tipset is indexed whose ancestors are not yet. */
  leap(random: Random): Change[] {
    const head = this.oracle.head()
    if (head === undefined) return []
    const missing = this.#make(random, head, head.epoch, 2 + below(random, 3))
    const top = missing.pop()!
    this.#gap.splice(0, this.#gap.length, ...missing)
    return [(writer) => writer.apply(top)]
  }

  /** From above or from below. */
  fill(random: Random): Change[] {
    const tipset = random() < 0.5 ? this.#gap.pop() : this.#gap.shift()
    if (tipset === undefined) return []
    return [(writer) => writer.apply(tipset)]
  }

  /** A tipset that does not build on what is there, or is none that could be reverted. */
  conflict(random: Random): Change[] {
    const head = this.oracle.head()
    if (head === undefined) return []
    const stranger = randomTipset(random, undefined, head.epoch + 1)
    const sibling = randomTipset(
      random,
      { hash: stranger.block.hash },
      head.epoch + below(random, 2),
    )
    const wrong: Change[] = [
      (writer) => writer.apply(stranger),
      (writer) => writer.apply(sibling),
      (writer) => writer.revert(stranger.block),
    ]
    return [wrong[below(random, wrong.length)]!]
  }

  #chain(random: Random, parent: BlockRecord | undefined, epoch: number, length: number): Change[] {
    return this.#make(random, parent, epoch, length).map((tipset) => (writer) => {
      writer.apply(tipset)
    })
  }

  #make(
    random: Random,
    parent: BlockRecord | undefined,
    after: number,
    length: number,
  ): IndexedTipset[] {
    const made: IndexedTipset[] = []
    let epoch = after
    for (let last = parent; made.length < length; last = made.at(-1)!.block) {
      epoch += 1 + (random() < 0.3 ? below(random, random() < 0.2 ? 100 : 4) : 0)
      const again = this.#unminedTransactions().slice(0, made.length === 0 ? 2 : 0)
      made.push(randomTipset(random, last, epoch, again))
    }
    this.tipsets.push(...made)
    return made
  }

  /** Those of reverted tipsets, each once, unless a gap will be filled with them. */
  #unminedTransactions(): TransactionRecord[] {
    const awaited = new Set(this.#gap.flatMap(({ block }) => block.transactions))
    const unmined = this.tipsets
      .filter(({ block }) => !this.oracle.isCanonical(block))
      .flatMap(({ transactions }) => transactions)
      .filter(({ hash }) => this.oracle.transaction(hash) === undefined && !awaited.has(hash))
    return [...new Map(unmined.map((transaction) => [transaction.cid.key, transaction])).values()]
  }

  #undo(random: Random, undo: (writer: IndexWriter, block: BlockRecord) => void) {
    const canonical = this.tipsets
      .map(({ block }) => block)
      .filter((block) => this.oracle.isCanonical(block))
      .sort((a, b) => b.epoch - a.epoch)
    const undone = canonical.slice(0, 1 + below(random, 4))
    const changes: Change[] = undone.map((block) => (writer) => undo(writer, block))
    return { changes, base: canonical[undone.length] }
  }
}
