/** What Hardhat's and anvil's test helpers do, on the real development node. */
import { hexToNumber } from 'viem'
import { afterAll, expect, test } from 'vitest'
import { devNode, loggedErrors } from './dev-node.ts'
import { calling, probe } from './probe.ts'

const { ask, rpc, accounts } = await devNode()
afterAll(() => expect(loggedErrors).toEqual([]))

const [alice] = accounts as [string]
const SOMEONE = '0x00000000000000000000000000000000000000e1'
const latest = () => rpc('eth_getBlockByNumber', 'latest')
const height = async () => hexToNumber(await rpc('eth_blockNumber'))

test('blocks and time', async () => {
  const before = await height()
  expect(await rpc('evm_mine')).toBe('0x0')
  expect(await rpc('evm_mine', { blocks: 2 })).toBe('0x0')
  expect(await rpc('hardhat_mine')).toBe(true)
  expect(await rpc('hardhat_mine', '0x5', '0x3c')).toBe(true)
  expect(await rpc('anvil_mine', 2)).toBeNull()
  expect(await height()).toBe(before + 11)
  const time = hexToNumber((await latest()).timestamp)
  expect(await rpc('evm_setNextBlockTimestamp', time + 1000)).toBe(String(time + 1000))
  await rpc('evm_mine')
  expect(hexToNumber((await latest()).timestamp)).toBe(time + 1000)
  await rpc('evm_mine', time + 2000)
  expect(hexToNumber((await latest()).timestamp)).toBe(time + 2000)
  const moved = Number(await rpc('evm_increaseTime', 3600))
  expect(Number(await rpc('evm_increaseTime', '0xe10'))).toBe(moved + 3600)
  await rpc('evm_mine')
  expect(hexToNumber((await latest()).timestamp)).toBeGreaterThanOrEqual(time + 2000 + 7200)
  expect(await ask('evm_setNextBlockTimestamp', time)).toMatchObject({ error: { code: -32602 } })
  expect(await ask('evm_mine', time)).toMatchObject({ error: { code: -32602 } })
  expect(await ask('hardhat_mine', 1_000_000)).toMatchObject({
    error: { code: -32602, message: 'at most 100000 blocks at once, got 1000000' },
  })
})

test('blocks of many tipsets have the asked for interval', async () => {
  await rpc('hardhat_mine', 3, 60)
  const number = await height()
  const times = await Promise.all(
    [2, 1, 0].map(async (back) =>
      hexToNumber((await rpc('eth_getBlockByNumber', number - back)).timestamp),
    ),
  )
  expect([times[1]! - times[0]!, times[2]! - times[1]!]).toEqual([60, 60])
})

test('snapshots are used up', async () => {
  const [first, second] = [await rpc('evm_snapshot'), await rpc('evm_snapshot')]
  const before = await rpc('eth_blockNumber')
  await rpc('eth_sendTransaction', { from: alice, to: SOMEONE, value: '0x1' })
  expect(await rpc('evm_revert', second)).toBe(true)
  expect(await rpc('eth_blockNumber')).toBe(before)
  expect(await rpc('eth_getBalance', SOMEONE)).toBe('0x0')
  expect(await rpc('evm_revert', second)).toBe(false)
  expect(await rpc('evm_revert', first)).toBe(true)
})

test('mining on demand and at intervals', async () => {
  expect(await rpc('hardhat_getAutomine')).toBe(true)
  expect(await rpc('evm_setAutomine', false)).toBe(true)
  expect(await rpc('anvil_getAutomine')).toBe(false)
  const before = await height()
  const hash = await rpc('eth_sendTransaction', { from: alice, to: SOMEONE, value: '0x1' })
  expect(await height()).toBe(before)
  expect(await rpc('evm_setIntervalMining', 50)).toBe(true)
  await expect.poll(() => rpc('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
  expect(await rpc('anvil_setIntervalMining', 0)).toBeNull()
  expect(await rpc('anvil_setAutomine', true)).toBeNull()
})

test('accounts by decree', async () => {
  expect(await rpc('hardhat_setBalance', SOMEONE, '0xde0b6b3a7640000')).toBe(true)
  expect(await rpc('eth_getBalance', SOMEONE)).toBe('0xde0b6b3a7640000')
  expect(await rpc('anvil_setNonce', SOMEONE, '0x7')).toBeNull()
  expect(await rpc('eth_getTransactionCount', SOMEONE)).toBe('0x7')
  const { contractAddress } = await rpc(
    'eth_getTransactionReceipt',
    await rpc('eth_sendTransaction', { from: alice, data: probe.bytecode }),
  )
  const code = await rpc('eth_getCode', contractAddress)
  const copy = '0x00000000000000000000000000000000000000c0'
  expect(await rpc('hardhat_setCode', copy, code)).toBe(true)
  expect(await rpc('eth_getCode', copy)).toBe(code)
  expect(await rpc('hardhat_setStorageAt', copy, '0x0', '0x2a')).toBe(true)
  expect(await rpc('anvil_setStorageAt', copy, '0x1', `0x${'00'.repeat(31)}01`)).toBe(true)
  expect(await rpc('eth_call', { to: copy, data: calling('value') })).toMatch(/2a$/)
})

test('anybody may be impersonated', async () => {
  expect(await rpc('anvil_autoImpersonateAccount', true)).toBeNull()
  const from = '0x00000000000000000000000000000000000000e2'
  await rpc('hardhat_setBalance', from, '0xde0b6b3a7640000')
  const hash = await rpc('eth_sendTransaction', { from, to: alice, value: '0x1' })
  expect(await rpc('eth_getTransactionByHash', hash)).toMatchObject({ from })
  expect(await rpc('anvil_autoImpersonateAccount', false)).toBeNull()
})

test('the base fee of the next block', async () => {
  expect(await rpc('hardhat_setNextBlockBaseFeePerGas', '0x3e8')).toBe(true)
  await rpc('evm_mine')
  expect(await latest()).toMatchObject({ baseFeePerGas: '0x3e8' })
})

test('a new chain', async () => {
  const filter = await rpc('eth_newBlockFilter')
  expect(await rpc('hardhat_reset')).toBe(true)
  expect(await rpc('eth_blockNumber')).toBe('0x0')
  expect(await rpc('eth_getBalance', SOMEONE)).toBe('0x0')
  expect(await ask('eth_getFilterChanges', filter)).toMatchObject({ error: { code: -32000 } })
  expect(await rpc('anvil_reset', {})).toBeNull()
  expect(await ask('hardhat_reset', { forking: { jsonRpcUrl: 'http://x' } })).toMatchObject({
    error: { code: -32602 },
  })
  await rpc('eth_sendTransaction', { from: alice, to: SOMEONE, value: '0x1' })
  expect(await rpc('eth_getBalance', SOMEONE)).toBe('0x1')
})
