import { describe, expect, test } from 'vitest'
import { actorsBundle } from '../../wasm/genuine-actors.ts'
import { inThread } from '../../wasm/threads.ts'
import type { GasFuzzResult, GasFuzzTask } from './gas-fuzz-thread.ts'

/** Tokens, proxies, deployments, calls within calls, wallets, DataCap, accounts. */
const scenarios = [
  ...['erc20-a', 'erc721-a', 'proxies-a', 'factories-a', 'call-graph-a', 'try-catch-a'],
  ...['multisig-a', 'datacap-flow-a', 'init-account-a', 'transient-a'],
]

describe.each([
  ['native', undefined],
  ['genuine', actorsBundle],
])('out of gas at every charge of ten messages, %s actors', (engine, bundle) => {
  test.skipIf(engine === 'genuine' && bundle === undefined)(
    'is exit code 7, or that of a call whose caller goes on',
    async () => {
      const task: GasFuzzTask = { scenarios, bundle }
      const results = await inThread<GasFuzzResult[]>('./gas-fuzz-thread.ts', task, import.meta.url)
      expect(
        results.flatMap(({ message, wrong }) => wrong.map((it) => `${message} ${it}`)),
      ).toEqual([])
      expect(results.length).toBe(10)
      for (const { limits, ended } of results) {
        expect(limits).toBeGreaterThan(30)
        expect(ended).toBeGreaterThan(limits / 2)
      }
    },
    240_000,
  )
})
