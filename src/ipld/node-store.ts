/**
 * How HAMT, AMT and KAMT reach their nodes. Inside an actor the store is the kernel's and every
 * call is charged, so a structure calls `get` and `put` exactly as often as the Rust libraries do.
 * What may be skipped, because it is free of charge there, is decoding a block a second time.
 */
import { Lru } from '../base/lru.ts'
import type { Blockstore } from './blockstore.ts'
import { type CID, Codec } from './cid.ts'

export type NodeStore = Pick<Blockstore, 'get' | 'put'>

/** A structure cannot be walked: a node is missing, a link or an index leads nowhere. */
export class NodeError extends Error {
  override name = 'NodeError'
}

/**
 * Decoded nodes by CID, shared by all instances of one structure. They are never changed: who
 * writes copies first.
 */
export class NodeCache<Node> {
  readonly #nodes: Lru<string, Node>
  readonly #decode: (block: Uint8Array) => Node

  /** @param capacity in bytes of encoded nodes; decoded they take about four times that. */
  constructor(capacity: number, decode: (block: Uint8Array) => Node) {
    this.#nodes = new Lru(capacity)
    this.#decode = decode
  }

  /**
   * Always asks the store, for that is what is paid for, then decodes unless that was done before.
   * @throws NodeError when the block is missing or not CBOR
   * @throws CborError when its bytes are not a node
   */
  load(store: NodeStore, cid: CID): Node {
    if (cid.codec !== Codec.DAG_CBOR && cid.codec !== Codec.CBOR) {
      throw new NodeError(`node ${cid} is not CBOR`)
    }
    const block = store.get(cid)
    if (block === undefined) throw new NodeError(`node ${cid} not found`)
    const known = this.#nodes.get(cid.key)
    if (known !== undefined) return known
    const node = this.#decode(block)
    this.#nodes.set(cid.key, node, block.length)
    return node
  }

  /** Keeps a node that was just written as the block `cid`. */
  remember(cid: CID, node: Node, blockLength: number): void {
    this.#nodes.set(cid.key, node, blockLength)
  }

  clear(): void {
    this.#nodes.clear()
  }
}
