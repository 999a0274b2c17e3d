/**
 * What the Rust SDK and the actors' runtime library do between an actor's code and the kernel:
 * which syscalls an operation makes, in which order, and how a refused syscall becomes an exit
 * code (kernel spec 5.3). Native actors go through here, so their kernel charges are the genuine
 * ones.
 */
import type { ActorId, Address } from '../address/address.ts'
import { block } from '../fvm/block.ts'
import { ActorError, Errno, SyscallError } from '../fvm/errors.ts'
import { type BlockId, type Kernel, type MessageContext, NO_BLOCK } from '../fvm/kernel.ts'
import type { NetworkContext } from '../fvm/machine.ts'
import { CborError, type CborErrorKind } from '../ipld/cbor.ts'
import { type CID, Codec } from '../ipld/cid.ts'
import type { Codec as CborCodec } from '../ipld/codec.ts'
import type { NodeStore } from '../ipld/node-store.ts'
import { EMPTY_ARRAY_CID } from '../protocol/actor-state.ts'
import { type BuiltinName, builtinNames, typeId } from '../protocol/builtin.ts'
import type { EventEntry } from '../protocol/event.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { METHOD_SEND, type MethodNum } from '../protocol/method.ts'
import { type RandomnessTag, randomnessInput } from '../protocol/randomness.ts'

/** A block by value, as actors pass them: params and returns. */
export interface IpldBlock {
  readonly codec: number
  readonly data: Uint8Array
}

export interface Response {
  readonly exitCode: ExitCode
  readonly data: IpldBlock | undefined
}

export interface SendOptions {
  readonly value?: bigint
  /** Gas units. */
  readonly gasLimit?: number
  readonly flags?: number
}

/** An exit code with its reason. */
export function abort(exitCode: ExitCode, message: string, data?: IpldBlock): ActorError {
  return new ActorError(exitCode, message, data && block(data.codec, data.data))
}

export interface BlocksOfWork {
  readonly states: Uint8Array[]
  readonly nodes: Uint8Array[]
}

/** What an invocation did that takes instructions. */
export interface Work {
  /** Choosing the method, reading its params, or the method itself. */
  stage: 'dispatch' | 'params' | 'method'
  /** Why the params could not be read. */
  unreadable?: CborErrorKind
  /** State blocks that were read, and nodes of maps and arrays. */
  readonly read: BlocksOfWork
  readonly written: BlocksOfWork
  hashes: number
  /** Addresses looked up. */
  addresses: number
  /** Methods called. */
  calls: number
  events: number
}

export class Runtime {
  readonly kernel: Kernel
  readonly message: MessageContext
  readonly store: NodeStore
  /** What was done so far; modelled wasm gas follows it. */
  readonly work: Work = {
    stage: 'dispatch',
    read: { states: [], nodes: [] },
    written: { states: [], nodes: [] },
    hashes: 0,
    addresses: 0,
    calls: 0,
    events: 0,
  }
  #network: NetworkContext | undefined

  constructor(kernel: Kernel) {
    this.kernel = kernel
    this.message = kernel.messageContext()
    this.store = {
      get: (cid) => noted(this.work.read.nodes, this.getBlock(cid)),
      put: (codec, data) => this.putBlock(codec, noted(this.work.written.nodes, data)),
    }
  }

  /** Read once, then remembered. */
  get network(): NetworkContext {
    this.#network ??= this.kernel.networkContext()
    return this.#network
  }

  /** Charges modelled wasm instructions. @param gas gas units */
  wasm(gas: number): void {
    this.kernel.gas.chargeWasm(Math.round(gas * 1_000))
  }

  // --- blocks and state -----------------------------------------------------------------------

  /** @throws ActorError USR_ILLEGAL_STATE when the block is not reachable */
  getBlock(cid: CID): Uint8Array {
    const { id, size } = refused(ExitCode.USR_ILLEGAL_STATE, () => this.kernel.blockOpen(cid))
    const { data } = this.kernel.blockRead(id, 0, size)
    return data
  }

  putBlock(codec: number, data: Uint8Array): CID {
    return refused(ExitCode.USR_ILLEGAL_STATE, () =>
      this.kernel.blockLink(this.kernel.blockCreate(codec, data)),
    )
  }

  getCbor<T>(cid: CID, codec: CborCodec<T>): T {
    return codec.decode(noted(this.work.read.states, this.getBlock(cid)))
  }

  putCbor<T>(codec: CborCodec<T>, value: T): CID {
    return this.putBlock(Codec.DAG_CBOR, noted(this.work.written.states, codec.encode(value)))
  }

  /** @throws ActorError USR_ILLEGAL_STATE when the actor has been deleted */
  root(): CID {
    return refused(ExitCode.USR_ILLEGAL_STATE, () => this.kernel.root())
  }

  setRoot(root: CID): void {
    try {
      this.kernel.setRoot(root)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      if (error.errno === Errno.ReadOnly) throw abort(ExitCode.USR_READ_ONLY, error.message)
      if (error.errno === Errno.IllegalOperation) {
        throw abort(ExitCode.USR_ILLEGAL_STATE, error.message)
      }
      throw error
    }
  }

  /** The actor's state, to look at. */
  state<T>(codec: CborCodec<T>): T {
    return this.getCbor(this.root(), codec)
  }

  /** The first state of an actor. @throws ActorError when it has one */
  createState<T>(codec: CborCodec<T>, state: T): void {
    if (!this.root().equals(EMPTY_ARRAY_CID)) {
      throw abort(ExitCode.USR_ILLEGAL_STATE, 'failed to create state; the actor has one')
    }
    this.setRoot(this.putCbor(codec, state))
  }

  /** Loads the state, lets `change` give the next one, and stores that. */
  transaction<T, R>(codec: CborCodec<T>, change: (state: T) => { state: T; result: R }): R {
    const { state, result } = change(this.state(codec))
    this.setRoot(this.putCbor(codec, state))
    return result
  }

  // --- actors ---------------------------------------------------------------------------------

  /** undefined when there is no such actor; an id address is taken at its word, without a syscall. */
  resolveAddress(address: Address): ActorId | undefined {
    const id = address.nearestActorId
    if (id === undefined) this.work.addresses++
    return id ?? absent(() => this.kernel.resolveAddress(address))
  }

  lookupDelegatedAddress(id: ActorId): Address | undefined {
    return absent(() => this.kernel.lookupDelegatedAddress(id))
  }

  codeOf(id: ActorId): CID | undefined {
    return absent(() => this.kernel.getActorCodeCid(id))
  }

  balanceOf(id: ActorId): bigint | undefined {
    return absent(() => this.kernel.balanceOf(id))
  }

  /** The name of built-in code. */
  builtinType(code: CID): BuiltinName | undefined {
    return builtinNames[this.kernel.getBuiltinActorType(code) - 1]
  }

  codeFor(name: BuiltinName): CID {
    return this.kernel.getCodeCidForType(typeId(name))
  }

  // --- send -----------------------------------------------------------------------------------

  /** @throws SyscallError when no actor could be called */
  send(
    to: Address,
    method: MethodNum,
    params: IpldBlock | undefined,
    { value = 0n, gasLimit, flags = 0 }: SendOptions = {},
  ): Response {
    const { kernel } = this
    // the SDK passes amounts as 128 bits
    if (value >= 1n << 128n)
      throw new SyscallError(Errno.InsufficientFunds, 'amount above 128 bits')
    if (method !== METHOD_SEND) this.work.calls++
    const id = params === undefined ? NO_BLOCK : kernel.blockCreate(params.codec, params.data)
    const { exitCode, blockId, codec, size } = kernel.send(to, method, id, value, gasLimit, flags)
    if (blockId === NO_BLOCK) return { exitCode, data: undefined }
    return { exitCode, data: { codec, data: kernel.blockRead(blockId, 0, size).data } }
  }

  /** Sends, and fails with the callee's exit code when it fails. */
  call(
    to: Address,
    method: MethodNum,
    params: IpldBlock | undefined,
    options: SendOptions = {},
  ): IpldBlock | undefined {
    let response: Response
    try {
      response = this.send(to, method, params, options)
    } catch (error) {
      if (error instanceof SyscallError) throw sendError(error)
      throw error
    }
    const { exitCode, data } = response
    if (exitCode === ExitCode.OK) return data
    throw abort(checkedExitCode(exitCode), `send aborted with code ${exitCode}`, data)
  }

  // --- crypto ---------------------------------------------------------------------------------

  hash(code: number, data: Uint8Array): Uint8Array {
    this.work.hashes++
    return this.kernel.hash(code, data)
  }

  /** Randomness drawn for a purpose from the beacon of an epoch. */
  randomnessFromBeacon(tag: RandomnessTag, epoch: number, entropy: Uint8Array): Uint8Array {
    const digest = this.beaconRandomness(epoch)
    return this.hash(0xb220, randomnessInput(digest, tag, epoch, entropy))
  }

  beaconRandomness(epoch: number): Uint8Array {
    return refused(ExitCode.USR_ILLEGAL_ARGUMENT, () => this.kernel.beaconRandomness(epoch))
  }

  // --- events ---------------------------------------------------------------------------------

  emitEvent(entries: readonly EventEntry[]): void {
    this.work.events++
    this.kernel.emitEvent(entries)
  }
}

/** System exit codes of a callee do not pass through its caller as they are. */
export function checkedExitCode(code: ExitCode): ExitCode {
  const unspecified: readonly ExitCode[] = [
    ExitCode.SYS_MISSING_RETURN,
    ExitCode.SYS_ILLEGAL_INSTRUCTION,
    ExitCode.SYS_ILLEGAL_EXIT_CODE,
  ]
  if (unspecified.includes(code)) return ExitCode.USR_UNSPECIFIED
  return code < ExitCode.USR_ILLEGAL_ARGUMENT ? ExitCode.USR_ASSERTION_FAILED : code
}

function sendError(error: SyscallError): ActorError {
  const codes: Partial<Record<Errno, ExitCode>> = {
    [Errno.NotFound]: ExitCode.USR_UNSPECIFIED,
    [Errno.InsufficientFunds]: ExitCode.USR_INSUFFICIENT_FUNDS,
    [Errno.LimitExceeded]: ExitCode.USR_ASSERTION_FAILED,
    [Errno.ReadOnly]: ExitCode.USR_READ_ONLY,
  }
  return abort(codes[error.errno] ?? ExitCode.USR_ASSERTION_FAILED, error.message)
}

/** @throws ActorError USR_SERIALIZATION for another codec. @throws CborError */
export function decodeCbor<T>({ codec, data }: IpldBlock, values: CborCodec<T>): T {
  if (codec === Codec.CBOR || codec === Codec.DAG_CBOR) return values.decode(data)
  throw abort(ExitCode.USR_SERIALIZATION, `cannot decode a block with codec ${codec}`)
}

/** The params of a method. @throws ActorError, CborError as {@link decodeCbor} */
export function decodeParams<T>({ work }: Runtime, params: IpldBlock, values: CborCodec<T>): T {
  try {
    return decodeCbor(params, values)
  } catch (error) {
    if (error instanceof CborError) work.unreadable = error.kind
    throw error
  }
}

/** The result of a send, decoded; a missing one is an error. */
export function decodeBlock<T>(result: IpldBlock | undefined, codec: CborCodec<T>): T {
  if (result === undefined) throw abort(ExitCode.USR_ASSERTION_FAILED, 'return expected')
  return decodeCbor(result, codec)
}

/** Runs actor code as the trampoline of the runtime library does. */
export function trampoline(
  kernel: Kernel,
  paramsId: BlockId,
  run: (runtime: Runtime, params: IpldBlock | undefined) => IpldBlock | undefined,
): BlockId {
  kernel.debugEnabled()
  try {
    return resultOf(kernel, () => run(new Runtime(kernel), readParams(kernel, paramsId)))
  } catch (error) {
    // an unexpected errno makes the Rust actor panic, also while it says how it ends
    if (error instanceof SyscallError) {
      return kernel.exit(ExitCode.USR_ASSERTION_FAILED, NO_BLOCK, error.message)
    }
    throw error
  }
}

function resultOf(kernel: Kernel, run: () => IpldBlock | undefined): BlockId {
  try {
    return blockOf(kernel, run())
  } catch (error) {
    if (error instanceof ActorError) {
      return kernel.exit(error.exitCode, blockOf(kernel, error.data), error.message)
    }
    if (error instanceof CborError) {
      return kernel.exit(ExitCode.USR_SERIALIZATION, NO_BLOCK, error.message)
    }
    throw error
  }
}

function blockOf(kernel: Kernel, block: IpldBlock | undefined): BlockId {
  return block === undefined ? NO_BLOCK : kernel.blockCreate(block.codec, block.data)
}

function readParams(kernel: Kernel, id: BlockId): IpldBlock | undefined {
  if (id === NO_BLOCK) return undefined
  const { codec, size } = kernel.blockStat(id)
  return { codec, data: kernel.blockRead(id, 0, size).data }
}

function noted(blocks: Uint8Array[], block: Uint8Array): Uint8Array {
  blocks.push(block)
  return block
}

function absent<T>(lookup: () => T | undefined): T | undefined {
  try {
    return lookup()
  } catch (error) {
    if (error instanceof SyscallError && error.errno === Errno.NotFound) return undefined
    throw error
  }
}

function refused<T>(exitCode: ExitCode, operation: () => T): T {
  try {
    return operation()
  } catch (error) {
    if (error instanceof SyscallError) throw abort(exitCode, error.message)
    throw error
  }
}
