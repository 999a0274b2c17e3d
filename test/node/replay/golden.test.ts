/**
 * The native actors against what the genuine ones did: everything is the same but the wasm part
 * of the gas, which is modelled.
 */
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { replayFiles, scenarioFiles } from '../../../src/node/replay/files.ts'
import { type ScenarioReport, summaryLines } from '../../../src/node/replay/report.ts'
import { scenarioNames } from '../../vectors/scenarios.ts'

const directory = join(import.meta.dirname, '../../vectors/scenarios')

/** Scenario to messages that need what is not native, with the reason that the replay must give. */
const skipped: Readonly<Record<string, ScenarioReport['skipped']>> = {}

const GAS_TOLERANCE = 0.02
const WASM_TOLERANCE = 0.08
/** At least 99 of 100 messages are as near as this. */
const USUAL_WASM_TOLERANCE = 0.05

const reports = new Map<string, ScenarioReport>()

beforeAll(async () => {
  for await (const report of replayFiles({ files: scenarioFiles(directory) })) {
    reports.set(report.name, report)
  }
}, 120_000)

test.each(scenarioNames)('%s', (name) => {
  const report = reports.get(name)!
  expect(report.differing).toEqual([])
  expect(report.skipped).toEqual(skipped[name] ?? [])
  const tooFar = report.gas.filter(
    ({ total, wasm = 0 }) => Math.abs(total) > GAS_TOLERANCE || Math.abs(wasm) > WASM_TOLERANCE,
  )
  expect(tooFar).toEqual([])
})

test('all together', () => {
  const [first, ...rest] = summaryLines([...reports.values()], 3)
  expect(first).toBe('2660 messages in 60 scenarios, 0 skipped')
  expect(rest.filter((line) => line.includes('differ'))).toEqual([])
  const wasm = [...reports.values()].flatMap(({ gas }) => gas.flatMap((error) => error.wasm ?? []))
  expect(wasm.length).toBeGreaterThan(2_400)
  const far = wasm.filter((error) => Math.abs(error) > USUAL_WASM_TOLERANCE)
  expect(far.length).toBeLessThan(wasm.length / 100)
})
