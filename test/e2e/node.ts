/** `fevm dev` as a process of its own, as people run it, for the length of one test file. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, inject } from 'vitest'

const running = new Set<ChildProcessByStdio<null, Readable, Readable>>()

// whatever a failing test leaves behind
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** An error as the wire brought it. */
export class RpcFailure extends Error {
  override name = 'RpcFailure'
  readonly code: number
  readonly data: unknown

  constructor({ code, message, data }: { code: number; message: string; data?: unknown }) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** One request, one answer. @throws RpcFailure */
export async function rpcCall<T>(url: string, method: string, params: readonly unknown[]) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', body, headers })
  const answer = (await response.json()) as { result: T; error?: RpcFailure }
  if (answer.error !== undefined) throw new RpcFailure(answer.error)
  return answer.result
}

interface Event {
  readonly event: string
  readonly http?: string
  readonly message?: string
}

export class TestNode {
  readonly httpUrl: string
  readonly wsUrl: string
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  readonly #exit: Promise<number | null>
  readonly #events: readonly Event[]
  readonly #stderr: Promise<string>

  private constructor(
    httpUrl: string,
    child: ChildProcessByStdio<null, Readable, Readable>,
    exit: Promise<number | null>,
    events: readonly Event[],
    stderr: Promise<string>,
  ) {
    this.httpUrl = httpUrl
    this.wsUrl = httpUrl.replace(/^http/, 'ws')
    this.#child = child
    this.#exit = exit
    this.#events = events
    this.#stderr = stderr
  }

  static start(...flags: string[]): Promise<TestNode> {
    const bundle = inject('actors')
    const actors = bundle === undefined ? [] : [`--actors=${bundle}`]
    return TestNode.run('dev', ['--port=0', ...actors, ...flags])
  }

  static async run(command: string, flags: readonly string[]): Promise<TestNode> {
    const argv = [inject('program'), command, '--json-log', ...flags]
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(child)
    const exit = once(child, 'exit').then(([code]) => {
      running.delete(child)
      return code as number | null
    })
    const stderr = text(child.stderr)
    const events: Event[] = []
    const lines = createInterface({ input: child.stdout })
    const listening = new Promise<string>((resolve) => {
      lines.on('line', (line) => {
        const event = JSON.parse(line) as Event
        if (event.event !== 'block') events.push(event)
        if (event.http !== undefined) resolve(event.http)
      })
    })
    const ended = exit.then(async (code) => {
      throw new Error(`the node ended with ${code}: ${JSON.stringify(events)} ${await stderr}`)
    })
    const url = await Promise.race([listening, ended])
    ended.catch(() => {})
    return new TestNode(url, child, exit, events, stderr)
  }

  /** @throws RpcFailure */
  rpc<T = unknown>(method: string, ...params: unknown[]): Promise<T> {
    return rpcCall<T>(this.httpUrl, method, params)
  }

  /** @throws Error when the node has had to report an error of its own, or did not end well */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    const code = await this.#exit
    const errors = this.#events.filter(({ event }) => event === 'error')
    if (code !== 0 || errors.length > 0) {
      throw new Error(`exit code ${code}: ${JSON.stringify(errors)} ${await this.#stderr}`)
    }
  }

  /** Stands still, with all its connections open. */
  pause(): void {
    this.#child.kill('SIGSTOP')
  }

  resume(): void {
    this.#child.kill('SIGCONT')
  }

  /** Texts of all that it noticed or failed at. */
  get messages(): string[] {
    return this.#events.flatMap(({ message }) => message ?? [])
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exit
  }
}

/** A folder for all tests of a file. Hooks run backwards: nodes that start later stop earlier. */
export async function directoryForFile(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'fevm-test-'))
  afterAll(() => rm(directory, { recursive: true }))
  return directory
}

/** A node for all tests of a file. */
export async function nodeForFile(...flags: string[]): Promise<TestNode> {
  const node = await TestNode.start(...flags)
  afterAll(() => node.stop())
  return node
}
