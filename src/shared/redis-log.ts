/**
 * The shared log in Redis:
 *
 *     {fevm:NAME}:head               HASH   id, sequence, digest, fence, term, base…
 *     {fevm:NAME}:lease              owner of the lease, expires by Redis's clock
 *     {fevm:NAME}:terms              ZSET   token of a producer, by its first commit
 *     {fevm:NAME:SEGMENT}:log        HASH   <sequence>.<token> → body, 256 commits a segment
 *     {fevm:NAME:base:ID:CHUNK}      a part of a base
 *
 * Bodies lie in slots of their own, so that a Cluster spreads them; they are written first, and
 * become visible when the head moves. A body's name has its producer's token: what a fenced
 * producer writes late cannot replace what another has committed.
 */
import { randomBytes } from 'node:crypto'
import { fromHex, toHex } from '../base/bytes.ts'
import { connectRedis, type RedisClient, whenConnected } from './redis-client.ts'
import { ACQUIRE, APPEND, RELEASE, RENEW, SEED } from './redis-scripts.ts'
import {
  type Base,
  digestOf,
  FencedError,
  LogConflictError,
  type LogState,
  type NextCommit,
  type SharedLog,
  SharedStoreError,
} from './shared-log.ts'

const COMMITS_PER_SEGMENT = 256

export interface RedisLogOptions {
  readonly url: string
  /** Several chains may live in one Redis. */
  readonly name: string
  /** Milliseconds for a small command. */
  readonly commandTimeout?: number
}

/** Of bodies, which may be long, and of the scripts. */
const WRITE_TIMEOUT = 2_000
const READ_TIMEOUT = 250

interface Term {
  readonly token: string
  readonly first: number
}

export class RedisLog implements SharedLog {
  readonly #tag: string
  readonly #reads: RedisClient
  readonly #writes: RedisClient
  readonly #events: RedisClient
  readonly #listeners = new Set<() => void>()
  #asked: Promise<number> | undefined

  constructor({ url, name, commandTimeout = READ_TIMEOUT }: RedisLogOptions) {
    this.#tag = `fevm:${name}`
    this.#reads = connectRedis(url, { commandTimeout })
    this.#writes = connectRedis(url, { commandTimeout: WRITE_TIMEOUT })
    this.#events = connectRedis(url, { commandTimeout: 0 })
    this.#events.on('ready', () => this.#subscribe())
    this.#events.on('message', () => {
      for (const listener of this.#listeners) listener()
    })
  }

  /** @throws Error when the store cannot be reached in time */
  async connected(milliseconds: number): Promise<void> {
    await Promise.all([this.#reads, this.#writes].map((each) => whenConnected(each, milliseconds)))
  }

  async state(): Promise<LogState | undefined> {
    const head = await this.#try(() => this.#reads.hgetall(this.#key('head')))
    if (head.id === undefined) return undefined
    return {
      id: head.id,
      sequence: Number(head.sequence),
      digest: fromHex(head.digest!),
      base:
        head.base === undefined
          ? undefined
          : {
              sequence: Number(head.base),
              digest: fromHex(head.baseDigest!),
              name: head.baseName!,
              chunks: Number(head.baseChunks),
              oldest: Number(head.oldest),
            },
    }
  }

  sequence(): Promise<number> {
    this.#asked ??= this.#ask()
    return this.#asked
  }

  /** Whoever asks before the command is sent, is answered by it. */
  async #ask(): Promise<number> {
    await new Promise<void>((resolve) => setImmediate(resolve))
    this.#asked = undefined
    return Number((await this.#try(() => this.#reads.hget(this.#key('head'), 'sequence'))) ?? 0)
  }

  async read(_state: LogState, from: number, to: number): Promise<Uint8Array[]> {
    const terms = await this.#terms()
    const bodies: Uint8Array[] = []
    for (let start = from; start <= to; ) {
      const segment = segmentOf(start)
      const end = Math.min(to, (segment + 1) * COMMITS_PER_SEGMENT - 1)
      const fields: string[] = []
      for (let n = start; n <= end; n++) fields.push(fieldOf(n, termOf(terms, n)))
      const found = await this.#try(() =>
        this.#writes.hmgetBuffer(this.#segmentKey(segment), ...fields),
      )
      for (const [i, body] of found.entries()) {
        if (body === null) throw new SharedStoreError(`commit ${start + i} of the log is missing`)
        bodies.push(new Uint8Array(body))
      }
      start = end + 1
    }
    return bodies
  }

  async append(token: number, { id, sequence, previous, body }: NextCommit): Promise<void> {
    await this.#putBody(token, sequence, body)
    const digest = digestOf(previous, body)
    await this.#script(
      APPEND,
      ['head', 'terms'],
      [token, id, sequence, toHex(previous), toHex(digest), this.#channel],
    )
  }

  async seed(
    token: number,
    { id, sequence, digest }: Pick<LogState, 'id' | 'sequence' | 'digest'>,
    chunks: AsyncIterable<Uint8Array>,
    recent: readonly Uint8Array[],
  ): Promise<void> {
    const before = await this.state()
    const name = toHex(randomBytes(8))
    let count = 0
    for await (const chunk of chunks) {
      const key = this.#chunkKey(name, count++)
      await this.#try(() => this.#writes.set(key, Buffer.from(chunk)))
    }
    const oldest = sequence + 1 - recent.length
    for (const [i, body] of recent.entries()) await this.#putBody(token, oldest + i, body)
    await this.#script(
      SEED,
      ['head', 'terms'],
      [token, id, sequence, toHex(digest), name, count, oldest, this.#channel],
    )
    await this.#forget(before, oldest)
  }

  async *base({ name, chunks }: Base): AsyncIterable<Uint8Array> {
    for (let chunk = 0; chunk < chunks; chunk++) {
      const data = await this.#try(() => this.#writes.getBuffer(this.#chunkKey(name, chunk)))
      if (data === null) throw new SharedStoreError(`part ${chunk} of the log's base is missing`)
      yield new Uint8Array(data)
    }
  }

  async acquire(owner: string, milliseconds: number): Promise<number | undefined> {
    const token = await this.#eval(ACQUIRE, ['lease', 'head'], [owner, milliseconds])
    return token === null ? undefined : Number(token)
  }

  async renew(owner: string, milliseconds: number): Promise<boolean> {
    return (await this.#eval(RENEW, ['lease'], [owner, milliseconds])) === 1
  }

  async release(owner: string): Promise<void> {
    await this.#eval(RELEASE, ['lease'], [owner])
  }

  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    for (const client of [this.#reads, this.#writes, this.#events]) client.disconnect()
  }

  get #channel(): string {
    return `fevm:${this.#tag}:commits`
  }

  async #putBody(token: number, sequence: number, body: Uint8Array): Promise<void> {
    const segment = this.#segmentKey(segmentOf(sequence))
    const field = fieldOf(sequence, String(token))
    await this.#try(() => this.#writes.hset(segment, field, Buffer.from(body)))
  }

  /** Bodies and chunks that a new base has made superfluous; what is left over only takes room. */
  async #forget(before: LogState | undefined, oldest: number): Promise<void> {
    if (before === undefined) return
    const keys: string[] = []
    const { base } = before
    for (let chunk = 0; chunk < (base?.chunks ?? 0); chunk++) {
      keys.push(this.#chunkKey(base!.name, chunk))
    }
    const last = segmentOf(oldest)
    for (let n = segmentOf(base?.oldest ?? 1); n < last; n++) keys.push(this.#segmentKey(n))
    for (const key of keys) await this.#try(() => this.#writes.unlink(key))
  }

  async #terms(): Promise<Term[]> {
    const flat = await this.#try(() =>
      this.#reads.zrange(this.#key('terms'), '0', '-1', 'WITHSCORES'),
    )
    const terms: Term[] = []
    for (let i = 0; i < flat.length; i += 2) {
      terms.push({ token: flat[i]!, first: Number(flat[i + 1]) })
    }
    return terms
  }

  async #script(script: string, keys: string[], args: (string | number)[]): Promise<void> {
    const outcome = await this.#eval(script, keys, args)
    if (outcome === 'fenced') throw new FencedError('another producer has taken over')
    if (outcome === 'conflict') {
      throw new LogConflictError('the log does not end where this producer would go on')
    }
  }

  #eval(script: string, keys: string[], args: (string | number)[]): Promise<unknown> {
    const names = keys.map((key) => this.#key(key))
    const texts = args.map(String)
    return this.#try(() => this.#writes.eval(script, names.length, ...names, ...texts))
  }

  #subscribe(): void {
    // without it commits are found by looking
    this.#events.subscribe(this.#channel).catch(() => {})
    for (const listener of this.#listeners) listener()
  }

  /** @throws SharedStoreError */
  async #try<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command()
    } catch (cause) {
      throw new SharedStoreError(`the shared store failed: ${(cause as Error).message}`, { cause })
    }
  }

  #key(name: string): string {
    return `{${this.#tag}}:${name}`
  }

  #segmentKey(segment: number): string {
    return `{${this.#tag}:${segment}}:log`
  }

  #chunkKey(name: string, chunk: number): string {
    return `{${this.#tag}:base:${name}:${chunk}}`
  }
}

function segmentOf(sequence: number): number {
  return Math.floor(sequence / COMMITS_PER_SEGMENT)
}

function fieldOf(sequence: number, token: string): string {
  return `${sequence}.${token}`
}

function termOf(terms: readonly Term[], sequence: number): string {
  const term = terms.findLast(({ first }) => first <= sequence)
  if (term === undefined) throw new SharedStoreError(`commit ${sequence} has no producer`)
  return term.token
}
