/** Which slots of contracts differ between two states, where nobody watched them change. */
import { evmStateCodec } from '../actors/evm/state.ts'
import { bytesKey, equal, keyBytes } from '../base/bytes.ts'
import type { Blockstore } from '../ipld/blockstore.ts'
import type { CID } from '../ipld/cid.ts'
import { Kamt } from '../ipld/kamt.ts'

/** @param before, after heads of a contract; undefined: there was none */
export function changedSlots(
  store: Blockstore,
  before: CID | undefined,
  after: CID | undefined,
): Uint8Array[] {
  const [from, to] = [storageRoot(store, before), storageRoot(store, after)]
  if (from?.key === to?.key) return []
  const old = new Map(entriesOf(store, from))
  const changed: Uint8Array[] = []
  for (const [key, value] of entriesOf(store, to)) {
    const previous = old.get(key)
    if (previous === undefined || !equal(previous, value)) changed.push(keyBytes(key))
    old.delete(key)
  }
  // what is left is there no more
  return [...changed, ...[...old.keys()].map(keyBytes)]
}

function storageRoot(store: Blockstore, head: CID | undefined): CID | undefined {
  const state = head && store.get(head)
  return state && evmStateCodec.decode(state).contractState
}

function* entriesOf(store: Blockstore, root: CID | undefined): Generator<[string, Uint8Array]> {
  if (root === undefined) return
  for (const [slot, value] of Kamt.load(store, root)) yield [bytesKey(slot), value]
}
