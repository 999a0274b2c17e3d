/** The charges of one message, call by call: of a mined one, or of one in a recorded scenario. */
import { once } from 'node:events'
import type { ActorCallJson } from '../../eth/trace/message-trace.ts'
import { startThread } from '../threads/start.ts'

export interface GasTrace {
  /** Whose actors ran it. */
  readonly engine: 'node' | 'native' | 'genuine'
  readonly exitCode: number
  readonly gasUsed: number
  /** null: the message was refused and nothing ran. */
  readonly call: ActorCallJson | null
}

/** No such message, or nobody who could tell. */
export class GasTraceError extends Error {
  override name = 'GasTraceError'
}

/**
 * Asks a node for a mined message.
 * @param id transaction hash or message CID
 * @throws GasTraceError
 */
export async function traceMined(url: string, id: string): Promise<GasTrace> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'fevm_traceMessage', params: [id] })
  let answer: { result?: Omit<GasTrace, 'engine'>; error?: { message: string } }
  try {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', headers, body })
    answer = (await response.json()) as typeof answer
  } catch (cause) {
    throw new GasTraceError(`${url} does not answer: ${reasonOf(cause)}`, { cause })
  }
  const { result, error } = answer
  if (result === undefined) throw new GasTraceError(error?.message ?? `${url}: no result`)
  const { exitCode, gasUsed, call } = result
  return { engine: 'node', exitCode, gasUsed, call }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: Error }
  return cause?.message || message
}

export interface RecordedTask {
  readonly file: string
  readonly index: number
  /** Bundle of the genuine actors, to run them too. */
  readonly bundle: string | undefined
}

export type RecordedAnswer = { readonly traces: GasTrace[] } | { readonly refused: string }

const ending = import.meta.url.slice(-3)

/**
 * Runs a scenario up to one of its messages, and that on the native actors; with a bundle, next to
 * that on the genuine ones, from the state that those have left.
 * @throws GasTraceError
 */
export async function traceRecorded(task: RecordedTask): Promise<GasTrace[]> {
  const worker = startThread(new URL(`./thread${ending}`, import.meta.url), task)
  try {
    const [answer] = (await once(worker, 'message')) as [RecordedAnswer]
    if ('refused' in answer) throw new GasTraceError(answer.refused)
    return answer.traces
  } finally {
    await worker.terminate()
  }
}
