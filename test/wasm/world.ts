/** A small chain state in which a user's module is an actor. */
import { nativeRegistry } from '../../src/actors/manifest.ts'
import { Address } from '../../src/address/address.ts'
import { genesisState } from '../../src/chain/genesis.ts'
import { type Applied, Executor } from '../../src/fvm/executor.ts'
import { priceListOf } from '../../src/fvm/gas/price-list.ts'
import type { ActorRegistry, Machine } from '../../src/fvm/machine.ts'
import { StateTree } from '../../src/fvm/state-tree.ts'
import { MemoryBlockstore } from '../../src/ipld/blockstore.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'
import { EMPTY_ARRAY_CID } from '../../src/protocol/actor-state.ts'
import { mainnetV18 } from '../../src/protocol/builtin.ts'
import { withCustomActors } from '../../src/wasm/custom-actors.ts'
import { Engine } from '../../src/wasm/engine.ts'

const SENDER = Address.delegated(10n, new Uint8Array(20).fill(0x5e))

/** On-chain message, invocation, and a page of memory: what every call of an actor costs. */
export const MESSAGE_GAS = 560_663 + 1_300 * 100
export const INVOCATION_GAS = 75_000
export const PAGE_GAS = 26_214.4
export const SYSCALL_GAS = 14_000

export interface CallOptions {
  readonly method?: bigint
  readonly params?: Uint8Array
  readonly gasLimit?: number
  readonly value?: bigint
  readonly trace?: boolean
}

export class World {
  readonly store = new MemoryBlockstore()
  readonly machine: Machine
  readonly executor: Executor
  #nextId = 10_000

  constructor(
    registry: (store: MemoryBlockstore) => ActorRegistry = customRegistry,
    networkVersion = 28,
  ) {
    const actors = registry(this.store)
    const accounts = [{ address: SENDER, balance: 10n ** 24n }]
    const root = genesisState(this.store, actors, { networkName: 'test', accounts })
    this.machine = {
      store: this.store,
      tree: StateTree.load(this.store, root),
      actors,
      prices: priceListOf(networkVersion),
      network: {
        epoch: 100,
        timestamp: 1_700_000_000,
        baseFee: 0n,
        chainId: 31415926,
        networkVersion,
        circulatingSupply: 0n,
      },
      externs: {
        chainRandomness: () => new Uint8Array(32).fill(1),
        beaconRandomness: () => new Uint8Array(32).fill(2),
        tipsetCid: () => CID.of(Codec.DAG_CBOR, Uint8Array.of(0x80)),
      },
    }
    this.executor = new Executor(this.machine)
  }

  /** Makes an actor of a module. @returns its id */
  install(module: Uint8Array): number {
    const code = this.store.put(Codec.RAW, module)
    const id = this.#nextId++
    const state = { head: EMPTY_ARRAY_CID, sequence: 0n, balance: 0n, delegatedAddress: null }
    this.machine.tree.set(id, { ...state, code })
    return id
  }

  call(to: number, options: CallOptions = {}): Applied {
    const sender = this.machine.tree.resolve(SENDER)!
    this.executor.trace = options.trace ?? false
    const applied = this.executor.apply(
      {
        version: 0n,
        from: SENDER,
        to: Address.id(to),
        nonce: this.machine.tree.actor(sender)!.sequence,
        value: options.value ?? 0n,
        gasLimit: options.gasLimit ?? 10_000_000_000,
        gasFeeCap: 0n,
        gasPremium: 0n,
        method: options.method ?? 2n,
        params: options.params ?? new Uint8Array(0),
      },
      'explicit',
      100,
    )
    this.executor.flush()
    return applied
  }

  /** Installs and calls. */
  run(module: Uint8Array, options: CallOptions = {}): Applied {
    return this.call(this.install(module), options)
  }
}

export function customRegistry(store: MemoryBlockstore): ActorRegistry {
  return withCustomActors(nativeRegistry(mainnetV18), store, new Engine())
}
