/**
 * The state in which recorded runs of single messages began: mainnet's singletons, one EthAccount
 * that sends, contracts put in place by hand. Epoch 1000, base fee 100, fee cap 200, premium 10.
 */
import assert from 'node:assert/strict'
import { accountStateCodec } from '../../../src/actors/account/actor.ts'
import { type EvmState, evmStateCodec } from '../../../src/actors/evm/state.ts'
import { nativeRegistry } from '../../../src/actors/manifest.ts'
import { type ActorId, Address, Protocol } from '../../../src/address/address.ts'
import { EMPTY, fromHex, utf8 } from '../../../src/base/bytes.ts'
import { blake2b256, keccak256 } from '../../../src/base/hash.ts'
import { genesisState, MINER_ACTOR } from '../../../src/chain/genesis.ts'
import { type Applied, type ApplyKind, Executor } from '../../../src/fvm/executor.ts'
import { priceList } from '../../../src/fvm/gas/price-list.ts'
import type { NetworkContext } from '../../../src/fvm/machine.ts'
import { HAMT_BIT_WIDTH, initStateCodec, StateTree } from '../../../src/fvm/state-tree.ts'
import { MemoryBlockstore } from '../../../src/ipld/blockstore.ts'
import { CID, Codec } from '../../../src/ipld/cid.ts'
import { bytes, uint } from '../../../src/ipld/codec.ts'
import { Hamt } from '../../../src/ipld/hamt.ts'
import { Kamt } from '../../../src/ipld/kamt.ts'
import { EMPTY_ARRAY_CID } from '../../../src/protocol/actor-state.ts'
import {
  type BuiltinName,
  CRON_ACTOR,
  INIT_ACTOR,
  mainnetV18,
} from '../../../src/protocol/builtin.ts'
import { type Message, messageCodec } from '../../../src/protocol/message.ts'
import { InvokeEVM } from '../../../src/protocol/method.ts'

export const actors = nativeRegistry(mainnetV18)

export const SENDER: ActorId = 100
export const senderAddress = eth('11'.repeat(20))
const SENDER_BALANCE = 10n ** 27n

/** Ends of epochs for the power actor and the market. */
const CRON_STATE = '818282420004058242000509'

/** Bytes that the signature adds to the message on chain. */
const SIGNATURE_LENGTH = 69
const GAS_LIMIT = 10_000_000_000
/** Of recorded gas, for what is modelled in ours. */
const GAS_TOLERANCE = 0.03

export function eth(hex: string): Address {
  return Address.delegated(10n, fromHex(hex.replace(/^0x/, '')))
}

export function callData(hex: string): Uint8Array {
  return hex === '' ? EMPTY : bytes.encode(fromHex(hex))
}

/** @throws when our gas is too far from the recorded */
export function nearGas({ receipt }: Applied, recorded: number, tolerance = GAS_TOLERANCE): void {
  const error = receipt.gasUsed / recorded - 1
  const text = `gas ${receipt.gasUsed} instead of ${recorded}, ${(100 * error).toFixed(1)} %`
  assert.ok(Math.abs(error) < tolerance, text)
}

export interface LabOptions {
  readonly epoch?: number
  readonly sender?: Address
}

export class Lab {
  readonly store = new MemoryBlockstore()
  readonly tree: StateTree
  epoch: number
  readonly #sender: Address
  #sequence = 0n

  constructor({ epoch = 1000, sender = senderAddress }: LabOptions = {}) {
    this.epoch = epoch
    this.#sender = sender
    const root = genesisState(this.store, actors, { networkName: 'localnet', accounts: [] })
    this.tree = StateTree.load(this.store, root)
    // the recording had mainnet's cron table, knew no miner, and its first account is the sender
    const cron = this.store.put(Codec.DAG_CBOR, fromHex(CRON_STATE))
    this.tree.set(CRON_ACTOR, this.#actor('cron', cron, 0n))
    this.tree.set(MINER_ACTOR, undefined)
    this.tree.set(SENDER, this.#senderActor())
    this.#setAddresses([sender])
  }

  /** Puts a contract at the next free id. */
  addContract(address: string, runtime: string, balance = 0n): ActorId {
    const code = fromHex(runtime)
    const state = evmStateCodec.encode({
      bytecode: this.store.put(Codec.RAW, code),
      bytecodeHash: keccak256(code),
      contractState: Kamt.empty(this.store).flush(),
      transient: null,
      nonce: 1n,
      tombstone: null,
    })
    const head = this.store.put(Codec.DAG_CBOR, state)
    return this.add(eth(address), 'evm', head, balance)
  }

  /** Puts any actor at the next free id. */
  add(address: Address, name: BuiltinName, head = EMPTY_ARRAY_CID, balance = 0n): ActorId {
    const id = this.tree.registerAddress(address)
    this.tree.set(id, this.#actor(name, head, balance, address))
    return id
  }

  /** A singleton as it is before its constructor ran. */
  replace(id: ActorId, name: BuiltinName): void {
    this.tree.set(id, this.#actor(name, EMPTY_ARRAY_CID, 0n))
  }

  setBalance(id: ActorId, balance: bigint): void {
    const state = this.tree.actor(id)
    assert.ok(state)
    this.tree.set(id, { ...state, balance })
  }

  /** Addresses that the Init actor knows besides the sender's. */
  fill(addresses: readonly Address[]): void {
    this.#setAddresses([this.#sender, ...addresses])
  }

  /** A message from the sender, with its next nonce. */
  send(message: Partial<Message> & Pick<Message, 'to'>): Applied {
    const whole: Message = {
      version: 0n,
      from: this.#sender,
      nonce: this.#sequence++,
      value: 0n,
      gasLimit: GAS_LIMIT,
      gasFeeCap: 200n,
      gasPremium: 10n,
      method: InvokeEVM,
      params: EMPTY,
      ...message,
    }
    // BLS signatures are aggregated: they do not count
    const signature = this.#sender.protocol === Protocol.BLS ? 0 : SIGNATURE_LENGTH
    return this.apply(whole, 'explicit', messageCodec.encode(whole).length + signature)
  }

  /** As if the sender had sent a message, and that had made actors. */
  skip(actorsMade = 0): void {
    this.#sequence++
    const state = this.tree.actor(SENDER)!
    this.tree.set(SENDER, { ...state, sequence: this.#sequence })
    for (let i = 0; i < actorsMade; i++) {
      this.tree.registerAddress(Address.actor(utf8(`skipped ${this.#sequence} ${i}`)))
    }
  }

  apply(message: Message, kind: ApplyKind, chainLength: number): Applied {
    const network: NetworkContext = {
      epoch: this.epoch,
      timestamp: 1_700_000_000,
      baseFee: 100n,
      chainId: 314,
      networkVersion: 28,
      circulatingSupply: 0n,
    }
    const machine = { ...this, actors, prices: priceList, network, externs }
    return new Executor(machine).apply(message, kind, chainLength)
  }

  contractState(id: ActorId): EvmState {
    return evmStateCodec.decode(this.head(id))
  }

  /** The block of an actor's state. */
  head(id: ActorId): Uint8Array {
    const state = this.tree.actor(id)
    const data = state && this.store.get(state.head)
    assert.ok(data)
    return data
  }

  #senderActor() {
    if (this.#sender.delegated !== undefined) {
      return this.#actor('ethaccount', EMPTY_ARRAY_CID, SENDER_BALANCE, this.#sender)
    }
    const state = accountStateCodec.encode({ address: this.#sender })
    return this.#actor('account', this.store.put(Codec.DAG_CBOR, state), SENDER_BALANCE)
  }

  #actor(name: BuiltinName, head: CID, balance: bigint, delegated?: Address) {
    const delegatedAddress = delegated ?? null
    return { code: actors.codeFor(name), head, sequence: 0n, balance, delegatedAddress }
  }

  #setAddresses(addresses: readonly Address[]): void {
    const map = Hamt.empty(this.store, uint, { bitWidth: HAMT_BIT_WIDTH })
    for (const [i, address] of addresses.entries()) map.set(address.bytes, SENDER + i)
    const init = initStateCodec.encode({
      addressMap: map.flush(),
      nextId: SENDER + addresses.length,
      networkName: 'localnet',
    })
    const head = this.store.put(Codec.DAG_CBOR, init)
    this.tree.set(INIT_ACTOR, { ...this.tree.actor(INIT_ACTOR)!, head })
  }
}

/** What the recording's chain answered. */
const externs = {
  chainRandomness: (epoch: number) => blake2b256(utf8(`chain${epoch}`)),
  beaconRandomness: (epoch: number) => blake2b256(utf8(`beacon${epoch}`)),
  tipsetCid: (epoch: number) => CID.of(Codec.DAG_CBOR, utf8(`tipset${epoch}`)),
}
