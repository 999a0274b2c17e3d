/** Files that a replay needs: scenarios, plain or packed, and bundles of genuine actors. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { ActorRegistry } from '../../fvm/machine.ts'
import { loadBundle } from '../../wasm/bundle.ts'
import { type Scenario, ScenarioError } from './scenario.ts'

const GZIP = [0x1f, 0x8b]

/** @throws ScenarioError */
export async function genuineActors(bundle: string): Promise<ActorRegistry> {
  try {
    return (await loadBundle(bundle)).registry
  } catch (error) {
    throw new ScenarioError(`${bundle}: ${(error as Error).message}`)
  }
}

/** @throws ScenarioError */
export function readScenario(file: string): Scenario {
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
