/** Compares sub-tests, in a thread of its own: gas is free in it. */
import { parentPort, workerData } from 'node:worker_threads'
import { makeGasFree } from './actor-run.ts'
import { compareSubTest } from './compare.ts'
import { inFolder, selected } from './files.ts'

export interface EvmTask {
  readonly source: { readonly selection: string } | { readonly folder: string }
  /** Of so many sub-tests, one. */
  readonly stride: number
}

export interface EvmResult {
  readonly compared: number
  /** Transactions that succeeded, of those that were compared. */
  readonly succeeded: number
  readonly differing: readonly { readonly name: string; readonly differences: readonly string[] }[]
  /** Reasons to the number of sub-tests that they kept out. */
  readonly excluded: Readonly<Record<string, number>>
}

const { source, stride } = workerData as EvmTask
makeGasFree()
const excluded: Record<string, number> = {}
const differing: EvmResult['differing'][number][] = []
let [index, compared, succeeded] = [0, 0, 0]
for (const test of 'folder' in source ? inFolder(source.folder) : selected(source.selection)) {
  if (index++ % stride !== 0) continue
  const result = await compareSubTest(test)
  if (result.excluded !== undefined) {
    excluded[result.excluded] = (excluded[result.excluded] ?? 0) + 1
    continue
  }
  compared++
  if (result.succeeded === true) succeeded++
  const { name, differences } = result
  if (differences.length > 0) differing.push({ name, differences })
}
parentPort!.postMessage({ compared, succeeded, differing, excluded } satisfies EvmResult)
