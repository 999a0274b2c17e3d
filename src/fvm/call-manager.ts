/**
 * One message's calls: sends, automatic creation of accounts, value transfers, invocations, all
 * over one undo log (kernel spec 5.1).
 */
import {
  type ActorId,
  Address,
  EAM_NAMESPACE,
  Protocol,
  ZERO_BLS_ADDRESS,
} from '../address/address.ts'
import { concat, fromBigIntPadded } from '../base/bytes.ts'
import type { CID } from '../ipld/cid.ts'
import { Codec } from '../ipld/cid.ts'
import { address as addressCodec } from '../ipld/codec.ts'
import { type ActorState, EMPTY_ARRAY_CID } from '../protocol/actor-state.ts'
import { SYSTEM_ACTOR, typeId } from '../protocol/builtin.ts'
import type { StampedEvent } from '../protocol/event.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { METHOD_CONSTRUCTOR, METHOD_SEND, type MethodNum } from '../protocol/method.ts'
import { AccessTracker } from './access-tracker.ts'
import { type Block, block } from './block.ts'
import {
  ActorError,
  Errno,
  exitCodeOf,
  OutOfGas,
  refusalCode,
  SyscallError,
  UnknownCodeError,
} from './errors.ts'
import { builtinFootprint } from './gas/builtin-footprint.ts'
import type { GasTracker } from './gas/gas-tracker.ts'
import { Kernel, NO_BLOCK } from './kernel.ts'
import type { Machine } from './machine.ts'
import type { CallTrace, Frame } from './trace.ts'

/** How a call that reached its actor ended. */
export interface Outcome {
  readonly exitCode: ExitCode
  readonly value: Block | undefined
}

/** Bytes of linear memory and tables that the instances along the calls under way hold. */
export interface WasmMemory {
  used: number
}

export interface Call {
  readonly from: ActorId
  readonly to: Address
  readonly method: MethodNum
  readonly params: Block | undefined
  readonly value: bigint
  /** Milligas; undefined: all that is left. */
  readonly gasLimit: number | undefined
  readonly readOnly: boolean
}

/** The chain message behind the calls. */
export interface Origin {
  readonly id: ActorId
  /** As written in the message: new f2 addresses derive from it. */
  readonly address: Address
  readonly nonce: bigint
  readonly gasPremium: bigint
}

const MAX_DEPTH = 1_024

const OK: Outcome = { exitCode: ExitCode.OK, value: undefined }

export class CallManager {
  readonly machine: Machine
  readonly gas: GasTracker
  readonly origin: ActorId
  readonly nonce: bigint
  readonly gasPremium: bigint
  readonly events: StampedEvent[] = []
  /** The way the last error took, deepest frame first; empty after a success. */
  readonly frames: Frame[] = []
  /** The call tree, when asked for. */
  readonly trace: CallTrace[] | undefined
  readonly #originAddress: Address
  readonly #access: AccessTracker
  readonly wasmMemory: WasmMemory = { used: 0 }
  #depth = 0
  #frameDepth = 0
  #actorsCreated = 0n
  #traced: CallTrace | undefined

  constructor(
    machine: Machine,
    gas: GasTracker,
    origin: Origin,
    receiver: ActorId | undefined,
    trace = false,
  ) {
    this.machine = machine
    this.gas = gas
    this.origin = origin.id
    this.nonce = origin.nonce
    this.gasPremium = origin.gasPremium
    this.#originAddress = origin.address
    this.#access = new AccessTracker(machine.tree.undo, origin.id, receiver)
    this.trace = trace ? [] : undefined
  }

  /**
   * Calls in a transaction: whatever does not end with exit code 0 leaves nothing behind.
   * @throws SyscallError when no actor could be called
   * @throws OutOfGas
   */
  send(call: Call): Outcome {
    const { undo } = this.machine.tree
    const mark = undo.mark()
    try {
      const outcome = this.#limited(call)
      if (outcome.exitCode !== ExitCode.OK) undo.rollback(mark)
      return outcome
    } catch (error) {
      undo.rollback(mark)
      throw error
    }
  }

  /** @throws OutOfGas */
  actor(id: ActorId): ActorState | undefined {
    this.#access.read(id, this.gas, this.machine.prices)
    return this.machine.tree.actor(id)
  }

  /** undefined deletes. @throws OutOfGas */
  setActor(id: ActorId, state: ActorState | undefined): void {
    this.#access.write(id, this.gas, this.machine.prices)
    this.machine.tree.set(id, state)
  }

  transfer(from: ActorId, to: ActorId, value: bigint): void {
    if (value < 0n) throw new SyscallError(Errno.IllegalArgument, 'negative transfer')
    const sender = this.actor(from)
    if (sender === undefined || sender.balance < value) {
      throw new SyscallError(
        Errno.InsufficientFunds,
        `sender f0${from} has ${sender?.balance ?? 0n} attoFIL, less than ${value}`,
      )
    }
    if (from === to) return
    const recipient = this.actor(to)
    if (recipient === undefined) {
      throw new SyscallError(Errno.NotFound, `transfer recipient f0${to} does not exist`)
    }
    this.setActor(from, { ...sender, balance: sender.balance - value })
    this.setActor(to, { ...recipient, balance: recipient.balance + value })
  }

  /** blake2b-160 of origin address, nonce and the count of actors made so far. */
  nextActorAddress(): Address {
    return Address.actor(
      concat(
        addressCodec.encode(this.#originAddress),
        fromBigIntPadded(this.nonce, 8),
        fromBigIntPadded(this.#actorsCreated, 8),
      ),
    )
  }

  /** A new actor, or new code for a placeholder with the same delegated address. */
  createActor(code: CID, id: ActorId, delegatedAddress: Address | undefined): void {
    const placeholder = this.machine.actors.codeFor('placeholder')
    if (code.equals(placeholder)) {
      throw new SyscallError(Errno.Forbidden, 'cannot explicitly construct a placeholder actor')
    }
    const existing = this.actor(id)
    if (existing === undefined) {
      this.gas.charge('OnCreateActor', this.machine.prices.createActor(false))
      this.setActor(id, newActor(code, delegatedAddress))
    } else {
      const mayReplace =
        existing.code.equals(placeholder) &&
        delegatedAddress !== undefined &&
        existing.delegatedAddress?.equals(delegatedAddress)
      if (!mayReplace) throw new SyscallError(Errno.Forbidden, 'actor address already exists')
      this.setActor(id, { ...existing, code })
    }
    this.#actorsCreated += 1n
  }

  appendEvent(event: StampedEvent): void {
    this.events.push(event)
    this.#traced?.events.push({ event, callsBefore: this.#traced.calls.length })
    this.machine.tree.undo.record(() => this.events.pop())
  }

  /** Runs a call under its own gas limit; running out of that limit alone is an exit code. */
  #limited(call: Call): Outcome {
    const { gas } = this
    const outer = this.#traced
    const trace = this.#openTrace(call)
    if (call.gasLimit !== undefined) gas.pushLimit(call.gasLimit)
    const before = call.gasLimit === undefined ? gas.used : 0
    let outcome: Outcome | undefined
    let failure: unknown
    try {
      outcome = this.#framed(call, trace)
    } catch (error) {
      failure = error
    }
    const gasUsed = gas.used - before
    if (call.gasLimit !== undefined) gas.popLimit()
    if (failure instanceof OutOfGas && gas.available > 0) {
      outcome = { exitCode: ExitCode.SYS_OUT_OF_GAS, value: undefined }
    }
    if (trace !== undefined) {
      trace.result = { refusal: undefined, ...(outcome ?? refused(failure)), gasUsed }
      trace.charges.end = gas.charges?.length ?? 0
      this.#traced = outer
    }
    if (outcome === undefined) throw failure
    return outcome
  }

  #framed(call: Call, trace: CallTrace | undefined): Outcome {
    if (this.#depth >= MAX_DEPTH) {
      throw new SyscallError(Errno.LimitExceeded, 'message execution exceeds call depth')
    }
    this.#depth++
    const { used } = this.wasmMemory
    try {
      const to = this.#resolveOrCreate(call)
      return this.#callResolved(call, to, trace)
    } finally {
      this.#depth--
      this.wasmMemory.used = used
    }
  }

  #resolveOrCreate({ to, readOnly }: Call): ActorId {
    const id = this.machine.tree.resolve(to)
    if (id !== undefined) return id
    const isKey = to.protocol === Protocol.SECP256K1 || to.protocol === Protocol.BLS
    if (!isKey && to.delegated?.namespace !== EAM_NAMESPACE) {
      throw new SyscallError(Errno.NotFound, `actor does not exist or cannot be created: ${to}`)
    }
    if (readOnly) {
      throw new SyscallError(Errno.ReadOnly, `cannot auto-create account ${to} in read-only calls`)
    }
    return isKey ? this.#createAccount(to) : this.#assign(to, 'placeholder', to)
  }

  #createAccount(address: Address): ActorId {
    if (address.equals(ZERO_BLS_ADDRESS)) {
      throw new SyscallError(Errno.IllegalArgument, 'cannot create the bls zero address actor')
    }
    const id = this.#assign(address, 'account', undefined)
    // as in the reference FVM, the constructor's outcome is not looked at
    this.#callResolved(
      {
        from: SYSTEM_ACTOR,
        to: Address.id(id),
        method: METHOD_CONSTRUCTOR,
        params: block(Codec.CBOR, addressCodec.encode(address)),
        value: 0n,
        gasLimit: undefined,
        readOnly: false,
      },
      id,
      undefined,
    )
    return id
  }

  #assign(address: Address, name: 'account' | 'placeholder', delegated: Address | undefined) {
    const { actors, prices, tree } = this.machine
    this.gas.charge('OnCreateActor', prices.createActor(true))
    const id = tree.registerAddress(address)
    this.setActor(id, newActor(actors.codeFor(name), delegated))
    return id
  }

  #callResolved(call: Call, to: ActorId, trace: CallTrace | undefined): Outcome {
    const { machine, gas } = this
    const { prices } = machine
    const state = this.actor(to)
    if (state === undefined) {
      throw new SyscallError(Errno.NotFound, `actor does not exist: f0${to}`)
    }
    if (trace !== undefined) {
      const { code, delegatedAddress } = state
      trace.invoked = { id: to, code, delegatedAddress }
    }
    if (call.value !== 0n) {
      gas.charge('OnValueTransfer', prices.valueTransfer)
      this.transfer(call.from, to, call.value)
    }
    if (call.method === METHOD_SEND) return OK

    gas.charge('OnMethodInvocation', prices.methodInvocation(call.params?.links.length ?? 0))
    const outcome = this.#invoke(call, to, state.code)
    if (outcome.value !== undefined) {
      const { data, links } = outcome.value
      const name = this.#depth === 1 ? 'OnChainReturnValue' : 'OnReturnValue'
      gas.charge(name, prices.methodReturn(this.#depth, data.length, links.length))
    }
    return outcome
  }

  #invoke(call: Call, receiver: ActorId, code: CID): Outcome {
    const { actors, prices } = this.machine
    const actor = actors.byCode(code)
    if (actor === undefined) throw new UnknownCodeError(`no actor for code ${code}`)
    const { from: caller, method, value, readOnly } = call
    try {
      const name = actors.manifest.nameOf(code)
      const { memoryPages, tableElements } =
        actor.footprint ?? builtinFootprint(name === undefined ? 0 : typeId(name))
      if (tableElements > 0) this.gas.charge('wasm_table_init', prices.table(tableElements))
      this.gas.charge('wasm_memory_init', prices.memory(memoryPages))
      const kernel = new Kernel(this, { caller, receiver, method, value, readOnly })
      const params = call.params === undefined ? NO_BLOCK : kernel.putReachable(call.params)
      const result = kernel.resultBlock(actor.invoke(kernel, params))
      return { exitCode: ExitCode.OK, value: result }
    } catch (error) {
      this.#recordFrame(receiver, method, error)
      if (error instanceof OutOfGas) throw error
      const exitCode = exitCodeOf(error)
      if (exitCode === undefined) throw error
      return { exitCode, value: error instanceof ActorError ? error.data : undefined }
    }
  }

  #recordFrame(actor: ActorId, method: MethodNum, error: unknown): void {
    // a frame that is not one level above the last one starts a new story
    if (this.#frameDepth !== this.#depth + 1) this.frames.length = 0
    this.#frameDepth = this.#depth
    const exitCode = exitCodeOf(error) ?? ExitCode.SYS_ASSERTION_FAILED
    const { message } = error as { message: string }
    this.frames.push({ actor, method, exitCode, message })
  }

  #openTrace(call: Call): CallTrace | undefined {
    if (this.trace === undefined) return undefined
    const gasLimit = Math.min(call.gasLimit ?? Number.MAX_SAFE_INTEGER, this.gas.available)
    const start = this.gas.charges?.length ?? 0
    const trace: CallTrace = {
      ...call,
      gasLimit,
      calls: [],
      events: [],
      charges: { start, end: start },
    }
    const siblings = this.#traced?.calls ?? this.trace
    siblings.push(trace)
    this.#traced = trace
    return trace
  }
}

/** A call that ended before any actor had a say. */
function refused(failure: unknown) {
  const { message } = failure as { message: string }
  return {
    exitCode: refusalCode(failure) ?? ExitCode.SYS_ASSERTION_FAILED,
    value: undefined,
    refusal: message,
  }
}

function newActor(code: CID, delegatedAddress: Address | undefined): ActorState {
  return {
    code,
    head: EMPTY_ARRAY_CID,
    sequence: 0n,
    balance: 0n,
    delegatedAddress: delegatedAddress ?? null,
  }
}
