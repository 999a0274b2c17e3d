/**
 * Runs messages on a state and throws the result away: eth_call, gas estimates (eth-rpc spec 4).
 */
import { evmStateCodec } from '../actors/evm/state.ts'
import type { Address } from '../address/address.ts'
import { f410Payload } from '../address/eth-address.ts'
import { EMPTY } from '../base/bytes.ts'
import { createReturnCodec } from '../eth/receipt.ts'
import type { BlockRecord } from '../eth/records.ts'
import { invocation } from '../eth/to-message.ts'
import { type Applied, Executor } from '../fvm/executor.ts'
import { shownGas } from '../fvm/gas/gas-scale.ts'
import { GAS } from '../fvm/gas/gas-tracker.ts'
import { priceList } from '../fvm/gas/price-list.ts'
import type { ActorRegistry } from '../fvm/machine.ts'
import { StateTree } from '../fvm/state-tree.ts'
import type { CallTrace } from '../fvm/trace.ts'
import { type Blockstore, OverlayBlockstore } from '../ipld/blockstore.ts'
import { EMPTY_ARRAY_CID } from '../protocol/actor-state.ts'
import { INIT_ACTOR } from '../protocol/builtin.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { Exec, Exec4 } from '../protocol/init.ts'
import { type Message, messageCodec } from '../protocol/message.ts'
import { BLOCK_GAS_LIMIT } from '../protocol/network.ts'
import type { CallRequest, CallResult, GasEstimate } from './chain.ts'
import { ConsoleLines, consoleObserver } from './console.ts'
import { localMachine, type TipsetLookup } from './machine.ts'
import { type BlockOverrides, overrideAccounts } from './overrides.ts'

/** What Lotus multiplies estimates by. */
const OVERESTIMATION = 1.25
/** The search for a sufficient limit ends when the window is this small. */
const SEARCH_PRECISION = 0.01
/** Signature and CBOR around it that a delegated message would carry on top. */
export const SIGNATURE_LENGTH = 69

export interface SimulationInput {
  readonly store: Blockstore
  readonly actors: ActorRegistry
  readonly chainId: number
  /** 28 unless the actors are older. */
  readonly networkVersion?: number | undefined
  readonly tipsets: TipsetLookup
  /** Above 1: gas on Ethereum's scale. */
  readonly gasScale?: number
  /** Gas that estimates add for each actor that Init creates; none by default. */
  readonly creationGas?: number
}

/**
 * What a creation costs on mainnet beyond what it costs here: Init's map of addresses has two
 * million entries there (an ERC-20 takes 64.8 million gas to deploy, 21.7 million on an empty map).
 */
export const MAINNET_CREATION_GAS = 43_000_000

/** A call on the state after a tipset, as if it were in it; free of fees. */
export function simulateCall(
  input: SimulationInput,
  request: CallRequest,
  block: BlockRecord,
): CallResult {
  const [place, store] = overridden(input, request, block)
  const limit = request.gasLimit ?? BLOCK_GAS_LIMIT
  const { applied, tree, console } = runIn({ ...input, store }, request, place, limit)
  const result = { ...callResult(applied), ...(console.length > 0 && { console }) }
  const isMade = request.to === undefined && result.exitCode === ExitCode.OK
  return isMade ? { ...result, deployed: deployedCode(tree, result.returnData) } : result
}

/** @param returnData of the EAM's CreateExternal */
export function deployedCode(tree: StateTree, returnData: Uint8Array): Uint8Array {
  const { store } = tree
  const { actorId } = createReturnCodec.decode(returnData)
  const head = tree.actor(actorId)?.head
  const state = head && store.get(head)
  return (state && store.get(evmStateCodec.decode(state).bytecode)) ?? EMPTY
}

/** What the next tipset of a chain is known to be. */
export interface NextTipset {
  readonly epoch: number
  readonly timestamp: number
  /** Of the sender of whom it was asked: what stands before a message that it sends now. */
  readonly waiting: readonly WaitingMessage[]
}

export interface WaitingMessage {
  readonly message: Message
  /** Bytes that the inclusion cost bills. */
  readonly chainLength: number
}

/**
 * The gas limit that makes a call succeed, over-estimated as Lotus does.
 * @param next where the message would stand; undefined: in the block itself, as an `eth_call`
 */
export function estimateGas(
  input: SimulationInput,
  request: CallRequest,
  block: BlockRecord,
  next?: NextTipset,
): GasEstimate {
  const estimate = filecoinEstimate(input, request, block, next)
  return 'gas' in estimate ? { gas: shownGas(estimate.gas, input.gasScale ?? 1) } : estimate
}

function filecoinEstimate(
  input: SimulationInput,
  request: CallRequest,
  block: BlockRecord,
  next: NextTipset | undefined,
): GasEstimate {
  const inclusion = inclusionGas(request)
  const [found, under] = next === undefined ? [block, input.store] : placeIn(next, input, block)
  const [place, store] = overridden({ ...input, store: under }, request, found)
  const { creationGas = 0 } = input
  const options = { ...input, store }
  const attempt = (limit: number) =>
    run(options, request, place, Math.max(0, Math.floor(limit) - inclusion))
  const cap = request.gasLimit ?? BLOCK_GAS_LIMIT
  const { applied: first, console } = runIn(options, request, place, Math.max(0, cap - inclusion))
  if (first.receipt.exitCode !== ExitCode.OK) {
    return { failed: { ...callResult(first, inclusion), ...(console.length > 0 && { console }) } }
  }

  const used = first.receipt.gasUsed + inclusion
  const estimate = Math.min(Math.ceil(used * OVERESTIMATION), cap)
  const second = attempt(estimate)
  const surcharge = Math.ceil(creationGas * creationsIn(first.trace) * OVERESTIMATION)
  const withCreations = (gas: number) => ({ gas: Math.min(gas + surcharge, cap) })
  if (second.receipt.exitCode === ExitCode.OK) return withCreations(estimate)
  // the 63/64 rule starves a sub-call although the whole would have enough
  if (!second.ranOut) return { failed: callResult(second, inclusion) }
  return withCreations(search(attempt, estimate, cap))
}

/** Actors that Init has created; undefined: nobody wanted to know. */
function creationsIn(trace: CallTrace | undefined): number {
  if (trace === undefined) return 0
  const { invoked, method, result, calls } = trace
  if (result?.exitCode !== ExitCode.OK) return 0
  const own = invoked?.id === INIT_ACTOR && (method === Exec || method === Exec4) ? 1 : 0
  return calls.reduce((sum, call) => sum + creationsIn(call), own)
}

function search(attempt: (limit: number) => Applied, start: number, cap: number): number {
  const isEnough = (limit: number) => attempt(limit).receipt.exitCode === ExitCode.OK
  let low = start
  let high = start
  do {
    if (high >= cap) return cap
    low = high
    high = Math.min(high * 2, cap)
  } while (!isEnough(high))
  while ((high - low) / high > SEARCH_PRECISION) {
    const middle = Math.floor((low + high) / 2)
    if (isEnough(middle)) high = middle
    else low = middle
  }
  return Math.min(Math.ceil(high * OVERESTIMATION), cap)
}

/** Where a message runs. */
interface Place extends Pick<BlockRecord, 'stateRoot' | 'epoch' | 'timestamp'> {
  /** What BASEFEE answers; undefined: 0, for calls pay nothing. */
  readonly seenBaseFee?: bigint
}

/** The place as the request wants it, and a store that has its state. */
function overridden(
  { store: base, actors }: SimulationInput,
  { overrides }: CallRequest,
  place: Place,
): [Place, Blockstore] {
  if (overrides === undefined) return [place, base]
  const { accounts, block } = overrides
  if (accounts.length === 0) return [{ ...place, ...seen(block) }, base]
  const store = new OverlayBlockstore(base)
  const tree = StateTree.load(store, place.stateRoot)
  overrideAccounts({ tree, store, actors }, accounts)
  return [{ ...place, ...seen(block), stateRoot: tree.flush() }, store]
}

function seen({ epoch, timestamp, baseFee }: BlockOverrides): Omit<Partial<Place>, 'stateRoot'> {
  return {
    ...(epoch === undefined ? {} : { epoch }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(baseFee === undefined ? {} : { seenBaseFee: baseFee }),
  }
}

/** The place behind the sender's messages that wait, and a store that has its state. */
function placeIn(
  { epoch, timestamp, waiting }: NextTipset,
  input: SimulationInput,
  { stateRoot }: BlockRecord,
): [Place, Blockstore] {
  if (waiting.length === 0) return [{ stateRoot, epoch, timestamp }, input.store]
  const store = new OverlayBlockstore(input.store)
  const tree = StateTree.load(store, stateRoot)
  const machine = localMachine({ ...input, store, tree, epoch, timestamp, baseFee: 0n })
  const executor = new Executor(machine)
  for (const { message, chainLength } of waiting) executor.apply(message, 'explicit', chainLength)
  return [{ stateRoot: executor.flush(), epoch, timestamp }, store]
}

function run(
  input: SimulationInput,
  request: CallRequest,
  place: Place,
  gasLimit: number,
): Applied {
  return runIn(input, request, place, gasLimit).applied
}

/** @returns also the state that the call left */
function runIn(
  input: SimulationInput,
  request: CallRequest,
  { stateRoot, epoch, timestamp, seenBaseFee: baseFee = 0n }: Place,
  gasLimit: number,
): { applied: Applied; tree: StateTree; console: readonly string[] } {
  const { actors } = input
  const store = new OverlayBlockstore(input.store)
  const tree = StateTree.load(store, stateRoot)
  const machine = localMachine({ ...input, store, tree, epoch, timestamp, baseFee })
  const message = callMessage(tree, actors, request, gasLimit)
  const printed = new ConsoleLines()
  const executor = new Executor({ ...machine, observer: consoleObserver(printed.print) })
  executor.trace = input.creationGas !== undefined
  return { applied: executor.apply(message, 'implicit', 0), tree, console: printed.take() }
}

/** The message behind a call, and an account for its sender if there is none. */
export function callMessage(
  tree: StateTree,
  actors: ActorRegistry,
  request: CallRequest,
  gasLimit: number,
): Message {
  materializeSender(tree, actors, request.from)
  const id = tree.resolve(request.from)
  const nonce = (id === undefined ? undefined : tree.actor(id))?.sequence ?? 0n
  return toCallMessage(request, nonce, gasLimit)
}

/** A sender that does not exist yet calls like an account that does. */
function materializeSender(tree: StateTree, actors: ActorRegistry, from: Address): void {
  if (tree.resolve(from) !== undefined || f410Payload(from) === undefined) return
  const id = tree.registerAddress(from)
  tree.set(id, {
    code: actors.codeFor('ethaccount'),
    head: EMPTY_ARRAY_CID,
    sequence: 0n,
    balance: 0n,
    delegatedAddress: from,
  })
}

function toCallMessage(request: CallRequest, nonce: bigint, gasLimit: number): Message {
  const { from, to, value, input } = request
  return {
    version: 0n,
    from,
    ...invocation(to, input),
    nonce,
    value,
    gasLimit,
    gasFeeCap: 0n,
    gasPremium: 0n,
  }
}

/** What it would cost to have the message on chain, at the largest numbers it may carry. */
function inclusionGas(request: CallRequest): number {
  const message = {
    ...toCallMessage(request, 0xffff_ffffn, BLOCK_GAS_LIMIT),
    gasFeeCap: 1n << 64n,
    gasPremium: 1n << 64n,
  }
  const length = messageCodec.encode(message).length + SIGNATURE_LENGTH
  return Math.ceil(priceList.inclusion(length) / GAS)
}

function callResult({ receipt, failure }: Applied, inclusion = 0): CallResult {
  const { exitCode, returnData, gasUsed } = receipt
  return { exitCode, returnData, gasUsed: gasUsed + inclusion, failure }
}
