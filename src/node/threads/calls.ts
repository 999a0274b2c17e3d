/**
 * Calls between threads: one side has methods, the other calls them by name over a message port.
 * Arguments and answers are plain data (numbers, strings, bigints, byte arrays, objects of these):
 * a structured clone takes the class away from everything else.
 */
import {
  MempoolError,
  ReplayError,
  StateUnavailableError,
  TraceTooLargeError,
  TraceUnavailableError,
} from '../../chain/chain.ts'
import { EditError } from '../../chain/dev-edits.ts'
import { FencedError, SharedStoreError } from '../../shared/shared-log.ts'

/** The part of a port, worker or parent port that this needs. */
export interface Port {
  postMessage(value: unknown): void
  on(event: 'message', listener: (value: unknown) => void): unknown
}

// biome-ignore lint/suspicious/noExplicitAny: each table of methods says its own types
export type Methods = Readonly<Record<string, (...args: any[]) => unknown>>

/** What the calling side sees of a table of methods. */
export type Remote<M extends Methods> = {
  readonly [K in keyof M]: (...args: Parameters<M[K]>) => Promise<Awaited<ReturnType<M[K]>>>
}

interface Request {
  readonly id: number
  readonly method: string
  readonly args: readonly unknown[]
}

type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: WireError }

interface Notice {
  readonly event: unknown
}

export interface WireError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
}

/** Errors that keep their class on the way; others arrive as plain ones. */
const errorClasses: Readonly<Record<string, new (message: string) => Error>> = {
  MempoolError,
  EditError,
  FencedError,
  SharedStoreError,
  StateUnavailableError,
  ReplayError,
  TraceTooLargeError,
  TraceUnavailableError,
  RangeError,
}

/**
 * What has come up in one turn of the event loop goes over as one message: waking the other thread
 * costs more than what it is told.
 */
class Outbox<M> {
  readonly #port: Port
  #messages: M[] = []

  constructor(port: Port) {
    this.#port = port
  }

  push(message: M): void {
    if (this.#messages.push(message) > 1) return
    setImmediate(() => {
      const messages = this.#messages
      this.#messages = []
      this.#port.postMessage(messages)
    })
  }
}

/**
 * Answers calls from the other side, in order where methods are synchronous.
 * @param isWithdrawn whether the caller no longer wants a call, by its number
 * @returns how to tell the other side of an event
 */
export function serve(
  port: Port,
  methods: Methods,
  isWithdrawn: (id: number) => boolean = () => false,
): (event: unknown) => void {
  const outbox = new Outbox<Reply | Notice>(port)
  const answer = async ({ id, method, args }: Request) => {
    try {
      if (isWithdrawn(id)) throw new Error('withdrawn')
      outbox.push({ id, value: await methods[method]!(...args) })
    } catch (error) {
      outbox.push({ id, error: toWire(error) })
    }
  }
  port.on('message', (requests) => {
    for (const request of requests as Request[]) answer(request)
  })
  return (event) => outbox.push({ event })
}

export class Caller<M extends Methods, E> {
  readonly remote: Remote<M>
  readonly #outbox: Outbox<Request>
  readonly #waiting = new Map<
    number,
    { resolve(value: unknown): void; reject(error: Error): void }
  >()
  /** Number of the latest call. */
  lastId = 0

  constructor(port: Port, onEvent: (event: E) => void) {
    this.#outbox = new Outbox(port)
    port.on('message', (messages) => {
      for (const message of messages as (Reply | Notice)[]) {
        if ('event' in message) onEvent(message.event as E)
        else this.#settle(message)
      }
    })
    this.remote = new Proxy({} as Remote<M>, {
      get:
        (_, method) =>
        (...args: unknown[]) =>
          this.#call(String(method), args),
    })
  }

  /** The other side is gone. */
  fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }

  #call(method: string, args: readonly unknown[]): Promise<unknown> {
    const id = ++this.lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#outbox.push({ id, method, args })
    })
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ('error' in reply) waiting?.reject(fromWire(reply.error))
    else waiting?.resolve(reply.value)
  }
}

export function toWire(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: undefined }
  return { name: error.name, message: error.message, stack: error.stack }
}

export function fromWire({ name, message, stack }: WireError): Error {
  const error = new (errorClasses[name] ?? Error)(message)
  // whoever has no class of its own is known by its name
  error.name = name
  if (stack !== undefined) error.stack = stack
  return error
}
