/**
 * The way to the writer, wherever it is now: a thread of this process while it leads, else the
 * producer behind the shared store. A message that is sent twice has one effect, so it is sent again
 * when the producer was lost on the way; what else changes the chain is not.
 */
import { deserialize, serialize } from 'node:v8'
import type { LevelIndex } from '../../index/level-index.ts'
import { signedMessageCid, signedMessageCodec } from '../../protocol/message.ts'
import type { RedisCalls } from '../../shared/redis-calls.ts'
import { FencedError, SharedStoreError } from '../../shared/shared-log.ts'
import type { WriterLink } from '../local-chain-client.ts'
import { type Caller, fromWire, type Remote, toWire, type WireError } from '../threads/calls.ts'
import type { WriterMethods } from '../writer/thread.ts'

/** Milliseconds after which nobody waits any more. */
const DEADLINE = 10_000
/** One try of a call that may be tried again; a takeover is over by then. */
const TRY = 3_500

type Method = keyof WriterMethods
type Reply = { readonly value: unknown } | { readonly error: WireError }
type AnyMethod = (...args: readonly unknown[]) => Promise<unknown>

const submits: readonly string[] = [
  'submit',
  'submitRecovered',
  'submitUntrusted',
] satisfies Method[]
const reads: readonly string[] = ['pendingNonce', 'next', 'pending'] satisfies Method[]
/** How the node itself deals with its writer. */
const local: readonly string[] = ['tellPending', 'close'] satisfies Method[]

export class ClusterWriterLink implements WriterLink {
  readonly remote: Remote<WriterMethods>
  readonly #calls: RedisCalls
  readonly #index: () => LevelIndex
  #leader: Caller<WriterMethods, never> | undefined

  constructor(calls: RedisCalls, index: () => LevelIndex) {
    this.#calls = calls
    this.#index = index
    this.remote = new Proxy({} as Remote<WriterMethods>, {
      get:
        (_, method) =>
        (...args: unknown[]) =>
          this.#call(String(method), args),
    })
  }

  /** The writer is in this process from now on, and answers everybody. */
  lead(writer: Caller<WriterMethods, never>): void {
    this.#leader = writer
    this.#calls.serve(async (payload) => {
      const { method, args } = deserialize(payload) as { method: string; args: unknown[] }
      return serialize(await this.#answer(writer, method, args))
    })
  }

  /** The writer is somewhere else. */
  fail(error: Error): void {
    this.#calls.stopServing()
    this.#leader?.fail(error)
    this.#leader = undefined
  }

  async #answer(
    writer: Caller<WriterMethods, never>,
    method: string,
    args: readonly unknown[],
  ): Promise<Reply> {
    try {
      if (local.includes(method)) throw new RangeError(`${method} is not for other processes`)
      return { value: await methodOf(writer, method)(...args) }
    } catch (error) {
      return { error: toWire(error) }
    }
  }

  async #call(method: string, args: readonly unknown[]): Promise<unknown> {
    if (local.includes(method)) return undefined
    const end = performance.now() + DEADLINE
    const isRepeatable = submits.includes(method) || reads.includes(method)
    for (let tries = 1; ; tries++) {
      const left = end - performance.now()
      try {
        return await this.#try(method, args, isRepeatable ? Math.min(TRY, left) : left)
      } catch (error) {
        if (submits.includes(method)) {
          const mined = this.#mined(args[0] as Uint8Array)
          // the try before was not in vain
          if (mined !== undefined && (tries > 1 || isLost(error))) return mined
        }
        if (!isRepeatable || !isLost(error) || end - performance.now() < 100) throw error
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }

  async #try(method: string, args: readonly unknown[], milliseconds: number): Promise<unknown> {
    if (this.#leader !== undefined) return methodOf(this.#leader, method)(...args)
    const payload = serialize({ method, args })
    const reply = deserialize(await this.#calls.call(payload, Math.ceil(milliseconds))) as Reply
    if ('error' in reply) throw fromWire(reply.error)
    return reply.value
  }

  /** CID of a message that is on the chain already. */
  #mined(encoded: Uint8Array): Uint8Array | undefined {
    const cid = signedMessageCid(signedMessageCodec.decode(encoded))
    const hash = this.#index().transactionHash(cid)
    return hash !== undefined && this.#index().transaction(hash) !== undefined
      ? cid.bytes
      : undefined
  }
}

function methodOf(writer: Caller<WriterMethods, never>, name: string): AnyMethod {
  return (writer.remote as unknown as Readonly<Record<string, AnyMethod>>)[name]!
}

/** The producer went away; the next one may answer. */
function isLost(error: unknown): boolean {
  return error instanceof FencedError || error instanceof SharedStoreError
}
