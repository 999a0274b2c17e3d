/** The recorded scenarios (README.md), packed one by one. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Scenario } from '../../src/node/replay/scenario.ts'

const directory = join(import.meta.dirname, 'scenarios')
const ENDING = '.json.gz'

export const scenarioNames: readonly string[] = readdirSync(directory)
  .filter((file) => file.endsWith(ENDING))
  .map((file) => file.slice(0, -ENDING.length))
  .sort()

export function scenarioPath(name: string): string {
  return join(directory, `${name}${ENDING}`)
}

export function readScenario(name: string): Scenario {
  const packed = readFileSync(scenarioPath(name))
  return JSON.parse(gunzipSync(packed).toString('utf8'))
}
