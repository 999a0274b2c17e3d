/**
 * Reads the index from the embedded store, in any thread. Single records are read at once; a log
 * query works on a snapshot, so a tipset that is committed meanwhile is in its answer as a whole or
 * not at all.
 */
import { bytesKey, EMPTY, equal, to0x } from '../base/bytes.ts'
import { Lru } from '../base/lru.ts'
import { type LogPattern, matchesLog } from '../eth/log-pattern.ts'
import type { BlockRecord, Hash, MinedTransaction } from '../eth/records.ts'
import { CID } from '../ipld/cid.ts'
import type { LevelStore } from '../ipld/level.ts'
import { covers, type IndexState } from './coverage.ts'
import {
  blockKey,
  logsKey,
  messageKey,
  type Place,
  placeKey,
  transactionHashKey,
  transactionKey,
} from './level-keys.ts'
import { canonicalHash, epochBefore, readState } from './level-rows.ts'
import { type Index, type LogQuery, type LogRow, NotIndexedError } from './log-query.ts'
import { logRows, searchLogs } from './log-search.ts'
import { BlockRow, LogsRow, PlaceRow, TransactionRow } from './record-codecs.ts'

const DEFAULT_CACHE_SIZE = 32 * 1024 * 1024
/** Decoded, a record takes about this many times its stored bytes. */
const DECODED_FACTOR = 4

export class LevelIndex implements Index {
  readonly #store: LevelStore
  /** Decoded records by the `bytesKey` of their row's key. */
  readonly #blocks: Lru<string, BlockRecord>
  readonly #transactions: Lru<string, MinedTransaction>
  #generation: number
  /** What the store said when it changed last, if somebody tells of every change. */
  #followed: IndexState | undefined

  /** @param cacheSize bytes of decoded records that stay in this thread's memory */
  constructor(store: LevelStore, cacheSize = DEFAULT_CACHE_SIZE) {
    this.#store = store
    this.#blocks = new Lru(cacheSize / 2)
    this.#transactions = new Lru(cacheSize / 2)
    this.#generation = store.generation()
  }

  /**
   * For an owner who hears of every commit: from now on the store is asked for its state only when
   * the returned function is called, and what is read is what was there then.
   */
  follow(): () => void {
    const changed = () => {
      this.#followed = undefined
      this.#forgetErased()
      this.#followed = readState(this.#store)
    }
    changed()
    return changed
  }

  head(): BlockRecord | undefined {
    for (let missing: Hash | undefined; ; ) {
      const { head } = this.#state()
      if (head === null) return undefined
      const block = this.blockByHash(head)
      if (block !== undefined) return block
      // erased between the two reads, so there is another head now
      if (missing && equal(missing, head)) throw new Error('the index has lost its head')
      missing = head
    }
  }

  blockAt(epoch: number): BlockRecord | undefined {
    return this.#isIndexed(epoch) ? this.#canonical(epoch) : undefined
  }

  blockAtOrBefore(epoch: number): BlockRecord | undefined {
    if (!this.#isIndexed(epoch)) return epoch < 0 ? undefined : this.head()
    const block = this.#canonical(epoch)
    if (block !== undefined) return block
    const before = epochBefore(this.#store, epoch)
    return before === undefined ? undefined : this.#canonical(before)
  }

  blockByHash(hash: Hash): BlockRecord | undefined {
    this.#forgetErased()
    return this.#block(hash)
  }

  isCanonical(block: BlockRecord): boolean {
    const hash = canonicalHash(this.#store, block.epoch)
    return hash !== undefined && equal(hash, block.hash)
  }

  transaction(hash: Hash): MinedTransaction | undefined {
    this.#forgetErased()
    const row = this.#store.get(placeKey(hash))
    return row && this.#mined(PlaceRow.decode(row))
  }

  transactionAt(block: BlockRecord, index: number): MinedTransaction | undefined {
    this.#forgetErased()
    return index < block.transactions.length ? this.#mined(placeIn(block, index)) : undefined
  }

  transactions(block: BlockRecord): MinedTransaction[] {
    this.#forgetErased()
    const mined = block.transactions.map((_, index) => this.#mined(placeIn(block, index)))
    this.#expectStill(block)
    return mined as MinedTransaction[]
  }

  transactionHash(message: CID): Hash | undefined {
    return this.#store.get(transactionHashKey(message))
  }

  messageCid(transactionHash: Hash): CID | undefined {
    const row = this.#store.get(messageKey(transactionHash))
    return row && CID.fromBytes(row)
  }

  async logs(query: LogQuery, signal?: AbortSignal): Promise<LogRow[]> {
    const { from, to } = query
    if (from > to) return []
    const snapshot = this.#store.snapshot()
    try {
      if (!covers(readState(snapshot).coverage, from, to)) {
        throw new NotIndexedError(`epochs ${from} to ${to} are not all indexed`)
      }
      return await searchLogs(snapshot, query, signal)
    } finally {
      await snapshot.close()
    }
  }

  logsOf(block: BlockRecord, pattern: LogPattern): LogRow[] {
    const rows = block.transactions.flatMap((_, index) => {
      const place = placeIn(block, index)
      const row = this.#store.get(logsKey(place))
      return row === undefined ? [] : logRows(place, row)
    })
    this.#expectStill(block)
    return rows.filter(({ log }) => matchesLog(pattern, log))
  }

  covers(from: number, to: number): boolean {
    return covers(this.#state().coverage, from, to)
  }

  /** False where there cannot be a tipset: before epoch 0 and after the head. */
  #isIndexed(epoch: number): boolean {
    const { coverage } = this.#state()
    if (covers(coverage, epoch, epoch)) return true
    if (epoch < 0 || epoch > (coverage.at(-1)?.to ?? -1)) return false
    throw new NotIndexedError(`epoch ${epoch} is not indexed`)
  }

  /** To be asked after its rows were read, for it might be erased in between. */
  #expectStill({ hash }: BlockRecord): void {
    if (this.blockByHash(hash) !== undefined) return
    throw new NotIndexedError(`tipset ${to0x(hash)} is no longer indexed`)
  }

  #canonical(epoch: number): BlockRecord | undefined {
    const hash = canonicalHash(this.#store, epoch)
    return hash && this.blockByHash(hash)
  }

  #block(hash: Hash): BlockRecord | undefined {
    const key = blockKey(hash)
    const name = bytesKey(key)
    const cached = this.#blocks.get(name)
    if (cached !== undefined) return cached
    const row = this.#store.get(key)
    if (row === undefined) return undefined
    const block = BlockRow.decode(row)
    this.#blocks.set(name, block, row.length * DECODED_FACTOR)
    return block
  }

  #mined(place: Place): MinedTransaction | undefined {
    const key = transactionKey(place)
    const name = bytesKey(key)
    const cached = this.#transactions.get(name)
    if (cached !== undefined) return cached
    const row = this.#store.get(key)
    if (row === undefined) return undefined
    const { transaction, receipt } = TransactionRow.decode(row)
    const { logCount, ...withoutLogs } = receipt
    const logsRow = logCount === 0 ? EMPTY : this.#store.get(logsKey(place))
    // erased between the two reads
    if (logsRow === undefined) return undefined
    const logs = logCount === 0 ? [] : LogsRow.decode(logsRow).logs
    const mined = { ...place, transaction, receipt: { ...withoutLogs, logs } }
    this.#transactions.set(name, mined, (row.length + logsRow.length) * DECODED_FACTOR)
    return mined
  }

  /** To be called before anything is taken from memory: rows may have been removed or replaced. */
  #state(): IndexState {
    return this.#followed ?? readState(this.#store)
  }

  #forgetErased(): void {
    if (this.#followed !== undefined) return
    const generation = this.#store.generation()
    if (generation === this.#generation) return
    this.#blocks.clear()
    this.#transactions.clear()
    this.#generation = generation
  }
}

function placeIn(block: BlockRecord, index: number): Place {
  return { epoch: block.epoch, blockHash: block.hash, index }
}
