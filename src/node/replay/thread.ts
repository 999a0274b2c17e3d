/** Replays files of scenarios, in a thread whose stack is deep enough for any message. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import { nativeRegistry } from '../../actors/manifest.ts'
import type { ActorRegistry } from '../../fvm/machine.ts'
import { mainnetV18 } from '../../protocol/builtin.ts'
import { loadBundle } from '../../wasm/bundle.ts'
import { compareScenario } from './differential.ts'
import type { ReplayEvent, ReplayTask } from './files.ts'
import { replay } from './replay.ts'
import { reportOf } from './report.ts'
import { type Scenario, ScenarioError } from './scenario.ts'

const GZIP = [0x1f, 0x8b]

const { files, bundle, compare } = workerData as ReplayTask
const answer = (event: ReplayEvent) => parentPort!.postMessage(event)

try {
  const actors = bundle === undefined ? nativeRegistry(mainnetV18) : await genuineActors(bundle)
  const genuine = compare === undefined ? undefined : await genuineActors(compare)
  for (const file of files) {
    const scenario = readScenario(file)
    const name = scenario.name ?? basename(file)
    const steps =
      genuine === undefined
        ? replay(scenario, { actors })
        : compareScenario(scenario, { native: actors, genuine })
    answer({ report: reportOf(name, steps) })
  }
  answer({ done: true })
} catch (error) {
  if (!(error instanceof ScenarioError)) throw error
  answer({ refused: error.message })
}

/** @throws ScenarioError */
async function genuineActors(bundle: string): Promise<ActorRegistry> {
  try {
    return (await loadBundle(bundle)).registry
  } catch (error) {
    throw new ScenarioError(`${bundle}: ${(error as Error).message}`)
  }
}

/** @throws ScenarioError */
function readScenario(file: string): Scenario {
  try {
    const bytes = readFileSync(file)
    const isPacked = bytes[0] === GZIP[0] && bytes[1] === GZIP[1]
    const scenario = JSON.parse((isPacked ? gunzipSync(bytes) : bytes).toString('utf8'))
    if (scenario?.genesis !== undefined && Array.isArray(scenario.epochs)) return scenario
  } catch (error) {
    throw new ScenarioError(`${file}: ${(error as Error).message}`)
  }
  throw new ScenarioError(`${file}: has no genesis or no epochs`)
}
