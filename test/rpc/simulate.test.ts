/** eth_simulateV1 on the real development node, by hand and as viem uses it. */
import {
  type Address,
  createPublicClient,
  encodeFunctionData,
  hexToNumber,
  http,
  numberToHex,
  parseAbi,
} from 'viem'
import { afterAll, describe, expect, test } from 'vitest'
import { devNode, loggedErrors } from './dev-node.ts'
import { calling, probe } from './probe.ts'

const { ask, rpc, accounts, url } = await devNode()
afterAll(() => expect(loggedErrors).toEqual([]))

const [alice, bob] = accounts as [Address, Address]
const NEW = '0x00000000000000000000000000000000000100e1'
const FIL = 10n ** 18n
const word = (value: bigint | number) => numberToHex(value, { size: 32 })
const hash = await rpc('eth_sendTransaction', { from: alice, data: probe.bytecode })
const { contractAddress } = await rpc('eth_getTransactionReceipt', hash)
const head = await rpc('eth_getBlockByNumber', 'latest')

const simulate = (blocks: object[], options: object = {}) =>
  rpc('eth_simulateV1', { blockStateCalls: blocks, ...options }, 'latest')
const refused = async (blocks: object[], options: object = {}) =>
  (await ask('eth_simulateV1', { blockStateCalls: blocks, ...options }, 'latest')).error

test('each call finds what the one before left, in its block and the next ones', async () => {
  const set = (value: number) => ({ from: alice, to: contractAddress, data: calling('set', value) })
  const get = { to: contractAddress, data: calling('value') }
  const [first, second] = await simulate([{ calls: [set(1), get, set(2), get] }, { calls: [get] }])
  expect(first.calls.map(({ returnData }: { returnData: string }) => returnData)).toEqual([
    '0x',
    word(1),
    '0x',
    word(2),
  ])
  expect(second.calls).toMatchObject([{ status: '0x1', returnData: word(2), logs: [] }])
  expect(await rpc('eth_call', get)).toBe(word(7))
})

test('blocks follow the head and each other', async () => {
  const [first, second, third] = await simulate([
    { calls: [{ from: alice, to: NEW }] },
    { blockOverrides: { number: '0x64', time: '0x70000000', baseFeePerGas: '0x2a' } },
    {},
  ])
  expect(hexToNumber(first.number)).toBe(hexToNumber(head.number) + 1)
  expect(first.parentHash).toBe(head.hash)
  expect(hexToNumber(first.timestamp)).toBe(hexToNumber(head.timestamp) + 30)
  expect(first).toMatchObject({ baseFeePerGas: '0x0', transactions: [expect.any(String)] })
  expect(second).toMatchObject({
    number: '0x64',
    timestamp: '0x70000000',
    baseFeePerGas: '0x2a',
    parentHash: first.hash,
  })
  expect(third).toMatchObject({ number: '0x65', parentHash: second.hash })
})

test('contracts see the simulated chain', async () => {
  const code = '0x6064' // PUSH1 100
  const [, block] = await simulate([
    { blockOverrides: { number: '0x64' } },
    {
      stateOverrides: { [NEW]: { code: `${code}4060005260206000f3` } },
      calls: [{ to: NEW }],
    },
  ])
  // BLOCKHASH of the block before, which is its tipset's
  expect(block.calls[0].returnData).toBe(block.parentHash)
})

test('logs stand where the calls put them', async () => {
  const ping = { from: alice, to: contractAddress, data: calling('ping', 5, 2) }
  const [block] = await simulate([{ calls: [ping, ping] }], { returnFullTransactions: true })
  const [a, b] = block.calls
  expect([...a.logs, ...b.logs].map(({ logIndex }) => logIndex)).toEqual([
    '0x0',
    '0x1',
    '0x2',
    '0x3',
  ])
  expect(b.logs[0]).toMatchObject({
    address: contractAddress,
    blockHash: block.hash,
    transactionHash: block.transactions[1].hash,
    transactionIndex: '0x1',
  })
  expect(block.transactions[0]).toMatchObject({ from: alice, to: contractAddress, nonce: '0x1' })
  expect(BigInt(block.gasUsed)).toBe(BigInt(a.gasUsed) + BigInt(b.gasUsed))
})

test('transfers are logs of a token when that is asked for', async () => {
  const value = numberToHex(FIL)
  const [block] = await simulate(
    [
      {
        calls: [
          { from: alice, to: bob, value },
          { from: alice, to: contractAddress, value, data: calling('fail', 1) },
        ],
      },
    ],
    { traceTransfers: true },
  )
  expect(block.calls[0].logs).toMatchObject([
    {
      address: `0x${'ee'.repeat(20)}`,
      topics: [
        '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef',
        word(BigInt(alice)),
        word(BigInt(bob)),
      ],
      data: word(FIL),
    },
  ])
  expect(block.calls[1]).toMatchObject({ status: '0x0', logs: [] })
})

test('failures are answers', async () => {
  const [block] = await simulate([
    {
      calls: [
        { from: alice, to: contractAddress, data: calling('fail', 1) },
        { from: alice, to: contractAddress, data: calling('fail', 5) },
      ],
    },
  ])
  expect(block.calls).toMatchObject([
    {
      status: '0x0',
      returnData: expect.stringMatching(/^0x08c379a0/),
      error: { code: 3, message: expect.stringMatching(/^execution reverted: not the owner/) },
    },
    {
      status: '0x0',
      error: { code: -32015, message: expect.stringMatching(/^vm execution error/) },
    },
  ])
})

test('gas is what a transaction uses on chain', async () => {
  const call = { from: alice, to: contractAddress, data: calling('set', 8) }
  const [block] = await simulate([{ calls: [call] }])
  const snapshot = await rpc('evm_snapshot')
  const sent = await rpc('eth_sendTransaction', call)
  const { gasUsed } = await rpc('eth_getTransactionReceipt', sent)
  await rpc('evm_revert', snapshot)
  const difference = Math.abs(hexToNumber(gasUsed) - hexToNumber(block.calls[0].gasUsed))
  expect(difference / hexToNumber(gasUsed)).toBeLessThan(0.01)
})

describe('validation', () => {
  const validation = { validation: true }
  const fees = { maxFeePerGas: '0x77359400', maxPriorityFeePerGas: '0x1', gas: '0x5f5e100' }
  const send = { from: bob, to: NEW, value: '0x1', ...fees }

  test('takes fees and nonces', async () => {
    const [block] = await simulate([{ calls: [send, { ...send, nonce: '0x1' }] }], validation)
    expect(block.calls).toMatchObject([{ status: '0x1' }, { status: '0x1' }])
    expect(block.baseFeePerGas).toBe(await rpc('eth_baseFee'))
  })

  test.each([
    [-38010, { ...send, from: alice, nonce: '0x0' }],
    [-38011, { ...send, nonce: '0x5' }],
    [-38012, { ...send, maxFeePerGas: '0x1' }],
    [-38013, { ...send, gas: '0x5208' }],
    [-38014, { ...send, value: numberToHex(1_000_000n * FIL) }],
    [-38015, { ...send, gas: '0x2540be401' }],
  ])('refuses with %i', async (code, call) => {
    expect(await refused([{ calls: [call] }], validation)).toMatchObject({ code })
  })
})

test('refuses blocks out of order, and value that is not there', async () => {
  expect(await refused([{ blockOverrides: { number: '0x1' } }])).toMatchObject({ code: -38020 })
  expect(await refused([{ blockOverrides: { time: '0x1' } }])).toMatchObject({ code: -38021 })
  const call = { from: NEW, to: bob, value: '0x1' }
  expect(await refused([{ calls: [call] }])).toMatchObject({ code: -38014 })
  const rich = { stateOverrides: { [NEW]: { balance: '0x2' } }, calls: [call] }
  expect((await simulate([rich]))[0].calls).toMatchObject([{ status: '0x1' }])
})

describe('viem', () => {
  const client = createPublicClient({ transport: http(url) })

  test('simulateBlocks', async () => {
    const [block] = await client.simulateBlocks({
      blocks: [
        {
          stateOverrides: [{ address: NEW, balance: 5n * FIL }],
          calls: [
            { account: NEW, to: bob, value: FIL },
            { to: contractAddress, abi: probe.abi, functionName: 'value' },
          ],
        },
      ],
    })
    expect(block!.calls[0]!.status).toBe('success')
    expect(block!.calls[1]!.result).toBe(7n)
  })

  test('simulateCalls with asset changes', async () => {
    const { results, assetChanges } = await client.simulateCalls({
      account: alice,
      calls: [{ to: bob, value: FIL }],
      traceAssetChanges: true,
    })
    expect(results[0]!.status).toBe('success')
    expect(assetChanges[0]!.value.diff).toBe(-FIL)
  })

  test('readContract and multicall with state overrides', async () => {
    const abi = parseAbi(['function value() view returns (uint256)'])
    const data = encodeFunctionData({ abi })
    const { data: returned } = await client.call({
      to: contractAddress,
      data,
      stateOverride: [{ address: contractAddress, stateDiff: [{ slot: word(0), value: word(3) }] }],
    })
    expect(returned).toBe(word(3))
  })
})
