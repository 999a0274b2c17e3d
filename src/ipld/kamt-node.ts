/** The blocks of a KAMT; see `kamt.ts` for their form. */
import { EMPTY, equal, padLeft, stripLeadingZeros } from '../base/bytes.ts'
import { CborError, CborReader, CborWriter, Major } from './cbor.ts'
import { type CID, Codec } from './cid.ts'
import { digitAt as digitOfWidth } from './digit.ts'
import { NodeCache } from './node-store.ts'

const BIT_WIDTH = 5
const FANOUT = 32
const KEY_LENGTH = 32
/** Of the digits of a key; it has one bit. */
export const LAST_LEVEL = 51

export class Entry {
  readonly key: Uint8Array
  readonly value: Uint8Array

  constructor(key: Uint8Array, value: Uint8Array) {
    this.key = key
    this.value = value
  }
}

/** A child that was not looked at. `path` is the list of the skipped digits. */
export class Link {
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

/** Indexed by the key's digit; ends at the last slot that was ever used. */
type StoredSlots = readonly (Entry | Link | undefined)[]

export interface StoredNode {
  readonly slots: StoredSlots
  readonly values: number
  readonly links: number
  /** Digits in the longest path of its links; -1 when there is none. */
  readonly longestPath: number
}

export const kamtNodes = new NodeCache<StoredNode>(16 * 2 ** 20, decodeNode)

export function digitAt(key: Uint8Array, level: number): number {
  return digitOfWidth(key, level, BIT_WIDTH)
}

export function counted(slots: StoredSlots): StoredNode {
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

export function encodeNode({ slots, values, links }: StoredNode): Uint8Array {
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
