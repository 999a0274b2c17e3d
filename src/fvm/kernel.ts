/**
 * The kernel: all that an actor may touch, one per invocation. Each operation is a syscall of the
 * FVM and makes that syscall's charges, so native and WebAssembly actors pay alike (kernel spec
 * 6 and 7). Errors that the actor may handle are {@link SyscallError}s.
 */
import { isUtf8 } from 'node:buffer'
import type { ActorId, Address } from '../address/address.ts'
import { fromUtf8 } from '../base/bytes.ts'
import { blake2b256, blake2b512, keccak256, ripemd160, sha256 } from '../base/hash.ts'
import { BLAKE2B_256, CID, Codec } from '../ipld/cid.ts'
import { BURNT_FUNDS_ACTOR, builtinNames, INIT_ACTOR, typeId } from '../protocol/builtin.ts'
import { verifyBlsAggregate } from '../protocol/crypto/bls.ts'
import { recover } from '../protocol/crypto/secp256k1.ts'
import { verifySignature } from '../protocol/crypto/verify.ts'
import type { EventEntry } from '../protocol/event.ts'
import { ExitCode, FIRST_USER_EXIT_CODE } from '../protocol/exit-code.ts'
import type { MethodNum } from '../protocol/method.ts'
import type { Epoch } from '../protocol/tipset.ts'
import { type Block, block, isAllowedCodec, MAX_BLOCK_SIZE, scanLinks } from './block.ts'
import type { CallManager, WasmMemory } from './call-manager.ts'
import { EarlySyscalls } from './early-syscalls.ts'
import { ActorError, Errno, FatalError, SyscallError } from './errors.ts'
import { GAS, type GasTracker } from './gas/gas-tracker.ts'
import type { PriceList } from './gas/price-list.ts'
import type { NetworkContext } from './machine.ts'
import { acceptProofs, ProofSyscalls } from './proof-syscalls.ts'
import type { CodeObserver } from './trace.ts'

/** Names a block within one invocation. */
export type BlockId = number

/** The id that stands for "no block". */
export const NO_BLOCK: BlockId = 0

export interface BlockStat {
  readonly codec: number
  readonly size: number
}

export interface MessageContext {
  readonly origin: ActorId
  /** Nonce of the chain message. */
  readonly nonce: bigint
  readonly caller: ActorId
  readonly receiver: ActorId
  readonly method: MethodNum
  readonly value: bigint
  /** Effective premium, attoFIL per gas unit. */
  readonly gasPremium: bigint
  readonly readOnly: boolean
}

export interface SendResult extends BlockStat {
  readonly exitCode: ExitCode
  readonly blockId: BlockId
}

export const SEND_READ_ONLY = 1

export const BLS_PUBLIC_KEY = 48

/** Bytes of an entry in a packed event. */
export const EVENT_ENTRY_SIZE = 24
const MAX_EVENT_ENTRIES = 255
const MAX_EVENT_KEY = 31
const MAX_EVENT_VALUES = 8_192
/** Flags that an event entry may have: 1 key indexed, 2 value indexed. */
const EVENT_FLAGS = 3

const hashes: Readonly<Record<number, (data: Uint8Array) => Uint8Array>> = {
  18: sha256,
  45600: blake2b256,
  45632: blake2b512,
  27: keccak256,
  4179: ripemd160,
}

/** @throws SyscallError */
function checkEventEntry(flags: number, keyLength: number): void {
  if (flags > EVENT_FLAGS) throw new SyscallError(Errno.IllegalArgument, `event flags ${flags}`)
  if (keyLength > MAX_EVENT_KEY) {
    throw new SyscallError(Errno.LimitExceeded, 'event key above 31 bytes')
  }
}

/** @throws SyscallError */
function checkEventCodec(codec: number): void {
  if (codec !== Codec.RAW && codec !== Codec.CBOR) {
    throw new SyscallError(Errno.IllegalCodec, `event codec ${codec}`)
  }
}

/** @throws SyscallError when the key is cut off or cuts a character in two */
function eventKey(bytes: Uint8Array, length: number): string {
  if (bytes.length === length && isUtf8(bytes)) return fromUtf8(bytes)
  throw new SyscallError(Errno.IllegalArgument, 'event key out of range')
}

/** @throws SyscallError when lengths do not add up, or an entry is not allowed */
function unpackEvent(packed: Uint8Array, keys: Uint8Array, values: Uint8Array): EventEntry[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  const entries: EventEntry[] = []
  let [keyEnd, valueEnd] = [0, 0]
  for (let at = 0; at < packed.length; at += EVENT_ENTRY_SIZE) {
    const flags = Number(view.getBigUint64(at, true))
    const codec = Number(view.getBigUint64(at + 8, true))
    const keyLength = view.getUint32(at + 16, true)
    checkEventEntry(flags, keyLength)
    const key = eventKey(keys.subarray(keyEnd, keyEnd + keyLength), keyLength)
    const valueLength = view.getUint32(at + 20, true)
    const value = values.slice(valueEnd, valueEnd + valueLength)
    if (value.length !== valueLength) {
      throw new SyscallError(Errno.IllegalArgument, 'event value out of range')
    }
    checkEventCodec(codec)
    entries.push({ flags, key, codec, value })
    keyEnd += keyLength
    valueEnd += valueLength
  }
  if (keyEnd !== keys.length || valueEnd !== values.length) {
    throw new SyscallError(Errno.IllegalArgument, 'event keys or values that no entry has')
  }
  return entries
}

export interface Invocation {
  readonly caller: ActorId
  readonly receiver: ActorId
  readonly method: MethodNum
  readonly value: bigint
  readonly readOnly: boolean
}

export class Kernel {
  readonly gas: GasTracker
  readonly #calls: CallManager
  readonly #prices: PriceList
  readonly #invocation: Invocation
  readonly #blocks: Block[] = []
  /** Keys of CIDs that this invocation may open. */
  readonly #reachable = new Set<string>()

  constructor(calls: CallManager, invocation: Invocation) {
    this.#calls = calls
    this.gas = calls.gas
    this.#prices = calls.machine.prices
    this.#invocation = invocation
  }

  /**
   * The invocation and its params, free of charge: for what decides which code is to run, not for
   * actors.
   */
  peek(params: BlockId): { readonly method: MethodNum; readonly params: Block | undefined } {
    return { method: this.#invocation.method, params: this.#blocks[params - 1] }
  }

  // --- vm -------------------------------------------------------------------------------------

  messageContext(): MessageContext {
    this.#syscall()
    const { origin, nonce, gasPremium } = this.#calls
    return { ...this.#invocation, origin, nonce, gasPremium }
  }

  /** Ends the invocation. Codes of the system become SYS_ILLEGAL_EXIT_CODE. */
  exit(exitCode: ExitCode, data: BlockId, message: string): never {
    this.#syscall()
    const isSystem = exitCode !== ExitCode.OK && exitCode < FIRST_USER_EXIT_CODE
    const code = isSystem ? ExitCode.SYS_ILLEGAL_EXIT_CODE : exitCode
    if (data === NO_BLOCK) throw new ActorError(code, message)
    const block = this.#blocks[data - 1]
    if (block === undefined) throw new FatalError('actor exited with a block that does not exist')
    throw new ActorError(code, message, block)
  }

  // --- network --------------------------------------------------------------------------------

  networkContext(): NetworkContext {
    this.#syscall()
    return this.#calls.machine.network
  }

  /** Key CID of an earlier tipset; a null round answers with the tipset before it. */
  tipsetCid(epoch: Epoch): CID {
    this.#syscall()
    const distance = this.#calls.machine.network.epoch - epoch
    if (epoch < 0 || distance <= 0 || distance >= this.#prices.tipsetLookback) {
      throw new SyscallError(Errno.IllegalArgument, `no tipset CID for epoch ${epoch}`)
    }
    this.gas.charge('OnTipsetCid', this.#prices.tipsetCid(distance))
    return this.#calls.machine.externs.tipsetCid(epoch)
  }

  totalFilCircSupply(): bigint {
    this.#syscall()
    return this.#calls.machine.network.circulatingSupply
  }

  // --- ipld -----------------------------------------------------------------------------------

  blockOpen(cid: CID): { id: BlockId } & BlockStat {
    this.#syscall()
    this.gas.charge('OnBlockOpenBase', this.#prices.blockOpenBase)
    if (!this.#isReachable(cid)) {
      throw new SyscallError(Errno.NotFound, `block not reachable: ${cid}`)
    }
    const data = this.#calls.machine.store.get(cid)
    if (data === undefined) throw new Error(`missing state block ${cid}`)
    const links = scanLinks(cid.codec, data, this.#prices, this.gas)
    this.gas.charge('OnBlockOpen', this.#prices.blockOpen(data.length, links.length))
    const opened = block(cid.codec, data, links)
    return { id: this.putReachable(opened), codec: opened.codec, size: data.length }
  }

  blockCreate(codec: number, data: Uint8Array): BlockId {
    this.#syscall()
    if (data.length > MAX_BLOCK_SIZE) {
      throw new SyscallError(Errno.LimitExceeded, 'blocks may not be larger than 1 MiB')
    }
    if (this.#prices.tracksLinks && !isAllowedCodec(codec))
      throw new SyscallError(Errno.IllegalCodec, `codec ${codec}`)
    const links = scanLinks(codec, data, this.#prices, this.gas)
    this.gas.charge('OnBlockCreate', this.#prices.blockCreate(data.length, links.length))
    for (const cid of links) {
      if (!this.#reachable.has(cid.key)) {
        throw new SyscallError(Errno.NotFound, `link not reachable: ${cid}`)
      }
    }
    return this.#put(block(codec, data, links))
  }

  blockLink(id: BlockId, hashFunction = BLAKE2B_256, hashLength = 32): CID {
    this.#syscall()
    if (hashFunction !== BLAKE2B_256 || hashLength !== 32) {
      throw new SyscallError(Errno.IllegalCid, 'cids must be 32-byte blake2b')
    }
    const { codec, data } = this.#block(id)
    this.gas.charge('OnBlockLink', this.#prices.blockLink(data.length))
    const cid = CID.of(codec, data)
    this.#calls.machine.store.set(cid, data)
    this.#reachable.add(cid.key)
    return cid
  }

  /** The bytes from `offset`, at most `length`; and how many would follow (negative: too few). */
  blockRead(id: BlockId, offset: number, length: number): { data: Uint8Array; remaining: number } {
    this.#syscall()
    if (offset + length > 0x7fff_ffff) {
      throw new SyscallError(Errno.IllegalArgument, 'offset plus length above an i32')
    }
    const whole = this.#block(id).data
    const size = Math.min(Math.max(0, whole.length - offset), length)
    this.gas.charge('OnBlockRead', this.#prices.blockRead(size))
    return {
      data: size === whole.length ? whole : whole.subarray(offset, offset + size),
      remaining: whole.length - (offset + length),
    }
  }

  blockStat(id: BlockId): BlockStat {
    this.#syscall()
    const { codec, data } = this.#block(id)
    return { codec, size: data.length }
  }

  // --- self -----------------------------------------------------------------------------------

  root(): CID {
    this.#syscall()
    this.gas.charge('OnActorGetRoot', this.#prices.getRoot)
    const { head } = this.#self()
    this.#reachable.add(head.key)
    return head
  }

  setRoot(root: CID): void {
    this.#syscall()
    this.#denyReadOnly('cannot update the state-root while read-only')
    this.gas.charge('OnActorSetRoot', this.#prices.setRoot)
    if (!this.#isReachable(root)) {
      throw new SyscallError(Errno.NotFound, `new root cid not reachable: ${root}`)
    }
    this.#calls.setActor(this.#invocation.receiver, { ...this.#self(), head: root })
  }

  currentBalance(): bigint {
    this.#syscall()
    return this.#balance()
  }

  /** Deletes this actor; what it still owns is burnt, or else must be nothing. */
  selfDestruct(burnUnspent: boolean): void {
    this.#syscall()
    this.#denyReadOnly('cannot self-destruct when read-only')
    const { receiver } = this.#invocation
    const balance = this.#balance()
    if (balance !== 0n) {
      if (!burnUnspent) {
        throw new SyscallError(Errno.IllegalOperation, 'self-destruct with unspent funds')
      }
      this.#calls.transfer(receiver, BURNT_FUNDS_ACTOR, balance)
    }
    this.#calls.setActor(receiver, undefined)
  }

  // --- actor ----------------------------------------------------------------------------------

  resolveAddress(address: Address): ActorId {
    this.#syscall()
    const id = this.#calls.machine.tree.resolve(address)
    if (id === undefined) throw new SyscallError(Errno.NotFound, 'actor not found')
    return id
  }

  lookupDelegatedAddress(id: ActorId): Address | undefined {
    this.#syscall()
    return this.#actor(id).delegatedAddress ?? undefined
  }

  getActorCodeCid(id: ActorId): CID {
    this.#syscall()
    return this.#actor(id).code
  }

  balanceOf(id: ActorId): bigint {
    this.#syscall()
    return this.#actor(id).balance
  }

  /** 1 to 16, or 0 for code that is not built in. */
  getBuiltinActorType(code: CID): number {
    this.#syscall()
    const name = this.#calls.machine.actors.manifest.nameOf(code)
    return name === undefined ? 0 : typeId(name)
  }

  getCodeCidForType(type: number): CID {
    this.#syscall()
    const name = builtinNames[type - 1]
    if (name === undefined) throw new SyscallError(Errno.IllegalArgument, `actor type ${type}`)
    return this.#calls.machine.actors.codeFor(name)
  }

  /** The f2 address that the next actor made by this message gets. */
  nextActorAddress(): Address {
    this.#syscall()
    return this.#calls.nextActorAddress()
  }

  createActor(code: CID, id: ActorId, delegatedAddress: Address | undefined): void {
    this.#syscall()
    if (this.#invocation.receiver !== INIT_ACTOR) {
      throw new SyscallError(Errno.Forbidden, 'create_actor is restricted to the Init actor')
    }
    this.#denyReadOnly('create_actor cannot be called while read-only')
    this.#calls.createActor(code, id, delegatedAddress)
  }

  // --- crypto ---------------------------------------------------------------------------------

  /** @param code multihash code of the function */
  hash(code: number, data: Uint8Array): Uint8Array {
    this.#syscall()
    const price = this.#prices.hash(code, data.length)
    const hasher = hashes[code]
    if (price === undefined || hasher === undefined) {
      throw new SyscallError(Errno.IllegalArgument, `unsupported hash code ${code}`)
    }
    this.gas.charge('OnHashing', price)
    return hasher(data)
  }

  /** 65-byte uncompressed key of a 65-byte signature r‖s‖v over a 32-byte hash. */
  recoverSecpPublicKey(hash: Uint8Array, signature: Uint8Array): Uint8Array {
    this.#syscall()
    this.gas.charge('OnRecoverSecpPublicKey', this.#prices.secpRecover)
    const key = recover(hash, signature)
    if (key === undefined) {
      throw new SyscallError(Errno.IllegalArgument, 'public key recovery failed')
    }
    return key
  }

  verifySignature(
    type: 1 | 2,
    signature: Uint8Array,
    signer: Address,
    plaintext: Uint8Array,
  ): boolean {
    this.#syscall()
    this.gas.charge('OnVerifySignature', this.#prices.verifySignature(type, plaintext.length))
    if (signer.protocol !== 1 && signer.protocol !== 3) {
      throw new SyscallError(Errno.IllegalArgument, 'only f1 and f3 addresses can sign')
    }
    return verifySignature(type, signature, signer, plaintext)
  }

  /**
   * FIP-0079.
   * @param publicKeys 48 bytes each, in a row
   * @param plaintexts in a row
   * @param lengths of the plaintexts
   */
  verifyBlsAggregate(
    signature: Uint8Array,
    publicKeys: Uint8Array,
    plaintexts: Uint8Array,
    lengths: Uint32Array,
  ): boolean {
    this.#syscall()
    const price = this.#prices.verifyBlsAggregate(lengths.length, plaintexts.length)
    this.gas.charge('OnVerifyBlsAggregateSignature', price)
    const keys: Uint8Array[] = []
    const texts: Uint8Array[] = []
    let end = 0
    for (const [index, length] of lengths.entries()) {
      keys.push(publicKeys.slice(index * BLS_PUBLIC_KEY, (index + 1) * BLS_PUBLIC_KEY))
      texts.push(plaintexts.slice(end, end + length))
      end += length
    }
    return verifyBlsAggregate(signature, keys, texts)
  }

  // --- rand -----------------------------------------------------------------------------------

  chainRandomness(epoch: Epoch): Uint8Array {
    this.#randomness(epoch)
    return this.#calls.machine.externs.chainRandomness(epoch)
  }

  beaconRandomness(epoch: Epoch): Uint8Array {
    this.#randomness(epoch)
    return this.#calls.machine.externs.beaconRandomness(epoch)
  }

  // --- event ----------------------------------------------------------------------------------

  /** Keys are UTF-8 and count in bytes. */
  emitEvent(entries: readonly EventEntry[]): void {
    let keys = 0
    let values = 0
    for (const { key, value } of entries) {
      keys += Buffer.byteLength(key)
      values += value.length
    }
    this.#chargeEvent(entries.length, keys, values)
    for (const { flags, key, codec } of entries) {
      checkEventEntry(flags, Buffer.byteLength(key))
      checkEventCodec(codec)
    }
    this.#calls.appendEvent({ emitter: this.#invocation.receiver, entries: [...entries] })
  }

  /**
   * The form in which WebAssembly actors emit: the keys of all entries in a row, and the values.
   * @param entries `flags u64 ‖ codec u64 ‖ key length u32 ‖ value length u32` each, little-endian
   */
  emitPackedEvent(entries: Uint8Array, keys: Uint8Array, values: Uint8Array): void {
    this.#chargeEvent(entries.length / EVENT_ENTRY_SIZE, keys.length, values.length)
    if (!isUtf8(keys)) throw new SyscallError(Errno.IllegalArgument, 'event keys are not UTF-8')
    const unpacked = unpackEvent(entries, keys, values)
    this.#calls.appendEvent({ emitter: this.#invocation.receiver, entries: unpacked })
  }

  #chargeEvent(entries: number, keys: number, values: number): void {
    this.#syscall()
    this.#denyReadOnly('cannot emit events while read-only')
    this.gas.charge('OnActorEvent', this.#prices.event(entries, keys, values))
    if (entries > MAX_EVENT_ENTRIES) {
      throw new SyscallError(Errno.LimitExceeded, `event with ${entries} entries`)
    }
    if (values > MAX_EVENT_VALUES) {
      throw new SyscallError(Errno.LimitExceeded, `event values of ${values} bytes`)
    }
  }

  // --- gas, send, debug -----------------------------------------------------------------------

  /** Gas that people see stands for so much of Filecoin's. Free: no syscall. */
  get gasScale(): number {
    return this.#calls.machine.network.gasScale ?? 1
  }

  /** Whole gas units left. */
  gasAvailable(): number {
    this.#syscall()
    return Math.floor(this.gas.available / GAS)
  }

  /**
   * Calls another actor in a transaction of its own.
   * @param gasLimit gas units; undefined: all that is left
   * @throws SyscallError when no actor could be called
   */
  send(
    to: Address,
    method: MethodNum,
    params: BlockId,
    value: bigint,
    gasLimit?: number,
    flags = 0,
  ): SendResult {
    this.#syscall()
    if ((flags & ~SEND_READ_ONLY) !== 0) {
      throw new SyscallError(Errno.IllegalArgument, `invalid send flags: ${flags}`)
    }
    const readOnly = this.#invocation.readOnly || (flags & SEND_READ_ONLY) !== 0
    if (readOnly && value !== 0n) {
      throw new SyscallError(Errno.ReadOnly, 'cannot transfer value when read-only')
    }
    const outcome = this.#calls.send({
      from: this.#invocation.receiver,
      to,
      method,
      params: params === NO_BLOCK ? undefined : this.#block(params),
      value,
      gasLimit: gasLimit === undefined ? undefined : gasLimit * GAS,
      readOnly,
    })
    const { exitCode, value: returned } = outcome
    if (returned === undefined) return { exitCode, blockId: NO_BLOCK, codec: 0, size: 0 }
    const blockId = this.putReachable(returned)
    return { exitCode, blockId, codec: returned.codec, size: returned.data.length }
  }

  debugEnabled(): boolean {
    this.#syscall()
    return false
  }

  /** Who watches actors that interpret code of their own, if anybody does. */
  get observer(): CodeObserver | undefined {
    return this.#calls.machine.observer
  }

  // --- for what runs the actor ----------------------------------------------------------------

  /** Hands the actor a block without a charge: its params, the return of a send. */
  putReachable(entry: Block): BlockId {
    for (const cid of entry.links) this.#reachable.add(cid.key)
    return this.#put(entry)
  }

  /** The block that the actor names as its result. */
  resultBlock(id: BlockId): Block | undefined {
    if (id === NO_BLOCK) return undefined
    const result = this.#blocks[id - 1]
    if (result === undefined) {
      throw new ActorError(ExitCode.SYS_MISSING_RETURN, 'returned block does not exist')
    }
    return result
  }

  /** A syscall that does nothing else, or whose arguments were refused before it began. */
  chargeSyscall(): void {
    this.#syscall()
  }

  /** Gas that the actor itself asks to be charged. */
  chargeGas(name: string, amount: number): void {
    this.#syscall()
    this.gas.charge(name, amount * GAS)
  }

  get proofs(): ProofSyscalls {
    const { proofs = acceptProofs } = this.#calls.machine
    return new ProofSyscalls(this.gas, this.#prices, proofs)
  }

  /** What WebAssembly instances hold in memory, along the calls that are under way. */
  get wasmMemory(): WasmMemory {
    return this.#calls.wasmMemory
  }

  /** The syscalls that actors before v12 import. */
  get early(): EarlySyscalls {
    return new EarlySyscalls(this.#calls, this.#invocation)
  }

  #isReachable(cid: CID): boolean {
    return !this.#prices.tracksLinks || this.#reachable.has(cid.key)
  }

  #put(entry: Block): BlockId {
    return this.#blocks.push(entry)
  }

  #block(id: BlockId): Block {
    const found = this.#blocks[id - 1]
    if (found === undefined) throw new SyscallError(Errno.InvalidHandle, `block ${id}`)
    return found
  }

  #syscall(): void {
    this.gas.charge('OnSyscall', this.#prices.syscall)
  }

  #self() {
    const state = this.#calls.actor(this.#invocation.receiver)
    if (state === undefined) throw new SyscallError(Errno.IllegalOperation, 'actor deleted')
    return state
  }

  #balance(): bigint {
    return this.#calls.actor(this.#invocation.receiver)?.balance ?? 0n
  }

  #actor(id: ActorId) {
    const state = this.#calls.actor(id)
    if (state === undefined) throw new SyscallError(Errno.NotFound, 'actor not found')
    return state
  }

  #randomness(epoch: Epoch): void {
    this.#syscall()
    const distance = this.#calls.machine.network.epoch - epoch
    this.gas.charge('OnGetRandomness', this.#prices.randomness(distance))
  }

  #denyReadOnly(reason: string): void {
    if (this.#invocation.readOnly) throw new SyscallError(Errno.ReadOnly, reason)
  }
}
