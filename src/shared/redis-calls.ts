/**
 * Requests from any process to the producer, and what the producer announces to all:
 *
 *     {fevm:NAME}:calls            LIST  requests in order
 *     {fevm:NAME}:call:<id>        there until the caller no longer waits, by Redis's clock
 *     fevm:{fevm:NAME}:replies:<caller>, fevm:{fevm:NAME}:pending      channels
 *
 * A request outlives a producer that has not yet taken it; one that was taken and not answered ends
 * at its deadline, and whether it had an effect is for the caller to find out.
 */
import { randomBytes } from 'node:crypto'
import { connectRedis, type RedisClient, whenConnected } from './redis-client.ts'
import { SharedStoreError } from './shared-log.ts'

const TIMEOUT = 1_000
/** Seconds that one blocking read waits. */
const BLOCK = 1
const ID_LENGTH = 16

interface Waiting {
  resolve(reply: Uint8Array): void
  reject(error: Error): void
  readonly timer: NodeJS.Timeout
}

export class RedisCalls {
  readonly #url: string
  readonly #key: string
  readonly #commands: RedisClient
  readonly #events: RedisClient
  readonly #self = randomBytes(ID_LENGTH).toString('hex')
  readonly #waiting = new Map<string, Waiting>()
  readonly #listeners = new Set<(announcement: Uint8Array) => void>()
  #serving: AbortController | undefined

  constructor({ url, name }: { readonly url: string; readonly name: string }) {
    this.#url = url
    this.#key = `{fevm:${name}}`
    this.#commands = connectRedis(url, { commandTimeout: TIMEOUT })
    this.#events = connectRedis(url, { commandTimeout: 0 })
    this.#events.on('ready', () => {
      this.#events.subscribe(this.#replies(this.#self), this.#pending).catch(() => {})
    })
    this.#events.on('messageBuffer', (channel: Buffer, message: Buffer) => {
      if (channel.toString() === this.#pending) {
        for (const listener of this.#listeners) listener(new Uint8Array(message))
      } else this.#settle(message)
    })
  }

  /** @throws SharedStoreError when nobody answers within the time */
  async call(payload: Uint8Array, milliseconds: number): Promise<Uint8Array> {
    const id = randomBytes(ID_LENGTH)
    const name = id.toString('hex')
    const answered = new Promise<Uint8Array>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(name)
        reject(new SharedStoreError(`no producer has answered within ${milliseconds} ms`))
      }, milliseconds)
      this.#waiting.set(name, { resolve, reject, timer })
    })
    answered.catch(() => {})
    try {
      await this.#commands.set(`${this.#key}:call:${name}`, '', 'PX', milliseconds)
      const request = Buffer.concat([id, Buffer.from(this.#self, 'hex'), payload])
      await this.#commands.rpush(`${this.#key}:calls`, request)
    } catch (cause) {
      this.#forget(name)
      throw new SharedStoreError(`the producer cannot be reached: ${(cause as Error).message}`, {
        cause,
      })
    }
    return answered
  }

  /** Answers the requests of all, until {@link stopServing}. */
  serve(handle: (payload: Uint8Array) => Promise<Uint8Array>): void {
    this.stopServing()
    this.#serving = new AbortController()
    this.#take(handle, this.#serving.signal)
  }

  stopServing(): void {
    this.#serving?.abort()
    this.#serving = undefined
  }

  /** To all who listen now. */
  announce(payload: Uint8Array): void {
    this.#commands.publish(this.#pending, Buffer.from(payload)).catch(() => {})
  }

  onAnnouncement(listener: (payload: Uint8Array) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.stopServing()
    for (const name of [...this.#waiting.keys()]) {
      this.#forget(name)?.reject(new SharedStoreError('the node is stopping'))
    }
    this.#commands.disconnect()
    this.#events.disconnect()
  }

  async #take(
    handle: (payload: Uint8Array) => Promise<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    const taker = connectRedis(this.#url, { commandTimeout: (BLOCK + 1) * 1_000 })
    signal.addEventListener('abort', () => taker.disconnect())
    while (!signal.aborted) {
      try {
        await whenConnected(taker, TIMEOUT)
        const taken = await taker.blpopBuffer(`${this.#key}:calls`, BLOCK)
        if (taken === null) continue
        if (signal.aborted) {
          // for the producer that comes after
          await this.#commands.lpush(`${this.#key}:calls`, taken[1])
          return
        }
        this.#answer(taken[1], handle)
      } catch {
        // the connection is tried again; requests wait in the list
        if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }

  async #answer(request: Buffer, handle: (payload: Uint8Array) => Promise<Uint8Array>) {
    const id = request.subarray(0, ID_LENGTH)
    const caller = request.subarray(ID_LENGTH, 2 * ID_LENGTH).toString('hex')
    try {
      if ((await this.#commands.del(`${this.#key}:call:${id.toString('hex')}`)) === 0) return
      const reply = await handle(new Uint8Array(request.subarray(2 * ID_LENGTH)))
      await this.#commands.publish(this.#replies(caller), Buffer.concat([id, reply]))
    } catch {
      // the caller's deadline tells it
    }
  }

  #settle(message: Buffer): void {
    const name = message.subarray(0, ID_LENGTH).toString('hex')
    this.#forget(name)?.resolve(new Uint8Array(message.subarray(ID_LENGTH)))
  }

  #forget(name: string): Waiting | undefined {
    const waiting = this.#waiting.get(name)
    this.#waiting.delete(name)
    clearTimeout(waiting?.timer)
    return waiting
  }

  get #pending(): string {
    return `fevm:${this.#key}:pending`
  }

  #replies(caller: string): string {
    return `fevm:${this.#key}:replies:${caller}`
  }
}
