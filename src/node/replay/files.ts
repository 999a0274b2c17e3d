/** Replays files, each reported when it is done. */
import { on } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { startThread } from '../threads/start.ts'
import type { ScenarioReport } from './report.ts'
import { ScenarioError } from './scenario.ts'

export interface ReplayTask {
  /** Scenarios as `.json` or `.json.gz`. */
  readonly files: readonly string[]
  /** Bundle of genuine actors to run them on; without one, the native actors. */
  readonly bundle?: string
  /** Compare with these genuine actors, not with what was recorded. */
  readonly compare?: string
}

/** What the thread tells, one after the other. */
export type ReplayEvent =
  | { readonly report: ScenarioReport }
  | { readonly refused: string }
  | { readonly done: true }

/** A folder stands for the scenarios in it. @throws ScenarioError */
export function scenarioFiles(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
  } catch (error) {
    throw new ScenarioError((error as Error).message)
  }
  return readdirSync(path)
    .filter((file) => /\.json(\.gz)?$/.test(file))
    .sort()
    .map((file) => join(path, file))
}

const ending = import.meta.url.slice(-3)

/** @throws ScenarioError */
export async function* replayFiles(task: ReplayTask): AsyncGenerator<ScenarioReport> {
  const worker = startThread(new URL(`./thread${ending}`, import.meta.url), task)
  try {
    for await (const [event] of on(worker, 'message') as AsyncIterable<[ReplayEvent]>) {
      if ('done' in event) return
      if ('refused' in event) throw new ScenarioError(event.refused)
      yield event.report
    }
  } finally {
    await worker.terminate()
  }
}
