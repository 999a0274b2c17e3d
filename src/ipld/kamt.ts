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
import { concat, EMPTY, equal, padLeft, stripLeadingZeros } from '../base/bytes.ts'
import { CborError, CborReader, CborWriter, Major } from './cbor.ts'
import { type CID, Codec } from './cid.ts'
import { digitAt as digitOfWidth } from './digit.ts'
import { NodeCache, NodeError, type NodeStore } from './node-store.ts'

const BIT_WIDTH = 5
const FANOUT = 32
const KEY_LENGTH = 32
const LAST_LEVEL = 51

class Entry {
  readonly key: Uint8Array
  readonly value: Uint8Array

  constructor(key: Uint8Array, value: Uint8Array) {
    this.key = key
    this.value = value
  }
}

/** A child that was not looked at. `path` is the list of the skipped digits. */
class Link {
  readonly path: Uint8Array
  readonly cid: CID

  constructor(path: Uint8Array, cid: CID) {
    this.path = path
    this.cid = cid
  }

  at(path: Uint8Array): Link {
    return new Link(path, this.cid)
  }
}

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

interface StoredNode {
  readonly slots: readonly (Entry | Link | undefined)[]
  readonly values: number
  readonly links: number
  /** Digits in the longest path of its links; -1 when there is none. */
  readonly longestPath: number
}

export const kamtNodes = new NodeCache<StoredNode>(16 * 2 ** 20, decodeNode)

/** Told of each node that is read or written, with the number of its pointers of both kinds. */
export interface KamtObserver {
  onLoad(values: number, links: number): void
  onWrite(values: number, links: number): void
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
      if (commonDigits(child.path, key, level + 1) < child.path.length) return undefined
      node = child.node
      level += 1 + child.path.length
    }
  }

  /** @returns whether this changed anything */
  set(key: Uint8Array, value: Uint8Array): boolean {
    const entry = new Entry(key.slice(), stripLeadingZeros(value).slice())
    return this.#note(this.#insert(this.#root, 0, entry))
  }

  /** @returns whether the key was there */
  delete(key: Uint8Array): boolean {
    return this.#note(this.#remove(this.#root, 0, key))
  }

  /** In the order of the keys. */
  *[Symbol.iterator](): Generator<[key: Uint8Array, value: Uint8Array]> {
    for (const { key, value } of this.#entries(this.#root, 0)) yield [key.slice(), value.slice()]
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
      if (!equal(slot.key, entry.key)) node[index] = forked(slot, entry, level + 1)
      else if (equal(slot.value, entry.value)) return false
      else node[index] = entry
      return true
    }
    const common = commonDigits(slot.path, entry.key, level + 1)
    if (common < slot.path.length) {
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
    if (commonDigits(slot.path, key, level + 1) < slot.path.length) return false
    const child = this.#child(node, index, level)
    if (!this.#remove(child.node, level + 1 + child.path.length, key)) return false
    child.cid = undefined
    node[index] = lifted(child)
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

function digitAt(key: Uint8Array, level: number): number {
  return digitOfWidth(key, level, BIT_WIDTH)
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

function counted(slots: readonly (Entry | Link | undefined)[]): StoredNode {
  let values = 0
  let links = 0
  let longestPath = -1
  for (const slot of slots) {
    if (slot instanceof Entry) {
      values++
    } else if (slot !== undefined) {
      links++
      longestPath = Math.max(longestPath, slot.path.length)
    }
  }
  return { slots, values, links, longestPath }
}

const VALUES = Uint8Array.of(0x61, 0x76) // "v"
const LINK = Uint8Array.of(0x61, 0x6c) // "l"

const writer = new CborWriter(4096)

function encodeNode({ slots, values, links }: StoredNode): Uint8Array {
  const bitfield = new Uint8Array(FANOUT / 8)
  for (let i = 0; i < slots.length; i++) {
    if (slots[i] !== undefined) bitfield[3 - (i >> 3)]! |= 1 << (i & 7)
  }
  writer
    .array(2)
    .bytes(stripLeadingZeros(bitfield))
    .array(values + links)
  for (const slot of slots) {
    if (slot instanceof Entry) {
      writer.map(1).raw(VALUES).array(1).array(2)
      writer.bytes(stripLeadingZeros(slot.key)).bytes(slot.value)
    } else if (slot !== undefined) {
      writer.map(1).raw(LINK).array(3).link(slot.cid)
      writer.int(slot.path.length * BIT_WIDTH).bytes(packed(slot.path))
    }
  }
  return writer.finish()
}

function decodeNode(block: Uint8Array): StoredNode {
  const reader = new CborReader(block)
  reader.tuple(2)
  const bitfield = stripLeadingZeros(reader.bytes())
  if (bitfield.length > FANOUT / 8) throw new CborError('bitfield wider than a KAMT node')
  let pending = reader.array()
  const slots: (Entry | Link | undefined)[] = []
  for (let i = 0; i < bitfield.length * 8; i++) {
    if ((bitfield[bitfield.length - 1 - (i >> 3)]! & (1 << (i & 7))) === 0) continue
    if (pending-- === 0) throw new CborError('fewer KAMT pointers than bits')
    slots[i] = readPointer(reader)
  }
  if (pending !== 0) throw new CborError('more KAMT pointers than bits')
  reader.end()
  return counted(slots)
}

function readPointer(reader: CborReader): Entry | Link {
  if (reader.map() !== 1 || reader.major !== Major.TEXT) throw new CborError('not a KAMT pointer')
  const kind = reader.skip()
  if (equal(kind, VALUES)) {
    const length = reader.array()
    if (length !== 1) throw new CborError(`KAMT bucket of ${length}`)
    reader.tuple(2)
    return new Entry(padLeft(readNumber(reader), KEY_LENGTH), stripLeadingZeros(readNumber(reader)))
  }
  if (!equal(kind, LINK)) throw new CborError('not a KAMT pointer')
  reader.tuple(3)
  const cid = reader.link()
  if (cid.codec !== Codec.DAG_CBOR) throw new CborError('KAMT link is not DAG-CBOR')
  return new Link(unpacked(reader.uint(), reader.bytes()), cid)
}

function readNumber(reader: CborReader): Uint8Array {
  const number = reader.bytes()
  if (number.length > KEY_LENGTH) throw new CborError('number above 256 bits')
  return number
}

/** Digits as bits, the last byte filled up with zeros. */
function packed(path: Uint8Array): Uint8Array {
  if (path.length === 0) return EMPTY
  const out = new Uint8Array(Math.ceil((path.length * BIT_WIDTH) / 8))
  for (let i = 0; i < path.length; i++) {
    const bit = i * BIT_WIDTH
    const window = path[i]! << (16 - BIT_WIDTH - (bit & 7))
    out[bit >> 3]! |= window >> 8
    if ((window & 0xff) !== 0) out[(bit >> 3) + 1]! |= window & 0xff
  }
  return out
}

function unpacked(bits: number, path: Uint8Array): Uint8Array {
  if (bits % BIT_WIDTH !== 0 || bits > LAST_LEVEL * BIT_WIDTH) {
    throw new CborError(`KAMT path of ${bits} bits`)
  }
  const digits = new Uint8Array(bits / BIT_WIDTH)
  for (let i = 0; i < digits.length; i++) digits[i] = digitAt(path, i)
  if (!equal(packed(digits), path)) throw new CborError('KAMT path is not its bits')
  return digits
}
