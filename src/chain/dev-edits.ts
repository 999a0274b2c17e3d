/** Changes to a dev chain's state that no message could make. */

import { accountStateCodec } from '../actors/account/actor.ts'
import { type EvmState, evmStateCodec } from '../actors/evm/state.ts'
import { type ActorId, type Address, Protocol } from '../address/address.ts'
import { f410Payload } from '../address/eth-address.ts'
import { keccak256 } from '../base/hash.ts'
import type { ActorRegistry } from '../fvm/machine.ts'
import type { StateTree } from '../fvm/state-tree.ts'
import type { Blockstore } from '../ipld/blockstore.ts'
import { type CID, Codec } from '../ipld/cid.ts'
import { Kamt } from '../ipld/kamt.ts'
import { type ActorState, EMPTY_ARRAY_CID } from '../protocol/actor-state.ts'

/** What an edit may touch. */
export interface EditScope {
  readonly tree: StateTree
  readonly store: Blockstore
  readonly actors: ActorRegistry
}

/** An edit makes no sense for this actor; the message says why. */
export class EditError extends Error {
  override name = 'EditError'
}

/** Creates the account if there is none. */
export function setBalance(scope: EditScope, address: Address, balance: bigint): void {
  const { id, state } = actorAt(scope, address)
  scope.tree.set(id, { ...state, balance })
}

/** The message nonce of an account, the EVM nonce of a contract. */
export function setNonce(scope: EditScope, address: Address, nonce: bigint): void {
  const { id, state } = actorAt(scope, address)
  const contract = contractState(scope, state)
  if (contract === undefined) scope.tree.set(id, { ...used(scope, state), sequence: nonce })
  else putContract(scope, id, state, { ...contract, nonce })
}

/** A placeholder may only send its first message (FIP-0055); who has a nonce is an account. */
function used({ actors }: EditScope, state: ActorState): ActorState {
  const isPlaceholder = actors.manifest.nameOf(state.code) === 'placeholder'
  return isPlaceholder ? { ...state, code: actors.codeFor('ethaccount') } : state
}

/** Makes the actor a contract with this runtime code; its storage stays if it was one. */
export function setCode(scope: EditScope, address: Address, code: Uint8Array): void {
  const { store, actors, tree } = scope
  const { id, state } = actorAt(scope, address)
  if (f410Payload(address) === undefined && state.delegatedAddress === null) {
    throw new EditError(`${address} has no Ethereum address, so it cannot be a contract`)
  }
  const existing = contractState(scope, state)
  if (existing === undefined && isBuiltin(scope, state)) {
    throw new EditError(`${address} is a built-in actor, which cannot become a contract`)
  }
  const emptyStorage = () => Kamt.empty(store).flush()
  const next: EvmState = {
    bytecode: store.put(Codec.RAW, code),
    bytecodeHash: keccak256(code),
    contractState: existing?.contractState ?? emptyStorage(),
    transient: null,
    nonce: existing?.nonce ?? 1n,
    tombstone: null,
  }
  const contract = { ...state, code: actors.codeFor('evm') }
  tree.set(id, contract)
  putContract(scope, id, contract, next)
}

/** @param slot 32 bytes @param value 32 bytes; zero clears */
export function setStorageAt(
  scope: EditScope,
  address: Address,
  slot: Uint8Array,
  value: Uint8Array,
): void {
  setSlots(scope, address, [[slot, value]])
}

type Slots = readonly (readonly [slot: Uint8Array, value: Uint8Array])[]

/** Slots of 32 bytes; a value of zeros clears. The other slots stay. */
export function setSlots(scope: EditScope, address: Address, slots: Slots): void {
  writeStorage(scope, address, slots, (root) => Kamt.load(scope.store, root))
}

/** The contract's storage has these slots and no others. */
export function replaceStorage(scope: EditScope, address: Address, slots: Slots): void {
  writeStorage(scope, address, slots, () => Kamt.empty(scope.store))
}

function writeStorage(
  scope: EditScope,
  address: Address,
  slots: Slots,
  storage: (root: CID) => Kamt,
): void {
  const { id, state } = actorAt(scope, address)
  const contract = contractState(scope, state)
  if (contract === undefined) throw new EditError(`${address} is no contract, it has no storage`)
  const map = storage(contract.contractState)
  for (const [slot, value] of slots) {
    if (value.every((byte) => byte === 0)) map.delete(slot)
    else map.set(slot, value)
  }
  putContract(scope, id, state, { ...contract, contractState: map.flush() })
}

/** The actor behind an address, made as an account when there is none. */
function actorAt(
  { tree, store, actors }: EditScope,
  address: Address,
): { id: ActorId; state: ActorState } {
  const known = tree.resolve(address)
  const state = known === undefined ? undefined : tree.actor(known)
  if (known !== undefined && state !== undefined) return { id: known, state }
  if (address.actorId !== undefined || address.protocol === Protocol.ACTOR) {
    throw new EditError(`there is no actor ${address}`)
  }
  const isEth = f410Payload(address) !== undefined
  const head = isEth
    ? EMPTY_ARRAY_CID
    : store.put(Codec.DAG_CBOR, accountStateCodec.encode({ address }))
  const created: ActorState = {
    code: actors.codeFor(isEth ? 'placeholder' : 'account'),
    head,
    sequence: 0n,
    balance: 0n,
    delegatedAddress: isEth ? address : null,
  }
  const id = tree.registerAddress(address)
  tree.set(id, created)
  return { id, state: created }
}

function contractState({ store, actors }: EditScope, state: ActorState): EvmState | undefined {
  if (!state.code.equals(actors.codeFor('evm'))) return undefined
  const data = store.get(state.head)
  if (data === undefined) throw new Error(`missing state block ${state.head}`)
  return evmStateCodec.decode(data)
}

function putContract(
  { tree, store }: EditScope,
  id: ActorId,
  state: ActorState,
  contract: EvmState,
): void {
  const head: CID = store.put(Codec.DAG_CBOR, evmStateCodec.encode(contract))
  tree.set(id, { ...state, head })
}

function isBuiltin({ actors }: EditScope, { code }: ActorState): boolean {
  const name = actors.manifest.nameOf(code)
  return name !== 'account' && name !== 'ethaccount' && name !== 'placeholder' && name !== 'evm'
}
