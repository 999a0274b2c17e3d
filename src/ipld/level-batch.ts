/** Changes to the embedded store that will be written together. */
import { bytesKey, keyBytes } from '../base/bytes.ts'
import { uint } from './codec.ts'
import { GENERATION_KEY, metaKey, type Rows, readGeneration, Table } from './level-table.ts'

/** A row to write, or to remove where there is no value. */
export interface Change {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
}

const BLOCK_PREFIX = String.fromCharCode(Table.BLOCK)

/** Reads see the batch's own changes on top of the rows below it. */
export class Batch implements Rows {
  readonly #below: Rows
  /** By `bytesKey`. */
  readonly #changes = new Map<string, Change>()

  constructor(below: Rows) {
    this.#below = below
  }

  /** Number of rows that will be written or removed. */
  get size(): number {
    return this.#changes.size
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const name = bytesKey(key)
    const change = this.#changes.get(name)
    return change === undefined ? this.#below.get(key) : change.value
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#changes.set(bytesKey(key), { key, value })
  }

  delete(key: Uint8Array): void {
    this.#changes.set(bytesKey(key), { key, value: undefined })
  }

  /** @param blocks by `CID.key`, as an overlay blockstore holds them */
  putBlocks(blocks: Iterable<readonly [key: string, data: Uint8Array]>): void {
    for (const [cid, value] of blocks) {
      const name = BLOCK_PREFIX + cid
      this.#changes.set(name, { key: keyBytes(name), value })
    }
  }

  putMeta(name: string, value: Uint8Array): void {
    this.put(metaKey(name), value)
  }

  deleteMeta(name: string): void {
    this.delete(metaKey(name))
  }

  meta(name: string): Uint8Array | undefined {
    return this.get(metaKey(name))
  }

  /** Makes every reader forget the rows that it keeps decoded. */
  newGeneration(): void {
    this.put(GENERATION_KEY, uint.encode(readGeneration(this.#below) + 1))
  }

  changes(): Iterable<Change> {
    return this.#changes.values()
  }
}
