/**
 * The embedded store: one LevelDB that holds blocks, index and the chain's own rows, so that all
 * that one tipset brings is written in one atomic batch. `level-table.ts` says how keys look.
 *
 * All threads of a process share one database: each opens the same directory, reads with `get`,
 * and sees a batch from the moment its commit has resolved. One thread writes.
 *
 * Whoever opens a directory first must close it last: the block cache of LevelDB belongs to the
 * first handle and goes with it, while others may still read through it. All other threads may end
 * at any time, also killed in the middle of a read.
 *
 * A committed batch survives `kill -9`: LevelDB has handed it to the operating system before the
 * commit resolves. Only `sync` makes it survive a power cut as well. Of a batch that was being
 * written when the process or the machine died there is afterwards everything or nothing.
 */
import { mkdir, readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  ClassicLevel,
  type IteratorOptions,
  type Iterator as LevelIterator,
  type Snapshot,
} from 'classic-level'
import { equal, fromUtf8, utf8 } from '../base/bytes.ts'
import { Batch } from './level-batch.ts'
import {
  FORMAT_KEY,
  type KeyRange,
  metaKey,
  metaName,
  prefixRange,
  type Row,
  type Rows,
  readGeneration,
} from './level-table.ts'

/** Grows whenever rows of older versions would be read wrongly. */
export const FORMAT_VERSION = 1
const FORMAT = utf8(`fevm-gateway store ${FORMAT_VERSION}`)

/** What LevelDB puts into its directory. */
const LEVELDB_FILE = /^(CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(log|ldb|sst|dbtmp))$/

const DEFAULT_CACHE_SIZE = 32 * 1024 * 1024
/** Bytes kept in memory until a sorted file is made of them; at most twice that are in use. */
const WRITE_BUFFER_SIZE = 16 * 1024 * 1024
const ROWS_PER_READ = 1000
/** A cursor reads fewer rows than it was asked for once they have this many bytes. */
const BYTES_PER_READ = 1024 * 1024

type Level = ClassicLevel<Uint8Array, Uint8Array>

/** The directory cannot be used; the message says what to do. */
export class StoreError extends Error {
  override name = 'StoreError'
}

/** Another process has the directory open. */
export class StoreLockedError extends StoreError {
  override name = 'StoreLockedError'
}

export interface OpenOptions {
  /** Bytes of decompressed rows that LevelDB keeps; the first opener's counts for all. */
  readonly cacheSize?: number
}

export interface CommitOptions {
  /** Wait until the batch is on the disk. */
  readonly sync?: boolean
}

export class LevelStore implements Rows {
  readonly directory: string
  readonly #level: Level

  private constructor(directory: string, level: Level) {
    this.directory = directory
    this.#level = level
  }

  /**
   * Opens the store in a directory, which is made if it does not exist.
   * @throws StoreLockedError when another process has it open
   * @throws StoreError when the directory holds something else, is of another version or damaged
   */
  static async open(directory: string, options: OpenOptions = {}): Promise<LevelStore> {
    // LevelDB tells databases apart by this string, so every thread has to say it alike
    const location = resolve(directory)
    await makeDirectory(location)
    const level: Level = new ClassicLevel(location, {
      keyEncoding: 'view',
      valueEncoding: 'view',
      multithreading: true,
      cacheSize: options.cacheSize ?? DEFAULT_CACHE_SIZE,
      writeBufferSize: WRITE_BUFFER_SIZE,
    })
    try {
      await level.open()
    } catch (cause) {
      throw openError(location, cause)
    }
    try {
      await checkFormat(location, level)
    } catch (cause) {
      await level.close()
      throw cause
    }
    return new LevelStore(location, level)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return plain(this.#level.getSync(key))
  }

  /** The store as it is now, whatever is committed later. To be closed. */
  snapshot(): LevelSnapshot {
    return new LevelSnapshot(this.#level)
  }

  /** An empty batch that reads through to the store. */
  batch(): Batch {
    return new Batch(this)
  }

  /** Writes all changes of a batch, or none. Resolves when every thread can read them. */
  async commit(batch: Batch, { sync = false }: CommitOptions = {}): Promise<void> {
    // half the price of an array of operations, which would be copied one by one
    const writes = this.#level.batch()
    for (const { key, value } of batch.changes()) {
      if (value === undefined) writes.del(key)
      else writes.put(key, value)
    }
    await writes.write({ sync })
  }

  /** Adds the removal of all rows of a table, before others are put into the batch. */
  async clear(batch: Batch, table: number): Promise<void> {
    for await (const key of this.#level.keys(prefixRange(Uint8Array.of(table)))) batch.delete(key)
    batch.newGeneration()
  }

  generation(): number {
    return readGeneration(this)
  }

  meta(name: string): Uint8Array | undefined {
    return this.get(metaKey(name))
  }

  /** All meta rows whose name starts with `prefix`, by name. */
  async *metaRows(prefix: string): AsyncGenerator<[name: string, value: Uint8Array]> {
    for await (const [key, value] of this.rows(prefixRange(metaKey(prefix)))) {
      yield [metaName(key), value]
    }
  }

  /** The rows of a range, as they are when the iteration starts. */
  async *rows(range: KeyRange): AsyncGenerator<Row> {
    const cursor = new RowCursor(this.#level, { ...range, fillCache: false })
    try {
      for (let chunk = await cursor.next(ROWS_PER_READ); chunk.length > 0; ) {
        yield* chunk
        chunk = await cursor.next(ROWS_PER_READ)
      }
    } finally {
      await cursor.close()
    }
  }

  /** Ends this thread's use. The first opener comes last. */
  async close(): Promise<void> {
    await this.#level.close()
  }
}

/** What the store held at one moment. */
export class LevelSnapshot implements Rows {
  readonly #level: Level
  readonly #snapshot: Snapshot

  constructor(level: Level) {
    this.#level = level
    this.#snapshot = level.snapshot()
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return plain(this.#level.getSync(key, { snapshot: this.#snapshot }))
  }

  /** Values in the order of the keys, read off this thread. */
  async getMany(keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    const values = await this.#level.getMany(keys, { snapshot: this.#snapshot })
    return values.map(plain)
  }

  /** To be closed before the snapshot. */
  cursor(range: KeyRange): RowCursor {
    return new RowCursor(this.#level, { ...range, fillCache: true, snapshot: this.#snapshot })
  }

  async close(): Promise<void> {
    await this.#snapshot.close()
  }
}

/** Steps through a range of rows, which are read off this thread. */
export class RowCursor {
  readonly #iterator: LevelIterator<Level, Uint8Array, Uint8Array>

  constructor(level: Level, options: IteratorOptions<Uint8Array, Uint8Array>) {
    this.#iterator = level.iterator({ ...options, highWaterMarkBytes: BYTES_PER_READ })
  }

  /** The next rows, at most `count` and fewer when they are long; none at the end of the range. */
  async next(count: number): Promise<Row[]> {
    const rows = await this.#iterator.nextv(count)
    return rows.map(([key, value]) => [plain(key), plain(value)])
  }

  /** Goes to the first key of the range that is not below this one. */
  seek(key: Uint8Array): void {
    this.#iterator.seek(key)
  }

  async close(): Promise<void> {
    await this.#iterator.close()
  }
}

/** classic-level returns Buffers, whose `slice` is a view; ours copies. */
function plain(value: Uint8Array): Uint8Array
function plain(value: Uint8Array | undefined): Uint8Array | undefined
function plain(value: Uint8Array | undefined): Uint8Array | undefined {
  return value && new Uint8Array(value.buffer, value.byteOffset, value.length)
}

/** Keeps LevelDB from writing its files among somebody else's. */
async function makeDirectory(location: string): Promise<void> {
  let files: string[]
  try {
    await mkdir(location, { recursive: true })
    files = await readdir(location)
  } catch (cause) {
    throw new StoreError(`cannot use ${location}: ${(cause as Error).message}`, { cause })
  }
  const foreign = files.find((file) => !LEVELDB_FILE.test(file))
  if (foreign !== undefined && !files.includes('CURRENT')) {
    throw new StoreError(
      `${location} holds files that are not of a store, such as ${foreign}. Choose another directory.`,
    )
  }
}

async function checkFormat(location: string, level: Level): Promise<void> {
  const format = level.getSync(FORMAT_KEY)
  if (format === undefined) {
    const keys = await level.keys({ limit: 1 }).all()
    if (keys.length > 0) throw new StoreError(`${location} is the database of another program`)
    await level.put(FORMAT_KEY, FORMAT, { sync: true })
  } else if (!equal(format, FORMAT)) {
    throw new StoreError(
      `${location} is of another version: "${fromUtf8(format)}", not "${fromUtf8(FORMAT)}". ` +
        'Use the version that wrote it, or an empty directory.',
    )
  }
}

function openError(location: string, error: unknown): StoreError {
  const { code, message } = (error as { cause: { code?: string; message: string } }).cause
  if (code === 'LEVEL_LOCKED') {
    return new StoreLockedError(
      `${location} is in use by another process. Stop that process, or choose another directory.`,
      { cause: error },
    )
  }
  return new StoreError(`cannot open the store in ${location}: ${message}`, { cause: error })
}
