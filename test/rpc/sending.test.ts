/** Ways to send: filled in, synchronous, untrusted; and lookups within so many heights. */
import { numberToHex, parseTransaction } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, describe, expect, test } from 'vitest'
import { devNode, loggedErrors } from './dev-node.ts'
import { calling, probe } from './probe.ts'

const { ask, rpc, accounts } = await devNode()
afterAll(() => expect(loggedErrors).toEqual([]))

const [alice, bob] = accounts as [string, `0x${string}`]
const key = privateKeyToAccount(
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
)
const nonceOf = async () => Number(await rpc('eth_getTransactionCount', alice, 'pending'))
const signed = (nonce: number, to = bob) =>
  key.signTransaction({
    type: 'eip1559',
    chainId: 31_415_926,
    to,
    value: 1n,
    gas: 10_000_000n,
    maxFeePerGas: 10n ** 9n,
    maxPriorityFeePerGas: 1n,
    nonce,
  })

describe('eth_fillTransaction', () => {
  test('gives what only has to be signed', async () => {
    const { raw, tx } = await rpc('eth_fillTransaction', { from: alice, to: bob, value: '0x1' })
    expect(tx).toMatchObject({ type: '0x2', from: alice, to: bob, value: '0x1' })
    expect(parseTransaction(raw)).toMatchObject({
      to: bob,
      value: 1n,
      gas: BigInt(tx.gas),
      maxFeePerGas: BigInt(tx.maxFeePerGas),
    })
    const whole = await key.signTransaction({
      ...parseTransaction(raw),
      r: undefined,
      s: undefined,
      yParity: undefined,
    } as never)
    expect((await rpc('eth_sendRawTransactionSync', whole)).status).toBe('0x1')
  })

  test('says why it cannot', async () => {
    const failing = { from: alice, data: `${probe.bytecode.slice(0, 20)}fe` }
    expect((await ask('eth_fillTransaction', failing)).error.code).toBe(3)
    const list = [{ address: bob, storageKeys: [] }]
    const { error } = await ask('eth_fillTransaction', { from: alice, to: bob, accessList: list })
    expect(error.message).toBe('access list should be an empty list')
  })
})

describe('eth_sendRawTransactionSync', () => {
  test('answers the receipt', async () => {
    const receipt = await rpc('eth_sendRawTransactionSync', await signed(await nonceOf()))
    expect(await rpc('eth_getTransactionReceipt', receipt.transactionHash)).toEqual(receipt)
  })

  test('waits for the block, and not for ever', async () => {
    await rpc('evm_setAutomine', false)
    const nonce = await nonceOf()
    const { error } = await ask('eth_sendRawTransactionSync', await signed(nonce), 50)
    expect(error).toMatchObject({ code: 4, data: expect.stringMatching(/^0x[0-9a-f]{64}$/) })
    expect(await rpc('eth_getTransactionByHash', error.data)).toMatchObject({ blockHash: null })
    const waiting = rpc('eth_sendRawTransactionSync', await signed(nonce + 1))
    while ((await rpc('eth_getTransactionCount', alice, 'pending')) !== numberToHex(nonce + 2));
    await rpc('evm_mine')
    expect((await waiting).status).toBe('0x1')
    await rpc('evm_setAutomine', true)
  })
})

test('eth_sendRawTransactionUntrusted takes no nonce gap', async () => {
  await rpc('evm_setAutomine', false)
  const nonce = await nonceOf()
  const gap = await ask('Filecoin.EthSendRawTransactionUntrusted', await signed(nonce + 1))
  expect(gap.error.message).toContain('unfulfilled nonce gap')
  expect((await ask('eth_sendRawTransaction', await signed(nonce + 2))).error).toBeUndefined()
  await rpc('Filecoin.EthSendRawTransactionUntrusted', await signed(nonce))
  await rpc('evm_setAutomine', true)
  await rpc('evm_mine')
})

test('Limited: within the lookback as without limit, beyond it nothing or an error', async () => {
  const { transactionHash, blockNumber } = await rpc(
    'eth_sendRawTransactionSync',
    await signed(await nonceOf()),
  )
  await rpc('hardhat_mine', '0x5')
  for (const [name, limited] of [
    ['eth_getTransactionByHash', 'Filecoin.EthGetTransactionByHashLimited'],
    ['eth_getTransactionReceipt', 'Filecoin.EthGetTransactionReceiptLimited'],
  ] as const) {
    const found = await rpc(name, transactionHash)
    expect(await rpc(limited, transactionHash, 5)).toEqual(found)
    expect(await rpc(limited, transactionHash, -1)).toEqual(found)
    expect(await rpc(limited, transactionHash, 4)).toBeNull()
  }
  const receipts = await rpc('eth_getBlockReceipts', blockNumber)
  expect(receipts).toContainEqual(await rpc('eth_getTransactionReceipt', transactionHash))
  expect(await rpc('Filecoin.EthGetBlockReceiptsLimited', blockNumber, 5)).toEqual(receipts)
  const { error } = await ask('Filecoin.EthGetBlockReceiptsLimited', blockNumber, 4)
  expect(error.message).toMatch(/^tipset .* is older than the allowed lookback limit$/)
})

describe('eth_createAccessList', () => {
  test('has the slots, and not the ends without any', async () => {
    const hash = await rpc('eth_sendTransaction', { from: alice, data: probe.bytecode })
    const { contractAddress: to } = await rpc('eth_getTransactionReceipt', hash)
    const { accessList, gasUsed } = await rpc('eth_createAccessList', {
      from: alice,
      to,
      data: calling('set', 5),
    })
    expect(accessList).toEqual([{ address: to, storageKeys: [numberToHex(0, { size: 32 })] }])
    expect(Number(gasUsed)).toBeGreaterThan(0)
    const whoami = { from: alice, to, data: calling('whoami') }
    expect((await rpc('eth_createAccessList', whoami)).accessList).toEqual([])
    const failing = await rpc('eth_createAccessList', { from: alice, to, data: calling('fail', 1) })
    expect(failing.error).toContain('not the owner')
  })
})

test('headers are blocks without transactions', async () => {
  const { transactions, uncles, ...header } = await rpc('eth_getBlockByNumber', 'latest')
  expect(await rpc('eth_getHeaderByNumber', 'latest')).toEqual(header)
  expect(await rpc('eth_getHeaderByHash', header.hash)).toEqual(header)
  expect(await rpc('eth_getUncleCountByBlockHash', header.hash)).toBe('0x0')
})
