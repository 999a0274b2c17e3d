/** Replays all scenarios on the genuine actors and tells what differs from the recording. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Applied } from '../../src/fvm/executor.ts'
import { replay } from '../../src/node/replay/replay.ts'
import type { Expectation } from '../../src/node/replay/scenario.ts'
import { loadBundle } from '../../src/wasm/bundle.ts'
import { readScenario, scenarioNames } from '../vectors/scenarios.ts'

export interface ScenarioResult {
  readonly messages: number
  readonly differences: readonly string[]
}

const { registry } = await loadBundle(workerData.bundle)

/** What an exact engine must get right beyond what a native one does. */
function exactly(expected: Expectation, { receipt, returnCodec, fees, ...applied }: Applied) {
  const rows: [aspect: string, expected: unknown, actual: unknown][] = [
    ['gas used', expected.gasUsed, receipt.gasUsed],
    ['return codec', expected.returnCodec, returnCodec ?? null],
    ['refund', expected.refund, String(fees.refund)],
    ['tip', expected.minerTip, String(fees.minerTip)],
    ['penalty', expected.penalty, String(fees.minerPenalty)],
    ['base fee burn', expected.baseFeeBurn, String(fees.baseFeeBurn)],
    ['over-estimation burn', expected.overEstimationBurn, String(fees.overEstimationBurn)],
  ]
  // where a frame ran out of gas, it includes the charge that was refused
  if (!applied.ranOut) {
    rows.push(['wasm milligas', expected.wasmMilligas, applied.wasmMilligas])
  }
  return rows
    .filter(([, want, got]) => want !== got)
    .map(([aspect, want, got]) => `${aspect}: ${got} instead of ${want}`)
}

function run(name: string): ScenarioResult {
  const differences: string[] = []
  let messages = 0
  for (const step of replay(readScenario(name), { actors: registry })) {
    messages++
    if ('reason' in step) {
      differences.push(`message ${step.index}: ${step.reason}`)
      continue
    }
    const general = step.differences.map(
      ({ aspect, expected, actual }) => `${aspect}: ${actual} instead of ${expected}`,
    )
    for (const difference of [...general, ...exactly(step.expected, step.applied)]) {
      differences.push(`message ${step.index} (${step.note}): ${difference}`)
    }
  }
  return { messages, differences }
}

parentPort!.postMessage(Object.fromEntries(scenarioNames.map((name) => [name, run(name)])))
