/**
 * Reader threads. Each is given requests ahead, so that it need not wait for the next one, and
 * answers them in order. A request goes to the thread that has most already, for waking a second
 * thread costs more than a short call. One that runs longer holds its thread: those behind it are
 * taken back and go elsewhere. At its deadline the thread is killed and another takes its place.
 */
import type { Worker } from 'node:worker_threads'
import { BusyError, DeadlineError } from '../../chain/chain.ts'
import { Caller } from '../threads/calls.ts'
import { startThread } from '../threads/start.ts'
import type { ReaderData, ReaderMethods } from './thread.ts'

/** What a reader thread is started with. */
export type ReaderSettings = Omit<ReaderData, 'withdrawn'>

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
  /** Whose answer counts; undefined while it waits. */
  reader: Reader | undefined
}

/** Requests that a thread holds at once. */
const AHEAD = 16
/** Milliseconds after which a request holds its thread. */
const LONG = 20

class Reader {
  readonly worker: Worker
  readonly caller: Caller<ReaderMethods, 'ready'>
  readonly ready: Promise<void>
  /** What it has not answered, in order; some may be another's by now. */
  readonly jobs: Job[] = []
  /** When it began with the first of them, in milliseconds. */
  since = 0
  /** Its request runs long: it gets nothing new until all is answered. */
  isHeld = false
  readonly #withdrawn = new Int32Array(new SharedArrayBuffer(8))
  /** Number of the latest answered request: the next one runs. */
  answered = 0

  constructor(url: URL, data: ReaderSettings, onDeath: (error: Error) => void) {
    this.worker = startThread(url, { ...data, withdrawn: this.#withdrawn } satisfies ReaderData)
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

  /** @returns the requests behind the running one, which the thread will pass over */
  withdraw(): Job[] {
    this.isHeld = true
    const running = this.answered + 1
    Atomics.store(this.#withdrawn, 0, running)
    Atomics.store(this.#withdrawn, 1, this.caller.lastId)
    return this.ownJobs().slice(1)
  }

  ownJobs(): Job[] {
    return this.jobs.filter((job) => job.reader === this)
  }
}

export class ReaderPool {
  readonly #url: URL
  readonly #data: ReaderSettings
  readonly #options: PoolOptions
  /** Requests that no thread has yet. */
  readonly #waiting: Job[] = []
  readonly #readers = new Set<Reader>()
  readonly #ready = new Set<Reader>()
  #watch: NodeJS.Timeout | undefined
  #closed = false

  constructor(url: URL, data: ReaderSettings, options: PoolOptions) {
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
      const answer = resolve as (value: unknown) => void
      this.#waiting.push({ run: call, resolve: answer, reject, reader: undefined })
      this.#assign()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#watch)
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
      const reader = this.#busiestWithRoom()
      if (reader === undefined) return
      this.#give(reader, this.#waiting.shift()!)
    }
  }

  #busiestWithRoom(): Reader | undefined {
    let best: Reader | undefined
    for (const reader of this.#ready) {
      if (reader.isHeld || reader.jobs.length >= AHEAD) continue
      if (best === undefined || reader.jobs.length > best.jobs.length) best = reader
    }
    return best
  }

  #give(reader: Reader, job: Job): void {
    job.reader = reader
    if (reader.jobs.push(job) === 1) reader.since = performance.now()
    this.#watch ??= setInterval(() => this.#check(), LONG)
    const done = (tell: () => void) => {
      if (!this.#readers.has(reader)) return
      reader.jobs.shift()
      reader.answered++
      reader.since = performance.now()
      if (reader.jobs.length === 0) reader.isHeld = false
      if (job.reader === reader) tell()
      this.#assign()
    }
    job.run(reader).then(
      (value) => done(() => job.resolve(value)),
      (error: Error) => done(() => job.reject(error)),
    )
  }

  #check(): void {
    const now = performance.now()
    let isIdle = this.#waiting.length === 0
    for (const reader of this.#readers) {
      if (reader.jobs.length === 0) continue
      isIdle = false
      const age = now - reader.since
      if (age > this.#options.deadline) this.#kill(reader)
      else if (age > LONG && !reader.isHeld) this.#takeBack(reader.withdraw())
    }
    this.#assign()
    if (!isIdle) return
    clearInterval(this.#watch)
    this.#watch = undefined
  }

  #kill(reader: Reader): void {
    const { deadline } = this.#options
    const front = reader.jobs.shift()!
    if (front.reader === reader) {
      front.reject(new DeadlineError(`the call ran longer than ${deadline} ms and was stopped`))
    }
    this.#lose(reader)
    reader.worker.terminate()
  }

  /** @param death of itself; what ran then may be what killed it */
  #lose(reader: Reader, death?: Error): void {
    if (!this.#readers.delete(reader)) return
    this.#ready.delete(reader)
    const jobs = reader.ownJobs()
    if (this.#closed) {
      for (const job of jobs) job.reject(new Error('the node is stopping'))
      return
    }
    if (death !== undefined && jobs[0] === reader.jobs[0]) jobs.shift()?.reject(death)
    this.#takeBack(jobs)
    this.#spawn().catch(() => {})
  }

  #takeBack(jobs: readonly Job[]): void {
    for (const job of jobs) job.reader = undefined
    this.#waiting.unshift(...jobs)
  }
}
