/** Messages that a producer has acknowledged and not yet mined: `{fevm:NAME}:pool`, HASH by hash. */
import { connectRedis, type RedisClient, whenConnected } from './redis-client.ts'
import { SharedStoreError } from './shared-log.ts'

const TIMEOUT = 2_000

export class RedisPool {
  readonly #client: RedisClient
  readonly #key: string

  constructor({ url, name }: { readonly url: string; readonly name: string }) {
    this.#client = connectRedis(url, { commandTimeout: TIMEOUT })
    this.#key = `{fevm:${name}}:pool`
  }

  /** @throws SharedStoreError */
  async keep(hash: Uint8Array, message: Uint8Array): Promise<void> {
    try {
      await this.#client.hset(this.#key, Buffer.from(hash).toString('hex'), Buffer.from(message))
    } catch (cause) {
      throw new SharedStoreError(`the message cannot be kept: ${(cause as Error).message}`, {
        cause,
      })
    }
  }

  /** What is left behind is found to be mined by the producer that comes after. */
  forget(hashes: readonly Uint8Array[]): void {
    const fields = hashes.map((hash) => Buffer.from(hash).toString('hex'))
    this.#client.hdel(this.#key, ...fields).catch(() => {})
  }

  /** @throws Error when the shared store does not answer */
  async kept(): Promise<{ hash: Uint8Array; message: Uint8Array }[]> {
    const rows = await this.#client.hgetallBuffer(this.#key)
    return Object.entries(rows).map(([hash, message]) => ({
      hash: new Uint8Array(Buffer.from(hash, 'hex')),
      message: new Uint8Array(message),
    }))
  }

  /** @throws Error when the store cannot be reached in time */
  connected(milliseconds: number): Promise<void> {
    return whenConnected(this.#client, milliseconds)
  }

  close(): void {
    this.#client.disconnect()
  }
}
