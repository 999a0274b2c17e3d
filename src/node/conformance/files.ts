/** Runs files of vectors in threads, each reported when it is done. */
import { EventEmitter, on } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { startThread } from '../threads/start.ts'
import type { VectorResult } from './run.ts'
import { VectorError } from './vector.ts'

export interface VectorTask {
  readonly files: readonly string[]
  /** Bundle of the genuine actors of the vectors' network version. */
  readonly bundle: string
}

export interface FileResult extends VectorResult {
  readonly file: string
  readonly milliseconds: number
}

/** What a thread tells, one after the other. */
export type VectorEvent =
  | { readonly result: FileResult }
  | { readonly refused: string }
  | { readonly done: true }

/** Every thread compiles the actors that it needs, so more of them soon gain nothing. */
const MAX_THREADS = 4
/** Files that are worth a thread. */
const FILES_PER_THREAD = 10

/** A folder stands for the vectors in it and below. @throws VectorError */
export function vectorFiles(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
  } catch (error) {
    throw new VectorError((error as Error).message)
  }
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => join(path, file))
}

const ending = import.meta.url.slice(-3)

/** @throws VectorError when there is no such bundle, or a file holds no vector */
export async function* runFiles({ files, bundle }: VectorTask): AsyncGenerator<FileResult> {
  const wanted = Math.ceil(files.length / FILES_PER_THREAD)
  const count = Math.min(wanted, availableParallelism(), MAX_THREADS)
  const events = new EventEmitter()
  const threads = Array.from({ length: count }, (_, thread): Worker => {
    const own = files.filter((_, index) => index % count === thread)
    const task: VectorTask = { files: own, bundle }
    return startThread(new URL(`./thread${ending}`, import.meta.url), task)
      .on('message', (event: VectorEvent) => events.emit('event', event))
      .on('error', (error) => events.emit('error', error))
  })
  try {
    let running = threads.length
    if (running === 0) return
    for await (const [event] of on(events, 'event') as AsyncIterable<[VectorEvent]>) {
      if ('refused' in event) throw new VectorError(event.refused)
      if ('result' in event) yield event.result
      else if (--running === 0) return
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}
