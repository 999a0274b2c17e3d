/** The first state of a local chain: the singletons of mainnet, and whoever is funded. */

import { accountStateCodec } from '../actors/account/actor.ts'
import { cronStateCodec } from '../actors/cron/actor.ts'
import { systemStateCodec } from '../actors/system/actor.ts'
import { type ActorId, Address } from '../address/address.ts'
import { f410Payload, toFilecoin, ZERO_ETH_ADDRESS } from '../address/eth-address.ts'
import { fromHex } from '../base/bytes.ts'
import type { ActorRegistry, Machine } from '../fvm/machine.ts'
import { HAMT_BIT_WIDTH, initStateCodec, StateTree } from '../fvm/state-tree.ts'
import type { Blockstore } from '../ipld/blockstore.ts'
import { type CID, Codec } from '../ipld/cid.ts'
import { uint } from '../ipld/codec.ts'
import { Hamt } from '../ipld/hamt.ts'
import { EMPTY_ARRAY_CID } from '../protocol/actor-state.ts'
import {
  BURNT_FUNDS_ACTOR,
  type BuiltinName,
  CRON_ACTOR,
  DATACAP_ACTOR,
  EAM_ACTOR,
  FIRST_NON_SINGLETON,
  INIT_ACTOR,
  REWARD_ACTOR,
  STORAGE_MARKET_ACTOR,
  STORAGE_POWER_ACTOR,
  SYSTEM_ACTOR,
  VERIFIED_REGISTRY_ACTOR,
} from '../protocol/builtin.ts'
import { constructSingletons } from './constructors.ts'

const FIL = 10n ** 18n
/** What mainnet gave to the reward actor. */
const MINING_REWARD = 1_100_000_000n * FIL

/** f080, root key of the verified registry; keyless here. */
const VERIFIED_REGISTRY_ROOT = 80
/** f090, on mainnet the keyless account that holds the mining reserve; here it mines. */
export const MINER_ACTOR = 90
export const MINER_ADDRESS = Address.id(MINER_ACTOR)

/**
 * States that the genuine v18 constructors wrote, recorded; and the empty nodes to which they
 * link: an empty HAMT, and the market's empty AMTs.
 */
const recordedStates = {
  reward:
    '8b4040004900281765215ff9e0004a0001f74ba73a7104d49382581a0001f74ba39a79deb04500000000000000000000000000000000560119966ab72d000000000000000000000000000000004900281765215ff9dfff00404d000110f837d8942a518a0000004d00027cedd7a40462be42000000',
  storagepower:
    '9140404040404040408258180002dc6c0000000000000000000000000000000000000000570003c0000000000000000000000000000000000000000000000000d82a5827000171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0c00d82a5827000171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0cf6',
  storagemarket:
    '8dd82a5827000171a0e40220054de1cd03c0741eec69f34aabfec51f64b304c307a5f5beb965d94fba91d9e0d82a5827000171a0e4022001a4b71f328c3b3503e2a8b1829e0b6a6c4a5d0cb2ee531ea215168aa3a7582dd82a5827000171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0cd82a5827000171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0cd82a5827000171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0c00d82a5827000171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0c20404040d82a5827000171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0cd82a5827000171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0c',
  verifiedregistry:
    '86420050d82a5827000171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0cd82a5827000171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0cd82a5827000171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0c01d82a5827000171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0c',
  datacap:
    '824200068440d82a5827000171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0cd82a5827000171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0c03',
} satisfies Partial<Record<BuiltinName, string>>

const recordedNodes = ['824080', '840500008344000000008080', '84060000834800000000000000008080']

export interface GenesisAccount {
  /** f410, f1 or f3. */
  readonly address: Address
  readonly balance: bigint
}

export interface GenesisOptions {
  readonly networkName: string
  readonly accounts: readonly GenesisAccount[]
  /**
   * The machine in which the singletons construct themselves; without one, they have the recorded
   * states.
   */
  readonly machine?: (tree: StateTree) => Machine
}

/** Writes the state. @returns its root */
export function genesisState(
  store: Blockstore,
  actors: ActorRegistry,
  { networkName, accounts, machine }: GenesisOptions,
): CID {
  const tree = StateTree.empty(store)
  const put = (id: ActorId, name: BuiltinName, head: CID, balance = 0n, delegated?: Address) =>
    tree.set(id, {
      code: actors.codeFor(name),
      head,
      sequence: 0n,
      balance,
      delegatedAddress: delegated ?? null,
    })
  const block = (data: Uint8Array) => store.put(Codec.DAG_CBOR, data)
  const initial = (name: keyof typeof recordedStates) =>
    machine === undefined ? block(fromHex(recordedStates[name])) : EMPTY_ARRAY_CID
  const account = (address: Address) => block(accountStateCodec.encode({ address }))

  store.put(Codec.DAG_CBOR, Uint8Array.of(0x80))
  for (const node of recordedNodes) block(fromHex(node))
  const builtinActors = block(actors.manifest.encode())
  put(SYSTEM_ACTOR, 'system', block(systemStateCodec.encode({ builtinActors })))
  put(REWARD_ACTOR, 'reward', initial('reward'), MINING_REWARD)
  // native power and market, which cron would call every epoch, have nothing to do without miners
  const idle = () => block(cronStateCodec.encode({ entries: [] }))
  put(CRON_ACTOR, 'cron', machine === undefined ? idle() : EMPTY_ARRAY_CID)
  put(STORAGE_POWER_ACTOR, 'storagepower', initial('storagepower'))
  put(STORAGE_MARKET_ACTOR, 'storagemarket', initial('storagemarket'))
  put(VERIFIED_REGISTRY_ACTOR, 'verifiedregistry', initial('verifiedregistry'))
  put(DATACAP_ACTOR, 'datacap', initial('datacap'))
  put(EAM_ACTOR, 'eam', EMPTY_ARRAY_CID)
  for (const id of [VERIFIED_REGISTRY_ROOT, MINER_ACTOR, BURNT_FUNDS_ACTOR]) {
    put(id, 'account', account(Address.id(id)))
  }

  // eth_call without a sender is from the zero address, which mainnet has as an account
  const zero = { address: toFilecoin(ZERO_ETH_ADDRESS), balance: 0n }
  const addressMap = Hamt.empty(store, uint, { bitWidth: HAMT_BIT_WIDTH })
  let nextId = FIRST_NON_SINGLETON
  for (const { address, balance } of [zero, ...accounts]) {
    const id = nextId++
    addressMap.set(address.bytes, id)
    if (f410Payload(address) === undefined) put(id, 'account', account(address), balance)
    else put(id, 'ethaccount', EMPTY_ARRAY_CID, balance, address)
  }
  const init = { addressMap: addressMap.flush(), nextId, networkName }
  put(INIT_ACTOR, 'init', block(initStateCodec.encode(init)))
  if (machine !== undefined) {
    constructSingletons(machine(tree), Address.id(VERIFIED_REGISTRY_ROOT))
  }
  return tree.flush()
}
