/**
 * Runs messages again and watches: mined ones on the state on which they ran, calls on the state
 * after a tipset. Nothing of it is kept.
 */
import { evmStateCodec } from '../actors/evm/state.ts'
import { type ActorId, Address } from '../address/address.ts'
import { f410Payload, maskedId } from '../address/eth-address.ts'
import { bytesKey, EMPTY, equal, keyBytes, to0x } from '../base/bytes.ts'
import type { BlockRecord, MinedTransaction, ReceiptRecord } from '../eth/records.ts'
import type { AccountState, MessageTrace, TouchedAccount } from '../eth/trace/actor-call.ts'
import { storedMessage } from '../eth/transaction-record.ts'
import { type Applied, Executor } from '../fvm/executor.ts'
import type { Machine } from '../fvm/machine.ts'
import { StateTree } from '../fvm/state-tree.ts'
import type { CodeObserver } from '../fvm/trace.ts'
import { OverlayBlockstore } from '../ipld/blockstore.ts'
import type { CID } from '../ipld/cid.ts'
import type { ActorState } from '../protocol/actor-state.ts'
import { blockHeaderCodec } from '../protocol/block-header.ts'
import { BLOCK_GAS_LIMIT } from '../protocol/network.ts'
import type { Receipt } from '../protocol/receipt.ts'
import { actorCall } from './actor-calls.ts'
import { applyMessage } from './apply-message.ts'
import {
  type CallRequest,
  ReplayError,
  StateUnavailableError,
  type StateView,
  type TraceOptions,
  TraceUnavailableError,
} from './chain.ts'
import { changedSlots } from './changed-slots.ts'
import { localMachine, type MachineInput } from './machine.ts'
import { type Overrides, overrideAccounts } from './overrides.ts'
import { callMessage, type SimulationInput } from './simulate.ts'
import { stateView } from './state-view.ts'
import { StepRecorder } from './step-recorder.ts'
import { VmRecorder } from './vm-recorder.ts'

/**
 * Mined messages of one tipset.
 * @param mined all of the tipset's, in order
 * @param index of the message to watch; undefined: all
 * @throws ReplayError, StateUnavailableError, TraceTooLargeError, TraceUnavailableError
 */
export function traceMined(
  input: SimulationInput,
  block: BlockRecord,
  mined: readonly MinedTransaction[],
  index: number | undefined,
  options: TraceOptions,
): MessageTrace[] {
  const world = new World(input, block, block.baseFee, parentState(input, block), options)
  const traces: MessageTrace[] = []
  // a message stands on what those before it left
  const needed = index === undefined ? mined : mined.slice(0, index + 1)
  for (const [i, { transaction, receipt }] of needed.entries()) {
    const message = storedMessage(transaction)
    const apply = (executor: Executor) =>
      applyMessage(executor, message, transaction.message.length)
    const expect = (again: Receipt) => expectSame(again, receipt, transaction.hash)
    if (index === undefined || index === i) traces.push(world.watch(apply, expect))
    else expect(world.run(apply).receipt)
  }
  return traces
}

/**
 * Calls, each on the state that the one before left; free of fees.
 * @throws StateUnavailableError, TraceTooLargeError, TraceUnavailableError
 */
export function traceCalls(
  input: SimulationInput,
  requests: readonly CallRequest[],
  block: BlockRecord,
  options: TraceOptions,
): MessageTrace[] {
  const world = new World(input, block, 0n, block.stateRoot, options)
  return requests.map((request) => {
    const { gasLimit = BLOCK_GAS_LIMIT, overrides } = request
    if (overrides !== undefined) world.override(overrides)
    const message = callMessage(world.tree, input.actors, request, gasLimit)
    return world.watch((executor) => executor.apply(message, 'implicit', 0))
  })
}

/** The state on which the tipset's messages ran: its header says so, whatever was edited since. */
function parentState({ store }: SimulationInput, block: BlockRecord): CID {
  const header = store.get(block.tipsetKey[0]!)
  if (header === undefined) throw new StateUnavailableError('the block header is gone')
  return blockHeaderCodec.decode(header).parentStateRoot
}

function expectSame(again: Receipt, recorded: ReceiptRecord, hash: Uint8Array): void {
  const same =
    again.exitCode === recorded.exitCode &&
    again.gasUsed === recorded.gasUsed &&
    equal(again.returnData, recorded.returnData) &&
    again.eventsRoot?.key === recorded.eventsRoot?.key
  if (same) return
  throw new ReplayError(
    `replay does not reproduce the receipt of ${to0x(hash)}: ` +
      `exit code ${again.exitCode} and ${again.gasUsed} gas, ` +
      `recorded are ${recorded.exitCode} and ${recorded.gasUsed}`,
  )
}

/** A state on which messages run one after the other. */
class World {
  tree: StateTree
  readonly #input: SimulationInput
  /** What contracts see. */
  #network: Pick<MachineInput, 'epoch' | 'timestamp' | 'baseFee'>
  readonly #options: TraceOptions
  readonly #store: OverlayBlockstore
  readonly #steps: StepRecorder | undefined
  readonly #vm: VmRecorder | undefined
  /** Whether contracts tell which slots they touch. */
  readonly #observable: boolean
  /** Of the messages so far. */
  #events = 0

  constructor(
    input: SimulationInput,
    block: BlockRecord,
    baseFee: bigint,
    root: CID,
    options: TraceOptions,
  ) {
    if (!input.store.has(root)) throw new StateUnavailableError(`state ${root} is not available`)
    this.#input = input
    const { epoch, timestamp } = block
    this.#network = { epoch, timestamp, baseFee }
    this.#options = options
    this.#store = new OverlayBlockstore(input.store)
    const { actors } = input
    this.#observable = actors.byCode(actors.codeFor('evm'))?.observable ?? false
    if ((options.steps ?? options.vm) && !this.#observable) {
      throw new TraceUnavailableError('instructions are seen with native actors only')
    }
    this.#steps = options.steps && new StepRecorder(options.steps, options.steps.maxBytes)
    this.#vm = options.vm && new VmRecorder(options.vm.maxBytes)
    this.tree = StateTree.load(this.#store, root)
  }

  /** @throws EditError */
  override({ accounts, block }: Overrides): void {
    const { actors } = this.#input
    overrideAccounts({ tree: this.tree, store: this.#store, actors }, accounts)
    this.#network = { ...this.#network, ...block }
  }

  run(apply: (executor: Executor) => Applied): Applied {
    const result = apply(new Executor(this.#machine()))
    this.#events += result.events.length
    return result
  }

  /** @param check is told the receipt before anything is made of the run */
  watch(
    apply: (executor: Executor) => Applied,
    check: (receipt: Receipt) => void = () => {},
  ): MessageTrace {
    const before = this.#options.accounts ? this.#freshTree() : undefined
    const slots = new Map<ActorId, Set<string>>()
    const observer = this.#observer(slots)
    const executor = new Executor({ ...this.#machine(), ...(observer && { observer }) })
    executor.trace = true
    const firstEvent = this.#events
    const { receipt, events, trace, charges } = this.run(() => apply(executor))
    check(receipt)
    const { exitCode, returnData, gasUsed } = receipt
    const call =
      trace &&
      actorCall(trace, {
        manifest: this.#input.actors.manifest,
        events,
        firstEvent,
        codeOf: (id) => this.#codeOf(id),
        charges: this.#options.detail ? charges : undefined,
        gasScale: this.#input.gasScale ?? 1,
      })
    return {
      exitCode,
      returnData,
      gasUsed,
      // the first call bears what the message costs as a whole
      call: call && { ...call, gasUsed },
      accounts: before && this.#touched(before, slots),
      steps: this.#steps?.take(),
      vm: this.#vm?.take(),
    }
  }

  #machine(): Machine {
    const { tree } = this
    return localMachine({ ...this.#input, store: this.#store, tree, ...this.#network })
  }

  /** undefined: nothing inside of contracts is asked for. */
  #observer(slots: Map<ActorId, Set<string>>): CodeObserver | undefined {
    const steps = this.#steps ?? this.#vm
    if (!this.#options.accounts && steps === undefined) return undefined
    const onStorage = (contract: ActorId, slot: Uint8Array) => {
      const seen = slots.get(contract)
      if (seen === undefined) slots.set(contract, new Set([bytesKey(slot)]))
      else seen.add(bytesKey(slot))
    }
    return {
      ...(this.#options.accounts && { onStorage }),
      ...(steps && { steps }),
    }
  }

  /** A tree that has not looked at any actor yet. @returns the state's root */
  #freshTree(): CID {
    const root = this.tree.flush()
    this.tree = StateTree.load(this.#store, root)
    return root
  }

  #touched(root: CID, slots: ReadonlyMap<ActorId, ReadonlySet<string>>): TouchedAccount[] {
    const ids = this.tree.seen().sort((a, b) => a - b)
    const { manifest } = this.#input.actors
    const before = stateView(this.#store, root, manifest)
    const after = stateView(this.#store, this.tree.flush(), manifest)
    return ids.flatMap((id) => {
      const account = Address.id(id)
      const [old, now] = [before.actor(account), after.actor(account)]
      const found = now ?? old
      if (found === undefined) return []
      const own = f410Payload(found.delegatedAddress ?? undefined)
      const touched = this.#observable
        ? [...(slots.get(id) ?? [])].map(keyBytes)
        : changedSlots(this.#store, this.#contractHead(old), this.#contractHead(now))
      return {
        address: own ?? maskedId(id),
        before: old && accountState(before, account),
        after: now && accountState(after, account),
        slots: touched.map((slot) => ({
          slot,
          before: before.storageAt(account, slot),
          after: after.storageAt(account, slot),
        })),
      }
    })
  }

  #contractHead(state: ActorState | undefined): CID | undefined {
    if (state === undefined) return undefined
    return this.#input.actors.manifest.nameOf(state.code) === 'evm' ? state.head : undefined
  }

  /** Also of a contract that has destroyed itself. */
  #codeOf(id: ActorId): Uint8Array {
    const contract = this.#contractHead(this.tree.actor(id))
    const head = contract && this.#store.get(contract)
    return (head && this.#store.get(evmStateCodec.decode(head).bytecode)) ?? EMPTY
  }
}

function accountState(view: StateView, account: Address): AccountState {
  const { balance } = view.actor(account)!
  return { balance, nonce: view.nonce(account), code: view.code(account) }
}
