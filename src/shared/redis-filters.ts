/**
 * Filters that any process can answer, and the hashes that enter the pool:
 *
 *     {fevm:NAME}:filter:<id>      HASH    version, state; forgotten when nobody polls
 *     {fevm:NAME}:filters          ZSET    ids by the time when they are forgotten
 *     {fevm:NAME}:arrivals         STREAM  transaction hashes, the newest ones
 */
import { connectRedis, type RedisClient } from './redis-client.ts'
import { SharedStoreError } from './shared-log.ts'

/** KEYS: filters, filter. ARGV: id, state, timeout, limit. */
const CREATE = `#!lua
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('HSET', KEYS[2], 'version', '0', 'state', ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
return 1
`

/** KEYS: filters, filter. ARGV: id, state, timeout, version that was read. */
const UPDATE = `#!lua
if redis.call('HGET', KEYS[2], 'version') ~= ARGV[4] then return 0 end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('HSET', KEYS[2], 'version', tonumber(ARGV[4]) + 1, 'state', ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
return 1
`

const TIMEOUT = 500
/** More hashes than one filter may be behind. */
const ARRIVALS = 20_000

export interface StoredFilter {
  readonly version: string
  readonly state: Uint8Array
}

export class RedisFilters {
  readonly #client: RedisClient
  readonly #key: string

  constructor({ url, name }: { readonly url: string; readonly name: string }) {
    this.#client = connectRedis(url, { commandTimeout: TIMEOUT })
    this.#key = `{fevm:${name}}`
  }

  /** @returns false: there are as many as may be. @throws SharedStoreError */
  async create(id: string, state: Uint8Array, timeout: number, limit: number): Promise<boolean> {
    return (await this.#script(CREATE, id, state, timeout, limit)) === 1
  }

  /** @throws SharedStoreError */
  async get(id: string): Promise<StoredFilter | undefined> {
    const [version, state] = await this.#try(() =>
      this.#client.hmgetBuffer(`${this.#key}:filter:${id}`, 'version', 'state'),
    )
    if (!version || !state) return undefined
    return { version: version.toString(), state: new Uint8Array(state) }
  }

  /** @returns false: somebody else has changed it since it was read. @throws SharedStoreError */
  async update(
    id: string,
    state: Uint8Array,
    timeout: number,
    { version }: StoredFilter,
  ): Promise<boolean> {
    return (await this.#script(UPDATE, id, state, timeout, version)) === 1
  }

  /** @throws SharedStoreError */
  async remove(id: string): Promise<boolean> {
    await this.#try(() => this.#client.zrem(`${this.#key}:filters`, id))
    return (await this.#try(() => this.#client.del(`${this.#key}:filter:${id}`))) === 1
  }

  /** A transaction has entered the pool. */
  arrived(hash: Uint8Array): void {
    const key = `${this.#key}:arrivals`
    this.#client
      .xadd(key, 'MAXLEN', '~', ARRIVALS, '*', 'hash', Buffer.from(hash).toString('hex'))
      .catch(() => {})
  }

  /** Where the hashes end now. @throws SharedStoreError */
  async lastArrival(): Promise<string> {
    const last = await this.#try(() =>
      this.#client.xrevrange(`${this.#key}:arrivals`, '+', '-', 'COUNT', 1),
    )
    return last[0]?.[0] ?? '0-0'
  }

  /** Hashes behind a place, and where they end. @throws SharedStoreError */
  async arrivals(after: string, count: number): Promise<{ hashes: Uint8Array[]; last: string }> {
    const rows = await this.#try(() =>
      this.#client.xrange(`${this.#key}:arrivals`, `(${after}`, '+', 'COUNT', count),
    )
    return {
      hashes: rows.map(([, fields]) => new Uint8Array(Buffer.from(fields[1]!, 'hex'))),
      last: rows.at(-1)?.[0] ?? after,
    }
  }

  close(): void {
    this.#client.disconnect()
  }

  #script(
    script: string,
    id: string,
    state: Uint8Array,
    timeout: number,
    last: string | number,
  ): Promise<unknown> {
    const keys = [`${this.#key}:filters`, `${this.#key}:filter:${id}`]
    const args = [id, Buffer.from(state), String(timeout), String(last)]
    return this.#try(() => this.#client.eval(script, keys.length, ...keys, ...args))
  }

  async #try<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command()
    } catch (cause) {
      throw new SharedStoreError((cause as Error).message, { cause })
    }
  }
}
