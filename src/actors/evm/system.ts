/**
 * A contract's state during one invocation: loaded at the start, flushed before every send, loaded
 * again after a send that changed it (fvm-evm spec 2).
 */
import type { Address } from '../../address/address.ts'
import { type EthAddress, f410Payload, maskedId } from '../../address/eth-address.ts'
import { utf8 } from '../../base/bytes.ts'
import { SyscallError } from '../../fvm/errors.ts'
import { type CID, Codec } from '../../ipld/cid.ts'
import { Kamt } from '../../ipld/kamt.ts'
import { EMPTY_ARRAY_CID } from '../../protocol/actor-state.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import type { MethodNum } from '../../protocol/method.ts'
import { RandomnessTag } from '../../protocol/randomness.ts'
import {
  abort,
  checkedExitCode,
  type IpldBlock,
  type Response,
  type Runtime,
  type SendOptions,
} from '../runtime.ts'
import { frameGas, hostGas, kamtObserver, storeGas } from './frame-gas.ts'
import { type EvmState, evmStateCodec, type Lifespan, sameLifespan } from './state.ts'

const KECCAK = 0x1b
/** EIP-170 */
const MAX_CODE_SIZE = 24 << 10
const MAX_NONCE = (1n << 64n) - 1n
const PREVRANDAO_ENTROPY = utf8('prevrandao')

interface Bytecode {
  readonly cid: CID
  readonly hash: Uint8Array
}

export class System {
  readonly runtime: Runtime
  readonly readOnly: boolean
  nonce = 1n
  tombstone: Lifespan | null = null
  bytecode: Bytecode | undefined
  #slots: Kamt
  #transient: Kamt
  readonly #lifespan: Lifespan
  readonly #observer
  /** Root as it is stored; undefined when there are changes. */
  #saved: CID | undefined
  #randomness: Uint8Array | undefined

  private constructor(runtime: Runtime, readOnly: boolean) {
    this.runtime = runtime
    this.readOnly = readOnly
    this.#lifespan = currentLifespan(runtime)
    this.#observer = kamtObserver((gas) => runtime.wasm(gas))
    this.#slots = Kamt.empty(runtime.store, this.#observer)
    this.#transient = Kamt.empty(runtime.store, this.#observer)
  }

  /** For a constructor. */
  static create(runtime: Runtime): System {
    if (!runtime.root().equals(EMPTY_ARRAY_CID)) {
      throw abort(ExitCode.USR_ILLEGAL_STATE, "can't create over an existing actor")
    }
    return new System(runtime, runtime.message.readOnly)
  }

  /** A fresh state over a dead contract's. */
  static resurrect(runtime: Runtime): System {
    if (!isDead(runtime, runtime.state(evmStateCodec))) {
      throw abort(ExitCode.USR_FORBIDDEN, 'can only resurrect a dead contract')
    }
    return new System(runtime, runtime.message.readOnly)
  }

  /** A dead contract loads as one without code that cannot change. */
  static load(runtime: Runtime): System {
    runtime.wasm(frameGas.load)
    const root = runtime.root()
    const state = runtime.getCbor(root, evmStateCodec)
    if (isDead(runtime, state)) return new System(runtime, true)
    const system = new System(runtime, runtime.message.readOnly)
    system.#transient = system.#loadTransient(state)
    system.#slots = system.#kamt(state.contractState)
    system.#take(root, state)
    return system
  }

  /** Writes the state unless it is as it was. */
  flush(): void {
    if (this.#saved !== undefined) return
    if (this.readOnly) throw abort(ExitCode.USR_FORBIDDEN, 'contract invocation is read only')
    const { runtime } = this
    runtime.wasm(frameGas.flush)
    const { cid, hash } = this.bytecode ?? this.setBytecode(new Uint8Array())
    const transient = this.#transient.isEmpty
      ? null
      : { state: this.#transient.flush(), lifespan: this.#lifespan }
    const root = runtime.putCbor(evmStateCodec, {
      bytecode: cid,
      bytecodeHash: hash,
      contractState: this.#slots.flush(),
      transient,
      nonce: this.nonce,
      tombstone: this.tombstone,
    })
    runtime.setRoot(root)
    this.#saved = root
  }

  /**
   * Sends with the state flushed before and reloaded after.
   * @throws SyscallError when no actor could be called
   */
  send(
    to: Address,
    method: MethodNum,
    params: IpldBlock | undefined,
    options: SendOptions = {},
  ): Response {
    this.flush()
    const response = this.runtime.send(to, method, params, options)
    if (response.exitCode === ExitCode.OK) this.#reload()
    return response
  }

  /** Sends, and fails with the callee's exit code and data when it fails. */
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
      if (!(error instanceof SyscallError)) throw error
      throw abort(ExitCode.USR_UNSPECIFIED, `send to ${to} on method ${method}: ${error.message}`)
    }
    if (response.exitCode === ExitCode.OK) return response.data
    const message = `failed to call ${to} on method ${method}`
    throw abort(checkedExitCode(response.exitCode), message, response.data)
  }

  setBytecode(code: Uint8Array): Bytecode {
    this.#saved = undefined
    if (code.length > MAX_CODE_SIZE) {
      const message = `EVM byte code length (${code.length}) exceeds ${MAX_CODE_SIZE}`
      throw abort(ExitCode.USR_ILLEGAL_ARGUMENT, message)
    }
    if (code[0] === 0xef) {
      throw abort(ExitCode.USR_ILLEGAL_ARGUMENT, 'EIP-3541: code starting with 0xEF')
    }
    const hash = this.runtime.hash(KECCAK, code)
    this.bytecode = { cid: this.runtime.putBlock(Codec.RAW, code), hash }
    return this.bytecode
  }

  incrementNonce(): void {
    if (this.nonce === MAX_NONCE) throw abort(ExitCode.USR_ASSERTION_FAILED, 'no nonce is left')
    this.#saved = undefined
    this.nonce += 1n
  }

  markSelfdestructed(): void {
    this.#saved = undefined
    this.tombstone = this.#lifespan
  }

  // storage: keys are 32 bytes; values come without leading zeros, undefined for zero

  storage(key: Uint8Array): Uint8Array | undefined {
    return this.#slots.get(key)
  }

  setStorage(key: Uint8Array, value: Uint8Array): void {
    this.#store(this.#slots, key, value)
  }

  transientStorage(key: Uint8Array): Uint8Array | undefined {
    return this.#transient.get(key)
  }

  setTransientStorage(key: Uint8Array, value: Uint8Array): void {
    this.#store(this.#transient, key, value)
  }

  /** The Ethereum address of an actor: its f410 address, else its masked id. */
  ethAddress(id: number): EthAddress {
    const own = f410Payload(this.runtime.lookupDelegatedAddress(id))
    if (own !== undefined) this.runtime.wasm(frameGas.f410)
    return own ?? maskedId(id)
  }

  /** PREVRANDAO of this epoch. */
  randomness(): Uint8Array {
    if (this.#randomness === undefined) {
      const { runtime } = this
      runtime.wasm(hostGas.prevrandaoFirst)
      const { epoch } = runtime.network
      const tag = RandomnessTag.EvmPrevRandao
      this.#randomness = runtime.randomnessFromBeacon(tag, epoch, PREVRANDAO_ENTROPY)
    }
    return this.#randomness
  }

  /** What a call may use: what is asked for, at most 63/64 of what is left. In Filecoin's gas. */
  callGasLimit(gas: number): number {
    return Math.min(gas, Math.floor((63 * this.runtime.kernel.gasAvailable()) / 64))
  }

  /** The gas operand of a call in Filecoin's gas. */
  asked(gas: number): number {
    return gas * this.runtime.kernel.gasScale
  }

  #reload(): void {
    if (this.readOnly) return
    const root = this.runtime.root()
    if (this.#saved?.equals(root)) return
    this.runtime.wasm(frameGas.reload)
    const state = this.runtime.getCbor(root, evmStateCodec)
    this.#transient = this.#loadTransient(state)
    this.#slots = this.#kamt(state.contractState)
    this.#take(root, state)
  }

  #take(root: CID, state: EvmState): void {
    this.nonce = state.nonce
    this.#saved = root
    this.bytecode = { cid: state.bytecode, hash: state.bytecodeHash }
    this.tombstone = state.tombstone
  }

  /** Transient storage that another message left behind is as good as none. */
  #loadTransient({ transient }: EvmState): Kamt {
    if (transient !== null) this.runtime.wasm(frameGas.loadTransient)
    return transient !== null && sameLifespan(transient.lifespan, this.#lifespan)
      ? this.#kamt(transient.state)
      : Kamt.empty(this.runtime.store, this.#observer)
  }

  #kamt(root: CID): Kamt {
    return Kamt.load(this.runtime.store, root, this.#observer)
  }

  #store(kamt: Kamt, key: Uint8Array, value: Uint8Array): void {
    const erases = value.every((byte) => byte === 0)
    const changed = erases ? kamt.delete(key) : kamt.set(key, value)
    if (changed) this.#saved = undefined
    if (erases) this.runtime.wasm(changed ? storeGas.deleted : storeGas.absent)
    else this.runtime.wasm(changed ? storeGas.changed : storeGas.unchanged)
  }
}

/** The message that is being executed. */
function currentLifespan({ message }: Runtime): Lifespan {
  return { origin: message.origin, nonce: message.nonce }
}

/** Destroyed in an earlier message. */
export function isDead(runtime: Runtime, { tombstone }: EvmState): boolean {
  return tombstone !== null && !sameLifespan(tombstone, currentLifespan(runtime))
}
