/**
 * The state tree: `[5, actors, info]`, `actors` a HAMT from id address to actor state (kernel
 * spec 2.4). Changes stay in memory until `flush`; each can be undone until then.
 */
import { type ActorId, Address, Protocol } from '../address/address.ts'
import type { Blockstore } from '../ipld/blockstore.ts'
import { type CID, Codec } from '../ipld/cid.ts'
import { link, text, tuple, uint } from '../ipld/codec.ts'
import { Hamt } from '../ipld/hamt.ts'
import {
  type ActorState,
  actorStateCodec,
  EMPTY_ARRAY_BLOCK,
  STATE_TREE_VERSION,
  stateRootCodec,
} from '../protocol/actor-state.ts'
import { INIT_ACTOR } from '../protocol/builtin.ts'
import { UndoLog } from './undo-log.ts'

/** Bit width of the state tree and of the actors' maps, unless one says otherwise. */
export const HAMT_BIT_WIDTH = 5

/** State of the Init actor: it names the actors. */
export const initStateCodec = tuple({ addressMap: link, nextId: uint, networkName: text })

const ACTORS = { bitWidth: HAMT_BIT_WIDTH }

/** Actors kept decoded between tipsets. */
const CACHE_LIMIT = 100_000

export class StateTree {
  readonly store: Blockstore
  readonly undo: UndoLog
  readonly #actors: Hamt<ActorState>
  readonly #info: CID
  /** What has been read or written; undefined stands for "no such actor". */
  readonly #cache = new Map<ActorId, ActorState | undefined>()
  readonly #dirty = new Set<ActorId>()
  #names: { head: CID; map: Hamt<number>; ids: Map<string, ActorId> } | undefined

  private constructor(store: Blockstore, actors: Hamt<ActorState>, info: CID, undo: UndoLog) {
    this.store = store
    this.undo = undo
    this.#actors = actors
    this.#info = info
  }

  static empty(store: Blockstore, undo = new UndoLog()): StateTree {
    const actors = Hamt.empty(store, actorStateCodec, ACTORS)
    return new StateTree(store, actors, store.put(Codec.DAG_CBOR, EMPTY_ARRAY_BLOCK), undo)
  }

  /** @throws Error when the root or a node is missing */
  static load(store: Blockstore, root: CID, undo = new UndoLog()): StateTree {
    const data = store.get(root)
    if (data === undefined) throw new Error(`state root ${root} is not in the store`)
    const { version, actors, info } = stateRootCodec.decode(data)
    if (version !== BigInt(STATE_TREE_VERSION)) {
      throw new Error(`state tree version ${version} is not supported`)
    }
    return new StateTree(store, Hamt.load(store, actors, actorStateCodec, ACTORS), info, undo)
  }

  actor(id: ActorId): ActorState | undefined {
    const cached = this.#cache.get(id)
    if (cached !== undefined || this.#cache.has(id)) return cached
    const state = this.#actors.get(actorKey(id))
    this.#cache.set(id, state)
    return state
  }

  /** undefined deletes. */
  set(id: ActorId, state: ActorState | undefined): void {
    const before = this.actor(id)
    this.#cache.set(id, state)
    this.#dirty.add(id)
    this.undo.record(() => this.#cache.set(id, before))
  }

  /** The id behind an address; an id address resolves to itself, whether it exists or not. */
  resolve(address: Address): ActorId | undefined {
    if (address.protocol === Protocol.ID) return address.nearestActorId
    const init = this.actor(INIT_ACTOR)
    if (init === undefined) return undefined
    let names = this.#names
    if (names === undefined || !names.head.equals(init.head)) {
      const { addressMap } = this.#initState(init)
      names = { head: init.head, map: this.#addressMap(addressMap), ids: new Map() }
      this.#names = names
    }
    const cached = names.ids.get(address.key)
    if (cached !== undefined) return cached
    const id = names.map.get(address.bytes)
    if (id !== undefined) names.ids.set(address.key, id)
    return id
  }

  /** Gives an address the next free id, in the Init actor's state. */
  registerAddress(address: Address): ActorId {
    const init = this.actor(INIT_ACTOR)
    if (init === undefined) throw new Error('the state tree has no Init actor')
    const state = this.#initState(init)
    const map = this.#addressMap(state.addressMap)
    map.set(address.bytes, state.nextId)
    const head = this.store.put(
      Codec.DAG_CBOR,
      initStateCodec.encode({ ...state, addressMap: map.flush(), nextId: state.nextId + 1 }),
    )
    this.set(INIT_ACTOR, { ...init, head })
    return state.nextId
  }

  /** Writes all changes; they can no longer be undone. */
  flush(): CID {
    for (const id of this.#dirty) {
      const state = this.#cache.get(id)
      if (state === undefined) this.#actors.delete(actorKey(id))
      else this.#actors.set(actorKey(id), state)
    }
    this.#dirty.clear()
    this.undo.clear()
    if (this.#cache.size > CACHE_LIMIT) this.#cache.clear()
    const root = { version: BigInt(STATE_TREE_VERSION), actors: this.#actors.flush() }
    return this.store.put(Codec.DAG_CBOR, stateRootCodec.encode({ ...root, info: this.#info }))
  }

  /** Ids that were looked up since the tree was loaded, whether there are such actors or not. */
  seen(): ActorId[] {
    return [...this.#cache.keys()]
  }

  /** All actors in the tree, without changes that are not flushed. */
  *entries(): IterableIterator<[ActorId, ActorState]> {
    for (const [key, state] of this.#actors) {
      yield [Address.fromBytes(key).actorId!, state]
    }
  }

  #initState(init: ActorState) {
    const data = this.store.get(init.head)
    if (data === undefined) throw new Error('state of the Init actor is not in the store')
    return initStateCodec.decode(data)
  }

  #addressMap(root: CID): Hamt<number> {
    return Hamt.load(this.store, root, uint, { bitWidth: HAMT_BIT_WIDTH })
  }
}

const keys = new Map<ActorId, Uint8Array>()

function actorKey(id: ActorId): Uint8Array {
  let key = keys.get(id)
  if (key === undefined) {
    key = Address.id(id).bytes
    if (keys.size < CACHE_LIMIT) keys.set(id, key)
  }
  return key
}
