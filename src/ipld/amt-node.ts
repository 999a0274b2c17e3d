/** The blocks of an AMT; see `amt.ts` for their form. */
import { CborError, CborReader, CborWriter } from './cbor.ts'
import { CID } from './cid.ts'
import { NodeCache } from './node-store.ts'

const MAX_HEIGHT = 64
export const LEGACY_BIT_WIDTH = 3

export type AmtVersion = 'v3' | 'legacy'

/** Values, still encoded, at height 0; links above. */
type StoredSlots = readonly (Uint8Array | CID | undefined)[]

export interface StoredNode {
  readonly bitmapLength: number
  /** What the slots hold; an empty node may stand at any height. */
  readonly holds: 'links' | 'values' | 'nothing'
  readonly slots: StoredSlots
}

export interface StoredRoot {
  readonly version: AmtVersion
  readonly bitWidth: number
  readonly height: number
  readonly count: number
  readonly node: StoredNode
}

export const amtNodes = new NodeCache<StoredNode>(8 * 2 ** 20, (block) => {
  const reader = new CborReader(block)
  const node = readNode(reader)
  reader.end()
  return node
})

export const amtRoots = {
  v3: new NodeCache<StoredRoot>(2 ** 20, (block) => decodeRoot('v3', block)),
  legacy: new NodeCache<StoredRoot>(2 ** 20, (block) => decodeRoot('legacy', block)),
} satisfies Record<AmtVersion, NodeCache<StoredRoot>>

export function bitmapLength(bitWidth: number): number {
  return bitWidth <= 3 ? 1 : 2 ** (bitWidth - 3)
}

export function storedNode(slots: StoredSlots, bitWidth: number): StoredNode {
  const first = slots.find((slot) => slot !== undefined)
  const holds = first === undefined ? 'nothing' : first instanceof CID ? 'links' : 'values'
  return { bitmapLength: bitmapLength(bitWidth), holds, slots }
}

const writer = new CborWriter(4096)

export function encodeNode(node: StoredNode): Uint8Array {
  writeNode(node)
  return writer.finish()
}

export function encodeRoot({ version, bitWidth, height, count, node }: StoredRoot): Uint8Array {
  writeRootHead(writer, { version, bitWidth }, height, count)
  writeNode(node)
  return writer.finish()
}

/** The fields before the node. */
export function writeRootHead(
  writer: CborWriter,
  { version, bitWidth }: Pick<StoredRoot, 'version' | 'bitWidth'>,
  height: number,
  count: number,
): void {
  if (version === 'v3') writer.array(4).int(bitWidth)
  else writer.array(3)
  writer.int(height).int(count)
}

function writeNode({ bitmapLength, holds, slots }: StoredNode): void {
  const bitmap = new Uint8Array(bitmapLength)
  let count = 0
  for (let at = 0; at < slots.length; at++) {
    if (slots[at] === undefined) continue
    bitmap[at >> 3]! |= 1 << (at & 7)
    count++
  }
  writer.array(3).bytes(bitmap)
  if (holds !== 'links') writer.array(0)
  writer.array(count)
  for (const slot of slots) {
    if (slot instanceof CID) writer.link(slot)
    else if (slot instanceof Uint8Array) writer.raw(slot)
  }
  if (holds === 'links') writer.array(0)
}

function decodeRoot(version: AmtVersion, block: Uint8Array): StoredRoot {
  const reader = new CborReader(block)
  reader.tuple(version === 'v3' ? 4 : 3)
  const bitWidth = version === 'v3' ? reader.uint() : LEGACY_BIT_WIDTH
  if (bitWidth === 0) throw new CborError('AMT bit width 0')
  const height = reader.uint()
  if (height > MAX_HEIGHT) throw new CborError(`AMT height ${height}`)
  const root = { version, bitWidth, height, count: reader.uint(), node: readNode(reader) }
  reader.end()
  return root
}

function readNode(reader: CborReader): StoredNode {
  reader.tuple(3)
  const bitmap = reader.bytes()
  const used: (Uint8Array | CID)[] = []
  const links = reader.array()
  for (let i = 0; i < links; i++) used.push(reader.link())
  const values = reader.array()
  for (let i = 0; i < values; i++) used.push(reader.skip())
  if (links > 0 && values > 0) throw new CborError('AMT node with links and values')

  const slots: (Uint8Array | CID | undefined)[] = []
  let taken = 0
  for (let at = 0; at < bitmap.length * 8; at++) {
    if ((bitmap[at >> 3]! & (1 << (at & 7))) === 0) continue
    if (taken === used.length) throw new CborError('fewer AMT slots than bits')
    slots[at] = used[taken++]
  }
  if (taken !== used.length) throw new CborError('more AMT slots than bits')
  const holds = links > 0 ? 'links' : values > 0 ? 'values' : 'nothing'
  return { bitmapLength: bitmap.length, holds, slots }
}
