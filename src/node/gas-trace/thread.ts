/** Runs a message of a scenario and lists its charges. */
import { parentPort, workerData } from 'node:worker_threads'
import { nativeRegistry } from '../../actors/manifest.ts'
import { EMPTY } from '../../base/bytes.ts'
import { actorCall } from '../../chain/actor-calls.ts'
import { actorCallJson } from '../../eth/trace/message-trace.ts'
import type { Applied } from '../../fvm/executor.ts'
import { mainnetV18 } from '../../protocol/builtin.ts'
import { compareEngines, runSituation, situationsOf } from '../replay/differential.ts'
import { genuineActors, readScenario } from '../replay/read.ts'
import { ScenarioError } from '../replay/scenario.ts'
import type { GasTrace, RecordedAnswer, RecordedTask } from './gas-trace.ts'

const { file, index, bundle } = workerData as RecordedTask
const native = nativeRegistry(mainnetV18)

try {
  parentPort!.postMessage({ traces: await traces() } satisfies RecordedAnswer)
} catch (error) {
  if (!(error instanceof ScenarioError)) throw error
  parentPort!.postMessage({ refused: error.message } satisfies RecordedAnswer)
}

/** @throws ScenarioError */
async function traces(): Promise<GasTrace[]> {
  const genuine = bundle === undefined ? undefined : await genuineActors(bundle)
  let count = 0
  for (const step of situationsOf(readScenario(file))) {
    const { situation, goOn } = step
    count++
    if (step.index < index) {
      goOn(runSituation(situation, genuine ?? native).tree.flush())
    } else if (genuine === undefined) {
      return [traceOf('native', runSituation(situation, native).applied)]
    } else {
      const compared = compareEngines(situation, { native, genuine })
      return [
        traceOf('native', compared.native.applied),
        traceOf('genuine', compared.genuine.applied),
      ]
    }
  }
  throw new ScenarioError(`${file}: has messages 0 to ${count - 1}, not ${index}`)
}

function traceOf(engine: GasTrace['engine'], { receipt, trace, charges }: Applied): GasTrace {
  const { manifest } = native
  const context = { manifest, events: [], firstEvent: 0, codeOf: () => EMPTY, charges }
  return {
    engine,
    exitCode: receipt.exitCode,
    gasUsed: receipt.gasUsed,
    call: trace === undefined ? null : actorCallJson(actorCall(trace, context), 'f'),
  }
}
