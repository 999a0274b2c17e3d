/**
 * CARv1, a file of blocks: snapshots, actor bundles, exported states.
 *
 *     length ‖ header {"roots": [link…], "version": 1}
 *     length ‖ CID ‖ block      any number of times; length: varint, of what follows
 *
 * https://ipld.io/specs/transport/car/carv1
 */
import { concat, equal } from '../base/bytes.ts'
import { blake2b256, sha256 } from '../base/hash.ts'
import { decodeVarint, encodeVarint } from '../base/varint.ts'
import type { Blockstore } from './blockstore.ts'
import { CborError, CborReader, CborWriter } from './cbor.ts'
import { BLAKE2B_256, CID, CidError, IDENTITY } from './cid.ts'

const SHA2_256 = 0x12

export interface CarBlock {
  readonly cid: CID
  readonly data: Uint8Array
}

export class CarError extends Error {
  override name = 'CarError'
}

const hashes = new Map<number, (data: Uint8Array) => Uint8Array>([
  [IDENTITY, (data) => data],
  [SHA2_256, sha256],
  [BLAKE2B_256, blake2b256],
])

/**
 * Puts the blocks of a file into a store.
 * @returns the roots
 * @throws CarError when the bytes are not a CARv1 or a block is not what its CID says; blocks
 *   before it are in the store then
 */
export function readCar(file: Uint8Array, store: Pick<Blockstore, 'set'>): CID[] {
  const sections = sectionsOf(file)
  const header = sections.next()
  if (header.done) throw new CarError('empty CAR file')
  const roots = readHeader(header.value)
  for (const section of sections) {
    const { cid, data } = readBlock(section)
    store.set(cid, data)
  }
  return roots
}

/** The file in pieces, to be written one after the other. */
export function* writeCar(
  roots: readonly CID[],
  blocks: Iterable<CarBlock>,
): Generator<Uint8Array> {
  const writer = new CborWriter()
  writer.map(2).text('roots').array(roots.length)
  for (const root of roots) writer.link(root)
  writer.text('version').int(1)
  const header = writer.finish()
  yield concat(encodeVarint(BigInt(header.length)), header)
  for (const { cid, data } of blocks) {
    const length = encodeVarint(BigInt(cid.bytes.length + data.length))
    yield concat(length, cid.bytes, data)
  }
}

function* sectionsOf(file: Uint8Array): Generator<Uint8Array> {
  for (let offset = 0; offset < file.length; ) {
    const { value, next } = varintAt(file, offset)
    const end = next + value
    if (end > file.length) throw new CarError(`section at ${offset} is truncated`)
    yield file.subarray(next, end)
    offset = end
  }
}

function readHeader(section: Uint8Array): CID[] {
  const roots: CID[] = []
  let version: number | undefined
  try {
    const reader = new CborReader(section)
    for (let fields = reader.map(); fields > 0; fields--) {
      const name = reader.text()
      if (name === 'version') version = reader.uint()
      else if (name === 'roots') for (let n = reader.array(); n > 0; n--) roots.push(reader.link())
      else reader.skip()
    }
    reader.end()
  } catch (cause) {
    if (cause instanceof CborError) throw new CarError('not a CAR file', { cause })
    throw cause
  }
  if (version !== 1) throw new CarError(`CAR version ${version} is not supported, only 1`)
  if (roots.length === 0) throw new CarError('CAR file without roots')
  return roots
}

function readBlock(section: Uint8Array): CarBlock {
  const length = cidLength(section)
  const cid = readCid(new Uint8Array(section.subarray(0, length)))
  const data = new Uint8Array(section.subarray(length))
  const hash = hashes.get(cid.hash)
  if (hash === undefined) throw new CarError(`block ${cid} has an unknown kind of hash`)
  if (!equal(hash(data), cid.digest)) throw new CarError(`block ${cid} has other content`)
  return { cid, data }
}

function readCid(bytes: Uint8Array): CID {
  try {
    return CID.fromBytes(bytes)
  } catch (cause) {
    if (cause instanceof CidError) throw new CarError('section without a valid CID', { cause })
    throw cause
  }
}

/** Version, codec, hash and digest length are varints; the digest follows. */
function cidLength(section: Uint8Array): number {
  let at = 0
  for (let field = 0; field < 3; field++) at = varintAt(section, at).next
  const { value, next } = varintAt(section, at)
  return next + value
}

function varintAt(bytes: Uint8Array, offset: number): { value: number; next: number } {
  try {
    const { value, next } = decodeVarint(bytes, offset)
    return { value: Number(value), next }
  } catch (cause) {
    throw new CarError(`no length at ${offset}`, { cause })
  }
}
