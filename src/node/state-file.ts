/**
 * A chain as one file (--state, --load-state, --dump-state): all rows of the store.
 *
 *     file = "fevm-gateway state <version>\n" ‖ gzip(row*)
 *     row  = u32 length of key ‖ u32 length of value ‖ key ‖ value      big-endian, ordered by key
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { concat, EMPTY, equal, utf8 } from '../base/bytes.ts'
import { FORMAT_VERSION, type LevelStore } from '../ipld/level.ts'
import { FORMAT_KEY } from '../ipld/level-table.ts'

const HEADER = utf8(`fevm-gateway state ${FORMAT_VERSION}\n`)
const LENGTHS = 8
const ROWS_PER_BATCH = 10_000
const EVERYTHING = { gte: EMPTY, lt: new Uint8Array(64).fill(0xff) }

/** The message is meant for whoever named the file. */
export class StateFileError extends Error {
  override name = 'StateFileError'
}

/** The file is there in full, or as it was before. */
export async function saveState(store: LevelStore, path: string): Promise<void> {
  const partial = `${path}.partial`
  const out = createWriteStream(partial)
  out.write(HEADER)
  await pipeline(Readable.from(encodeRows(store)), createGzip({ level: 1 }), out)
  await rename(partial, path)
}

async function* encodeRows(store: LevelStore): AsyncGenerator<Uint8Array> {
  for await (const [key, value] of store.rows(EVERYTHING)) {
    // the store that loads the file has a version row of its own
    if (equal(key, FORMAT_KEY)) continue
    const lengths = new DataView(new ArrayBuffer(LENGTHS))
    lengths.setUint32(0, key.length)
    lengths.setUint32(4, value.length)
    yield concat(new Uint8Array(lengths.buffer), key, value)
  }
}

/**
 * Fills an empty store from a file.
 * @throws StateFileError when it is not a state file, of another version or damaged; the store may
 * then hold a part of it.
 */
export async function loadState(store: LevelStore, path: string): Promise<void> {
  await checkHeader(path)
  const file = createReadStream(path, { start: HEADER.length })
  const content = file.pipe(createGunzip())
  file.on('error', (error) => content.destroy(error))
  let batch = store.batch()
  try {
    for await (const [key, value] of decodeRows(content)) {
      batch.put(key, value)
      if (batch.size < ROWS_PER_BATCH) continue
      await store.commit(batch)
      batch = store.batch()
    }
  } catch (cause) {
    throw new StateFileError(`${path} is damaged: ${(cause as Error).message}`, { cause })
  }
  await store.commit(batch)
}

async function checkHeader(path: string): Promise<void> {
  let start: Uint8Array = EMPTY
  for await (const chunk of createReadStream(path, { end: HEADER.length - 1 })) {
    start = concat(start, chunk)
  }
  if (equal(start, HEADER)) return
  const sort = /^fevm-gateway state \d+\n/.exec(Buffer.from(start).toString('latin1'))
  throw new StateFileError(
    sort === null
      ? `${path} is not a saved chain`
      : `${path} is of another version (${sort[0].trim()}, not ${Buffer.from(HEADER).toString().trim()})`,
  )
}

async function* decodeRows(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<[key: Uint8Array, value: Uint8Array]> {
  let rest: Uint8Array = EMPTY
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : concat(rest, chunk)
    let offset = 0
    while (rest.length - offset >= LENGTHS) {
      const lengths = new DataView(rest.buffer, rest.byteOffset + offset, LENGTHS)
      const keyStart = offset + LENGTHS
      const valueStart = keyStart + lengths.getUint32(0)
      const end = valueStart + lengths.getUint32(4)
      if (end > rest.length) break
      yield [rest.slice(keyStart, valueStart), rest.slice(valueStart, end)]
      offset = end
    }
    rest = rest.subarray(offset)
  }
  if (rest.length > 0) throw new Error('it ends in the middle of a row')
}
