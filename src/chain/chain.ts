/**
 * What the rest of the program knows of a chain, wherever it lives. Asynchronous: execution is in
 * another thread. Records of what has been mined come from the index; this is what runs messages
 * and reads state.
 */
import type { ActorId, Address } from '../address/address.ts'
import type { BlockRecord, Hash, TransactionRecord } from '../eth/records.ts'
import type { MessageTrace } from '../eth/trace/actor-call.ts'
import type { StepOptions } from '../eth/trace/struct-log.ts'
import type { CID } from '../ipld/cid.ts'
import type { ActorState } from '../protocol/actor-state.ts'
import type { ExitCode } from '../protocol/exit-code.ts'
import type { Message, SignedMessage } from '../protocol/message.ts'
import type { Overrides } from './overrides.ts'
import type { BlockToSimulate, Simulation, SimulationOptions } from './simulate-blocks.ts'
import type { AccountProof } from './state-proof.ts'

/** A change of the canonical chain: undo `revert` (newest first), then add `apply` (oldest first). */
export interface HeadChange {
  readonly revert: readonly BlockRecord[]
  readonly apply: readonly BlockRecord[]
}

/** A message that is run and thrown away. */
export interface CallRequest {
  readonly from: Address
  /** undefined: a creation through the EAM. */
  readonly to: Address | undefined
  readonly value: bigint
  /** Calldata or initcode, not CBOR-wrapped. */
  readonly input: Uint8Array
  /** At most the block gas limit, which is also the default. */
  readonly gasLimit?: number
  readonly overrides?: Overrides
}

export interface CallResult {
  readonly exitCode: ExitCode
  /** The message's return block as in a receipt: CBOR-framed for contracts. */
  readonly returnData: Uint8Array
  readonly gasUsed: number
  /** Why it failed, for the error's message; empty on success. */
  readonly failure: string
  /** Code of the contract that a creation made. */
  readonly deployed?: Uint8Array
  /** What contracts printed (console.log); undefined: nothing. */
  readonly console?: readonly string[]
}

export type GasEstimate = { readonly gas: number } | { readonly failed: CallResult }

/** What a trace is to show besides the calls. */
export interface TraceOptions {
  /** Names of methods, what params and returns say, and charges by name. */
  readonly detail?: true
  /** Accounts before and after. */
  readonly accounts?: true
  /** Instructions of contracts; more text than `maxBytes` is an error. */
  readonly steps?: StepOptions & { readonly maxBytes: number }
  /** The same in Parity's form; not together with `steps`. */
  readonly vm?: { readonly maxBytes: number }
}

/** Reads of one state root. Cheap enough for the event loop: they walk a few nodes. */
export interface StateView {
  /** The actor behind any address, or undefined. */
  actor(address: Address): (ActorState & { readonly id: ActorId }) | undefined
  /** The nonce as Ethereum counts it: of a contract its EVM nonce, else the message nonce. */
  nonce(address: Address): bigint
  /** Bytecode of a live contract, else empty. */
  code(address: Address): Uint8Array
  /** 32 bytes; zeros for what is no contract. */
  storageAt(address: Address, slot: Uint8Array): Uint8Array
  /** The blocks that prove what the account and its slots are. */
  prove(address: Address, slots: readonly Uint8Array[]): AccountProof
  /** The block behind a CID, for walking state. */
  block(cid: CID): Uint8Array | undefined
}

/** Why the mempool refused a message, in Lotus's words. */
export class MempoolError extends Error {
  override name = 'MempoolError'
}

/** A reader passed its deadline and was stopped. */
export class DeadlineError extends Error {
  override name = 'DeadlineError'
}

/** More calls are waiting than may. */
export class BusyError extends Error {
  override name = 'BusyError'
}

/** The chain asked for something that it does not have (state of a block that is gone). */
export class StateUnavailableError extends Error {
  override name = 'StateUnavailableError'
}

/** A mined message that was run again ended otherwise than its receipt says. */
export class ReplayError extends Error {
  override name = 'ReplayError'
}

/** The chain's actors do not tell what the trace asks for. */
export class TraceUnavailableError extends Error {
  override name = 'TraceUnavailableError'
}

/** A trace has more text than its reader takes; the message says what to leave out. */
export class TraceTooLargeError extends Error {
  override name = 'TraceTooLargeError'
}

export interface Chain {
  readonly chainId: number
  /** Newest executed tipset. */
  head(): BlockRecord
  /** State after the tipset's messages. @throws StateUnavailableError */
  state(block: BlockRecord): StateView
  /** @throws DeadlineError, EditError for an override that makes no sense */
  call(request: CallRequest, block: BlockRecord): Promise<CallResult>
  /**
   * The limit that makes the call succeed, over-estimated as Lotus does. On the head it is that of
   * a message in the next tipset, behind what the sender has in the pool.
   * @throws DeadlineError
   */
  estimateGas(request: CallRequest, block: BlockRecord): Promise<GasEstimate>
  /**
   * Runs mined messages again, watched.
   * @param index of the message in its block; undefined: all
   * @throws DeadlineError, ReplayError, TraceTooLargeError, StateUnavailableError
   */
  trace(
    block: BlockRecord,
    index: number | undefined,
    options: TraceOptions,
  ): Promise<readonly MessageTrace[]>
  /**
   * Runs calls, watched, each on the state that the one before left.
   * @throws DeadlineError, TraceTooLargeError, StateUnavailableError
   */
  traceCalls(
    requests: readonly CallRequest[],
    block: BlockRecord,
    options: TraceOptions,
  ): Promise<readonly MessageTrace[]>
  /**
   * Tipsets of calls on top of a block, each on what the one before left.
   * @throws DeadlineError, EditError, StateUnavailableError
   */
  simulateBlocks(
    blocks: readonly BlockToSimulate[],
    base: BlockRecord,
    options: SimulationOptions,
  ): Promise<Simulation>
  /**
   * Adds a message to the pool. With instant mining the answer comes after the message's tipset is
   * executed, indexed and readable.
   * @throws MempoolError
   */
  submit(signed: SignedMessage): Promise<CID>
  /**
   * The same for a message that was made from an Ethereum transaction, its sender being the one
   * recovered from the signature: nothing is left to verify.
   */
  submitRecovered(signed: SignedMessage): Promise<CID>
  /** As {@link submitRecovered}, by the pool's rules for strangers. */
  submitUntrusted(signed: SignedMessage): Promise<CID>
  /** Next nonce of a sender, the pool included. */
  pendingNonce(address: Address): Promise<bigint>
  /** The pool's messages in the order in which they would be mined. */
  pending(): Promise<readonly TransactionRecord[]>
  /** Suggested premium, attoFIL per gas unit (eth-rpc spec 4). */
  premium(): Promise<bigint>
  heads(signal: AbortSignal): AsyncIterable<HeadChange>
  pendingTransactions(signal: AbortSignal): AsyncIterable<TransactionRecord>
}

/** What a dev chain can do besides. */
export interface DevChain {
  /** Mines `count` tipsets, `interval` seconds of chain time apart. */
  mine(count: number, interval?: number): Promise<void>
  /** Leaves `count` epochs empty before the next tipset. */
  skipEpochs(count: number): Promise<void>
  setAutomine(on: boolean): Promise<void>
  automine(): Promise<boolean>
  /** Milliseconds; 0 stops. */
  setIntervalMining(milliseconds: number): Promise<void>
  /** Moves the clock for all later tipsets; answers the total offset in seconds. */
  increaseTime(seconds: number): Promise<number>
  /** @throws RangeError unless it is later than the newest tipset's. */
  setNextBlockTimestamp(seconds: number): Promise<void>
  setNextBlockBaseFee(baseFee: bigint): Promise<void>
  snapshot(): Promise<number>
  /** Back to a snapshot, which it uses up together with all later ones; false if there is none. */
  revert(snapshot: number): Promise<boolean>
  /** A new chain from genesis. */
  reset(): Promise<void>
  setBalance(address: Address, balance: bigint): Promise<void>
  setNonce(address: Address, nonce: bigint): Promise<void>
  setCode(address: Address, code: Uint8Array): Promise<void>
  setStorageAt(address: Address, slot: Uint8Array, value: Uint8Array): Promise<void>
  /**
   * Lets the Init actor make actors of a WebAssembly module; answers its code CID.
   * @throws EditError when the FVM would not run it
   */
  installActor(module: Uint8Array): Promise<CID>
  /** Adds a message without a valid signature, from any sender; for impersonated accounts. */
  submitUnsigned(message: Message): Promise<Hash>
}
