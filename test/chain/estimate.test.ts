import { expect, test } from 'vitest'
import { nativeRegistry } from '../../src/actors/manifest.ts'
import { Address } from '../../src/address/address.ts'
import { EMPTY, fromHex } from '../../src/base/bytes.ts'
import type { CallRequest } from '../../src/chain/chain.ts'
import { genesisState } from '../../src/chain/genesis.ts'
import { estimateGas, MAINNET_CREATION_GAS } from '../../src/chain/simulate.ts'
import type { BlockRecord } from '../../src/eth/records.ts'
import { MemoryBlockstore } from '../../src/ipld/blockstore.ts'
import { mainnetV18 } from '../../src/protocol/builtin.ts'

const sender = Address.delegated(10n, new Uint8Array(20).fill(1))
const store = new MemoryBlockstore()
const actors = nativeRegistry(mainnetV18)
const stateRoot = genesisState(store, actors, {
  networkName: 'test',
  accounts: [{ address: sender, balance: 10n ** 18n }],
})
const block = { stateRoot, epoch: 1, timestamp: 1_700_000_000 } as BlockRecord

/** @param creationGas as the node's option sets it */
function estimate(request: Pick<CallRequest, 'to' | 'input'>, creationGas: number): number {
  const tipsets = { keyAtOrBefore: () => [] }
  const input = { store, actors, chainId: 31_415_926, tipsets, creationGas }
  const answer = estimateGas(input, { from: sender, value: 0n, ...request } as CallRequest, block)
  if ('failed' in answer) throw new Error('it failed')
  return answer.gas
}

/** Estimates are a quarter too high on purpose. */
const SURCHARGE = 1.25 * MAINNET_CREATION_GAS

test('a deployment may be estimated as on mainnet', () => {
  const deployment = { to: undefined, input: fromHex('6001600c60003960016000f300') }
  const here = estimate(deployment, 0)
  expect(here).toBeLessThan(30_000_000)
  expect(estimate(deployment, MAINNET_CREATION_GAS)).toBe(here + SURCHARGE)
})

test('so may one whose constructor deploys', () => {
  // create(0, 0, 0), stop
  const deployment = { to: undefined, input: fromHex('600060006000f000') }
  expect(estimate(deployment, MAINNET_CREATION_GAS)).toBe(estimate(deployment, 0) + 2 * SURCHARGE)
})

test('a transfer costs the same everywhere', () => {
  const transfer = { to: Address.delegated(10n, new Uint8Array(20).fill(2)), input: EMPTY }
  expect(estimate(transfer, MAINNET_CREATION_GAS)).toBe(estimate(transfer, 0))
})
