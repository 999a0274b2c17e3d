/** Where blocks live. Synchronous: the FVM reads it in the middle of an opcode. */
import { Lru } from '../base/lru.ts'
import { CID } from './cid.ts'

export interface Blockstore {
  get(cid: CID): Uint8Array | undefined
  has(cid: CID): boolean
  /** Stores a block under its blake2b-256 CID. */
  put(codec: number, data: Uint8Array): CID
  /** Stores a block whose CID the caller has computed. */
  set(cid: CID, data: Uint8Array): void
}

export class MemoryBlockstore implements Blockstore {
  readonly blocks = new Map<string, Uint8Array>()

  get(cid: CID): Uint8Array | undefined {
    return this.blocks.get(cid.key)
  }

  has(cid: CID): boolean {
    return this.blocks.has(cid.key)
  }

  put(codec: number, data: Uint8Array): CID {
    const cid = CID.of(codec, data)
    this.set(cid, data)
    return cid
  }

  set(cid: CID, data: Uint8Array): void {
    this.blocks.set(cid.key, data)
  }
}

/** Writes stay above; reads fall through. Dropping the overlay undoes everything. */
export class OverlayBlockstore extends MemoryBlockstore {
  readonly base: Pick<Blockstore, 'get' | 'has'>

  constructor(base: Pick<Blockstore, 'get' | 'has'>) {
    super()
    this.base = base
  }

  override get(cid: CID): Uint8Array | undefined {
    return super.get(cid) ?? this.base.get(cid)
  }

  override has(cid: CID): boolean {
    return super.has(cid) || this.base.has(cid)
  }
}

/** Keeps the blocks read last in memory, up to `capacity` bytes. */
export class CachedBlockstore implements Blockstore {
  readonly #inner: Blockstore
  readonly #cache: Lru<string, Uint8Array>

  constructor(inner: Blockstore, capacity: number) {
    this.#inner = inner
    this.#cache = new Lru(capacity)
  }

  get(cid: CID): Uint8Array | undefined {
    const cached = this.#cache.get(cid.key)
    if (cached !== undefined) return cached
    const data = this.#inner.get(cid)
    if (data !== undefined) this.#cache.set(cid.key, data, data.length + 100)
    return data
  }

  has(cid: CID): boolean {
    return this.#cache.has(cid.key) || this.#inner.has(cid)
  }

  put(codec: number, data: Uint8Array): CID {
    const cid = this.#inner.put(codec, data)
    this.#cache.set(cid.key, data, data.length + 100)
    return cid
  }

  set(cid: CID, data: Uint8Array): void {
    this.#inner.set(cid, data)
    this.#cache.set(cid.key, data, data.length + 100)
  }
}
