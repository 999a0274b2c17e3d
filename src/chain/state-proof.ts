/**
 * The IPLD blocks that lead from a state root to an actor and to slots of its storage. Whoever has
 * the root can walk them from CID to CID without trusting who sent them:
 *
 *     state root → HAMT of actors → Init actor → its state → HAMT of addresses     the actor's id
 *                → HAMT of actors → the actor → state of the contract               code, nonce
 *     storage root → KAMT                                                          a slot
 */
import { EMPTY_CODE_HASH, evmStateCodec } from '../actors/evm/state.ts'
import type { Address } from '../address/address.ts'
import { EMPTY, padLeft } from '../base/bytes.ts'
import { StateTree } from '../fvm/state-tree.ts'
import { type Blockstore, OverlayBlockstore } from '../ipld/blockstore.ts'
import type { CID } from '../ipld/cid.ts'
import { Kamt } from '../ipld/kamt.ts'
import type { ActorState } from '../protocol/actor-state.ts'
import type { Manifest } from '../protocol/builtin.ts'

export interface AccountProof {
  /** Keccak-256 of the contract's code, or of nothing. */
  readonly codeHash: Uint8Array
  /** KAMT of the contract's storage; undefined: it has none. */
  readonly storageRoot: CID | undefined
  /** From the state root on, each block once, in the order in which the walk needs them. */
  readonly blocks: readonly Uint8Array[]
  /** As many as were asked for. */
  readonly slots: readonly SlotProof[]
}

export interface SlotProof {
  /** 32 bytes */
  readonly value: Uint8Array
  /** From the storage root on. */
  readonly blocks: readonly Uint8Array[]
}

/** @throws Error when the root or a node is missing */
export function proveAccount(
  store: Pick<Blockstore, 'get' | 'has'>,
  root: CID,
  manifest: Manifest,
  address: Address,
  slots: readonly Uint8Array[],
): AccountProof {
  const reads = new ReadRecorder(store)
  const tree = StateTree.load(reads, root)
  const id = tree.resolve(address)
  const actor = id === undefined ? undefined : tree.actor(id)
  const contract = actor && contractState(reads, manifest, actor)
  const storageRoot = contract?.contractState
  return {
    codeHash: contract?.bytecodeHash ?? EMPTY_CODE_HASH,
    storageRoot,
    blocks: reads.taken(),
    slots: slots.map((slot) => proveSlot(store, storageRoot, slot)),
  }
}

function contractState(store: Blockstore, manifest: Manifest, { code, head }: ActorState) {
  if (manifest.nameOf(code) !== 'evm') return undefined
  const state = evmStateCodec.decode(store.get(head)!)
  return state.tombstone === null ? state : undefined
}

function proveSlot(
  store: Pick<Blockstore, 'get' | 'has'>,
  root: CID | undefined,
  slot: Uint8Array,
): SlotProof {
  if (root === undefined) return { value: new Uint8Array(32), blocks: [] }
  const reads = new ReadRecorder(store)
  const value = Kamt.load(reads, root).get(padLeft(slot, 32))
  return { value: padLeft(value ?? EMPTY, 32), blocks: reads.taken() }
}

/** Remembers what was read of the store below. */
class ReadRecorder extends OverlayBlockstore {
  readonly #read = new Map<string, Uint8Array>()

  override get(cid: CID): Uint8Array | undefined {
    const data = super.get(cid)
    if (data !== undefined) this.#read.set(cid.key, data)
    return data
  }

  taken(): Uint8Array[] {
    return [...this.#read.values()]
  }
}
