/** JSON-RPC over WebSockets: one {@link Client} per socket. */
import type { Connection } from './connection.ts'
import type { Dispatcher } from './dispatch.ts'
import type { Limits } from './limits.ts'
import type { JsonText } from './raw-json.ts'
import type { Registry } from './registry.ts'

/** What is used of a `ws` socket. */
export interface Socket {
  readonly bufferedAmount: number
  send(text: string | Buffer, options: { binary: false }): void
  ping(): void
  pause(): void
  resume(): void
  close(code: number, reason: string): void
  terminate(): void
  on(event: 'message', listener: (data: Buffer | ArrayBuffer | Buffer[]) => void): void
  on(event: 'pong' | 'close', listener: () => void): void
}

/** WebSocket close codes (RFC 6455 and the IANA registry). */
const SERVICE_RESTART = 1012
const TRY_AGAIN_LATER = 1013

const PING_INTERVAL = 30_000
/** How long a peer may take to answer a close before it is cut off. */
const CLOSE_TIMEOUT = 5_000

/** By how much a burst may pass the limit of what may wait. */
const BURST = 16

type AnyDispatcher = Pick<Dispatcher<never>, 'answer'>

export class WebSocketClients {
  readonly #dispatcher: AnyDispatcher
  readonly #registry: Registry
  readonly #limits: Limits
  readonly #clients = new Set<Client>()
  #pings: NodeJS.Timeout | undefined

  constructor(dispatcher: AnyDispatcher, registry: Registry, limits: Limits) {
    this.#dispatcher = dispatcher
    this.#registry = registry
    this.#limits = limits
  }

  accept(socket: Socket): void {
    const client = new Client(socket, this.#dispatcher, this.#registry, this.#limits)
    this.#clients.add(client)
    socket.on('close', () => this.#clients.delete(client))
    this.#pings ??= setInterval(() => this.#ping(), PING_INTERVAL).unref()
  }

  close(done: () => void): void {
    clearInterval(this.#pings)
    for (const client of this.#clients) client.close(SERVICE_RESTART, 'the server is closing')
    done()
  }

  #ping(): void {
    for (const client of this.#clients) client.ping()
  }
}

class Client implements Connection {
  readonly owned = new Map<string, () => void>()
  readonly #socket: Socket
  readonly #dispatcher: AnyDispatcher
  readonly #registry: Registry
  readonly #limits: Limits
  #inWork = 0
  #closed = false
  #ponged = true
  /** Runs while more waits for the client than should. */
  #patience: NodeJS.Timeout | undefined

  constructor(socket: Socket, dispatcher: AnyDispatcher, registry: Registry, limits: Limits) {
    this.#socket = socket
    this.#dispatcher = dispatcher
    this.#registry = registry
    this.#limits = limits
    socket.on('message', (data) => this.#receive(data))
    socket.on('pong', () => {
      this.#ponged = true
    })
    socket.on('close', () => this.#end())
  }

  /** A burst of events may be long; a client that has not taken it after a while is too slow. */
  send(text: JsonText): void {
    if (this.#closed) return
    this.#socket.send(text, { binary: false })
    if (!this.#isBehind(1)) return
    if (this.#isBehind(BURST)) this.#giveUp()
    this.#patience ??= setTimeout(() => {
      this.#patience = undefined
      if (this.#isBehind(1)) this.#giveUp()
    }, this.#limits.websocketPatience)
  }

  #isBehind(times: number): boolean {
    return this.#socket.bufferedAmount > times * this.#limits.websocketBuffer
  }

  #giveUp(): void {
    this.close(TRY_AGAIN_LATER, 'the client reads too slowly')
  }

  /** A peer that did not answer the last ping is gone. */
  ping(): void {
    if (!this.#ponged) {
      this.#socket.terminate()
      return
    }
    this.#ponged = false
    this.#socket.ping()
  }

  close(code: number, reason: string): void {
    this.#end()
    this.#socket.close(code, reason)
    setTimeout(() => this.#socket.terminate(), CLOSE_TIMEOUT).unref()
  }

  #end(): void {
    this.#closed = true
    clearTimeout(this.#patience)
    for (const end of this.owned.values()) end()
    this.owned.clear()
  }

  async #receive(data: Buffer | ArrayBuffer | Buffer[]): Promise<void> {
    if (this.#closed) return
    const { websocketRequests } = this.#limits
    if (++this.#inWork === websocketRequests) this.#socket.pause()
    const started: (() => void)[] = []
    try {
      const { text } = await this.#dispatcher.answer(asBuffer(data), {
        registry: this.#registry,
        connection: this,
        afterReply: (run) => started.push(run),
      })
      if (text !== undefined) this.send(text)
      if (!this.#closed) for (const run of started) run()
    } finally {
      if (this.#inWork-- === websocketRequests) this.#socket.resume()
    }
  }
}

function asBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}
