/** Replays files of scenarios, in a thread whose stack is deep enough for any message. */
import { basename } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { nativeRegistry } from '../../actors/manifest.ts'
import { mainnetV18 } from '../../protocol/builtin.ts'
import { compareScenario } from './differential.ts'
import type { ReplayEvent, ReplayTask } from './files.ts'
import { genuineActors, readScenario } from './read.ts'
import { replay } from './replay.ts'
import { reportOf } from './report.ts'
import { ScenarioError } from './scenario.ts'

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
