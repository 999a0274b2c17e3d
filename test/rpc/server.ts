/** A server with methods that need no chain, for what is common to all methods. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'
import { z } from 'zod'
import type { AccessRules } from '../../src/rpc/access.ts'
import type { Failure } from '../../src/rpc/dispatch.ts'
import { createServer } from '../../src/rpc/http.ts'
import type { Limits } from '../../src/rpc/limits.ts'
import { methodFor } from '../../src/rpc/method.ts'
import { discover } from '../../src/rpc/methods/rpc/discover.ts'
import { registryOf } from '../../src/rpc/registry.ts'
import { latestByDefault, Uint } from '../../src/rpc/schema.ts'

export interface Journal {
  readonly done: string[]
}

const method = methodFor<Journal>()
const examples = [{ name: 'one', params: [], result: 1, varies: true }] as const

export const test_add = method({
  summary: 'Adds.',
  params: { a: Uint, b: Uint.prefault(1) },
  result: z.number(),
  examples,
  handle: (_journal, { a, b }) => a + b,
})

export const test_block = method({
  summary: 'Shows a block parameter.',
  params: { block: latestByDefault },
  result: z.string(),
  examples,
  handle: (_journal, { block }) => JSON.stringify(block),
})

export const test_read = method({
  summary: 'Takes its time.',
  params: { name: z.string(), milliseconds: Uint.prefault(0) },
  result: z.string(),
  examples,
  async handle({ done }, { name, milliseconds }) {
    await sleep(milliseconds)
    done.push(name)
    return name
  },
})

export const test_write = method({
  summary: 'Takes its time, and nothing else may.',
  params: { name: z.string() },
  result: z.string(),
  writes: true,
  examples,
  async handle({ done }, { name }) {
    done.push(`${name} begins`)
    await sleep(5)
    done.push(`${name} ends`)
    return name
  },
})

export const test_bug = method({
  summary: 'Has a bug.',
  params: {},
  result: z.string(),
  examples,
  handle() {
    throw new Error('secret: /home/somebody')
  },
})

export const test_text = method({
  summary: 'A long answer.',
  params: { length: Uint },
  result: z.string(),
  examples,
  handle: (_journal, { length }) => 'x'.repeat(length),
})

export const test_count = method({
  summary: 'Notifies until the connection ends.',
  params: { size: Uint },
  result: z.string(),
  writes: true,
  examples,
  handle(_journal, { size }, { connection, afterReply }) {
    afterReply(() => {
      const timer = setInterval(() => connection?.send(JSON.stringify('x'.repeat(size))), 1)
      connection?.owned.set('count', () => clearInterval(timer))
    })
    return 'count'
  },
})

export const registry = registryOf<Journal>([
  {
    modules: [{ test_add, test_block, test_read, test_write, test_bug, test_text, test_count }],
  },
  { prefix: 'rpc.', modules: [{ discover }] },
])

export interface TestServer {
  readonly url: string
  readonly journal: Journal
  readonly failures: Failure[]
}

/** Closed after the tests of the file. */
export async function startServer(
  limits: Partial<Limits> = {},
  access: Partial<AccessRules> = {},
): Promise<TestServer> {
  const journal: Journal = { done: [] }
  const failures: Failure[] = []
  const server = await createServer<Journal>({
    registry,
    context: journal,
    limits,
    access,
    report: (failure) => failures.push(failure),
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  afterAll(() => server.close())
  return { url, journal, failures }
}

export function call(method: string, params: unknown = [], id: unknown = 1) {
  return { jsonrpc: '2.0', id, method, params }
}

/** Posts anything: an object as JSON, a string or bytes as they are. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const raw = typeof body === 'string' || body instanceof Uint8Array
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: raw ? (body as string) : JSON.stringify(body),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  }
}
