/**
 * Reader threads. Each is given a few requests ahead, so that it need not wait for the next one, and
 * answers them in order. The request at the front has a deadline: when it passes, the thread is
 * killed, another takes its place, and the requests behind go elsewhere.
 */
import type { Worker } from 'node:worker_threads'
import { BusyError, DeadlineError } from '../../chain/chain.ts'
import { Caller } from '../threads/calls.ts'
import { startThread } from '../threads/start.ts'
import type { ReaderData, ReaderMethods } from './thread.ts'

export interface PoolOptions {
  readonly readers: number
  /** Milliseconds that one request may run. */
  readonly deadline: number
  /** Requests that may wait. */
  readonly queue: number
}

interface Job {
  run(reader: Reader): Promise<unknown>
  resolve(value: unknown): void
  reject(error: Error): void
}

const KILLED = 'killed at its deadline'

/** Requests that a thread holds at once. */
const AHEAD = 8

class Reader {
  readonly worker: Worker
  readonly caller: Caller<ReaderMethods, 'ready'>
  readonly ready: Promise<void>
  /** What it works at, the running one first. */
  readonly jobs: Job[] = []
  deadline: NodeJS.Timeout | undefined

  constructor(url: URL, data: ReaderData, onDeath: (error: Error) => void) {
    this.worker = startThread(url, data)
    let isReady: () => void
    let isDead: (error: Error) => void
    this.ready = new Promise((resolve, reject) => {
      isReady = resolve
      isDead = reject
    })
    this.ready.catch(() => {})
    this.caller = new Caller(this.worker, () => isReady())
    const died = (error: Error) => {
      isDead(error)
      this.caller.fail(error)
      onDeath(error)
    }
    this.worker.on('error', died)
    this.worker.on('exit', (code) => died(new Error(`a reader thread ended with code ${code}`)))
  }
}

export class ReaderPool {
  readonly #url: URL
  readonly #data: ReaderData
  readonly #options: PoolOptions
  /** Requests that no thread has yet. */
  readonly #waiting: Job[] = []
  readonly #readers = new Set<Reader>()
  readonly #ready = new Set<Reader>()
  #closed = false

  constructor(url: URL, data: ReaderData, options: PoolOptions) {
    this.#url = url
    this.#data = data
    this.#options = options
  }

  /** Starts the threads; requests may come before they are ready. */
  async start(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.readers }, () => this.#spawn()))
  }

  /** @throws DeadlineError, BusyError, or what the reader throws */
  run<K extends keyof ReaderMethods>(
    method: K,
    ...args: Parameters<ReaderMethods[K]>
  ): Promise<Awaited<ReturnType<ReaderMethods[K]>>> {
    if (this.#waiting.length >= this.#options.queue) {
      return Promise.reject(new BusyError(`${this.#waiting.length} calls are waiting already`))
    }
    return new Promise((resolve, reject) => {
      const call = (reader: Reader): Promise<unknown> => {
        const remote = reader.caller.remote[method] as (...a: unknown[]) => Promise<unknown>
        return remote(...args)
      }
      this.#waiting.push({ run: call, resolve: resolve as (value: unknown) => void, reject })
      this.#assign()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const job of this.#waiting.splice(0)) job.reject(new Error('the node is stopping'))
    await Promise.all([...this.#readers].map((reader) => reader.worker.terminate()))
  }

  async #spawn(): Promise<void> {
    const reader = new Reader(this.#url, this.#data, (error) => this.#lose(reader, error))
    this.#readers.add(reader)
    await reader.ready
    this.#ready.add(reader)
    this.#assign()
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const reader = this.#leastBusy()
      if (reader === undefined) return
      this.#give(reader, this.#waiting.shift()!)
    }
  }

  #leastBusy(): Reader | undefined {
    let best: Reader | undefined
    for (const reader of this.#ready) {
      if (reader.jobs.length < (best?.jobs.length ?? AHEAD)) best = reader
    }
    return best
  }

  #give(reader: Reader, job: Job): void {
    reader.jobs.push(job)
    if (reader.jobs.length === 1) this.#watch(reader)
    const done = () => {
      // answers of a thread that was killed come to nobody
      if (reader.jobs[0] !== job) return
      reader.jobs.shift()
      this.#watch(reader)
      this.#assign()
    }
    job.run(reader).then(
      (value) => {
        job.resolve(value)
        done()
      },
      (error: Error) => {
        if (!this.#readers.has(reader)) return
        job.reject(error)
        done()
      },
    )
  }

  /** The request at the front starts to run. */
  #watch(reader: Reader): void {
    clearTimeout(reader.deadline)
    const front = reader.jobs[0]
    if (front === undefined) return
    const { deadline } = this.#options
    reader.deadline = setTimeout(() => {
      front.reject(new DeadlineError(`the call ran longer than ${deadline} ms and was stopped`))
      reader.jobs.shift()
      this.#lose(reader, new Error(KILLED))
      reader.worker.terminate()
    }, deadline)
  }

  /** A thread is gone; what waited behind it goes to another. */
  #lose(reader: Reader, error: Error): void {
    if (!this.#readers.delete(reader)) return
    this.#ready.delete(reader)
    clearTimeout(reader.deadline)
    if (this.#closed) {
      for (const job of reader.jobs) job.reject(error)
      return
    }
    // what ran when the thread died by itself may be what killed it
    if (error.message !== KILLED) reader.jobs.shift()?.reject(error)
    this.#waiting.unshift(...reader.jobs.splice(0))
    this.#spawn().catch(() => {})
  }
}
