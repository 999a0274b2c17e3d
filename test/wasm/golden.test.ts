import { beforeAll, describe, expect, test } from 'vitest'
import { scenarioNames } from '../vectors/scenarios.ts'
import { actorsBundle } from './genuine-actors.ts'
import type { ScenarioResult } from './replay-thread.ts'
import { inThread } from './threads.ts'

describe.skipIf(actorsBundle === undefined)('the genuine actors v18, message for message', () => {
  let results: Record<string, ScenarioResult>

  beforeAll(async () => {
    results = await inThread('./replay-thread.ts', { bundle: actorsBundle })
  }, 300_000)

  test.each(scenarioNames)('%s', (name) => {
    expect(results[name]?.differences).toEqual([])
  })

  test('all 2,660 messages were compared', () => {
    const counts = Object.values(results).map(({ messages }) => messages)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2_660)
  })
})
