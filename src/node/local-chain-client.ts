/**
 * The local chain as the event loop sees it: messages go to the writer thread, calls to the reader
 * threads, state is read from the store in place.
 */
import type { Address } from '../address/address.ts'
import { equal } from '../base/bytes.ts'
import { Lru } from '../base/lru.ts'
import type {
  CallRequest,
  CallResult,
  Chain,
  DevChain,
  GasEstimate,
  HeadChange,
  StateView,
  TraceOptions,
} from '../chain/chain.ts'
import type { BlockToSimulate, Simulation, SimulationOptions } from '../chain/simulate-blocks.ts'
import { stateView } from '../chain/state-view.ts'
import { estimatePremium, PREMIUM_TIPSETS } from '../eth/premium.ts'
import type { BlockRecord, Hash, TransactionRecord } from '../eth/records.ts'
import type { MessageTrace } from '../eth/trace/actor-call.ts'
import type { LevelIndex } from '../index/level-index.ts'
import { BlockRow } from '../index/record-codecs.ts'
import { type Blockstore, OverlayBlockstore } from '../ipld/blockstore.ts'
import { CID } from '../ipld/cid.ts'
import type { Manifest } from '../protocol/builtin.ts'
import {
  type Message,
  messageCodec,
  type SignedMessage,
  signedMessageCodec,
} from '../protocol/message.ts'
import { CallCache } from './call-cache.ts'
import { eventStream } from './event-stream.ts'
import type { ReaderPool } from './reader/pool.ts'
import type { Remote } from './threads/calls.ts'
import { unwireSimulation, unwireTransaction, wireBlockToSimulate, wireCall } from './wire.ts'
import type { WriterMethods } from './writer/thread.ts'
import type { WriterEvent } from './writer/writer.ts'

/** State roots whose readers stay at hand. */
const VIEWS = 16

export interface MinedTipset {
  readonly block: BlockRecord
  /** Why its messages failed, by `bytesKey` of the transaction hash. */
  readonly failures: ReadonlyMap<string, string>
  /** What contracts printed, by the same key. */
  readonly console: ReadonlyMap<string, readonly string[]>
}

/** What the writer says: that it is there, or what has happened. */
export type WriterNews = WriterEvent | { readonly type: 'ready' }

/** The writer, in a thread of this process or somewhere else. */
export interface WriterLink {
  readonly remote: Remote<WriterMethods>
  /** Whoever waits for an answer gets this error. */
  fail(error: Error): void
}

export interface ClientOptions {
  readonly chainId: number
  readonly manifest: Manifest
  readonly index: LevelIndex
  /** Blocks of the store. */
  readonly blocks: Pick<Blockstore, 'get' | 'has'>
  readonly connect: (onNews: (news: WriterNews) => void) => WriterLink
  readonly readers: ReaderPool
  readonly onMined: (tipset: MinedTipset) => void
  /** A contract printed a line in a call that is thrown away. */
  readonly onConsole: (line: string) => void
  readonly onError: (error: Error) => void
}

export class LocalChainClient implements Chain, DevChain {
  readonly chainId: number
  /** Resolves when the writer has opened the store. */
  readonly ready: Promise<void>
  readonly #options: ClientOptions
  readonly #writer: WriterLink
  readonly #heads = new Set<(change: HeadChange) => void>()
  readonly #pending = new Set<(transaction: TransactionRecord) => void>()
  readonly #views = new Lru<string, StateView>(VIEWS)
  readonly #calls = new CallCache()
  #isReady!: () => void
  #indexChanged: () => void = () => {}

  constructor(options: ClientOptions) {
    this.#options = options
    this.chainId = options.chainId
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve
    })
    this.#writer = options.connect((news) => this.#onNews(news))
  }

  /** The writer is gone: whoever waits for it hears of it. */
  fail(error: Error): void {
    this.#writer.fail(error)
  }

  closeWriter(): Promise<void> {
    return this.#writer.remote.close()
  }

  // --- Chain ----------------------------------------------------------------------------------

  head(): BlockRecord {
    const head = this.#options.index.head()
    if (head === undefined) throw new Error('the chain has no head')
    return head
  }

  state({ stateRoot }: BlockRecord): StateView {
    let view = this.#views.get(stateRoot.key)
    if (view === undefined) {
      const store = new OverlayBlockstore(this.#options.blocks)
      view = stateView(store, stateRoot, this.#options.manifest)
      this.#views.set(stateRoot.key, view)
    }
    return view
  }

  async call(request: CallRequest, block: BlockRecord): Promise<CallResult> {
    const { hash, stateRoot } = block
    const result = await this.#calls.outcome(request, block, () =>
      this.#options.readers.run('call', wireCall(request), hash, stateRoot.bytes),
    )
    this.#print(result)
    return result
  }

  async estimateGas(request: CallRequest, block: BlockRecord): Promise<GasEstimate> {
    // on the head, what is asked for is a limit for a message that will be in the next tipset
    const next = equal(block.hash, this.head().hash)
      ? await this.#writer.remote.next(request.from.bytes).catch(withoutPool)
      : undefined
    const { readers } = this.#options
    const estimate = await readers.run('estimateGas', wireCall(request), block.hash, next)
    // of one that succeeds, the transaction that follows prints the same
    if ('failed' in estimate) this.#print(estimate.failed)
    return estimate
  }

  #print({ console = [] }: CallResult): void {
    for (const line of console) this.#options.onConsole(line)
  }

  trace(
    block: BlockRecord,
    index: number | undefined,
    options: TraceOptions,
  ): Promise<readonly MessageTrace[]> {
    return this.#options.readers.run('trace', block.hash, index, options)
  }

  traceCalls(
    requests: readonly CallRequest[],
    block: BlockRecord,
    options: TraceOptions,
  ): Promise<readonly MessageTrace[]> {
    return this.#options.readers.run('traceCalls', requests.map(wireCall), block.hash, options)
  }

  async simulateBlocks(
    blocks: readonly BlockToSimulate[],
    base: BlockRecord,
    options: SimulationOptions,
  ): Promise<Simulation> {
    const { readers } = this.#options
    const wanted = blocks.map(wireBlockToSimulate)
    return unwireSimulation(await readers.run('simulateBlocks', wanted, base.hash, options))
  }

  async submit(signed: SignedMessage): Promise<CID> {
    return CID.fromBytes(await this.#writer.remote.submit(signedMessageCodec.encode(signed)))
  }

  async submitRecovered(signed: SignedMessage): Promise<CID> {
    const encoded = signedMessageCodec.encode(signed)
    return CID.fromBytes(await this.#writer.remote.submitRecovered(encoded))
  }

  async submitUntrusted(signed: SignedMessage): Promise<CID> {
    const encoded = signedMessageCodec.encode(signed)
    return CID.fromBytes(await this.#writer.remote.submitUntrusted(encoded))
  }

  pendingNonce(address: Address): Promise<bigint> {
    return this.#writer.remote.pendingNonce(address.bytes)
  }

  async pending(): Promise<readonly TransactionRecord[]> {
    return (await this.#writer.remote.pending()).map(unwireTransaction)
  }

  async premium(): Promise<bigint> {
    const { index } = this.#options
    const premiums: { premium: bigint; gasLimit: number }[] = []
    let blocks = 0
    let block = index.head()
    for (let i = 0; i < PREMIUM_TIPSETS && block !== undefined; i++) {
      blocks += block.tipsetKey.length
      for (const { transaction } of index.transactions(block)) {
        // as written in the messages, whatever the base fee left of it
        premiums.push({ premium: transaction.maxPriorityFeePerGas, gasLimit: transaction.gas })
      }
      block = block.epoch === 0 ? undefined : index.blockByHash(block.parentHash)
    }
    return estimatePremium(premiums, blocks)
  }

  heads(signal: AbortSignal): AsyncIterable<HeadChange> {
    return eventStream(signal, (push) => listen(this.#heads, push))
  }

  pendingTransactions(signal: AbortSignal): AsyncIterable<TransactionRecord> {
    return eventStream(signal, (push) => {
      const stop = listen(this.#pending, push)
      this.#watchPending()
      return () => {
        stop()
        this.#watchPending()
      }
    })
  }

  // --- DevChain -------------------------------------------------------------------------------

  mine(count: number, interval?: number): Promise<void> {
    return this.#writer.remote.mine(count, interval)
  }

  skipEpochs(count: number): Promise<void> {
    return this.#writer.remote.skipEpochs(count)
  }

  setAutomine(on: boolean): Promise<void> {
    return this.#writer.remote.setAutomine(on)
  }

  automine(): Promise<boolean> {
    return this.#writer.remote.automine()
  }

  setIntervalMining(milliseconds: number): Promise<void> {
    return this.#writer.remote.setIntervalMining(milliseconds)
  }

  increaseTime(seconds: number): Promise<number> {
    return this.#writer.remote.increaseTime(seconds)
  }

  setNextBlockTimestamp(seconds: number): Promise<void> {
    return this.#writer.remote.setNextBlockTimestamp(seconds)
  }

  setNextBlockBaseFee(baseFee: bigint): Promise<void> {
    return this.#writer.remote.setNextBlockBaseFee(baseFee)
  }

  setTime(seconds: number): Promise<number> {
    return this.#writer.remote.setTime(seconds)
  }

  setTimestampInterval(seconds: number | undefined): Promise<void> {
    return this.#writer.remote.setTimestampInterval(seconds)
  }

  drop(hash: Hash | undefined, sender: Address | undefined): Promise<readonly Hash[]> {
    return this.#writer.remote.drop(hash, sender?.bytes)
  }

  rollback(depth: number): Promise<void> {
    return this.#writer.remote.rollback(depth)
  }

  reorg(depth: number): Promise<void> {
    return this.#writer.remote.reorg(depth)
  }

  snapshot(): Promise<number> {
    return this.#writer.remote.snapshot()
  }

  revert(snapshot: number): Promise<boolean> {
    return this.#writer.remote.revert(snapshot)
  }

  reset(): Promise<void> {
    return this.#writer.remote.reset()
  }

  setBalance(address: Address, balance: bigint): Promise<void> {
    return this.#writer.remote.setBalance(address.bytes, balance)
  }

  setNonce(address: Address, nonce: bigint): Promise<void> {
    return this.#writer.remote.setNonce(address.bytes, nonce)
  }

  setCode(address: Address, code: Uint8Array): Promise<void> {
    return this.#writer.remote.setCode(address.bytes, code)
  }

  setStorageAt(address: Address, slot: Uint8Array, value: Uint8Array): Promise<void> {
    return this.#writer.remote.setStorageAt(address.bytes, slot, value)
  }

  async installActor(module: Uint8Array): Promise<CID> {
    return CID.fromBytes(await this.#writer.remote.installActor(module))
  }

  submitUnsigned(message: Message): Promise<Hash> {
    return this.#writer.remote.submitUnsigned(messageCodec.encode(message))
  }

  // --- events ---------------------------------------------------------------------------------

  #onNews(event: WriterNews): void {
    switch (event.type) {
      case 'ready':
        this.#indexChanged = this.#options.index.follow()
        this.#isReady()
        break
      case 'amended':
        this.#indexChanged()
        break
      case 'pending':
        for (const listener of this.#pending) listener(unwireTransaction(event.transaction))
        break
      case 'head':
        this.#onHead(event)
        break
      case 'lost':
        this.#options.onError(new Error(event.message))
        break
      case 'error': {
        const error = new Error(event.message)
        if (event.stack !== undefined) error.stack = event.stack
        this.#options.onError(error)
      }
    }
  }

  /** The writer tells of pooled messages only while somebody listens. */
  #watchPending(): void {
    this.#writer.remote
      .tellPending(this.#pending.size > 0)
      .catch((error) => this.#options.onError(error as Error))
  }

  #onHead({ revert, apply, failures, console }: WriterEvent & { type: 'head' }): void {
    this.#indexChanged()
    const applied = apply.flatMap((hash) => this.#options.index.blockByHash(hash) ?? [])
    for (const block of applied) this.#options.onMined({ block, failures, console })
    const change = { revert: revert.map((row) => BlockRow.decode(row)), apply: applied }
    for (const listener of this.#heads) listener(change)
  }
}

/** Without the shared store, nobody knows what waits in the producer's pool. */
function withoutPool(error: Error): undefined {
  if (error.name !== 'SharedStoreError') throw error
}

function listen<T>(listeners: Set<(event: T) => void>, listener: (event: T) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
