/**
 * Ethereum's own tests on the native EVM actor and the real kernel. Each sub-test first runs in
 * @ethereumjs/evm as it says, which must come to the test's own hash; then in both machines, where
 * success, output, logs, code, storage and balances must be the same.
 */
import { describe, expect, test } from 'vitest'
import { inThread } from '../wasm/threads.ts'
import type { EvmResult, EvmTask } from './evm-thread.ts'

/** GeneralStateTests of ethereum/tests. */
const stateTests = process.env.FEVM_STATE_TESTS
/** Constantinople/VMTests of ethereum/legacytests. */
const vmTests = process.env.FEVM_VM_TESTS
/** Of so many sub-tests of these folders, one; the whole takes an hour. */
const stride = Number(process.env.FEVM_STATE_TESTS_STRIDE ?? 1)

if (stateTests === undefined || vmTests === undefined) {
  console.warn(
    "SKIPPED: most of Ethereum's tests. Set FEVM_STATE_TESTS to GeneralStateTests of ethereum/tests and FEVM_VM_TESTS to Constantinople/VMTests of ethereum/legacytests.",
  )
}

const run = (task: EvmTask) => inThread<EvmResult>('./evm-thread.ts', task, import.meta.url)

describe('the selection', () => {
  test('of tests of state', async () => {
    const result = await run({ source: { selection: 'ethereum-state-tests.json' }, stride: 1 })
    expect(result).toMatchObject({ differing: [], excluded: {} })
    expect(result.compared).toBe(44)
    expect(result.succeeded).toBeGreaterThan(result.compared / 2)
  }, 120_000)

  test('of tests of code', async () => {
    const result = await run({ source: { selection: 'ethereum-vm-tests.json' }, stride: 1 })
    expect(result).toMatchObject({ differing: [], excluded: {} })
    expect(result.compared).toBe(100)
    expect(result.succeeded).toBeGreaterThan(result.compared / 2)
  }, 120_000)
})

describe('all of them', () => {
  const LONG = 4 * 3_600_000

  test.skipIf(vmTests === undefined)(
    'of tests of code',
    async () => {
      const result = await run({ source: { folder: vmTests! }, stride: 1 })
      console.log('VMTests', result)
      expect(result.differing).toEqual([])
      expect(result.compared).toBeGreaterThan(540)
    },
    LONG,
  )

  test.skipIf(stateTests === undefined)(
    'of tests of state',
    async () => {
      const result = await run({ source: { folder: stateTests! }, stride })
      console.log('GeneralStateTests', result)
      expect(result.differing).toEqual([])
      expect(result.compared).toBeGreaterThan(1_000 / stride)
    },
    LONG,
  )
})
