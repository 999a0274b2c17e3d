/**
 * Whose row a key of the embedded store is, said by its first byte:
 *
 *     00                  format        which version of this layout the rows follow
 *     01                  generation    see `readGeneration`
 *     62 'b' <cid>        IPLD block    bytes of the CID → bytes of the block
 *     69 'i' <table> …    index         see index/level-keys.ts
 *     6c 'l' …            log           which commits of a shared log are in it; see shared/applied.ts
 *     6d 'm' <name>       meta          UTF-8 name → whatever the chain keeps under it
 */
import { concat, fromUtf8, utf8 } from '../base/bytes.ts'
import type { CID } from './cid.ts'
import { uint } from './codec.ts'

export const Table = {
  FORMAT: 0x00,
  GENERATION: 0x01,
  BLOCK: 0x62,
  INDEX: 0x69,
  LOG: 0x6c,
  META: 0x6d,
} as const

/** Where rows can be looked up: the store, a snapshot of it, or a batch on top of it. */
export interface Rows {
  get(key: Uint8Array): Uint8Array | undefined
}

export type Row = [key: Uint8Array, value: Uint8Array]

/** Keys from `gte` up to, not including, `lt`, in byte order. */
export interface KeyRange {
  readonly gte: Uint8Array
  readonly lt: Uint8Array
}

export const FORMAT_KEY = Uint8Array.of(Table.FORMAT)
export const GENERATION_KEY = Uint8Array.of(Table.GENERATION)

export function blockKey(cid: CID): Uint8Array {
  return concat(Uint8Array.of(Table.BLOCK), cid.bytes)
}

export function metaKey(name: string): Uint8Array {
  return concat(Uint8Array.of(Table.META), utf8(name))
}

export function metaName(key: Uint8Array): string {
  return fromUtf8(key.subarray(1))
}

/** All keys that start with these bytes, of which one is below 0xff. */
export function prefixRange(prefix: Uint8Array): KeyRange {
  const end = prefix.subarray(0, prefix.findLastIndex((byte) => byte !== 0xff) + 1).slice()
  end[end.length - 1]!++
  return { gte: prefix, lt: end }
}

/**
 * Counts the batches that removed rows. All else only adds rows, or replaces those of which readers
 * know that they change; who keeps decoded rows forgets them when this number is another.
 */
export function readGeneration(rows: Rows): number {
  const row = rows.get(GENERATION_KEY)
  return row === undefined ? 0 : uint.decode(row)
}
