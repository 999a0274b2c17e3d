/**
 * Applies messages to a machine: preflight, execution, fees (kernel spec 4.2 and 4.3).
 */
import type { ActorId } from '../address/address.ts'
import { f410Payload } from '../address/eth-address.ts'
import { EMPTY } from '../base/bytes.ts'
import { type CID, Codec } from '../ipld/cid.ts'
import { effectivePremium } from '../protocol/base-fee.ts'
import { BURNT_FUNDS_ACTOR, REWARD_ACTOR } from '../protocol/builtin.ts'
import type { StampedEvent } from '../protocol/event.ts'
import { eventsRoot } from '../protocol/events-root.ts'
import { ExitCode, exitCodeName } from '../protocol/exit-code.ts'
import { gasOutputs } from '../protocol/gas-outputs.ts'
import type { Message } from '../protocol/message.ts'
import { METHOD_SEND } from '../protocol/method.ts'
import type { Receipt } from '../protocol/receipt.ts'
import { block } from './block.ts'
import { CallManager, type Outcome } from './call-manager.ts'
import { FatalError, refusalCode, SyscallError } from './errors.ts'
import { grantedGas, shownGas } from './gas/gas-scale.ts'
import { GAS, type GasCharge, GasTracker } from './gas/gas-tracker.ts'
import type { Machine } from './machine.ts'
import type { CallTrace, Frame } from './trace.ts'

/** Implicit messages skip preflight, inclusion cost and fees. */
export type ApplyKind = 'explicit' | 'implicit'

export interface Fees {
  readonly baseFeeBurn: bigint
  readonly overEstimationBurn: bigint
  /** To the miner, through the reward actor. */
  readonly minerTip: bigint
  /** What a miner who includes such a message forfeits. */
  readonly minerPenalty: bigint
  readonly refund: bigint
}

export interface Applied {
  readonly receipt: Receipt
  readonly events: readonly StampedEvent[]
  /** Codec of the returned block; receipts do not record it. */
  readonly returnCodec: number | undefined
  readonly fees: Fees
  /** Part of the gas that was spent on wasm instructions, milligas. */
  readonly wasmMilligas: number
  /** Whether any of its calls ran out of gas. */
  readonly ranOut: boolean
  /** Why it failed; empty on success. */
  readonly failure: string
  readonly trace: CallTrace | undefined
  readonly charges: readonly GasCharge[] | undefined
}

const NO_FEES: Fees = {
  baseFeeBurn: 0n,
  overEstimationBurn: 0n,
  minerTip: 0n,
  minerPenalty: 0n,
  refund: 0n,
}

interface Sender {
  readonly id: ActorId
}

interface Refusal {
  readonly exitCode: ExitCode
  readonly reason: string
  readonly penalty: bigint
}

export class Executor {
  readonly machine: Machine
  /** Record call trees and charge lists. */
  trace = false

  constructor(machine: Machine) {
    this.machine = machine
  }

  /**
   * Applies one message. A refused one leaves the state untouched and has gasUsed 0.
   * @param chainLength bytes that the inclusion cost bills; ignored for implicit messages
   * @throws Error for what is no outcome of the message but a fault of this program; the state is
   *   as before
   */
  apply(message: Message, kind: ApplyKind, chainLength: number): Applied {
    const { undo } = this.machine.tree
    const mark = undo.mark()
    try {
      const sender = this.#preflight(message, kind, chainLength)
      if ('exitCode' in sender) return refused(sender)
      return this.#execute(message, kind, sender.id, chainLength)
    } catch (error) {
      undo.rollback(mark)
      throw error
    }
  }

  flush(): CID {
    return this.machine.tree.flush()
  }

  get #scale(): number {
    return this.machine.network.gasScale ?? 1
  }

  /** Only messages that pay have a limit that people wrote. */
  #granted({ gasLimit }: Message, kind: ApplyKind): number {
    return kind === 'explicit' ? grantedGas(gasLimit, this.#scale) : gasLimit
  }

  #shown({ gasLimit }: Message, kind: ApplyKind, gasUsed: number): number {
    return kind === 'explicit' ? shownGas(gasUsed, this.#scale, gasLimit) : gasUsed
  }

  #preflight(message: Message, kind: ApplyKind, chainLength: number): Sender | Refusal {
    const { tree, prices, actors } = this.machine
    const { baseFee } = this.machine.network
    if (kind === 'implicit') {
      const id = tree.resolve(message.from)
      if (id === undefined) return refusal(ExitCode.SYS_SENDER_INVALID, 'Sender invalid', 0n)
      return { id }
    }

    const inclusion = Math.ceil(prices.inclusion(chainLength) / GAS)
    const granted = this.#granted(message, kind)
    if (inclusion > granted) {
      const reason = `Out of gas (${inclusion} > ${granted})`
      return refusal(ExitCode.SYS_OUT_OF_GAS, reason, baseFee * BigInt(inclusion))
    }
    const penalty = baseFee * BigInt(message.gasLimit)
    const id = tree.resolve(message.from)
    const state = id === undefined ? undefined : tree.actor(id)
    if (id === undefined || state === undefined) {
      return refusal(ExitCode.SYS_SENDER_INVALID, 'Sender invalid', penalty)
    }

    let { code } = state
    const name = actors.manifest.nameOf(code)
    const becomesEthAccount =
      name === 'placeholder' &&
      state.sequence === 0n &&
      f410Payload(state.delegatedAddress ?? undefined) !== undefined
    if (becomesEthAccount) code = actors.codeFor('ethaccount')
    else if (name !== 'account' && name !== 'ethaccount') {
      return refusal(ExitCode.SYS_SENDER_INVALID, 'Send not from valid sender', penalty)
    }
    if (message.nonce !== state.sequence) {
      const reason = `Actor sequence invalid: ${message.nonce} != ${state.sequence}`
      return refusal(ExitCode.SYS_SENDER_STATE_INVALID, reason, penalty)
    }
    const gasCost = message.gasFeeCap * BigInt(message.gasLimit)
    if (state.balance < gasCost) {
      const reason = `Actor balance less than needed: ${state.balance} < ${gasCost}`
      return refusal(ExitCode.SYS_SENDER_STATE_INVALID, reason, penalty)
    }
    const balance = state.balance - gasCost
    tree.set(id, { ...state, code, sequence: state.sequence + 1n, balance })
    return { id }
  }

  #execute(message: Message, kind: ApplyKind, sender: ActorId, chainLength: number): Applied {
    const { machine } = this
    const granted = this.#granted(message, kind)
    const gas = new GasTracker(granted, this.trace)
    const origin = {
      id: sender,
      address: message.from,
      nonce: message.nonce,
      gasPremium: effectivePremium(message, machine.network.baseFee),
    }
    const receiver = machine.tree.resolve(message.to)
    const calls = new CallManager(machine, gas, origin, receiver, this.trace)
    let outcome: Outcome
    let failure = ''
    let isFatal = false
    try {
      if (kind === 'explicit') gas.charge('OnChainMessage', machine.prices.inclusion(chainLength))
      outcome = calls.send({
        from: sender,
        to: message.to,
        method: message.method,
        params: topLevelParams(message),
        value: message.value,
        gasLimit: undefined,
        readOnly: false,
      })
      if (outcome.exitCode !== ExitCode.OK) failure = describe(calls.frames, outcome.exitCode)
    } catch (error) {
      const exitCode = refusalCode(error)
      if (exitCode === undefined) throw error
      isFatal = error instanceof FatalError
      outcome = { exitCode, value: undefined }
      failure = describe(calls.frames, outcome.exitCode, error)
    }

    const receipt: Receipt = {
      exitCode: outcome.exitCode,
      returnData: outcome.value?.data ?? EMPTY,
      gasUsed: this.#shown(message, kind, isFatal ? granted : Math.ceil(gas.used / GAS)),
      eventsRoot: eventsRoot(calls.events),
    }
    return {
      receipt,
      events: calls.events,
      returnCodec: outcome.value?.codec,
      fees: kind === 'explicit' ? this.#settle(message, sender, receipt.gasUsed) : NO_FEES,
      wasmMilligas: gas.wasm,
      ranOut: gas.ranOut,
      failure,
      trace: calls.trace?.[0],
      charges: gas.charges,
    }
  }

  /** Pays burns and tip out of what preflight took, and gives back the rest. */
  #settle(message: Message, sender: ActorId, gasUsed: number): Fees {
    const { gasLimit, gasFeeCap, gasPremium } = message
    const { baseFee } = this.machine.network
    // on Ethereum's scale a limit costs nothing, as on Ethereum
    const billed = this.#scale === 1 ? gasLimit : gasUsed
    const outputs = gasOutputs({ gasUsed, gasLimit: billed, baseFee, gasFeeCap, gasPremium })
    const fees = {
      ...outputs,
      refund: outputs.refund + gasFeeCap * BigInt(gasLimit - billed),
    }
    this.#deposit(BURNT_FUNDS_ACTOR, fees.baseFeeBurn + fees.overEstimationBurn)
    this.#deposit(REWARD_ACTOR, fees.minerTip)
    this.#deposit(sender, fees.refund)
    return fees
  }

  #deposit(id: ActorId, amount: bigint): void {
    if (amount === 0n) return
    const { tree } = this.machine
    const state = tree.actor(id)
    if (state === undefined) throw new Error(`no actor f0${id} to pay`)
    tree.set(id, { ...state, balance: state.balance + amount })
  }
}

/** Params of a chain message enter as plain CBOR, so they cannot carry reachable links. */
function topLevelParams(message: Message) {
  if (message.params.length === 0) return undefined
  return block(message.method === METHOD_SEND ? Codec.RAW : Codec.CBOR, message.params)
}

function refusal(exitCode: ExitCode, reason: string, penalty: bigint): Refusal {
  return { exitCode, reason, penalty }
}

function refused({ exitCode, reason, penalty }: Refusal): Applied {
  return {
    receipt: { exitCode, returnData: EMPTY, gasUsed: 0, eventsRoot: null },
    events: [],
    returnCodec: undefined,
    fees: { ...NO_FEES, minerPenalty: penalty },
    wasmMilligas: 0,
    ranOut: false,
    failure: reason,
    trace: undefined,
    charges: undefined,
  }
}

function describe(frames: readonly Frame[], exitCode: ExitCode, error?: unknown): string {
  const story = frames.map(
    (frame) =>
      `f0${frame.actor} (method ${frame.method}) -- ${frame.message} (${exitCodeName(frame.exitCode)})`,
  )
  if (error instanceof SyscallError) story.push(error.message)
  return story.length > 0 ? story.join('; ') : exitCodeName(exitCode)
}
