/**
 * HAMT v3, the map of the state tree and of most actors.
 *
 *     node    = [bitfield, [pointer…]]        bit i of the big-endian bitfield: pointer i exists
 *     pointer = link to a node, or a bucket: [[key, value]…], 1 to 3 pairs in key order
 *
 * The form is canonical: equal content has an equal root, whatever the history.
 * https://github.com/ipld/specs (HashMap) as in go-hamt-ipld v3.
 */
import { equal } from '../base/bytes.ts'
import { sha256 } from '../base/hash.ts'
import { CborError } from './cbor.ts'
import { type CID, Codec as Multicodec } from './cid.ts'
import type { Codec } from './codec.ts'
import { digitAt } from './digit.ts'
import { BUCKET_SIZE, type Bucket, byKey, type Entry, encodeNode, hamtNodes } from './hamt-node.ts'
import { NodeError, type NodeStore } from './node-store.ts'

/** A link that was followed, or a child not written yet. */
class Branch {
  readonly node: Node
  /** Undefined when the child differs from what is stored. */
  cid: CID | undefined

  constructor(node: Node, cid: CID | undefined) {
    this.node = node
    this.cid = cid
  }
}

type Slot = Bucket | CID | Branch | undefined

/** Indexed by the key's digit; ends at the last slot that was ever used. */
type Node = Slot[]

export interface HamtOptions {
  /** Bits of the hashed key used per level, 1 to 8; 5 unless given. */
  readonly bitWidth?: number
  /** From key to 32 bytes; sha256 unless given. */
  readonly hash?: (key: Uint8Array) => Uint8Array
}

export class Hamt<V> {
  readonly #store: NodeStore
  readonly #values: Codec<V>
  readonly #bitWidth: number
  readonly #hash: (key: Uint8Array) => Uint8Array
  #root: Node = []
  /** The root as stored; undefined when there are changes. */
  #stored: CID | undefined

  private constructor(store: NodeStore, values: Codec<V>, options: HamtOptions) {
    this.#store = store
    this.#values = values
    this.#bitWidth = options.bitWidth ?? 5
    this.#hash = options.hash ?? sha256
  }

  static empty<V>(store: NodeStore, values: Codec<V>, options: HamtOptions = {}): Hamt<V> {
    return new Hamt(store, values, options)
  }

  /** Reads the root node now, the others when they are needed, each once. */
  static load<V>(
    store: NodeStore,
    root: CID,
    values: Codec<V>,
    options: HamtOptions = {},
  ): Hamt<V> {
    const hamt = new Hamt(store, values, options)
    hamt.#root = hamt.#load(root, 0)
    hamt.#stored = root
    return hamt
  }

  get isEmpty(): boolean {
    return this.#root.every((slot) => slot === undefined)
  }

  get(key: Uint8Array): V | undefined {
    const value = this.#find(key)
    return value === undefined ? undefined : this.#values.decode(value)
  }

  has(key: Uint8Array): boolean {
    return this.#find(key) !== undefined
  }

  /** A value equal to the one that is there changes nothing, so nothing is written for it. */
  set(key: Uint8Array, value: V): void {
    this.#insert(key, value, true)
  }

  /** @returns whether the key was absent, and is set now. */
  setIfAbsent(key: Uint8Array, value: V): boolean {
    return this.#insert(key, value, false)
  }

  /** @returns the value that was there */
  delete(key: Uint8Array): V | undefined {
    const value = this.#remove(this.#root, 0, this.#hash(key), key)
    if (value === undefined) return undefined
    this.#stored = undefined
    return this.#values.decode(value)
  }

  /** In the order of the hashed keys. */
  *[Symbol.iterator](): Generator<[key: Uint8Array, value: V]> {
    for (const { key, value } of this.#entries(this.#root, 0)) {
      yield [new Uint8Array(key), this.#values.decode(value)]
    }
  }

  /** Writes the changed nodes, children first. */
  flush(): CID {
    this.#stored ??= this.#write(this.#root)
    return this.#stored
  }

  #find(key: Uint8Array): Uint8Array | undefined {
    const hash = this.#hash(key)
    let node = this.#root
    for (let depth = 0; ; depth++) {
      const index = digitAt(hash, depth, this.#bitWidth)
      const slot = node[index]
      if (slot === undefined) return undefined
      if (isBucket(slot)) return slot[indexOf(slot, key)]?.value
      node = this.#child(node, index, depth + 1).node
    }
  }

  #insert(key: Uint8Array, value: V, overwrite: boolean): boolean {
    const entry = { key: new Uint8Array(key), value: this.#values.encode(value) }
    const changed = this.#insertEntry(this.#root, 0, this.#hash(key), entry, overwrite)
    if (changed) this.#stored = undefined
    return changed
  }

  #insertEntry(
    node: Node,
    depth: number,
    hash: Uint8Array,
    entry: Entry,
    overwrite: boolean,
  ): boolean {
    const index = digitAt(hash, depth, this.#bitWidth)
    const slot = node[index]
    if (slot === undefined) {
      node[index] = [entry]
      return true
    }
    if (isBucket(slot)) {
      const at = indexOf(slot, entry.key)
      if (at >= 0) {
        if (!overwrite || equal(slot[at]!.value, entry.value)) return false
        node[index] = slot.with(at, entry)
      } else if (slot.length < BUCKET_SIZE) {
        node[index] = [...slot, entry].sort(byKey)
      } else {
        const child: Node = []
        this.#insertEntry(child, depth + 1, hash, entry, overwrite)
        for (const moved of slot) {
          this.#insertEntry(child, depth + 1, this.#hash(moved.key), moved, overwrite)
        }
        node[index] = new Branch(child, undefined)
      }
      return true
    }
    const branch = this.#child(node, index, depth + 1)
    const changed = this.#insertEntry(branch.node, depth + 1, hash, entry, overwrite)
    if (changed) branch.cid = undefined
    return changed
  }

  #remove(node: Node, depth: number, hash: Uint8Array, key: Uint8Array): Uint8Array | undefined {
    const index = digitAt(hash, depth, this.#bitWidth)
    const slot = node[index]
    if (slot === undefined) return undefined
    if (isBucket(slot)) {
      const at = indexOf(slot, key)
      if (at < 0) return undefined
      node[index] = slot.length === 1 ? undefined : slot.toSpliced(at, 1)
      return slot[at]!.value
    }
    const branch = this.#child(node, index, depth + 1)
    const removed = this.#remove(branch.node, depth + 1, hash, key)
    if (removed !== undefined) {
      branch.cid = undefined
      node[index] = folded(branch)
    }
    return removed
  }

  *#entries(node: Node, depth: number): Generator<Entry> {
    for (let index = 0; index < node.length; index++) {
      const slot = node[index]
      if (slot === undefined) continue
      if (isBucket(slot)) yield* slot
      else yield* this.#entries(this.#child(node, index, depth + 1).node, depth + 1)
    }
  }

  /** The child behind a slot that is a link or a branch. */
  #child(node: Node, index: number, depth: number): Branch {
    const slot = node[index] as CID | Branch
    if (slot instanceof Branch) return slot
    const branch = new Branch(this.#load(slot, depth), slot)
    node[index] = branch
    return branch
  }

  #load(cid: CID, depth: number): Node {
    const node = hamtNodes.load(this.#store, cid)
    if (node.length > 2 ** this.#bitWidth) throw new CborError('bitfield wider than a HAMT node')
    if (node.length === 0 && depth > 0) throw new CborError('empty HAMT node below the root')
    return node.slice()
  }

  #write(node: Node): CID {
    for (const slot of node) {
      if (slot instanceof Branch) slot.cid ??= this.#write(slot.node)
    }
    const last = node.findLastIndex((slot) => slot !== undefined)
    // what is remembered is what reading the block would give, for a map of any width
    const links = node.slice(0, last + 1).map((slot) => (slot instanceof Branch ? slot.cid : slot))
    const block = encodeNode(links)
    const cid = this.#store.put(Multicodec.DAG_CBOR, block)
    hamtNodes.remember(cid, links, block.length)
    return cid
  }
}

function isBucket(slot: Slot): slot is Bucket {
  return Array.isArray(slot)
}

function indexOf(bucket: Bucket, key: Uint8Array): number {
  for (let i = 0; i < bucket.length; i++) if (equal(bucket[i]!.key, key)) return i
  return -1
}

/** Canonical form after a removal: a child that would fit into one bucket becomes that bucket. */
function folded(branch: Branch): Branch | Bucket {
  const entries: Entry[] = []
  for (const slot of branch.node) {
    if (slot === undefined) continue
    if (!isBucket(slot) || entries.length + slot.length > BUCKET_SIZE) return branch
    entries.push(...slot)
  }
  if (entries.length === 0) throw new NodeError('HAMT child with a single entry')
  return entries.sort(byKey)
}
