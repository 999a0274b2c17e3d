/**
 * Blocks of the embedded store. Reading only: new blocks are collected in an overlay and reach the
 * store through a batch, together with all else that their tipset brings.
 */
import { Lru } from '../base/lru.ts'
import type { Blockstore } from './blockstore.ts'
import type { CID } from './cid.ts'
import { blockKey, type Rows } from './level-table.ts'

/** What an entry takes besides its block. */
const ENTRY_SIZE = 200

export class LevelBlockstore implements Pick<Blockstore, 'get' | 'has'> {
  readonly #rows: Rows
  readonly #cache: Lru<string, Uint8Array>

  /** @param cacheSize bytes of blocks read last that stay in this thread's memory */
  constructor(rows: Rows, cacheSize: number) {
    this.#rows = rows
    this.#cache = new Lru(cacheSize)
  }

  get(cid: CID): Uint8Array | undefined {
    const cached = this.#cache.get(cid.key)
    if (cached !== undefined) return cached
    const data = this.#rows.get(blockKey(cid))
    if (data !== undefined) this.#cache.set(cid.key, data, data.length + ENTRY_SIZE)
    return data
  }

  has(cid: CID): boolean {
    return this.get(cid) !== undefined
  }
}
