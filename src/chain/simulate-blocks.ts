/**
 * Tipsets that are made of calls, one on top of the other, and thrown away (eth_simulateV1). As
 * far as contracts can tell they are real: they have headers, hashes, receipts and logs. There is
 * no miner: nobody is rewarded.
 */
import type { ActorId, Address } from '../address/address.ts'
import { EMPTY } from '../base/bytes.ts'
import { ethAddressIn } from '../eth/addresses.ts'
import { type ExecutedMessage, indexedTipset } from '../eth/block.ts'
import type { BlockRecord, LogRecord, TransactionRecord } from '../eth/records.ts'
import { evmCall } from '../eth/trace/evm-call.ts'
import { logsWithTransfers } from '../eth/trace/transfers.ts'
import { transactionRecord } from '../eth/transaction-record.ts'
import { type Applied, Executor } from '../fvm/executor.ts'
import { grantedGas, shownGas } from '../fvm/gas/gas-scale.ts'
import { GAS } from '../fvm/gas/gas-tracker.ts'
import { priceList } from '../fvm/gas/price-list.ts'
import { StateTree } from '../fvm/state-tree.ts'
import { OverlayBlockstore } from '../ipld/blockstore.ts'
import type { ActorState } from '../protocol/actor-state.ts'
import { nextBaseFee } from '../protocol/base-fee.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { type Message, messageCodec } from '../protocol/message.ts'
import { BLOCK_GAS_LIMIT, EPOCH_SECONDS } from '../protocol/network.ts'
import { actorCall } from './actor-calls.ts'
import { assembleTipset, writeReceipts } from './assemble.ts'
import { type CallRequest, type CallResult, StateUnavailableError } from './chain.ts'
import { localMachine } from './machine.ts'
import { type Overrides, overrideAccounts } from './overrides.ts'
import { callMessage, deployedCode, SIGNATURE_LENGTH, type SimulationInput } from './simulate.ts'

export interface SimulatedMessage extends Omit<CallRequest, 'overrides'> {
  /** undefined: the sender's next one. */
  readonly nonce?: bigint
  /** attoFIL per gas unit; looked at with `validation` only. */
  readonly gasFeeCap: bigint
  readonly gasPremium: bigint
}

export interface BlockToSimulate {
  readonly overrides: Overrides
  readonly messages: readonly SimulatedMessage[]
}

export interface SimulationOptions {
  /** Nonces and fees count, as for real messages. Senders may be contracts, and nobody signs. */
  readonly validation: boolean
  /** Transfers of value stand among the logs, as of a token at 0xeeee…. */
  readonly transfers: boolean
}

export interface SimulatedBlock {
  readonly block: BlockRecord
  readonly transactions: readonly TransactionRecord[]
  /** One for each transaction. */
  readonly outcomes: readonly SimulatedOutcome[]
}

export interface SimulatedOutcome extends CallResult {
  readonly logs: readonly LogRecord[]
}

/** What makes a whole simulation impossible. */
export type RefusalReason =
  | 'nonceTooLow'
  | 'nonceTooHigh'
  | 'feeTooLow'
  | 'intrinsicGas'
  | 'insufficientFunds'
  | 'blockGas'
  | 'numberOrder'
  | 'timeOrder'

export interface Refusal {
  readonly reason: RefusalReason
  readonly message: string
}

export type Simulation =
  | { readonly blocks: readonly SimulatedBlock[] }
  | { readonly refused: Refusal }

class Refused extends Error {
  override name = 'Refused'
  readonly reason: RefusalReason

  constructor(reason: RefusalReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** @throws EditError for an override that makes no sense; StateUnavailableError */
export function simulateBlocks(
  input: SimulationInput,
  base: BlockRecord,
  wanted: readonly BlockToSimulate[],
  options: SimulationOptions,
): Simulation {
  if (!input.store.has(base.stateRoot)) {
    throw new StateUnavailableError(`state ${base.stateRoot} is not available`)
  }
  const store = new OverlayBlockstore(input.store)
  const blocks: SimulatedBlock[] = []
  const chain = [base]
  const tipsets = {
    keyAtOrBefore: (epoch: number) =>
      epoch < base.epoch
        ? input.tipsets.keyAtOrBefore(epoch)
        : chain.findLast((block) => block.epoch <= epoch)!.tipsetKey,
  }
  try {
    for (const each of wanted) {
      const made = new Production({ ...input, store, tipsets }, chain.at(-1)!, each, options).run()
      blocks.push(made)
      chain.push(made.block)
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { refused: { reason: error.reason, message: error.message } }
  }
  return { blocks }
}

class Production {
  readonly #input: SimulationInput
  readonly #parent: BlockRecord
  readonly #wanted: BlockToSimulate
  readonly #options: SimulationOptions
  readonly #tree: StateTree
  readonly #epoch: number
  readonly #timestamp: number
  readonly #baseFee: bigint
  #gasUsed = 0
  #events = 0

  constructor(
    input: SimulationInput,
    parent: BlockRecord,
    wanted: BlockToSimulate,
    options: SimulationOptions,
  ) {
    this.#input = input
    this.#parent = parent
    this.#wanted = wanted
    this.#options = options
    this.#tree = StateTree.load(input.store, parent.stateRoot)
    const { block, accounts } = wanted.overrides
    this.#epoch = block.epoch ?? parent.epoch + 1
    const passed = this.#epoch - parent.epoch
    if (passed <= 0) {
      throw new Refused('numberOrder', `block ${this.#epoch} does not follow ${parent.epoch}`)
    }
    this.#timestamp = block.timestamp ?? parent.timestamp + EPOCH_SECONDS * passed
    if (this.#timestamp < parent.timestamp) {
      const before = `block time ${this.#timestamp} is before that of the parent`
      throw new Refused('timeOrder', `${before}, ${parent.timestamp}`)
    }
    this.#baseFee = block.baseFee ?? (options.validation ? parent.nextBaseFee : 0n)
    overrideAccounts({ tree: this.#tree, store: input.store, actors: input.actors }, accounts)
  }

  run(): SimulatedBlock {
    const { chainId, store } = this.#input
    const executed: ExecutedMessage[] = []
    const outcomes: SimulatedOutcome[] = []
    for (const wanted of this.#wanted.messages) {
      const { message, applied } = this.#apply(wanted)
      const { receipt, events, failure } = applied
      const record = transactionRecord({ message, signature: null }, chainId, this.#ethAddressOf)
      executed.push({ message, signature: null, receipt, events, transaction: record })
      const isMade = wanted.to === undefined && receipt.exitCode === ExitCode.OK
      const deployed = isMade ? deployedCode(this.#tree, receipt.returnData) : undefined
      outcomes.push({ ...receipt, failure, logs: [], ...(deployed && { deployed }) })
      this.#gasUsed += receipt.gasUsed
      if (this.#options.transfers) {
        const logs = this.#transfers(applied, record)
        outcomes.push({ ...outcomes.pop()!, logs })
      }
      this.#events += events.length
    }
    const { block, transactions, receipts } = this.#assemble(store, executed)
    const settled = this.#options.transfers
      ? renumbered(outcomes)
      : outcomes.map((outcome, i) => ({ ...outcome, logs: receipts[i]!.logs }))
    return { block, transactions, outcomes: settled }
  }

  #assemble(store: SimulationInput['store'], messages: readonly ExecutedMessage[]) {
    const parent = this.#parent
    const baseFee = this.#baseFee
    const tipset = assembleTipset(store, {
      epoch: this.#epoch,
      timestamp: this.#timestamp,
      parent,
      parentStateRoot: parent.stateRoot,
      parentMessageReceipts: parent.receiptsRoot,
      baseFee,
      messages,
    })
    const executed = {
      tipset,
      messages,
      stateRoot: this.#tree.flush(),
      receiptsRoot: writeReceipts(store, messages),
      nextBaseFee: nextBaseFee(
        messages.map(({ message }) => message),
        baseFee,
      ),
      billsLimit: (this.#input.gasScale ?? 1) === 1,
    }
    return indexedTipset(executed, this.#input.chainId, this.#ethAddressOf)
  }

  get #ethAddressOf() {
    return ethAddressIn(this.#tree)
  }

  #apply(wanted: SimulatedMessage): { message: Message; applied: Applied } {
    const { validation } = this.#options
    const left = BLOCK_GAS_LIMIT - this.#gasUsed
    // limits in the habit of Ethereum would be far too low here; only a true message has one
    const gasLimit = (validation ? wanted.gasLimit : undefined) ?? left
    if (gasLimit > left) {
      const message = `gas limit ${gasLimit} is more than the block has left, ${left}`
      throw new Refused('blockGas', message)
    }
    const { nonce } = wanted
    const base = callMessage(this.#tree, this.#input.actors, wanted, gasLimit)
    const message: Message = {
      ...base,
      nonce: nonce ?? base.nonce,
      ...(validation && { gasFeeCap: wanted.gasFeeCap, gasPremium: wanted.gasPremium }),
    }
    const length = messageCodec.encode(message).length + SIGNATURE_LENGTH
    const inclusion = Math.ceil(priceList.inclusion(length) / GAS)
    const sender = this.#sender(message.from)
    const isAccount = validation && this.#isAccount(sender.state)
    if (isAccount) this.#validate(message, sender.state, inclusion)

    const executor = new Executor(this.#machine())
    executor.trace = this.#options.transfers
    const applied = isAccount
      ? executor.apply(message, 'explicit', length)
      : this.#unpaid(executor, message, inclusion)
    if (applied.receipt.exitCode === ExitCode.SYS_INSUFFICIENT_FUNDS) {
      throw new Refused(
        'insufficientFunds',
        `insufficient funds for gas * price + value: ${message.from} does not have ${message.value}`,
      )
    }
    return { message, applied }
  }

  /** Without fees; the gas is what it would be on chain, and the nonce counts all the same. */
  #unpaid(executor: Executor, message: Message, inclusion: number): Applied {
    const gasLimit = Math.max(0, message.gasLimit - inclusion)
    const applied = executor.apply({ ...message, gasLimit }, 'implicit', 0)
    const { id, state } = this.#sender(message.from)
    this.#tree.set(id, { ...state, sequence: message.nonce + 1n })
    const { receipt } = applied
    const gasUsed = shownGas(receipt.gasUsed + inclusion, this.#input.gasScale ?? 1)
    return { ...applied, receipt: { ...receipt, gasUsed } }
  }

  #validate(message: Message, { sequence, balance }: ActorState, inclusion: number): void {
    const { nonce, gasLimit, gasFeeCap, value } = message
    if (nonce < sequence) {
      throw new Refused('nonceTooLow', `nonce too low: next nonce ${sequence}, got ${nonce}`)
    }
    if (nonce > sequence) {
      throw new Refused('nonceTooHigh', `nonce too high: next nonce ${sequence}, got ${nonce}`)
    }
    if (gasFeeCap < this.#baseFee) {
      const fees = `max fee ${gasFeeCap}, base fee ${this.#baseFee}`
      throw new Refused('feeTooLow', `max fee per gas less than block base fee: ${fees}`)
    }
    if (grantedGas(gasLimit, this.#input.gasScale ?? 1) < inclusion) {
      throw new Refused(
        'intrinsicGas',
        `intrinsic gas too low: have ${gasLimit}, want ${inclusion}`,
      )
    }
    const cost = value + gasFeeCap * BigInt(gasLimit)
    if (balance < cost) {
      const why = `have ${balance}, want ${cost}`
      throw new Refused('insufficientFunds', `insufficient funds for gas * price + value: ${why}`)
    }
  }

  #sender(from: Address): { id: ActorId; state: ActorState } {
    const id = this.#tree.resolve(from)
    const state = id === undefined ? undefined : this.#tree.actor(id)
    if (id === undefined || state === undefined) throw new Error(`no sender ${from}`)
    return { id, state }
  }

  #isAccount({ code }: ActorState): boolean {
    const name = this.#input.actors.manifest.nameOf(code)
    return name === 'account' || name === 'ethaccount' || name === 'placeholder'
  }

  #machine() {
    return localMachine({
      ...this.#input,
      tree: this.#tree,
      epoch: this.#epoch,
      timestamp: this.#timestamp,
      baseFee: this.#baseFee,
    })
  }

  /** With the logs of transfers in their places. */
  #transfers({ events, trace }: Applied, { from }: TransactionRecord): LogRecord[] {
    const call =
      trace &&
      actorCall(trace, {
        manifest: this.#input.actors.manifest,
        events,
        firstEvent: this.#events,
        codeOf: () => EMPTY,
        charges: undefined,
      })
    return logsWithTransfers(call && evmCall(call, from))
  }
}

/** Transfers have no place of their own among the events. */
function renumbered(outcomes: readonly SimulatedOutcome[]): SimulatedOutcome[] {
  let logIndex = 0
  return outcomes.map((outcome) => ({
    ...outcome,
    logs: outcome.logs.map((log) => ({ ...log, logIndex: logIndex++ })),
  }))
}
