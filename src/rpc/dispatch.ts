/**
 * JSON-RPC 2.0: bytes of a body in, text of an answer out. Knows nothing of HTTP or WebSockets.
 * The text is put together by hand, so that a result that is text already is not parsed again.
 */
import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { errorObject, RpcError, rpcError } from './errors.ts'
import { scanJson } from './json-scan.ts'
import type { Limits } from './limits.ts'
import type { Caller } from './method.ts'
import { type JsonText, RawJson } from './raw-json.ts'
import { type Entry, nearestName, type Registry } from './registry.ts'
import { translateError } from './translate-error.ts'

export interface Answer {
  /** undefined: only notifications, nothing to say. */
  readonly text: JsonText | undefined
  /** The body as a whole was refused. */
  readonly refused: RpcError | undefined
}

/** A bug or a broken part, for the log; the client only learns the request id. */
export interface Failure {
  readonly error: unknown
  readonly requestId: string
  readonly method: string
}

/** How one call of a known method went, for metrics and the log. */
export interface Observation {
  readonly method: string
  readonly milliseconds: number
  /** undefined on success. */
  readonly error: RpcError | undefined
}

export interface DispatchOptions<Context> {
  readonly registry: Registry<Context>
  readonly context: Context
  readonly limits: Limits
  readonly report: (failure: Failure) => void
  readonly observe?: (observation: Observation) => void
}

/** undefined: no id, a notification. */
type IdText = string | undefined

export class Dispatcher<Context> {
  readonly #options: DispatchOptions<Context>

  constructor(options: DispatchOptions<Context>) {
    this.#options = options
  }

  async answer(body: Buffer, caller: Caller): Promise<Answer> {
    let request: unknown
    try {
      request = parse(body, this.#options.limits)
    } catch (error) {
      const refused = wireError(error, 'parse', this.#options.report)
      return { text: refusal(refused), refused }
    }
    const text = Array.isArray(request)
      ? await this.#batch(request, caller)
      : await this.#one(request, caller)
    return { text, refused: undefined }
  }

  async #one(request: unknown, caller: Caller): Promise<JsonText | undefined> {
    let id: IdText = 'null'
    try {
      const call = callOf(request)
      id = call.id
      const result = await this.#run(call, caller)
      return id === undefined ? undefined : response(id, result)
    } catch (thrown) {
      const error = wireError(thrown, 'dispatch', this.#options.report)
      // a request that is no request is answered even without an id
      if (error.kind === 'invalidRequest') id = idOf(request) ?? 'null'
      return id === undefined ? undefined : errorResponse(id, error)
    }
  }

  /** Reads run together; a call that writes waits for all before it and goes alone. */
  async #batch(requests: readonly unknown[], caller: Caller): Promise<string | undefined> {
    const milliseconds = this.#options.limits.batchDeadline
    let late = false
    let expire = () => {}
    const expired = new Promise<void>((resolve) => {
      expire = resolve
    })
    const timer = setTimeout(() => {
      late = true
      expire()
    }, milliseconds)
    const tooLate = (request: unknown) =>
      failed(request, rpcError('deadline', `the batch took more than ${milliseconds / 1000} s`))

    const answers: (Promise<JsonText | undefined> | string | undefined)[] = []
    try {
      for (const request of requests) {
        const writes = this.#writes(request)
        if (writes) await Promise.all(answers)
        const answer = late
          ? tooLate(request)
          : Promise.race([this.#one(request, caller), expired.then(() => tooLate(request))])
        answers.push(answer)
        if (writes) await answer
      }
      return this.#join(requests, await Promise.all(answers))
    } finally {
      clearTimeout(timer)
    }
  }

  /** The answers as one array; those past the size limit become errors. */
  #join(requests: readonly unknown[], answers: readonly (JsonText | undefined)[]) {
    const limit = this.#options.limits.response
    let size = 0
    const texts: string[] = []
    answers.forEach((answer, i) => {
      if (answer === undefined) return
      size += answer.length
      const left = size > limit && failed(requests[i], rpcError('responseTooLarge', limit))
      texts.push(left || answer.toString())
    })
    return texts.length === 0 ? undefined : `[${texts.join(',')}]`
  }

  #writes(request: unknown): boolean {
    const name = (request as { method?: unknown } | null)?.method
    return typeof name === 'string' && this.#options.registry.get(name)?.method.writes === true
  }

  async #run({ method, params }: Call, caller: Caller): Promise<JsonText> {
    const { registry, observe } = this.#options
    const entry = registry.get(method)
    if (entry === undefined) {
      throw rpcError('methodNotFound', method.slice(0, 100), nearestName(registry, method))
    }
    if (observe === undefined) return this.#call(entry, params, caller)
    const start = performance.now()
    let error: RpcError | undefined
    try {
      return await this.#call(entry, params, caller)
    } catch (thrown) {
      if (thrown instanceof RpcError) error = thrown
      throw thrown
    } finally {
      observe({ method: entry.name, milliseconds: performance.now() - start, error })
    }
  }

  async #call(entry: Entry<Context>, params: unknown, caller: Caller): Promise<JsonText> {
    const { context, report } = this.#options
    try {
      const result = await entry.method.run(context, params, caller)
      return result instanceof RawJson ? result.text : JSON.stringify(result)
    } catch (error) {
      throw wireError(error, entry.name, report)
    }
  }
}

/** An error as the client may see it; what nobody foresaw goes to the log. */
export function wireError(
  error: unknown,
  method: string,
  report: (failure: Failure) => void,
): RpcError {
  const known = translateError(error)
  if (known !== undefined) return known
  const requestId = randomUUID()
  report({ error, requestId, method })
  return rpcError('internal', requestId)
}

/** A response to a body that could not be taken apart. */
export function refusal(error: RpcError): string {
  return errorResponse('null', error)
}

function parse(body: Buffer, limits: Limits): unknown {
  if (!isUtf8(body)) throw rpcError('parse', 'the body is not UTF-8')
  scanJson(body, limits)
  let request: unknown
  try {
    request = JSON.parse(body.toString())
  } catch (error) {
    throw rpcError('parse', body.length === 0 ? 'empty body' : (error as Error).message)
  }
  if (Array.isArray(request) && request.length === 0) {
    throw rpcError('invalidRequest', 'empty batch')
  }
  if (typeof request !== 'object' || request === null) {
    throw rpcError('invalidRequest', 'expected an object or an array of objects')
  }
  return request
}

interface Call {
  readonly id: IdText
  readonly method: string
  readonly params: unknown
}

/** @throws RpcError invalidRequest */
function callOf(request: unknown): Call {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    throw rpcError('invalidRequest', 'expected an object')
  }
  const { jsonrpc, id, method, params } = request as Record<string, unknown>
  if (!isId(id)) {
    throw rpcError('invalidRequest', 'id must be null, a string or a number up to 2^53')
  }
  if (jsonrpc !== '2.0') throw rpcError('invalidRequest', 'jsonrpc must be "2.0"')
  if (typeof method !== 'string') throw rpcError('invalidRequest', 'method must be a string')
  if (params !== undefined && params !== null && typeof params !== 'object') {
    throw rpcError('invalidRequest', 'params must be an array or an object')
  }
  return { id: idText(id), method, params }
}

type Id = string | number | null | undefined

function isId(id: unknown): id is Id {
  if (typeof id !== 'number') return id === undefined || id === null || typeof id === 'string'
  // beyond 2^53 the number that came in is no longer known
  return Number.isFinite(id) && (!Number.isInteger(id) || Number.isSafeInteger(id))
}

function idText(id: Id): IdText {
  return id === undefined ? undefined : JSON.stringify(id)
}

/** The id of anything, if it has one. */
function idOf(request: unknown): IdText {
  if (typeof request !== 'object' || request === null) return undefined
  const { id } = request as { id?: unknown }
  return isId(id) ? idText(id) : undefined
}

function response(id: string, result: JsonText): JsonText {
  const start = `{"jsonrpc":"2.0","id":${id},"result":`
  if (typeof result === 'string') return `${start}${result}}`
  return Buffer.concat([Buffer.from(start), result, CLOSING_BRACE])
}

const CLOSING_BRACE = Buffer.from('}')

function errorResponse(id: string, error: RpcError): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(errorObject(error))}}`
}

/** An error in the place of a batch member's answer; undefined for a notification. */
function failed(request: unknown, error: RpcError): string | undefined {
  const id = idOf(request)
  return id === undefined ? undefined : errorResponse(id, error)
}
