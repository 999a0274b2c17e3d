/** Changes to the embedded store that will be written together. */
import { bytesKey, keyBytes } from '../base/bytes.ts'
import { uint } from './codec.ts'
import { GENERATION_KEY, metaKey, type Rows, readGeneration, Table } from './level-table.ts'

export type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

const BLOCK_PREFIX = String.fromCharCode(Table.BLOCK)

/** Reads see the batch's own changes on top of the rows below it. */
export class Batch implements Rows {
  readonly #below: Rows
  /** By `bytesKey`; undefined: removed. */
  readonly #changes = new Map<string, Uint8Array | undefined>()

  constructor(below: Rows) {
    this.#below = below
  }

  /** Number of rows that will be written or removed. */
  get size(): number {
    return this.#changes.size
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const name = bytesKey(key)
    return this.#changes.has(name) ? this.#changes.get(name) : this.#below.get(key)
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#changes.set(bytesKey(key), value)
  }

  delete(key: Uint8Array): void {
    this.#changes.set(bytesKey(key), undefined)
  }

  /** @param blocks by `CID.key`, as an overlay blockstore holds them */
  putBlocks(blocks: Iterable<readonly [key: string, data: Uint8Array]>): void {
    for (const [key, data] of blocks) this.#changes.set(BLOCK_PREFIX + key, data)
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

  operations(): Operation[] {
    return Array.from(this.#changes, ([name, value]) =>
      value === undefined
        ? { type: 'del', key: keyBytes(name) }
        : { type: 'put', key: keyBytes(name), value },
    )
  }
}
