import { describe, expect, test } from 'vitest'
import { nativeRegistry } from '../../../src/actors/manifest.ts'
import type { ActorRegistry } from '../../../src/fvm/machine.ts'
import { compareScenario } from '../../../src/node/replay/differential.ts'
import { replayFiles } from '../../../src/node/replay/files.ts'
import { mainnetV18 } from '../../../src/protocol/builtin.ts'
import { readScenario, scenarioNames, scenarioPath } from '../../vectors/scenarios.ts'
import { actorsBundle } from '../../wasm/genuine-actors.ts'
import { inThread } from '../../wasm/threads.ts'
import type { DifferentialResult, DifferentialTask } from './differential-thread.ts'

const native = nativeRegistry(mainnetV18)

describe('the comparison', () => {
  /** Wallets run the code of accounts: whatever they are asked to do, they do nothing. */
  const broken: ActorRegistry = {
    ...native,
    byCode: (code) =>
      native.byCode(code.equals(native.codeFor('multisig')) ? native.codeFor('account') : code),
  }

  test('finds nothing between an engine and itself', () => {
    const engines = { native, genuine: native }
    const steps = [...compareScenario(readScenario('multisig-a'), engines)]
    expect(steps.length).toBe(56)
    expect(steps.filter((step) => 'reason' in step || step.differences.length > 0)).toEqual([])
  })

  test('sees what another engine does, and goes on from the state that it leaves', () => {
    const engines = { native: broken, genuine: native }
    const steps = [...compareScenario(readScenario('multisig-a'), engines)]
    const differing = steps.filter((step) => 'reason' in step || step.differences.length > 0)
    expect(differing.length).toBeGreaterThan(20)
    expect(differing.length).toBeLessThan(steps.length)
    const aspects = differing.flatMap((step) => ('reason' in step ? [] : step.differences))
    expect(new Set(aspects.map(({ aspect }) => aspect))).toEqual(
      new Set(['exit code', 'return', 'state root', 'kernel charges']),
    )
  })
})

describe.skipIf(actorsBundle === undefined)('native actors next to the genuine ones', () => {
  const GAS_TOLERANCE = 0.03
  /** FUZZ_MESSAGES at random, from FUZZ_SEED on; each hundred has a seed of its own. */
  const SEEDS = Math.ceil(Number(process.env.FUZZ_MESSAGES ?? 2_000) / 100)
  const FIRST = Number(process.env.FUZZ_SEED ?? 1)

  async function random(damage: number): Promise<DifferentialResult> {
    const seeds = Array.from({ length: SEEDS }, (_, i) => FIRST + i)
    const task: DifferentialTask = { bundle: actorsBundle!, seeds, messages: 100, damage }
    return inThread('./differential-thread.ts', task, import.meta.url)
  }

  test('all recorded scenarios, charge by charge', async () => {
    const files = scenarioNames.map(scenarioPath)
    let messages = 0
    for await (const report of replayFiles({ files, compare: actorsBundle! })) {
      messages += report.messages
      expect(report.differing).toEqual([])
      expect(report.skipped).toEqual([])
    }
    expect(messages).toBe(2_660)
  }, 300_000)

  test('random messages', async () => {
    const { compared, succeeded, differing, gasErrors } = await random(0.06)
    expect(differing).toEqual([])
    expect(compared).toBe(100 * SEEDS)
    expect(succeeded).toBeGreaterThan(compared / 3)
    const far = gasErrors.filter((error) => Math.abs(error) > GAS_TOLERANCE)
    expect(far.length).toBeLessThan(compared / 50)
  }, 300_000)

  test('random messages with damaged params', async () => {
    const { compared, differing } = await random(0.8)
    expect(differing).toEqual([])
    expect(compared).toBe(100 * SEEDS)
  }, 300_000)
})
