/**
 * Messages that wait to be mined, by the rules of Lotus's message pool and in its words (eth-rpc
 * spec 2.3). Where Ethereum clients look for other words, those stand there as well.
 */
import type { ActorId, Address } from '../address/address.ts'
import { ZERO_BLS_ADDRESS } from '../address/address.ts'
import { isMaskedId } from '../address/eth-address.ts'
import { ethAddressIn } from '../eth/addresses.ts'
import { authenticateMessage } from '../eth/from-message.ts'
import type { Hash, TransactionRecord } from '../eth/records.ts'
import { TransactionError } from '../eth/transaction.ts'
import { type ChainMessage, transactionRecord } from '../eth/transaction-record.ts'
import { shownGas } from '../fvm/gas/gas-scale.ts'
import { GAS } from '../fvm/gas/gas-tracker.ts'
import { priceList } from '../fvm/gas/price-list.ts'
import type { CID } from '../ipld/cid.ts'
import type { ActorState } from '../protocol/actor-state.ts'
import { effectivePremium } from '../protocol/base-fee.ts'
import type { BuiltinName } from '../protocol/builtin.ts'
import { type Message, messageCodec, signedMessageCodec } from '../protocol/message.ts'
import { BLOCK_GAS_LIMIT, MINIMUM_BASE_FEE, TOTAL_FILECOIN } from '../protocol/network.ts'
import { type Signature, SignatureType } from '../protocol/signature.ts'
import { MempoolError } from './chain.ts'

/** 64 KiB of chain message. */
const MAX_MESSAGE_SIZE = 64 << 10
/** What senders may do: Lotus trusts who has the node's API more than strangers. */
export interface Trust {
  /** Nonces that may be missing before a message's own. */
  readonly nonceGap: bigint
  /** Messages that may wait. */
  readonly pending: number
}
export const TRUSTED: Trust = { nonceGap: 4n, pending: 1_000 }
export const UNTRUSTED: Trust = { nonceGap: 0n, pending: 100 }
/** A replacement pays a tenth more, and one. */
const REPLACE_NUMERATOR = 11n
const REPLACE_DENOMINATOR = 10n

export interface PooledMessage extends ChainMessage {
  readonly cid: CID
  readonly hash: Hash
  readonly record: TransactionRecord
  /** Bytes that the inclusion cost bills. */
  readonly chainLength: number
  /** Order of arrival. */
  readonly arrival: number
}

/** The state against which messages are checked. */
export interface PoolState {
  actor(id: ActorId): ActorState | undefined
  resolve(address: Address): ActorId | undefined
  nameOf(code: CID): BuiltinName | undefined
}

interface Sender {
  readonly address: Address
  readonly messages: Map<bigint, PooledMessage>
}

export class Mempool {
  readonly #chainId: number
  readonly #gasScale: number
  readonly #senders = new Map<string, Sender>()
  readonly #hashes = new Map<string, PooledMessage>()
  #arrivals = 0
  #size = 0

  /** @param gasScale above 1: gas on Ethereum's scale */
  constructor(chainId: number, gasScale = 1) {
    this.#chainId = chainId
    this.#gasScale = gasScale
  }

  get size(): number {
    return this.#size
  }

  /**
   * @param baseFee of the next tipset
   * @throws MempoolError
   */
  add(candidate: ChainMessage, state: PoolState, baseFee: bigint): PooledMessage {
    const { message, signature } = candidate
    if (signature !== null) this.#authenticate(message, signature)
    return this.addAuthentic(candidate, state, baseFee)
  }

  /** The same for a message whose sender was recovered from its signature. */
  addAuthentic(
    candidate: ChainMessage,
    state: PoolState,
    baseFee: bigint,
    trust = TRUSTED,
  ): PooledMessage {
    const { message, signature } = candidate
    const encoded = encode(candidate)
    checkForm(message, encoded.length, this.#gasScale)
    const sender = senderState(message, state, signature === null)
    if (message.nonce < sender.sequence) {
      throw new MempoolError(
        `minimum expected nonce is ${sender.sequence}, got ${message.nonce}: message nonce too low (nonce too low)`,
      )
    }
    checkFee(message, baseFee)
    const queue = this.#senders.get(message.from.key)
    checkReplacement(message, queue?.messages.get(message.nonce))
    const next = this.#nextNonce(message.from, sender.sequence)
    if (message.nonce > next + trust.nonceGap) {
      throw new MempoolError(
        `unfulfilled nonce gap: nonce too high, message nonce is ${message.nonce}, next expected nonce is ${next}`,
      )
    }
    if ((queue?.messages.size ?? 0) >= trust.pending) {
      throw new MempoolError('too many pending messages for actor')
    }
    checkFunds(message, sender.balance, queue)

    const pooled = this.#pooled(candidate, state, encoded.length)
    this.#insert(pooled)
    return pooled
  }

  /** Puts a message in without any check: one that a reverted tipset gives back. */
  restore(message: PooledMessage): void {
    this.#insert(message)
  }

  remove(message: Pick<PooledMessage, 'message' | 'hash'>): void {
    const { from, nonce } = message.message
    const sender = this.#senders.get(from.key)
    if (sender?.messages.delete(nonce)) this.#size--
    if (sender?.messages.size === 0) this.#senders.delete(from.key)
    this.#hashes.delete(hashKey(message.hash))
  }

  /** Drops what can no longer be mined because its nonce has been used. */
  prune(from: Address, sequence: bigint): void {
    const sender = this.#senders.get(from.key)
    if (sender === undefined) return
    for (const [nonce, message] of sender.messages) if (nonce < sequence) this.remove(message)
  }

  clear(): void {
    this.#senders.clear()
    this.#hashes.clear()
    this.#size = 0
  }

  byHash(hash: Hash): PooledMessage | undefined {
    return this.#hashes.get(hashKey(hash))
  }

  /** Next nonce of a sender whose state says `sequence`. */
  nextNonce(from: Address, sequence: bigint): bigint {
    return this.#nextNonce(from, sequence)
  }

  /** What is mined of a sender before a message that it sends now. */
  waiting(from: Address, sequence: bigint): PooledMessage[] {
    const messages = this.#senders.get(from.key)?.messages
    const waiting: PooledMessage[] = []
    for (let nonce = sequence; messages?.has(nonce); nonce += 1n) waiting.push(messages.get(nonce)!)
    return waiting
  }

  /** All messages, in order of arrival. */
  all(): PooledMessage[] {
    return [...this.#hashes.values()].sort((a, b) => a.arrival - b.arrival)
  }

  /**
   * What the next tipset takes: of every sender in nonce order, between senders the highest
   * premium first, then the order of arrival; as long as the block's gas lasts.
   */
  select(state: PoolState, baseFee: bigint, maxMessages: number): PooledMessage[] {
    const heads: PooledMessage[] = []
    for (const { address, messages } of this.#senders.values()) {
      const first = messages.get(sequenceOf(address, state))
      if (first !== undefined && first.message.gasFeeCap >= MINIMUM_BASE_FEE) heads.push(first)
      else if (first !== undefined && first.signature === null) heads.push(first)
    }
    const selected: PooledMessage[] = []
    let gas = 0
    while (heads.length > 0 && selected.length < maxMessages) {
      const index = bestOf(heads, baseFee)
      const head = heads[index]!
      const { gasLimit, from, nonce } = head.message
      const next = this.#senders.get(from.key)?.messages.get(nonce + 1n)
      const fits = gas + gasLimit <= BLOCK_GAS_LIMIT
      if (fits) {
        selected.push(head)
        gas += gasLimit
      }
      // unsigned messages come first in a tipset, so one that follows a signed one must wait
      const keepsOrder = next !== undefined && (next.signature !== null || head.signature === null)
      if (fits && keepsOrder) heads[index] = next
      else heads.splice(index, 1)
    }
    return selected
  }

  #authenticate(message: Message, signature: Signature): void {
    try {
      authenticateMessage({ message, signature }, this.#chainId)
    } catch (error) {
      if (!(error instanceof TransactionError)) throw error
      throw new MempoolError(`signature verification failed: ${error.message}`)
    }
  }

  #nextNonce(from: Address, sequence: bigint): bigint {
    const messages = this.#senders.get(from.key)?.messages
    let nonce = sequence
    while (messages?.has(nonce)) nonce += 1n
    return nonce
  }

  #pooled(candidate: ChainMessage, state: PoolState, chainLength: number): PooledMessage {
    const record = transactionRecord(candidate, this.#chainId, ethAddressIn(state))
    const { message, signature } = candidate
    const { hash, cid } = record
    return { message, signature, hash, cid, record, chainLength, arrival: this.#arrivals++ }
  }

  #insert(pooled: PooledMessage): void {
    const { from, nonce } = pooled.message
    let sender = this.#senders.get(from.key)
    if (sender === undefined) {
      sender = { address: from, messages: new Map() }
      this.#senders.set(from.key, sender)
    }
    const replaced = sender.messages.get(nonce)
    if (replaced === undefined) this.#size++
    else this.#hashes.delete(hashKey(replaced.hash))
    sender.messages.set(nonce, pooled)
    this.#hashes.set(hashKey(pooled.hash), pooled)
  }
}

function hashKey(hash: Hash): string {
  return Buffer.from(hash).toString('latin1')
}

function encode({ message, signature }: ChainMessage): Uint8Array {
  return signature === null || signature.type === SignatureType.BLS
    ? messageCodec.encode(message)
    : signedMessageCodec.encode({ message, signature })
}

/** Message.ValidForBlockInclusion. */
function checkForm(message: Message, length: number, gasScale: number): void {
  const { to, value, gasLimit, gasFeeCap, gasPremium, version } = message
  if (length > MAX_MESSAGE_SIZE) {
    throw new MempoolError(`mpool message too large (${length}B): message too big`)
  }
  if (version !== 0n) throw new MempoolError("'Version' unsupported")
  if (to.equals(ZERO_BLS_ADDRESS)) throw new MempoolError("invalid 'To' address")
  const delegated = to.delegated
  if (delegated?.namespace === 10n) {
    const { subaddress } = delegated
    if (subaddress.length !== 20 || isMaskedId(subaddress)) {
      throw new MempoolError(`${to} is a delegated address but not a valid Eth Address`)
    }
  }
  if (value < 0n) throw new MempoolError("'Value' field cannot be negative")
  if (value > TOTAL_FILECOIN) {
    throw new MempoolError("'Value' field cannot be greater than total filecoin supply")
  }
  if (gasFeeCap < 0n) throw new MempoolError("'GasFeeCap' field cannot be negative")
  if (gasPremium < 0n) throw new MempoolError("'GasPremium' field cannot be negative")
  if (gasPremium > gasFeeCap) throw new MempoolError("'GasFeeCap' less than 'GasPremium'")
  if (gasLimit > BLOCK_GAS_LIMIT) {
    throw new MempoolError(
      "'GasLimit' field cannot be greater than a block's gas limit: exceeds block gas limit",
    )
  }
  const minimum = shownGas(Math.ceil(priceList.inclusion(length) / GAS), gasScale)
  if (gasLimit < minimum) {
    throw new MempoolError(
      `'GasLimit' field cannot be less than the cost of storing a message on chain ${gasLimit} < ${minimum}: ` +
        `intrinsic gas too low, this transaction needs at least ${minimum} (ask eth_estimateGas; Filecoin gas is not Ethereum gas)`,
    )
  }
}

function checkFee({ gasFeeCap }: Message, baseFee: bigint): void {
  // an impersonated sender may pay nothing
  const floor = baseFee / 100n > MINIMUM_BASE_FEE ? baseFee / 100n : MINIMUM_BASE_FEE
  if (gasFeeCap >= floor) return
  throw new MempoolError(
    `gas fee cap too low: ${gasFeeCap} attoFIL is less than ${floor} (transaction underpriced: max fee per gas less than block base fee)`,
  )
}

function checkReplacement(message: Message, existing: PooledMessage | undefined): void {
  if (existing === undefined) return
  const { gasPremium } = existing.message
  const minimum = (gasPremium * REPLACE_NUMERATOR) / REPLACE_DENOMINATOR + 1n
  if (message.gasPremium >= minimum) return
  throw new MempoolError(
    `message from ${message.from} with nonce ${message.nonce} already in mpool: replace by fee has too low GasPremium ` +
      `(replacement transaction underpriced, at least ${minimum} is needed)`,
  )
}

/** The sender's actor, or what an impersonated sender that does not exist would be. */
function senderState(message: Message, state: PoolState, unsigned: boolean) {
  const id = state.resolve(message.from)
  const actor = id === undefined ? undefined : state.actor(id)
  if (actor === undefined) {
    if (unsigned) return { sequence: 0n, balance: 0n }
    throw new MempoolError(
      `failed to look up actor state nonce: resolution lookup failed (${message.from}): actor not found ` +
        '(insufficient funds: the sender has never received anything)',
    )
  }
  const name = state.nameOf(actor.code)
  const isAccount = name === 'account' || name === 'ethaccount' || name === 'placeholder'
  if (!isAccount && !unsigned) {
    throw new MempoolError(`${message.from} is not a valid top-level sender`)
  }
  return actor
}

function sequenceOf(address: Address, state: PoolState): bigint {
  const id = state.resolve(address)
  return (id === undefined ? undefined : state.actor(id))?.sequence ?? 0n
}

function cost({ value, gasFeeCap, gasLimit }: Message): bigint {
  return value + gasFeeCap * BigInt(gasLimit)
}

function checkFunds(message: Message, balance: bigint, queue: Sender | undefined): void {
  const required = cost(message)
  if (balance < required) {
    throw new MempoolError(
      `not enough funds to execute transaction: insufficient funds for gas * price + value: balance ${balance}, required ${required}`,
    )
  }
  let pending = required
  for (const [nonce, other] of queue?.messages ?? []) {
    if (nonce !== message.nonce) pending += cost(other.message)
  }
  if (balance < pending) {
    throw new MempoolError(
      `not enough funds including pending messages: insufficient funds for gas * price + value: balance ${balance}, required ${pending}`,
    )
  }
}

function bestOf(heads: readonly PooledMessage[], baseFee: bigint): number {
  let best = 0
  for (let i = 1; i < heads.length; i++) {
    const [a, b] = [heads[i]!, heads[best]!]
    const difference = effectivePremium(a.message, baseFee) - effectivePremium(b.message, baseFee)
    if (difference > 0n || (difference === 0n && a.arrival < b.arrival)) best = i
  }
  return best
}
