/**
 * A chain of one's own: executes messages on the newest state and puts them into tipsets. It is
 * synchronous and keeps its changes to itself until `accept`; whoever owns it writes them first.
 */

import { cronStateCodec, EpochTick } from '../actors/cron/actor.ts'
import { AwardBlockReward, awardBlockRewardParams } from '../actors/reward/actor.ts'
import { type ActorId, Address } from '../address/address.ts'
import { ethAddressIn } from '../eth/addresses.ts'
import { type ExecutedMessage, indexedTipset } from '../eth/block.ts'
import type { BlockRecord, IndexedTipset } from '../eth/records.ts'
import { type Applied, Executor } from '../fvm/executor.ts'
import type { ActorRegistry } from '../fvm/machine.ts'
import { StateTree } from '../fvm/state-tree.ts'
import type { CodeObserver } from '../fvm/trace.ts'
import { type Blockstore, OverlayBlockstore } from '../ipld/blockstore.ts'
import type { CID } from '../ipld/cid.ts'
import type { ActorState } from '../protocol/actor-state.ts'
import { nextBaseFee } from '../protocol/base-fee.ts'
import { type BuiltinName, CRON_ACTOR, REWARD_ACTOR, SYSTEM_ACTOR } from '../protocol/builtin.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import type { Message } from '../protocol/message.ts'
import { SignatureType } from '../protocol/signature.ts'
import { applyMessage } from './apply-message.ts'
import { assembleTipset, inTipsetOrder, writeReceipts } from './assemble.ts'
import { ConsoleLines, consoleObserver } from './console.ts'
import { MINER_ADDRESS } from './genesis.ts'
import { localMachine, type TipsetLookup } from './machine.ts'
import type { PooledMessage, PoolState } from './mempool.ts'

/** Gas limits of implicit messages (kernel spec 4.1). */
const REWARD_GAS_LIMIT = 2 ** 30
const CRON_GAS_LIMIT = 9_000_000_000_000

const SYSTEM_ADDRESS = Address.id(SYSTEM_ACTOR)

export interface LocalChainOptions {
  /** Reads of what has been accepted. */
  readonly base: Pick<Blockstore, 'get' | 'has'>
  readonly actors: ActorRegistry
  readonly chainId: number
  /** 28 unless the actors are older. */
  readonly networkVersion?: number | undefined
  readonly tipsets: TipsetLookup
  /** Above 1: gas on Ethereum's scale. */
  readonly gasScale?: number
}

/** A message that could not be mined, and why. */
export interface Dropped {
  readonly message: PooledMessage
  readonly reason: string
}

export interface Produced {
  readonly indexed: IndexedTipset
  /** New blocks by CID key. */
  readonly blocks: ReadonlyMap<string, Uint8Array>
  readonly included: readonly PooledMessage[]
  readonly applied: readonly Applied[]
  readonly dropped: readonly Dropped[]
  /** What contracts printed (console.log), for each applied message. */
  readonly console: readonly (readonly string[])[]
}

export interface ProduceInput {
  readonly messages: readonly PooledMessage[]
  readonly epoch: number
  /** Unix seconds. */
  readonly timestamp: number
  /** Overrides what follows from the parent. */
  readonly baseFee?: bigint
}

interface Executed {
  readonly pooled: PooledMessage
  readonly applied: Applied
  readonly console: readonly string[]
}

export class LocalChain implements PoolState {
  readonly #options: LocalChainOptions
  #store: OverlayBlockstore
  #tree: StateTree
  #head: BlockRecord

  /** Goes on from `head`, whose state is in the base store. */
  constructor(options: LocalChainOptions, head: BlockRecord) {
    this.#options = options
    this.#head = head
    this.#store = new OverlayBlockstore(options.base)
    this.#tree = StateTree.load(this.#store, head.stateRoot)
  }

  get head(): BlockRecord {
    return this.#head
  }

  /** Executes messages as the next tipset. Nothing is final before {@link accept}. */
  produce({
    messages,
    epoch,
    timestamp,
    baseFee = this.#head.nextBaseFee,
  }: ProduceInput): Produced {
    const parent = this.#head
    const printed = new ConsoleLines()
    const executor = this.#executor(epoch, timestamp, baseFee, consoleObserver(printed.print))
    const executed: Executed[] = []
    const dropped: Dropped[] = []
    let tips = 0n
    for (const pooled of inTipsetOrder(messages)) {
      const applied = this.#apply(executor, pooled, dropped)
      const console = printed.take()
      if (applied === undefined) continue
      executed.push({ pooled, applied, console })
      tips += applied.fees.minerTip
    }
    this.#implicit(executor, rewardMessage(tips))
    if (this.#cronHasWork()) this.#implicit(executor, cronMessage(epoch))

    const stateRoot = executor.flush()
    const records: ExecutedMessage[] = executed.map(({ pooled, applied }) => ({
      message: pooled.message,
      signature: pooled.signature,
      receipt: applied.receipt,
      events: applied.events,
      ...(pooled.signature?.type === SignatureType.DELEGATED ? { transaction: pooled.record } : {}),
    }))
    const tipset = assembleTipset(this.#store, {
      epoch,
      timestamp,
      parent,
      parentStateRoot: parent.stateRoot,
      parentMessageReceipts: parent.receiptsRoot,
      baseFee,
      messages: records,
    })
    const indexed = indexedTipset(
      {
        tipset,
        messages: records,
        stateRoot,
        receiptsRoot: writeReceipts(this.#store, records),
        nextBaseFee: nextBaseFee(
          records.map(({ message }) => message),
          baseFee,
        ),
        billsLimit: this.#gasScale === 1,
      },
      this.#options.chainId,
      ethAddressIn(this.#tree),
    )
    return {
      indexed,
      blocks: this.#store.blocks,
      included: executed.map(({ pooled }) => pooled),
      applied: executed.map(({ applied }) => applied),
      dropped,
      console: executed.map((each) => each.console),
    }
  }

  /** The produced tipset has been written: it is the head now. */
  accept({ indexed }: Produced): void {
    this.#head = indexed.block
    this.#store.blocks.clear()
  }

  /** Forgets all that has not been accepted, and goes on from another head. */
  reset(head: BlockRecord): void {
    this.#head = head
    this.#store = new OverlayBlockstore(this.#options.base)
    this.#tree = StateTree.load(this.#store, head.stateRoot)
  }

  /**
   * Changes the newest state outside of any message, for a developer's convenience.
   * @returns the head with its new state, and the blocks to write before {@link amended}
   */
  amend(change: (tree: StateTree, store: Blockstore, actors: ActorRegistry) => void): {
    head: BlockRecord
    blocks: ReadonlyMap<string, Uint8Array>
  } {
    const mark = this.#tree.undo.mark()
    try {
      change(this.#tree, this.#store, this.#options.actors)
    } catch (error) {
      this.#tree.undo.rollback(mark)
      throw error
    }
    const head = { ...this.#head, stateRoot: this.#tree.flush() }
    return { head, blocks: this.#store.blocks }
  }

  amended(head: BlockRecord): void {
    this.#head = head
    this.#store.blocks.clear()
  }

  // what the mempool asks

  actor(id: ActorId): ActorState | undefined {
    return this.#tree.actor(id)
  }

  resolve(address: Address): ActorId | undefined {
    return this.#tree.resolve(address)
  }

  nameOf(code: CID): BuiltinName | undefined {
    return this.#options.actors.manifest.nameOf(code)
  }

  get #gasScale(): number {
    return this.#options.gasScale ?? 1
  }

  #executor(epoch: number, timestamp: number, baseFee: bigint, observer: CodeObserver): Executor {
    const { actors, chainId, networkVersion, tipsets } = this.#options
    return new Executor({
      observer,
      ...localMachine({
        store: this.#store,
        tree: this.#tree,
        actors,
        chainId,
        networkVersion,
        epoch,
        timestamp,
        baseFee,
        tipsets,
        gasScale: this.#gasScale,
      }),
    })
  }

  /** undefined when the message cannot stand in a tipset. */
  #apply(executor: Executor, pooled: PooledMessage, dropped: Dropped[]): Applied | undefined {
    let applied: Applied
    try {
      applied = applyMessage(executor, pooled, pooled.chainLength)
    } catch (error) {
      // a fault of this program or an actor that is not there, never an outcome of the message
      const reason = error instanceof Error ? error.message : String(error)
      dropped.push({ message: pooled, reason })
      return undefined
    }
    if (applied.receipt.gasUsed === 0 && applied.receipt.exitCode !== ExitCode.OK) {
      dropped.push({ message: pooled, reason: applied.failure })
      return undefined
    }
    return applied
  }

  #implicit(executor: Executor, message: Message): void {
    const { receipt, failure } = executor.apply(message, 'implicit', 0)
    if (receipt.exitCode === ExitCode.OK) return
    throw new Error(`implicit message to ${message.to} failed: ${failure}`)
  }

  /** A tick of no entries changes nothing. */
  #cronHasWork(): boolean {
    const state = this.#tree.actor(CRON_ACTOR)
    const data = state && this.#store.get(state.head)
    return data !== undefined && cronStateCodec.decode(data).entries.length > 0
  }
}

function implicitMessage(
  to: ActorId,
  method: bigint,
  params: Uint8Array,
  gasLimit: number,
  nonce = 0n,
): Message {
  return {
    version: 0n,
    from: SYSTEM_ADDRESS,
    to: Address.id(to),
    nonce,
    value: 0n,
    gasLimit,
    gasFeeCap: 0n,
    gasPremium: 0n,
    method,
    params,
  }
}

function rewardMessage(gasReward: bigint): Message {
  const params = { miner: MINER_ADDRESS, penalty: 0n, gasReward, winCount: 1 }
  const encoded = awardBlockRewardParams.encode(params)
  return implicitMessage(REWARD_ACTOR, AwardBlockReward, encoded, REWARD_GAS_LIMIT)
}

function cronMessage(epoch: number): Message {
  return implicitMessage(CRON_ACTOR, EpochTick, new Uint8Array(), CRON_GAS_LIMIT, BigInt(epoch))
}
