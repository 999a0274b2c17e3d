/**
 * KAMT, the storage of EVM contracts: a HAMT whose keys are not hashed, so that neighbouring slots
 * share nodes, and whose links skip the levels on which there is no choice.
 *
 *     node    = [bitfield, [pointer…]]             bit i of the big-endian bitfield: pointer i exists
 *     pointer = {"v": [[key, value]]}              exactly one pair
 *             | {"l": [link, pathBits, path]}      path: the skipped digits, left-aligned
 *
 * Configuration of the EVM actor: 5 bits per level, values at every depth, one pair per pointer.
 * Keys are the 32 bytes of a slot number. Values are big-endian numbers of up to 32 bytes; those
 * that come back have no leading zeros, are shared and must not be written to.
 */
import { concat, equal, stripLeadingZeros } from '../base/bytes.ts'
import { CborError } from './cbor.ts'
import { type CID, Codec } from './cid.ts'
import { counted, digitAt, Entry, encodeNode, kamtNodes, LAST_LEVEL, Link } from './kamt-node.ts'
import { NodeError, type NodeStore } from './node-store.ts'

/** A link that was followed, or a child not written yet. */
class Branch {
  readonly path: Uint8Array
  readonly node: Node
  /** Undefined when the child differs from what is stored. */
  cid: CID | undefined

  constructor(path: Uint8Array, node: Node, cid: CID | undefined) {
    this.path = path
    this.node = node
    this.cid = cid
  }

  at(path: Uint8Array): Branch {
    return new Branch(path, this.node, this.cid)
  }
}

type Slot = Entry | Link | Branch | undefined

/** Indexed by the key's digit; ends at the last slot that was ever used. */
type Node = Slot[]

/** Told of the work on nodes; what it costs is not the map's business. */
export interface KamtObserver {
  /** A node was read, with so many pointers of both kinds. */
  onLoad(values: number, links: number): void
  onWrite(values: number, links: number): void
  /** A search went through a pointer to a child, comparing so many digits that the pointer skips. */
  onDescend(digits: number): void
  /** A new node for two entries in one slot, below so many digits that they have in common. */
  onFork(digits: number): void
  /** A new node on the way to a child, on a path of so many digits. */
  onSplit(digits: number): void
  /** A node gave way to its last child, which then has a path of so many digits. */
  onLift(digits: number): void
}

export class Kamt {
  readonly #store: NodeStore
  readonly #observer: KamtObserver | undefined
  #root: Node = []
  /** The root as stored; undefined when there are changes. */
  #stored: CID | undefined

  private constructor(store: NodeStore, observer: KamtObserver | undefined) {
    this.#store = store
    this.#observer = observer
  }

  static empty(store: NodeStore, observer?: KamtObserver): Kamt {
    return new Kamt(store, observer)
  }

  /** Reads the root node now, the others when they are needed, each once. */
  static load(store: NodeStore, root: CID, observer?: KamtObserver): Kamt {
    const kamt = new Kamt(store, observer)
    kamt.#root = kamt.#load(root, 0)
    kamt.#stored = root
    return kamt
  }

  get isEmpty(): boolean {
    return this.#root.every((slot) => slot === undefined)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    let node = this.#root
    for (let level = 0; ; ) {
      const index = digitAt(key, level)
      const slot = node[index]
      if (slot === undefined) return undefined
      if (slot instanceof Entry) return equal(slot.key, key) ? slot.value : undefined
      // the child is read before it is clear whether the path fits: so the Rust library, so the gas
      const child = this.#child(node, index, level)
      const common = commonDigits(child.path, key, level + 1)
      this.#observer?.onDescend(common)
      if (common < child.path.length) return undefined
      node = child.node
      level += 1 + child.path.length
    }
  }

  /** @returns whether this changed anything */
  set(key: Uint8Array, value: Uint8Array): boolean {
    const entry = new Entry(new Uint8Array(key), new Uint8Array(stripLeadingZeros(value)))
    return this.#note(this.#insert(this.#root, 0, entry))
  }

  /** @returns whether the key was there */
  delete(key: Uint8Array): boolean {
    return this.#note(this.#remove(this.#root, 0, key))
  }

  /** In the order of the keys. */
  *[Symbol.iterator](): Generator<[key: Uint8Array, value: Uint8Array]> {
    for (const { key, value } of this.#entries(this.#root, 0))
      yield [new Uint8Array(key), new Uint8Array(value)]
  }

  /** Writes the changed nodes, children first. */
  flush(): CID {
    this.#stored ??= this.#write(this.#root)
    return this.#stored
  }

  #note(changed: boolean): boolean {
    if (changed) this.#stored = undefined
    return changed
  }

  #insert(node: Node, level: number, entry: Entry): boolean {
    const index = digitAt(entry.key, level)
    const slot = node[index]
    if (slot === undefined) {
      node[index] = entry
      return true
    }
    if (slot instanceof Entry) {
      if (equal(slot.key, entry.key)) {
        if (equal(slot.value, entry.value)) return false
        node[index] = entry
      } else {
        const fork = forked(slot, entry, level + 1)
        this.#observer?.onFork(fork.path.length)
        node[index] = fork
      }
      return true
    }
    const common = commonDigits(slot.path, entry.key, level + 1)
    this.#observer?.onDescend(common)
    if (common < slot.path.length) {
      this.#observer?.onSplit(slot.path.length)
      const fork: Node = []
      fork[slot.path[common]!] = slot.at(slot.path.subarray(common + 1))
      fork[digitAt(entry.key, level + 1 + common)] = entry
      node[index] = new Branch(slot.path.subarray(0, common), fork, undefined)
      return true
    }
    const child = this.#child(node, index, level)
    const changed = this.#insert(child.node, level + 1 + common, entry)
    if (changed) child.cid = undefined
    return changed
  }

  #remove(node: Node, level: number, key: Uint8Array): boolean {
    const index = digitAt(key, level)
    const slot = node[index]
    if (slot === undefined) return false
    if (slot instanceof Entry) {
      if (!equal(slot.key, key)) return false
      node[index] = undefined
      return true
    }
    const common = commonDigits(slot.path, key, level + 1)
    this.#observer?.onDescend(common)
    if (common < slot.path.length) return false
    const child = this.#child(node, index, level)
    if (!this.#remove(child.node, level + 1 + child.path.length, key)) return false
    child.cid = undefined
    const slotAfter = lifted(child)
    if (slotAfter !== child && !(slotAfter instanceof Entry)) {
      this.#observer?.onLift(slotAfter.path.length)
    }
    node[index] = slotAfter
    return true
  }

  *#entries(node: Node, level: number): Generator<Entry> {
    for (let index = 0; index < node.length; index++) {
      const slot = node[index]
      if (slot === undefined) continue
      if (slot instanceof Entry) {
        yield slot
      } else {
        const child = this.#child(node, index, level)
        yield* this.#entries(child.node, level + 1 + child.path.length)
      }
    }
  }

  /** The child behind a slot that is a link or a branch. */
  #child(node: Node, index: number, level: number): Branch {
    const slot = node[index] as Link | Branch
    if (slot instanceof Branch) return slot
    const below = this.#load(slot.cid, level + 1 + slot.path.length)
    const branch = new Branch(slot.path, below, slot.cid)
    node[index] = branch
    return branch
  }

  #load(cid: CID, level: number): Node {
    const { slots, values, links, longestPath } = kamtNodes.load(this.#store, cid)
    if (slots.length === 0 && level > 0) throw new CborError('empty KAMT node below the root')
    if (longestPath >= 0 && level + 1 + longestPath > LAST_LEVEL) {
      throw new CborError('KAMT path longer than the key')
    }
    this.#observer?.onLoad(values, links)
    return slots.slice()
  }

  #write(node: Node): CID {
    for (const slot of node) {
      if (slot instanceof Branch) slot.cid ??= this.#write(slot.node)
    }
    const stored = counted(
      node.map((slot) => (slot instanceof Branch ? new Link(slot.path, slot.cid!) : slot)),
    )
    const block = encodeNode(stored)
    const cid = this.#store.put(Codec.DAG_CBOR, block)
    kamtNodes.remember(cid, stored, block.length)
    this.#observer?.onWrite(stored.values, stored.links)
    return cid
  }
}

/** How many digits of `path` the key has, from `level` on. */
function commonDigits(path: Uint8Array, key: Uint8Array, level: number): number {
  let count = 0
  while (count < path.length && path[count] === digitAt(key, level + count)) count++
  return count
}

/** Two entries that meet in one slot: a child at the level where their digits differ. */
function forked(a: Entry, b: Entry, level: number): Branch {
  const path: number[] = []
  while (digitAt(a.key, level + path.length) === digitAt(b.key, level + path.length)) {
    path.push(digitAt(a.key, level + path.length))
  }
  const fork: Node = []
  fork[digitAt(a.key, level + path.length)] = a
  fork[digitAt(b.key, level + path.length)] = b
  return new Branch(Uint8Array.from(path), fork, undefined)
}

/** Canonical form after a removal: a child with one pointer left gives way to that pointer. */
function lifted(child: Branch): Entry | Link | Branch {
  let only: Slot
  let digit = 0
  for (let index = 0; index < child.node.length; index++) {
    if (child.node[index] === undefined) continue
    if (only !== undefined) return child
    only = child.node[index]
    digit = index
  }
  if (only === undefined) throw new NodeError('KAMT child with a single entry')
  if (only instanceof Entry) return only
  return only.at(concat(child.path, Uint8Array.of(digit), only.path))
}
