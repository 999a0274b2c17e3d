/**
 * The writer: owns mempool and block production, and is the only one that writes the store. What
 * it is asked to do, it does one after the other. A tipset's state, rows and head go into the
 * store in one batch, and only then anybody hears of it.
 */

import { Address } from '../../address/address.ts'
import { bytesKey, equal } from '../../base/bytes.ts'
import { assembleTipset, writeReceipts } from '../../chain/assemble.ts'
import { MempoolError } from '../../chain/chain.ts'
import * as edits from '../../chain/dev-edits.ts'
import { type GenesisAccount, genesisState } from '../../chain/genesis.ts'
import { type Dropped, LocalChain, type Produced } from '../../chain/local-chain.ts'
import { localMachine } from '../../chain/machine.ts'
import { Mempool, type PooledMessage, UNTRUSTED } from '../../chain/mempool.ts'
import { indexedTipset } from '../../eth/block.ts'
import type { BlockRecord, Hash, IndexedTipset } from '../../eth/records.ts'
import { type ChainMessage, storedMessage } from '../../eth/transaction-record.ts'
import type { StateTree } from '../../fvm/state-tree.ts'
import { LevelIndexWriter } from '../../index/level-index-writer.ts'
import { blockKey, transactionKey } from '../../index/level-keys.ts'
import { canonicalHash, epochBefore, readBlock, readState } from '../../index/level-rows.ts'
import { BlockRow, TransactionRow } from '../../index/record-codecs.ts'
import { MemoryBlockstore } from '../../ipld/blockstore.ts'
import type { CID } from '../../ipld/cid.ts'
import type { Batch } from '../../ipld/level-batch.ts'
import { LevelBlockstore } from '../../ipld/level-blockstore.ts'
import { messageCodec, signedMessageCodec } from '../../protocol/message.ts'
import { MAX_MESSAGES_PER_BLOCK } from '../../protocol/network.ts'
import { NO_NEWS } from '../../shared/commit.ts'
import type { WireBundle } from '../actors.ts'
import {
  ACTORS,
  type ChainSettings,
  chainSettings,
  GAS_SCALE,
  gasScaleCodec,
  SETTINGS,
  USER_CODE,
  userCode,
} from '../chain-records.ts'
import { ThreadActors } from '../threads/actors.ts'
import { type WireNextTipset, type WireTransaction, wireTransaction, wireWaiting } from '../wire.ts'
import { ChainClock } from './clock.ts'
import type { WriterStore } from './store.ts'

/** Tipsets that one batch may hold when many are mined at once. */
const TIPSETS_PER_BATCH = 256
/** The index has 48 bits for a height. */
const LATEST_EPOCH = 2 ** 47
/** Bytes of state blocks that stay in memory. */
const CACHE_SIZE = 256 << 20

export interface WriterOptions {
  readonly chainId: number
  /** Above 1: gas on Ethereum's scale. */
  readonly gasScale: number
  readonly networkName: string
  readonly accounts: readonly { readonly address: Uint8Array; readonly balance: bigint }[]
  /** attoFIL per gas unit */
  readonly baseFee: bigint
  /** Unix seconds of the first tipset; undefined: now. */
  readonly timestamp: number | undefined
  readonly automine: boolean
  /** Milliseconds between tipsets; 0: none by the clock. */
  readonly interval: number
  /** Genuine actors, and the row that says so; undefined: the native ones. */
  readonly actors: { readonly bundle: WireBundle; readonly row: Uint8Array } | undefined
}

export type WriterEvent =
  | {
      readonly type: 'head'
      /** Encoded records, newest first. */
      readonly revert: readonly Uint8Array[]
      /** Hashes, oldest first. */
      readonly apply: readonly Hash[]
      /** Why the messages of the applied tipsets failed, by transaction hash key. */
      readonly failures: ReadonlyMap<string, string>
      /** What their contracts printed, by the same key. */
      readonly console: ReadonlyMap<string, readonly string[]>
    }
  /** The head's state is another, by a developer's edit. */
  | { readonly type: 'amended' }
  | { readonly type: 'pending'; readonly transaction: WireTransaction }
  /** Another producer has taken over, or the shared store is gone: nothing more will be written. */
  | { readonly type: 'lost'; readonly message: string }
  | { readonly type: 'error'; readonly message: string; readonly stack: string | undefined }

interface Waiter {
  resolve(): void
  reject(error: Error): void
}

interface Snapshot {
  readonly id: number
  readonly head: BlockRecord
  readonly pool: readonly PooledMessage[]
  readonly clockOffset: number
  readonly automine: boolean
}

export class Writer {
  readonly #store: WriterStore
  readonly #options: WriterOptions
  readonly #emit: (event: WriterEvent) => void
  readonly #actors: ThreadActors
  readonly #pool: Mempool
  readonly #clock: ChainClock
  readonly #waiters = new Map<string, Waiter>()
  /** Transaction hashes, by `bytesKey`, of the messages that the store keeps. */
  readonly #kept = new Set<string>()
  #chain!: LocalChain
  /** Rows that are being written together; reads of the chain see them. */
  #rows: Batch
  #automine: boolean
  #nextBaseFee: bigint | null = null
  #skip = 0
  /** Seconds between all tipsets, as a developer has asked for. */
  #timestampInterval: number | undefined
  /** How often tipsets were replaced: tells one from another with the same contents. */
  #fork = 0
  #tellsPending = false
  #settingsRow: Uint8Array | undefined
  #snapshots: Snapshot[] = []
  #lastSnapshot = 0
  #turn: Promise<unknown> = Promise.resolve()
  #mineScheduled = false
  #interval: NodeJS.Timeout | undefined

  private constructor(
    store: WriterStore,
    options: WriterOptions,
    emit: (event: WriterEvent) => void,
    wall: () => number,
    actors: ThreadActors,
  ) {
    this.#store = store
    this.#actors = actors
    this.#options = options
    this.#emit = emit
    this.#pool = new Mempool(options.chainId, options.gasScale)
    this.#rows = store.batch()
    this.#automine = options.automine
    const now = Math.floor(wall() / 1_000)
    this.#clock = new ChainClock(wall, (options.timestamp ?? now) - now)
  }

  /** Goes on with the chain in the store, or starts one. */
  static async open(
    store: WriterStore,
    options: WriterOptions,
    emit: (event: WriterEvent) => void,
    wall: () => number = Date.now,
  ): Promise<Writer> {
    const actors = await ThreadActors.open({
      bundle: options.actors?.bundle,
      directory: store.directory,
      blocks: new LevelBlockstore(store, 0),
      installed: () => store.meta(USER_CODE),
    })
    // what is installed may be in any message
    if (store.meta(USER_CODE) !== undefined) await actors.loadEngine()
    const writer = new Writer(store, options, emit, wall, actors)
    const { head } = readState(store)
    if (head === null) await writer.#startChain()
    else writer.#continueChain(head)
    await writer.#refillPool()
    writer.setIntervalMining(options.interval)
    return writer
  }

  // --- messages -------------------------------------------------------------------------------

  /** @param encoded a signed message's CBOR */
  async submit(encoded: Uint8Array): Promise<Uint8Array> {
    const signed = signedMessageCodec.decode(encoded)
    const { cid } = await this.#submit((base) => this.#pool.add(signed, this.#chain, base))
    return cid.bytes
  }

  /** @param encoded a signed message's CBOR whose sender was recovered from the signature */
  async submitRecovered(encoded: Uint8Array): Promise<Uint8Array> {
    const signed = signedMessageCodec.decode(encoded)
    const { cid } = await this.#submit((base) => this.#pool.addAuthentic(signed, this.#chain, base))
    return cid.bytes
  }

  /** @param encoded as of {@link submitRecovered} */
  async submitUntrusted(encoded: Uint8Array): Promise<Uint8Array> {
    const signed = signedMessageCodec.decode(encoded)
    const { cid } = await this.#submit((base) =>
      this.#pool.addAuthentic(signed, this.#chain, base, UNTRUSTED),
    )
    return cid.bytes
  }

  /** @param encoded an unsigned message's CBOR @returns its transaction hash */
  async submitUnsigned(encoded: Uint8Array): Promise<Hash> {
    const message = messageCodec.decode(encoded)
    const candidate = { message, signature: null }
    const { hash } = await this.#submit((base) => this.#pool.add(candidate, this.#chain, base))
    return hash
  }

  pendingNonce(address: Uint8Array): bigint {
    const from = Address.fromBytes(address)
    return this.#pool.nextNonce(from, this.#sequence(from))
  }

  /** What a message that this sender sends now will find. */
  next(sender: Uint8Array): WireNextTipset {
    const { head } = this.#chain
    const from = Address.fromBytes(sender)
    return {
      epoch: this.#nextEpoch(),
      timestamp: this.#clock.peek(head.timestamp),
      waiting: this.#pool.waiting(from, this.#sequence(from)).map(wireWaiting),
    }
  }

  /** Whether every message that enters the pool is told of. */
  tellPending(on: boolean): void {
    this.#tellsPending = on
  }

  pending(): WireTransaction[] {
    return this.#pool.all().map(({ record }) => wireTransaction(record))
  }

  // --- mining ---------------------------------------------------------------------------------

  /** @param interval seconds of chain time between the tipsets */
  mine(count: number, interval: number | undefined): Promise<void> {
    return this.#inTurn(async () => {
      for (let left = count; left > 0; ) {
        const batch = Math.min(left, TIPSETS_PER_BATCH)
        await this.#mine(batch, left === count ? undefined : interval, interval)
        left -= batch
      }
    })
  }

  /** @throws RangeError when there is no such height */
  skipEpochs(count: number): void {
    const next = this.#nextEpoch() + count
    if (next > LATEST_EPOCH) {
      throw new RangeError(`height ${next} is too high, the last one is ${LATEST_EPOCH}`)
    }
    this.#skip += count
  }

  setAutomine(on: boolean): Promise<void> {
    return this.#inTurn(async () => {
      this.#automine = on
      if (on) this.#scheduleMine()
    })
  }

  automine(): boolean {
    return this.#automine
  }

  setIntervalMining(milliseconds: number): void {
    clearInterval(this.#interval)
    this.#interval = undefined
    if (milliseconds > 0) {
      this.#interval = setInterval(() => {
        this.#inTurn(() => this.#mine(1)).catch((error) => this.#report(error))
      }, milliseconds)
    }
  }

  increaseTime(seconds: number): number {
    return this.#clock.increase(seconds)
  }

  setNextBlockTimestamp(seconds: number): void {
    this.#clock.setNext(seconds, this.#chain.head.timestamp)
  }

  setNextBlockBaseFee(baseFee: bigint): void {
    this.#nextBaseFee = baseFee
  }

  /** @returns seconds that the chain's clock is now ahead of the wall clock */
  setTime(seconds: number): number {
    return this.#clock.set(seconds)
  }

  /** @param seconds between tipsets from now on; undefined: as the clock says */
  setTimestampInterval(seconds: number | undefined): void {
    this.#timestampInterval = seconds
  }

  /**
   * Takes messages out of the pool.
   * @param hash of one; undefined: all
   * @param sender only those of this one; undefined: of everybody
   * @returns their hashes
   */
  drop(hash: Hash | undefined, sender: Uint8Array | undefined): Promise<Hash[]> {
    return this.#inTurn(async () => {
      const dropped = this.#pool
        .all()
        .filter((pooled) => hash === undefined || equal(pooled.hash, hash))
        .filter(({ message }) => sender === undefined || equal(message.from.bytes, sender))
      for (const message of dropped) this.#drop({ message, reason: 'dropped from the pool' })
      return dropped.map((pooled) => pooled.hash)
    })
  }

  // --- going back -----------------------------------------------------------------------------

  snapshot(): Promise<number> {
    return this.#inTurn(async () => {
      const id = ++this.#lastSnapshot
      this.#snapshots.push({ ...this.#present(), id })
      return id
    })
  }

  revert(id: number): Promise<boolean> {
    return this.#inTurn(async () => {
      const index = this.#snapshots.findIndex((snapshot) => snapshot.id === id)
      const snapshot = this.#snapshots[index]
      if (snapshot === undefined) return false
      await this.#goBack(snapshot)
      return true
    })
  }

  /**
   * Takes the newest tipsets back; what was in them is gone.
   * @throws RangeError when there are not so many
   */
  rollback(depth: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#goBack({ ...this.#present(), head: this.#ancestor(depth).head })
    })
  }

  /**
   * Replaces the newest tipsets by as many others; their messages return to the pool and are mined
   * again.
   * @throws RangeError when there are not so many
   */
  reorg(depth: number): Promise<void> {
    return this.#inTurn(async () => {
      const { head, messages } = this.#ancestor(depth)
      await this.#goBack({ ...this.#present(), head })
      for (const message of messages) {
        try {
          this.#pool.addAuthentic(message, this.#chain, head.nextBaseFee)
        } catch (error) {
          // one that could be mined only in the place that it had
          if (!(error instanceof MempoolError)) throw error
        }
      }
      // another block than the one that was there, even with the same messages in the same second
      this.#fork++
      await this.#mine(depth)
    })
  }

  /** A new chain from genesis, in the same store. */
  reset(): Promise<void> {
    return this.#inTurn(async () => {
      const genesis = this.#blockAtOrBefore(0)
      if (genesis === undefined) throw new Error('the chain has no genesis')
      const original = await this.#genesisRecord(genesis)
      this.#snapshots = []
      await this.#goBack({
        ...this.#present(),
        head: original,
        pool: [],
        automine: this.#options.automine,
      })
    })
  }

  // --- edits ----------------------------------------------------------------------------------

  setBalance(address: Uint8Array, balance: bigint): Promise<void> {
    return this.#edit((scope) => edits.setBalance(scope, Address.fromBytes(address), balance))
  }

  async setNonce(address: Uint8Array, nonce: bigint): Promise<void> {
    const account = Address.fromBytes(address)
    await this.#edit((scope) => edits.setNonce(scope, account, nonce))
    this.#pool.prune(account, nonce)
  }

  setCode(address: Uint8Array, code: Uint8Array): Promise<void> {
    return this.#edit((scope) => edits.setCode(scope, Address.fromBytes(address), code))
  }

  setStorageAt(address: Uint8Array, slot: Uint8Array, value: Uint8Array): Promise<void> {
    return this.#edit((scope) => edits.setStorageAt(scope, Address.fromBytes(address), slot, value))
  }

  // --- users' actors --------------------------------------------------------------------------

  /**
   * Makes a module one of which the Init actor makes actors, from the next tipset on.
   * @returns its code CID
   * @throws EditError when the FVM would not run it
   */
  async installActor(module: Uint8Array): Promise<Uint8Array> {
    const code = await checkedCode(module)
    const known = this.#actors.registry.manifest.nameOf(code)
    if (known !== undefined) throw new edits.EditError(`it is the built-in ${known} actor`)
    await this.#actors.loadEngine()
    await this.#inTurn(async () => {
      const installed = this.#installed()
      if (installed.some((entry) => entry.code.equals(code))) return
      const batch = this.#store.batch()
      batch.putBlocks([[code.key, module]])
      const { epoch } = this.#chain.head
      batch.putMeta(USER_CODE, userCode.encode([...installed, { code, epoch }]))
      await this.#store.commit(batch, NO_NEWS, { sync: true })
    })
    return code.bytes
  }

  /** Ends after what is in work. */
  async close(): Promise<void> {
    clearInterval(this.#interval)
    await this.#inTurn(async () => {
      const batch = this.#store.batch()
      this.#putSettings(batch)
      await this.#store.commit(batch, NO_NEWS, { sync: true })
    })
  }

  // --- inside ---------------------------------------------------------------------------------

  #installed() {
    const row = this.#store.meta(USER_CODE)
    return row === undefined ? [] : userCode.decode(row)
  }

  #sequence(address: Address): bigint {
    const id = this.#chain.resolve(address)
    return (id === undefined ? undefined : this.#chain.actor(id))?.sequence ?? 0n
  }

  #nextEpoch(): number {
    return this.#chain.head.epoch + 1 + this.#skip
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => {})
    return result
  }

  /** @param add puts the message into the pool, at a base fee */
  async #submit(add: (baseFee: bigint) => PooledMessage): Promise<PooledMessage> {
    const pooled = await this.#inTurn(async () => {
      const { nextBaseFee } = this.#chain.head
      const added = add(this.#nextBaseFee ?? nextBaseFee)
      if (this.#tellsPending) {
        this.#emit({ type: 'pending', transaction: wireTransaction(added.record) })
      }
      return added
    })
    if (!this.#automine || !this.#isMineable(pooled)) {
      await this.#keep(pooled)
      return pooled
    }
    const mined = new Promise<void>((resolve, reject) => {
      this.#waiters.set(bytesKey(pooled.hash), { resolve, reject })
    })
    this.#scheduleMine()
    await mined
    return pooled
  }

  /** It will be acknowledged before it is mined. */
  async #keep({ hash, message, signature }: PooledMessage): Promise<void> {
    if (signature === null) return
    this.#kept.add(bytesKey(hash))
    await this.#store.pool.keep(hash, signedMessageCodec.encode({ message, signature }))
  }

  #forget(hashes: readonly Hash[]): void {
    const kept = hashes.filter((hash) => this.#kept.delete(bytesKey(hash)))
    if (kept.length > 0) this.#store.pool.forget(kept)
  }

  /** Takes over what the producer before had acknowledged. */
  async #refillPool(): Promise<void> {
    for (const { hash, message } of await this.#store.pool.kept()) {
      this.#kept.add(bytesKey(hash))
      try {
        this.#pool.add(
          signedMessageCodec.decode(message),
          this.#chain,
          this.#chain.head.nextBaseFee,
        )
      } catch (error) {
        if (!(error instanceof MempoolError)) throw error
        // mined already, or replaced
        this.#forget([hash])
      }
    }
    if (this.#automine && this.#kept.size > 0) this.#scheduleMine()
  }

  /** Whether all nonces before it are there. */
  #isMineable({ message }: PooledMessage): boolean {
    return this.pendingNonce(message.from.bytes) > message.nonce
  }

  /** Mines all that can be mined, after what has been asked for before. */
  #scheduleMine(): void {
    if (this.#mineScheduled) return
    this.#mineScheduled = true
    this.#inTurn(async () => {
      this.#mineScheduled = false
      while (this.#automine && this.#selected().length > 0) await this.#mine(1)
      this.#releaseWaiters()
    }).catch((error) => this.#report(error))
  }

  /** What waits for a message that is still not mined, will not see it mined now. */
  #releaseWaiters(): void {
    for (const [key, waiter] of this.#waiters) {
      waiter.resolve()
      this.#waiters.delete(key)
    }
  }

  #selected(): PooledMessage[] {
    const { nextBaseFee } = this.#chain.head
    return this.#pool.select(this.#chain, this.#nextBaseFee ?? nextBaseFee, MAX_MESSAGES_PER_BLOCK)
  }

  /**
   * Mines tipsets and writes them in one batch.
   * @param first seconds from the head to the first; undefined: by the clock
   * @param interval seconds between them
   */
  async #mine(count: number, first?: number, interval = 1): Promise<void> {
    const from = this.#chain.head
    const produced: Produced[] = []
    const batch = this.#store.batch()
    this.#rows = batch
    const index = new LevelIndexWriter(batch)
    try {
      for (let i = 0; i < count; i++) {
        const next = this.#produce(i === 0 ? first : interval)
        batch.putBlocks(next.blocks)
        index.apply(next.indexed)
        this.#chain.accept(next)
        produced.push(next)
        for (const { message } of next.included) {
          this.#pool.prune(message.from, message.nonce + 1n)
        }
        for (const dropped of next.dropped) this.#drop(dropped)
      }
      this.#putSettings(batch)
      const apply = produced.map(({ indexed }) => indexed.block.hash)
      await this.#store.commit(batch, { revert: [], apply })
    } catch (error) {
      // nothing of it has been seen by anybody
      this.#chain.reset(from)
      for (const { included } of produced)
        for (const message of included) this.#pool.restore(message)
      this.#failWaiters(error as Error)
      throw error
    } finally {
      this.#rows = this.#store.batch()
    }
    this.#publish(produced)
  }

  #produce(interval: number | undefined): Produced {
    const { head } = this.#chain
    const timestamp = this.#timestamp(head, interval)
    const epoch = this.#nextEpoch()
    this.#skip = 0
    const baseFee = this.#nextBaseFee
    this.#nextBaseFee = null
    const messages = this.#pool.select(
      this.#chain,
      baseFee ?? head.nextBaseFee,
      MAX_MESSAGES_PER_BLOCK,
    )
    return this.#chain.produce({
      messages,
      epoch,
      timestamp,
      fork: this.#fork,
      ...(baseFee === null ? {} : { baseFee }),
    })
  }

  #timestamp(head: BlockRecord, interval: number | undefined): number {
    if (interval !== undefined) return this.#clock.tickAfter(head.timestamp, interval)
    const always = this.#timestampInterval
    if (always === undefined || this.#clock.isSet) return this.#clock.tick(head.timestamp)
    return this.#clock.tickAfter(head.timestamp, always)
  }

  #publish(produced: readonly Produced[]): void {
    const failures = new Map<string, string>()
    const console = new Map<string, readonly string[]>()
    for (const { included, applied, console: printed } of produced) {
      included.forEach(({ hash }, i) => {
        if (printed[i]!.length > 0) console.set(bytesKey(hash), printed[i]!)
        if (applied[i]!.failure !== '') failures.set(bytesKey(hash), applied[i]!.failure)
      })
    }
    const apply = produced.map(({ indexed }) => indexed.block.hash)
    this.#emit({ type: 'head', revert: [], apply, failures, console })
    for (const { included } of produced) {
      this.#forget(included.map(({ hash }) => hash))
      for (const { hash } of included) {
        const key = bytesKey(hash)
        this.#waiters.get(key)?.resolve()
        this.#waiters.delete(key)
      }
    }
  }

  #drop({ message, reason }: Dropped): void {
    this.#pool.remove(message)
    this.#forget([message.hash])
    const key = bytesKey(message.hash)
    this.#waiters.get(key)?.reject(new MempoolError(reason))
    this.#waiters.delete(key)
  }

  #failWaiters(error: Error): void {
    for (const waiter of this.#waiters.values()) waiter.reject(error)
    this.#waiters.clear()
  }

  async #edit(change: (scope: edits.EditScope) => void): Promise<void> {
    await this.#inTurn(async () => {
      const { head, blocks } = this.#chain.amend((tree, store, actors) =>
        change({ tree, store, actors }),
      )
      const batch = this.#store.batch()
      batch.putBlocks(blocks)
      this.#replaceHead(batch, head)
      await this.#store.commit(batch)
      this.#chain.amended(head)
      this.#emit({ type: 'amended' })
    })
  }

  /** The head stays, its state is another. */
  #replaceHead(batch: Batch, head: BlockRecord): void {
    batch.put(blockKey(head.hash), BlockRow.encode(head))
    batch.newGeneration()
  }

  #present(): Snapshot {
    return {
      id: 0,
      head: this.#chain.head,
      pool: this.#pool.all(),
      clockOffset: this.#clock.offset,
      automine: this.#automine,
    }
  }

  /** The tipset so many before the head, and the messages of those behind it, oldest first. */
  #ancestor(depth: number): { head: BlockRecord; messages: ChainMessage[] } {
    let { head } = this.#chain
    const messages: ChainMessage[] = []
    for (let i = 0; i < depth; i++) {
      const { epoch, hash: blockHash } = head
      const own = head.transactions.map((_, index) => {
        const row = this.#rows.get(transactionKey({ epoch, blockHash, index }))
        return storedMessage(TransactionRow.decode(row!).transaction)
      })
      messages.unshift(...own)
      const parent = epoch === 0 ? undefined : readBlock(this.#rows, head.parentHash)
      if (parent === undefined) throw new RangeError(`the chain has only ${i} blocks to take back`)
      head = parent
    }
    return { head, messages }
  }

  async #goBack({ id, head, pool, clockOffset, automine }: Snapshot): Promise<void> {
    // what was remembered on the way is no longer there, and a snapshot is used up
    this.#snapshots = this.#snapshots.filter(
      (saved) => saved.head.epoch <= head.epoch && (id === 0 || saved.id < id),
    )
    const batch = this.#store.batch()
    const index = new LevelIndexWriter(batch)
    const revert: Uint8Array[] = []
    for (let block = this.#chain.head; block.epoch > head.epoch; ) {
      const parent = readBlock(batch, block.parentHash)
      if (parent === undefined) throw new Error('a tipset has lost its parent')
      revert.push(BlockRow.encode(block))
      // stays readable by hash, as after any reorganization: its logs are told of as removed
      index.revert(block)
      block = parent
    }
    this.#replaceHead(batch, head)
    // what is installed stays so, also for the tipsets that come instead
    const installed = this.#installed().map(({ code, epoch }) => ({
      code,
      epoch: Math.min(epoch, head.epoch),
    }))
    if (installed.length > 0) batch.putMeta(USER_CODE, userCode.encode(installed))
    this.#clock.offset = clockOffset
    this.#automine = automine
    this.#nextBaseFee = null
    this.#skip = 0
    this.#putSettings(batch)
    await this.#store.commit(batch, { revert, apply: [] })
    this.#chain.reset(head)
    this.#pool.clear()
    for (const message of pool) this.#pool.restore(message)
    this.#emit({ type: 'head', revert, apply: [], failures: new Map(), console: new Map() })
  }

  async #startChain(): Promise<void> {
    const batch = this.#store.batch()
    const indexed = this.#genesis(batch)
    new LevelIndexWriter(batch).apply(indexed)
    const { actors } = this.#options
    if (actors !== undefined) batch.putMeta(ACTORS, actors.row)
    this.#putSettings(batch)
    const { gasScale } = this.#options
    if (gasScale !== 1) batch.putMeta(GAS_SCALE, gasScaleCodec.encode(gasScale))
    const news = { revert: [], apply: [indexed.block.hash] }
    await this.#store.commit(batch, news, { sync: true })
    this.#chain = new LocalChain(this.#chainOptions(), indexed.block)
  }

  /** Writes the blocks of the first tipset. */
  #genesis(batch: Batch): IndexedTipset {
    const { networkName, accounts, baseFee, chainId } = this.#options
    const store = new MemoryBlockstore()
    const funded: GenesisAccount[] = accounts.map(({ address, balance }) => ({
      address: Address.fromBytes(address),
      balance,
    }))
    const timestamp = this.#clock.tick(0)
    const { registry: actors, networkVersion } = this.#actors
    const machine = (tree: StateTree) => {
      const tipsets = { keyAtOrBefore: () => [] }
      const place = { epoch: 0, timestamp, baseFee, tipsets }
      return localMachine({ store, tree, actors, chainId, networkVersion, ...place })
    }
    const stateRoot = genesisState(store, actors, {
      networkName,
      accounts: funded,
      ...(this.#options.actors && { machine }),
    })
    const receiptsRoot = writeReceipts(store, [])
    const tipset = assembleTipset(store, {
      epoch: 0,
      timestamp,
      parent: undefined,
      parentStateRoot: stateRoot,
      parentMessageReceipts: receiptsRoot,
      baseFee,
      messages: [],
    })
    batch.putBlocks(store.blocks)
    return indexedTipset(
      // the first messages pay what was asked for, not a step less
      { tipset, messages: [], stateRoot, receiptsRoot, nextBaseFee: baseFee },
      chainId,
      () => undefined,
    )
  }

  /** Genesis as it was before any edit: its header says its state. */
  async #genesisRecord(genesis: BlockRecord): Promise<BlockRecord> {
    const batch = this.#store.batch()
    const { block } = this.#genesis(batch)
    await this.#store.commit(batch)
    return { ...genesis, stateRoot: block.stateRoot }
  }

  #continueChain(hash: Hash): void {
    const head = readBlock(this.#store, hash)
    if (head === undefined) throw new Error('the store has lost its head')
    const row = this.#store.meta(SETTINGS)
    if (row !== undefined) this.#takeSettings(chainSettings.decode(row))
    this.#chain = new LocalChain(this.#chainOptions(), head)
  }

  #takeSettings(settings: ChainSettings): void {
    if (settings.chainId !== this.#options.chainId) {
      throw new Error(
        `the data folder holds chain ${settings.chainId}, not ${this.#options.chainId}: ` +
          'give --chain-id as it was, or another --data-dir',
      )
    }
    if (this.#options.timestamp === undefined) this.#clock.offset = settings.clockOffset
    this.#nextBaseFee = settings.nextBaseFee
  }

  /** Only when they are not as they were written last. */
  #putSettings(batch: Batch): void {
    const settings = {
      chainId: this.#options.chainId,
      clockOffset: this.#clock.offset,
      automine: this.#automine,
      nextBaseFee: this.#nextBaseFee,
    }
    const row = chainSettings.encode(settings)
    if (this.#settingsRow !== undefined && equal(row, this.#settingsRow)) return
    batch.putMeta(SETTINGS, row)
    this.#settingsRow = row
  }

  #chainOptions() {
    return {
      // also the blocks of tipsets that wait in the batch for those mined after them
      base: new LevelBlockstore({ get: (key) => this.#rows.get(key) }, CACHE_SIZE),
      actors: this.#actors.registry,
      networkVersion: this.#actors.networkVersion,
      chainId: this.#options.chainId,
      gasScale: this.#options.gasScale,
      tipsets: { keyAtOrBefore: (epoch: number) => this.#blockAtOrBefore(epoch)?.tipsetKey ?? [] },
    }
  }

  #blockAtOrBefore(epoch: number): BlockRecord | undefined {
    const rows = this.#rows
    const wanted = Math.max(0, epoch)
    const at = canonicalHash(rows, wanted)
    if (at !== undefined) return readBlock(rows, at)
    const before = epochBefore(rows, wanted)
    const hash = before === undefined ? undefined : canonicalHash(rows, before)
    return hash && readBlock(rows, hash)
  }

  #report(error: unknown): void {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    this.#emit({ type: 'error', message, stack })
  }
}

/** @throws EditError when the FVM would not run the module */
async function checkedCode(module: Uint8Array): Promise<CID> {
  const [{ checkModule }, { InvalidModuleError }] = await Promise.all([
    import('../../wasm/custom-actors.ts'),
    import('../../wasm/errors.ts'),
  ])
  try {
    return checkModule(module)
  } catch (error) {
    if (!(error instanceof InvalidModuleError)) throw error
    throw new edits.EditError(`the FVM does not run this module: ${error.message}`)
  }
}
