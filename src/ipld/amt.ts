/**
 * AMT, the sparse array of the chain.
 *
 *     v3 root     = [bitWidth, height, count, node]
 *     legacy root = [height, count, node]              bit width 3; lists of messages and receipts
 *     node        = [bitmap, [link…], [value…]]        values at height 0, links above
 *
 * Bit i of the bitmap, the least significant bit of a byte first, says that slot i is used. The
 * height is the least that reaches the highest index. Indices have up to 64 bits; lists of indices
 * end with an error above 2^53 - 1.
 * https://github.com/ipld/specs (Vector) as in go-amt-ipld v4 and v2.
 */
import {
  type AmtVersion,
  amtNodes,
  amtRoots,
  bitmapLength,
  encodeNode,
  encodeRoot,
  LEGACY_BIT_WIDTH,
  type StoredNode,
  storedNode,
  writeRootHead,
} from './amt-node.ts'
import { CborError, CborWriter } from './cbor.ts'
import { CID, Codec as Multicodec } from './cid.ts'
import type { Codec } from './codec.ts'
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

/** A value, still encoded, at height 0; a child above. */
type Slot = Uint8Array | CID | Branch | undefined
type Node = Slot[]

/** The bit width is the number of bits of the index used per level. */
export type AmtFormat =
  | { readonly version: 'v3'; readonly bitWidth: number }
  | { readonly version: 'legacy'; readonly bitWidth: typeof LEGACY_BIT_WIDTH }

export const legacyAmt: AmtFormat = { version: 'legacy', bitWidth: LEGACY_BIT_WIDTH }

export function amtV3(bitWidth: number): AmtFormat {
  return { version: 'v3', bitWidth }
}

export class Amt<V> {
  readonly #store: NodeStore
  readonly #values: Codec<V>
  readonly #format: AmtFormat
  #height = 0
  #count = 0
  #root: Node = []
  /** The root as stored; undefined when there are changes. */
  #stored: CID | undefined

  private constructor(store: NodeStore, values: Codec<V>, format: AmtFormat) {
    this.#store = store
    this.#values = values
    this.#format = format
  }

  static empty<V>(store: NodeStore, values: Codec<V>, format: AmtFormat): Amt<V> {
    return new Amt(store, values, format)
  }

  /** Reads the root now, the other nodes when they are needed. A v3 root says its bit width. */
  static load<V>(store: NodeStore, cid: CID, values: Codec<V>, version: AmtVersion = 'v3'): Amt<V> {
    const root = amtRoots[version].load(store, cid)
    const amt = new Amt(store, values, version === 'v3' ? amtV3(root.bitWidth) : legacyAmt)
    amt.#height = root.height
    amt.#count = root.count
    amt.#root = expanded(root.node, root.bitWidth, root.height)
    amt.#stored = cid
    return amt
  }

  /** How many indices are set. */
  get count(): number {
    return this.#count
  }

  get(index: number | bigint): V | undefined {
    const path = this.#path(index)
    if (path === undefined || path.length > this.#height + 1) return undefined
    let node = this.#root
    for (let height = this.#height; height > 0; height--) {
      const at = path[height] ?? 0
      if (node[at] === undefined) return undefined
      node = this.#child(node, at, height - 1).node
    }
    const value = node[path[0]!] as Uint8Array | undefined
    return value === undefined ? undefined : this.#values.decode(value)
  }

  /** Counts as a change even if the value is the one that is there. */
  set(index: number | bigint, value: V): void {
    const path = this.#path(index)
    if (path === undefined) throw new NodeError(`AMT index ${index}`)
    const encoded = this.#values.encode(value)
    while (path.length > this.#height + 1) {
      this.#root = isEmpty(this.#root) ? [] : [new Branch(this.#root, undefined)]
      this.#height++
    }
    let node = this.#root
    for (let height = this.#height; height > 0; height--) {
      const at = path[height] ?? 0
      node[at] ??= new Branch([], undefined)
      const branch = this.#child(node, at, height - 1)
      branch.cid = undefined
      node = branch.node
    }
    const at = path[0]!
    if (node[at] === undefined) this.#count++
    node[at] = encoded
    this.#stored = undefined
  }

  /** @returns the value that was there */
  delete(index: number | bigint): V | undefined {
    const path = this.#path(index)
    if (path === undefined || path.length > this.#height + 1) return undefined
    const removed = this.#remove(this.#root, this.#height, path)
    if (removed === undefined) return undefined
    this.#stored = undefined
    this.#count--
    if (isEmpty(this.#root)) {
      this.#root = []
      this.#height = 0
    }
    while (this.#height > 0 && onlyFirstUsed(this.#root)) {
      this.#root = this.#child(this.#root, 0, this.#height - 1).node
      this.#height--
    }
    return this.#values.decode(removed)
  }

  /** In the order of the indices. */
  *[Symbol.iterator](): Generator<[index: number, value: V]> {
    for (const [index, value] of this.#entries(this.#root, this.#height, 0)) {
      yield [index, this.#values.decode(value)]
    }
  }

  /** Writes the changed nodes, children first. */
  flush(): CID {
    this.#stored ??= this.#writeRoot()
    return this.#stored
  }

  /**
   * Slots on the way to an index: the one at height 0 first, up to the last that is not 0.
   * undefined for what is no index.
   */
  #path(index: number | bigint): number[] | undefined {
    const width = 2 ** this.#format.bitWidth
    const path: number[] = []
    let rest = index
    if (typeof rest === 'bigint') {
      if (rest < 0n || rest >= 2n ** 64n) return undefined
      for (; rest > Number.MAX_SAFE_INTEGER; rest /= BigInt(width)) {
        path.push(Number(rest % BigInt(width)))
      }
      rest = Number(rest)
    }
    if (!Number.isSafeInteger(rest) || rest < 0) return undefined
    do {
      path.push(rest % width)
      rest = Math.floor(rest / width)
    } while (rest > 0)
    return path
  }

  #remove(node: Node, height: number, path: readonly number[]): Uint8Array | undefined {
    const at = path[height] ?? 0
    if (height === 0) {
      const value = node[at] as Uint8Array | undefined
      if (value !== undefined) node[at] = undefined
      return value
    }
    if (node[at] === undefined) return undefined
    const branch = this.#child(node, at, height - 1)
    const removed = this.#remove(branch.node, height - 1, path)
    if (removed === undefined) return undefined
    branch.cid = undefined
    if (isEmpty(branch.node)) node[at] = undefined
    return removed
  }

  *#entries(node: Node, height: number, first: number): Generator<[number, Uint8Array]> {
    const span = 2 ** (this.#format.bitWidth * height)
    for (let at = 0; at < node.length; at++) {
      const slot = node[at]
      if (slot === undefined) continue
      const index = first + at * span
      if (!Number.isSafeInteger(index)) throw new NodeError(`AMT index ${index}`)
      if (slot instanceof Uint8Array) yield [index, slot]
      else yield* this.#entries(this.#child(node, at, height - 1).node, height - 1, index)
    }
  }

  /** The child behind a slot that is a link or a branch. */
  #child(node: Node, at: number, height: number): Branch {
    const slot = node[at] as CID | Branch
    if (slot instanceof Branch) return slot
    const stored = amtNodes.load(this.#store, slot)
    const branch = new Branch(expanded(stored, this.#format.bitWidth, height), slot)
    node[at] = branch
    return branch
  }

  #writeRoot(): CID {
    const { version, bitWidth } = this.#format
    const node = this.#collapsed(this.#root)
    const root = { version, bitWidth, height: this.#height, count: this.#count, node }
    const block = encodeRoot(root)
    const cid = this.#store.put(Multicodec.DAG_CBOR, block)
    amtRoots[version].remember(cid, root, block.length)
    return cid
  }

  /** The node as it is stored, after its changed children have been written. */
  #collapsed(node: Node): StoredNode {
    for (const slot of node) {
      if (!(slot instanceof Branch) || slot.cid !== undefined) continue
      const child = this.#collapsed(slot.node)
      const block = encodeNode(child)
      slot.cid = this.#store.put(Multicodec.DAG_CBOR, block)
      amtNodes.remember(slot.cid, child, block.length)
    }
    return storedNode(
      node.map((slot) => (slot instanceof Branch ? slot.cid : slot)),
      this.#format.bitWidth,
    )
  }
}

/**
 * The root of an array of all `items`, built from the bottom up: the same nodes in the same order
 * as setting one by one and flushing.
 * @param store where the nodes go; without one only the CID is made
 */
export function amtRootOf<V>(
  items: readonly V[],
  values: Codec<V>,
  format: AmtFormat,
  store?: Pick<NodeStore, 'put'>,
): CID {
  const { bitWidth } = format
  const width = 2 ** bitWidth
  const own = new CborWriter(1024)
  const put = (block: Uint8Array) =>
    store === undefined ? CID.of(Multicodec.DAG_CBOR, block) : store.put(Multicodec.DAG_CBOR, block)

  /** The node that begins at index `first`, behind what `head` writes. */
  const nodeAt = (first: number, height: number, head: () => void): Uint8Array => {
    const span = width ** height
    const end = Math.min(items.length, first + width * span)
    const links: CID[] = []
    for (let at = first; height > 0 && at < end; at += span) {
      links.push(put(nodeAt(at, height - 1, () => {})))
    }
    const count = height > 0 ? links.length : end - first
    const bitmap = new Uint8Array(bitmapLength(bitWidth))
    for (let at = 0; at < count; at++) bitmap[at >> 3]! |= 1 << (at & 7)
    head()
    own.array(3).bytes(bitmap).array(links.length)
    for (const link of links) own.link(link)
    own.array(count - links.length)
    for (let at = first; height === 0 && at < end; at++) values.write(own, items[at]!)
    return own.finish()
  }

  let height = 0
  while (items.length > width ** (height + 1)) height++
  return put(nodeAt(0, height, () => writeRootHead(own, format, height, items.length)))
}

function isEmpty(node: Node): boolean {
  return node.every((slot) => slot === undefined)
}

function onlyFirstUsed(node: Node): boolean {
  return node[0] !== undefined && node.every((slot, at) => at === 0 || slot === undefined)
}

/** A node of one's own to change. */
function expanded(stored: StoredNode, bitWidth: number, height: number): Node {
  if (stored.bitmapLength !== bitmapLength(bitWidth) || stored.slots.length > 2 ** bitWidth) {
    throw new CborError('AMT bitmap does not fit the bit width')
  }
  if (stored.holds === (height === 0 ? 'links' : 'values')) {
    throw new CborError(`AMT node with ${stored.holds} at height ${height}`)
  }
  return stored.slots.slice()
}
