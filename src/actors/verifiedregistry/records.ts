/** Records of many owners: a HAMT from owner to a HAMT from record id to record. */
import { bytesKey, compare, keyBytes } from '../../base/bytes.ts'
import { decodeVarint, encodeVarint } from '../../base/varint.ts'
import type { CID } from '../../ipld/cid.ts'
import { type Codec, link } from '../../ipld/codec.ts'
import { Hamt } from '../../ipld/hamt.ts'
import { mapOptions } from '../map.ts'
import type { Runtime } from '../runtime.ts'

/** The map of an owner is loaded when first asked for, and written back by `flush` only. */
export class Records<T> {
  readonly #runtime: Runtime
  readonly #codec: Codec<T>
  readonly #owners: Hamt<CID>
  readonly #loaded = new Map<string, Hamt<T>>()

  constructor(runtime: Runtime, root: CID, codec: Codec<T>) {
    this.#runtime = runtime
    this.#codec = codec
    this.#owners = Hamt.load(runtime.store, root, link, mapOptions(runtime))
  }

  get(owner: bigint, id: bigint): T | undefined {
    const own = this.#of(owner)
    return own.isEmpty ? undefined : own.get(encodeVarint(id))
  }

  set(owner: bigint, id: bigint, record: T): void {
    this.#of(owner).set(encodeVarint(id), record)
  }

  /** @returns whether there was no such record */
  setIfAbsent(owner: bigint, id: bigint, record: T): boolean {
    return this.#of(owner).setIfAbsent(encodeVarint(id), record)
  }

  /** @returns the record that was there */
  delete(owner: bigint, id: bigint): T | undefined {
    const own = this.#of(owner)
    return own.isEmpty ? undefined : own.delete(encodeVarint(id))
  }

  /** In the order of the hashed ids. */
  *of(owner: bigint): Generator<[id: bigint, record: T]> {
    const own = this.#of(owner)
    if (own.isEmpty) return
    for (const [key, record] of own) yield [decodeVarint(key).value, record]
  }

  /** Owners that were looked at are set again, changed or not, in the order of their keys. */
  flush(): CID {
    const owners = [...this.#loaded].map(([key, own]) => ({ key: keyBytes(key), own }))
    for (const { key, own } of owners.sort((a, b) => compare(a.key, b.key))) {
      if (own.isEmpty) this.#owners.delete(key)
      else this.#owners.set(key, own.flush())
    }
    return this.#owners.flush()
  }

  #of(owner: bigint): Hamt<T> {
    const key = encodeVarint(owner)
    const cached = this.#loaded.get(bytesKey(key))
    if (cached !== undefined) return cached
    const { store } = this.#runtime
    const root = this.#owners.get(key)
    const options = mapOptions(this.#runtime)
    const own =
      root === undefined
        ? Hamt.empty(store, this.#codec, options)
        : Hamt.load(store, root, this.#codec, options)
    this.#loaded.set(bytesKey(key), own)
    return own
  }
}
