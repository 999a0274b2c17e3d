/** Reads of one state root: what balance, nonce, code and storage queries need. */

import { type EvmState, evmStateCodec } from '../actors/evm/state.ts'
import type { Address } from '../address/address.ts'
import { EMPTY, padLeft } from '../base/bytes.ts'
import { StateTree } from '../fvm/state-tree.ts'
import type { Blockstore } from '../ipld/blockstore.ts'
import type { CID } from '../ipld/cid.ts'
import { Kamt } from '../ipld/kamt.ts'
import { NodeError } from '../ipld/node-store.ts'
import type { Manifest } from '../protocol/builtin.ts'
import { StateUnavailableError, type StateView } from './chain.ts'
import { proveAccount } from './state-proof.ts'

const WORD = 32

/** @throws StateUnavailableError when the root is not in the store */
export function stateView(store: Blockstore, root: CID, manifest: Manifest): StateView {
  let tree: StateTree
  try {
    tree = StateTree.load(store, root)
  } catch (cause) {
    throw new StateUnavailableError(`state ${root} is not available`, { cause })
  }

  const actor = (address: Address) => {
    const id = tree.resolve(address)
    const state = id === undefined ? undefined : tree.actor(id)
    return id === undefined || state === undefined ? undefined : { ...state, id }
  }
  const block = (cid: CID): Uint8Array => {
    const data = store.get(cid)
    if (data === undefined) throw new NodeError(`block ${cid} not found`)
    return data
  }
  /** A contract that has not destroyed itself. */
  const contract = (address: Address): EvmState | undefined => {
    const found = actor(address)
    if (found === undefined || manifest.nameOf(found.code) !== 'evm') return undefined
    const state = evmStateCodec.decode(block(found.head))
    return state.tombstone === null ? state : undefined
  }

  return {
    actor,
    nonce(address) {
      const found = actor(address)
      if (found === undefined) return 0n
      if (manifest.nameOf(found.code) !== 'evm') return found.sequence
      return contract(address)?.nonce ?? 0n
    },
    code(address) {
      const state = contract(address)
      return state === undefined ? EMPTY : block(state.bytecode)
    },
    storageAt(address, slot) {
      const state = contract(address)
      const value =
        state === undefined
          ? undefined
          : Kamt.load(store, state.contractState).get(padLeft(slot, WORD))
      return padLeft(value ?? EMPTY, WORD)
    },
    prove: (address, slots) => proveAccount(store, root, manifest, address, slots),
    block: (cid) => store.get(cid),
  }
}
