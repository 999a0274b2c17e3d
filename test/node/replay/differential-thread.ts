/** Random messages through native and genuine actors. */
import { parentPort, workerData } from 'node:worker_threads'
import { nativeRegistry } from '../../../src/actors/manifest.ts'
import { toHex } from '../../../src/base/bytes.ts'
import { compareEngines } from '../../../src/node/replay/differential.ts'
import { mainnetV18 } from '../../../src/protocol/builtin.ts'
import { loadBundle } from '../../../src/wasm/bundle.ts'
import { RandomMessages } from './random-messages.ts'

export interface DifferentialTask {
  readonly bundle: string
  readonly seeds: readonly number[]
  readonly messages: number
  readonly damage: number
}

export interface DifferentialResult {
  readonly compared: number
  readonly succeeded: number
  /** Messages that went differently, and how. */
  readonly differing: readonly unknown[]
  /** Of each message; 0.01 is one percent too much. */
  readonly gasErrors: readonly number[]
}

const { bundle, seeds, messages, damage } = workerData as DifferentialTask
const native = nativeRegistry(mainnetV18)
const { registry: genuine } = await loadBundle(bundle)
const differing: unknown[] = []
const gasErrors: number[] = []
let succeeded = 0
for (const seed of seeds) {
  const random = new RandomMessages(seed, native, damage).messages(messages)
  let next = random.next()
  for (let index = 0; !next.done; index++) {
    const { note, situation } = next.value
    const compared = compareEngines(situation, { native, genuine })
    const [ours, theirs] = [compared.native.applied, compared.genuine.applied]
    if (theirs.receipt.exitCode === 0) succeeded++
    gasErrors.push(ours.receipt.gasUsed / theirs.receipt.gasUsed - 1)
    if (compared.differences.length > 0) {
      const { from, to, method, params } = situation.message
      const message = { from: String(from), to: String(to), method, params: toHex(params) }
      const failures = { ours: ours.failure, theirs: theirs.failure }
      differing.push({ seed, index, note, message, ...failures, is: compared.differences })
    }
    next = random.next(compared)
  }
}
const result: DifferentialResult = { compared: gasErrors.length, succeeded, differing, gasErrors }
parentPort!.postMessage(result)
