/**
 * Who makes the blocks. Producers compete for a lease in the shared store. The one that has it mends
 * the log, tells its waiting writer thread the fencing token, and answers for all. When the lease is
 * lost, or the writer was fenced off, the thread is ended and another waits for the next time.
 *
 *     follow ── lease ──> mend ──> lead ── lost, fenced, no store ──> follow
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import type { LevelStore } from '../../ipld/level.ts'
import { readApplied } from '../../shared/applied.ts'
import { FencedError, type SharedLog, SharedStoreError } from '../../shared/shared-log.ts'
import type { WriterNews } from '../local-chain-client.ts'
import type { Log } from '../log.ts'
import { Caller } from '../threads/calls.ts'
import type { Lease } from '../writer/shared-store.ts'
import type { WriterMethods } from '../writer/thread.ts'
import type { Follower } from './follower.ts'
import { mendLog, NoChainError } from './mend.ts'
import type { ClusterWriterLink } from './writer-link.ts'

export interface LeadershipOptions {
  readonly store: LevelStore
  readonly log: SharedLog
  readonly follower: Follower
  readonly link: ClusterWriterLink
  /** A writer thread that waits for its lease. */
  readonly startWriter: () => Worker
  readonly onNews: (news: WriterNews) => void
  /** Nothing that can get better by itself. */
  readonly onFailed: (error: Error) => void
  /** Milliseconds */
  readonly lease: number
  readonly mayBegin: boolean
  readonly report: Log
}

/** The thread that leads, or waits to. */
interface Waiting {
  readonly worker: Worker
  readonly caller: Caller<WriterMethods, WriterNews>
  /** Rejects when it can lead no more. */
  readonly lost: Promise<never>
  readonly ready: Promise<void>
}

export class Leadership {
  readonly #options: LeadershipOptions
  readonly #owner = randomBytes(8).toString('hex')
  #waiting: Waiting | undefined
  #isLeading = false
  #isClosed = false
  #ledLast = false
  #missingSince: number | undefined
  #done: Promise<void> = Promise.resolve()

  constructor(options: LeadershipOptions) {
    this.#options = options
  }

  get isLeading(): boolean {
    return this.#isLeading
  }

  start(): void {
    this.#waiting = this.#wait()
    this.#done = this.#run()
  }

  /** Lets another producer take over at once. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#isLeading) {
      // what is in work is committed first
      await this.#waiting?.caller.remote.close().catch(() => {})
      await this.#options.log.release(this.#owner).catch(() => {})
    }
    await this.#waiting?.worker.terminate()
    await this.#done
  }

  async #run(): Promise<void> {
    const { log, lease, report, follower } = this.#options
    while (!this.#isClosed) {
      if (!(await this.#mayCompete())) continue
      const asked = performance.now()
      const token = await log.acquire(this.#owner, lease).catch(() => undefined)
      if (token === undefined || this.#isClosed) {
        this.#ledLast &&= token === undefined && follower.failure !== undefined
        await sleep(lease / 6)
        continue
      }
      try {
        await this.#lead(token, asked)
      } catch (error) {
        if (this.#isClosed) return
        if (error instanceof NoChainError || !isPassing(error)) {
          await log.release(this.#owner).catch(() => {})
          return this.#options.onFailed(error as Error)
        }
        report({ event: 'notice', message: `producing no more: ${(error as Error).message}` })
      } finally {
        this.#isLeading = false
      }
      await this.#follow()
    }
  }

  /**
   * A log that has vanished is best written anew by the producer that led last: it has every commit
   * that was acknowledged. All others wait for it a while.
   */
  async #mayCompete(): Promise<boolean> {
    const { log, store, lease } = this.#options
    if (this.#ledLast || readApplied(store) === undefined) return true
    const state = await log.state().catch(() => null)
    if (state !== undefined) {
      this.#missingSince = undefined
      return true
    }
    this.#missingSince ??= performance.now()
    if (performance.now() - this.#missingSince > 3 * lease) return true
    await sleep(lease / 6)
    return false
  }

  async #lead(token: number, asked: number): Promise<void> {
    const { log, store, follower, link, mayBegin, report } = this.#options
    const lost = new AbortController()
    const renewing = this.#renew(asked, lost)
    try {
      await follower.stop()
      await follower.catchUp()
      const mended = await mendLog(log, store, token, mayBegin)
      if (lost.signal.aborted) throw new FencedError('the lease was lost before it was used')
      const waiting = this.#waiting!
      const lease: Lease = { token, newId: randomBytes(16).toString('hex') }
      waiting.worker.postMessage(lease)
      await Promise.race([waiting.ready, waiting.lost])
      this.#isLeading = true
      this.#ledLast = true
      // no event can come to this caller but those that `#wait` hands on
      link.lead(waiting.caller as Caller<WriterMethods, never>)
      await waiting.caller.remote.tellPending(true)
      report({ event: 'notice', message: `producing; the shared log is ${mended}` })
      await Promise.race([waiting.lost, renewing])
    } finally {
      lost.abort()
      link.fail(new FencedError('this process no longer produces'))
    }
  }

  /** Rejects when the lease is lost, by our clock or by what the shared store says. */
  async #renew(asked: number, stop: AbortController): Promise<never> {
    const { log, lease } = this.#options
    const lost = (why: string): never => {
      stop.abort()
      throw new FencedError(why)
    }
    let renewed = asked
    while (!stop.signal.aborted) {
      await sleep(lease / 4)
      const now = performance.now()
      const held = await log.renew(this.#owner, lease).catch(() => undefined)
      if (held === false) return lost('the lease has run out')
      if (held !== undefined) renewed = now
      // commits are refused by the token, so nothing is lost by holding on while nobody answers
      else if (performance.now() - renewed > 20 * lease) return lost('the shared store is away')
    }
    return lost('stopped')
  }

  /** The writer thread ends; the log says what it has done. */
  async #follow(): Promise<void> {
    const { follower } = this.#options
    await this.#waiting?.worker.terminate()
    if (this.#isClosed) return
    this.#waiting = this.#wait()
    follower.start()
  }

  #wait(): Waiting {
    const worker = this.#options.startWriter()
    let isReady = () => {}
    let isLost: (error: Error) => void = () => {}
    const ready = new Promise<void>((resolve) => {
      isReady = resolve
    })
    const lost = new Promise<never>((_, reject) => {
      isLost = reject
    })
    lost.catch(() => {})
    const caller = new Caller<WriterMethods, WriterNews>(worker, (news) => {
      if (news.type === 'lost') return isLost(new FencedError(news.message))
      this.#options.onNews(news)
      if (news.type === 'ready') isReady()
    })
    const ended = (error: Error) => {
      caller.fail(new FencedError(error.message))
      isLost(error)
    }
    worker.on('error', ended)
    worker.on('exit', () => ended(new FencedError('the writer thread has ended')))
    return { worker, caller, lost, ready }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof FencedError || error instanceof SharedStoreError
}
