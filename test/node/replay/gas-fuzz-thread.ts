/** Lets messages run out of gas at each of their charges. */
import { parentPort, workerData } from 'node:worker_threads'
import { nativeRegistry } from '../../../src/actors/manifest.ts'
import { GAS } from '../../../src/fvm/gas/gas-tracker.ts'
import type { CallTrace } from '../../../src/fvm/trace.ts'
import {
  runSituation,
  type Situation,
  situationsOf,
} from '../../../src/node/replay/differential.ts'
import { mainnetV18 } from '../../../src/protocol/builtin.ts'
import { ExitCode } from '../../../src/protocol/exit-code.ts'
import { loadBundle } from '../../../src/wasm/bundle.ts'
import { readScenario } from '../../vectors/scenarios.ts'

export interface GasFuzzTask {
  /** Scenarios, of each the successful message with most charges. */
  readonly scenarios: readonly string[]
  /** Genuine actors; undefined: the native ones. */
  readonly bundle: string | undefined
}

export interface GasFuzzResult {
  readonly message: string
  readonly limits: number
  /** Runs that ended as exit code 7, and that went on after a call had run out. */
  readonly ended: number
  readonly wentOn: number
  /** Anything else. */
  readonly wrong: readonly string[]
}

const MAX_CHARGES = 200

const { scenarios, bundle } = workerData as GasFuzzTask
const actors =
  bundle === undefined ? nativeRegistry(mainnetV18) : (await loadBundle(bundle)).registry

interface Candidate {
  readonly situation: Situation
  readonly index: number
  readonly charges: readonly number[]
  readonly gasUsed: number
}

function largest(scenario: string): Candidate {
  let best: Candidate | undefined
  for (const { index, situation, goOn } of situationsOf(readScenario(scenario))) {
    const { applied, tree } = runSituation(situation, actors)
    goOn(tree.flush())
    const { receipt, ranOut } = applied
    const charges = (applied.charges ?? []).map(({ milligas }) => milligas)
    if (receipt.exitCode !== ExitCode.OK || ranOut || charges.length > MAX_CHARGES) continue
    if (charges.length <= (best?.charges.length ?? 0)) continue
    best = { situation, index, charges, gasUsed: receipt.gasUsed }
  }
  if (best === undefined) throw new Error(`${scenario}: nothing succeeds`)
  return best
}

/** In the middle of each charge and just before its end, in whole gas; what is too little. */
function limitsOf({ charges, gasUsed }: Candidate): number[] {
  const limits = new Set<number>()
  let sum = 0
  for (const milligas of charges) {
    for (const point of [sum + milligas / 2, sum + milligas - GAS]) {
      limits.add(Math.max(0, Math.floor(point / GAS)))
    }
    sum += milligas
  }
  return [...limits].filter((limit) => limit < gasUsed)
}

function someCallRanOut({ calls }: CallTrace): boolean {
  return calls.some(
    (call) => call.result?.exitCode === ExitCode.SYS_OUT_OF_GAS || someCallRanOut(call),
  )
}

function fuzz(scenario: string): GasFuzzResult {
  const candidate = largest(scenario)
  const { situation } = candidate
  const limits = limitsOf(candidate)
  let [ended, wentOn] = [0, 0]
  const wrong: string[] = []
  for (const gasLimit of limits) {
    const message = { ...situation.message, gasLimit }
    const { applied } = runSituation({ ...situation, message }, actors)
    const { exitCode, gasUsed, eventsRoot } = applied.receipt
    const whole = gasUsed === gasLimit || gasUsed === 0
    if (exitCode === ExitCode.SYS_OUT_OF_GAS && whole && eventsRoot === null) ended++
    else if (gasUsed <= gasLimit && applied.trace && someCallRanOut(applied.trace)) wentOn++
    else wrong.push(`limit ${gasLimit}: exit code ${exitCode}, gas ${gasUsed} ${applied.failure}`)
  }
  const name = `${scenario} ${candidate.index}`
  return { message: name, limits: limits.length, ended, wentOn, wrong }
}

parentPort!.postMessage(scenarios.map(fuzz))
