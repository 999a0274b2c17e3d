/**
 * Reader threads. Each runs one request at a time; one that passes its deadline is killed together
 * with its thread, and another thread takes the place.
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

class Reader {
  readonly worker: Worker
  readonly caller: Caller<ReaderMethods, 'ready'>
  readonly ready: Promise<void>

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
  readonly #idle: Reader[] = []
  readonly #jobs: Job[] = []
  readonly #readers = new Set<Reader>()
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
    if (this.#jobs.length >= this.#options.queue) {
      return Promise.reject(new BusyError(`${this.#jobs.length} calls are waiting already`))
    }
    return new Promise((resolve, reject) => {
      const call = (reader: Reader): Promise<unknown> => {
        const remote = reader.caller.remote[method] as (...a: unknown[]) => Promise<unknown>
        return remote(...args)
      }
      const settle = resolve as (value: unknown) => void
      this.#jobs.push({ run: call, resolve: settle, reject })
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const job of this.#jobs.splice(0)) job.reject(new Error('the node is stopping'))
    await Promise.all([...this.#readers].map((reader) => reader.worker.terminate()))
  }

  async #spawn(): Promise<void> {
    const reader = new Reader(this.#url, this.#data, () => this.#lose(reader))
    this.#readers.add(reader)
    await reader.ready
    this.#idle.push(reader)
    this.#next()
  }

  #next(): void {
    while (this.#jobs.length > 0) {
      const reader = this.#idle.pop()
      if (reader === undefined) return
      this.#serve(reader, this.#jobs.shift()!)
    }
  }

  async #serve(reader: Reader, job: Job): Promise<void> {
    const { deadline } = this.#options
    const timer = setTimeout(() => {
      job.reject(new DeadlineError(`the call ran longer than ${deadline} ms and was stopped`))
      reader.worker.terminate()
    }, deadline)
    try {
      job.resolve(await job.run(reader))
    } catch (error) {
      job.reject(error as Error)
    } finally {
      clearTimeout(timer)
    }
    if (this.#readers.has(reader)) {
      this.#idle.push(reader)
      this.#next()
    }
  }

  #lose(reader: Reader): void {
    if (!this.#readers.delete(reader)) return
    const index = this.#idle.indexOf(reader)
    if (index >= 0) this.#idle.splice(index, 1)
    if (this.#closed) return
    this.#spawn().catch(() => {})
  }
}
