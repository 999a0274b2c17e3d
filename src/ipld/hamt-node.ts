/** The blocks of a HAMT; see `hamt.ts` for their form. */
import { compare } from '../base/bytes.ts'
import { CborError, CborReader, CborWriter, Major } from './cbor.ts'
import { CID, Codec } from './cid.ts'
import { NodeCache } from './node-store.ts'

export const BUCKET_SIZE = 3
const MAX_BITFIELD_LENGTH = 32

/** The value stays encoded: few are read, none can be changed by accident, equality is exact. */
export interface Entry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** Shared with the cache, hence replaced, never changed in place. */
export type Bucket = readonly Entry[]

/** Indexed by the key's digit; ends at the last slot that was ever used. */
export type StoredNode = readonly (Bucket | CID | undefined)[]

export const hamtNodes = new NodeCache<StoredNode>(16 * 2 ** 20, decodeNode)

export function byKey(a: Entry, b: Entry): number {
  return compare(a.key, b.key)
}

const writer = new CborWriter(4096)

export function encodeNode(node: StoredNode): Uint8Array {
  let count = 0
  let top = -1
  for (let i = 0; i < node.length; i++) {
    if (node[i] === undefined) continue
    count++
    top = i
  }
  const bitfield = new Uint8Array((top + 8) >> 3)
  for (let i = 0; i <= top; i++) {
    if (node[i] !== undefined) bitfield[bitfield.length - 1 - (i >> 3)]! |= 1 << (i & 7)
  }
  writer.array(2).bytes(bitfield).array(count)
  for (const slot of node) {
    if (slot instanceof CID) {
      writer.link(slot)
    } else if (slot !== undefined) {
      writer.array(slot.length)
      for (const { key, value } of slot) writer.array(2).bytes(key).raw(value)
    }
  }
  return writer.finish()
}

function decodeNode(block: Uint8Array): StoredNode {
  const reader = new CborReader(block)
  reader.tuple(2)
  const bitfield = reader.bytes()
  if (bitfield.length > MAX_BITFIELD_LENGTH) throw new CborError('HAMT bitfield above 32 bytes')
  let pending = reader.array()
  const node: (Bucket | CID)[] = []
  for (let i = 0; i < bitfield.length * 8; i++) {
    if ((bitfield[bitfield.length - 1 - (i >> 3)]! & (1 << (i & 7))) === 0) continue
    if (pending-- === 0) throw new CborError('fewer HAMT pointers than bits')
    node[i] = readPointer(reader)
  }
  if (pending !== 0) throw new CborError('more HAMT pointers than bits')
  reader.end()
  return node
}

function readPointer(reader: CborReader): Bucket | CID {
  if (reader.major === Major.TAG) {
    const cid = reader.link()
    if (cid.codec !== Codec.DAG_CBOR) throw new CborError('HAMT link is not DAG-CBOR')
    return cid
  }
  const length = reader.array()
  if (length === 0 || length > BUCKET_SIZE) throw new CborError(`HAMT bucket of ${length}`)
  const bucket: Entry[] = []
  for (let i = 0; i < length; i++) {
    reader.tuple(2)
    const entry = { key: reader.bytes(), value: reader.skip() }
    if (i > 0 && byKey(bucket[i - 1]!, entry) >= 0) throw new CborError('HAMT bucket not in order')
    bucket.push(entry)
  }
  return bucket
}
