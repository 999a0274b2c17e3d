/** The pool seen and emptied, blocks replaced and taken back, the clock set: as anvil's users do it. */
import { type Hex, parseEther, toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { contract } from '../contracts/compile.ts'
import { nodeForFile } from './node.ts'
import { account, stranger, viem } from './viem.ts'

const node = await nodeForFile()
const alice = viem(node)
const bob = viem(node, 1)
const { client, wallet, anvil } = alice

type Pool<T> = Record<'pending' | 'queued', Record<string, T>>

describe('the pool', () => {
  test('is shown by sender and nonce, and emptied', async () => {
    await anvil.setAutomine(false)
    const nonce = await client.getTransactionCount(account(0))
    const first = await wallet.sendTransaction({ to: stranger(1), value: 1n, nonce })
    const gap = await wallet.sendTransaction({ to: stranger(1), value: 2n, nonce: nonce + 2 })
    const others = await bob.wallet.sendTransaction({ to: stranger(1), value: 3n })
    const from = account(0).address.toLowerCase()

    expect(await node.rpc('txpool_status')).toEqual({ pending: '0x2', queued: '0x1' })
    const content = await node.rpc<Pool<Record<string, { hash: Hex }>>>('txpool_content')
    expect(content.pending[from]?.[nonce]).toMatchObject({ hash: first, blockHash: null })
    expect(content.queued[from]?.[nonce + 2]?.hash).toBe(gap)
    const own = await node.rpc('txpool_contentFrom', account(0).address)
    expect(own).toEqual({ pending: content.pending[from], queued: content.queued[from] })
    const inspected = await node.rpc<Pool<Record<string, string>>>('txpool_inspect')
    expect(inspected.pending[from]?.[nonce]).toMatch(
      new RegExp(`^${stranger(1).toLowerCase()}: 1 wei \\+ \\d+ gas × \\d+ wei$`),
    )

    expect(await node.rpc('anvil_dropTransaction', gap)).toBe(gap)
    expect(await node.rpc('anvil_dropTransaction', gap)).toBeNull()
    expect(await node.rpc('hardhat_dropTransaction', gap)).toBe(false)
    await node.rpc('anvil_removePoolTransactions', account(0).address)
    expect(await node.rpc('txpool_status')).toEqual({ pending: '0x1', queued: '0x0' })
    expect(await node.rpc('eth_getTransactionByHash', first)).toBeNull()
    expect(await client.getTransactionCount({ ...account(0), blockTag: 'pending' })).toBe(nonce)
    await node.rpc('anvil_dropAllTransactions')
    expect(await node.rpc('txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })
    await anvil.mine({ blocks: 1 })
    expect(await node.rpc('eth_getTransactionReceipt', others)).toBeNull()
    await anvil.setAutomine(true)
  })
})

describe('a reorganization', () => {
  test('replaces blocks, tells of removed logs and mines their transactions again', async () => {
    const emitter = await alice.deploy(contract('Emitter'))
    const filter = await node.rpc<Hex>('eth_newFilter', { address: emitter.address })
    const receipts = [
      await alice.send(emitter, 'many', [2n]),
      await alice.send(emitter, 'many', [1n]),
    ]
    expect(await node.rpc('eth_getFilterChanges', filter)).toHaveLength(3)
    const head = await client.getBlock()

    expect(await node.rpc('fevm_reorg', 2)).toBe(true)
    const changes = await node.rpc<{ removed: boolean }[]>('eth_getFilterChanges', filter)
    expect(changes.map(({ removed }) => removed)).toEqual([
      ...Array(3).fill(true),
      ...Array(3).fill(false),
    ])
    const now = await client.getBlock()
    expect(now.number).toBe(head.number)
    expect(now.hash).not.toBe(head.hash)
    for (const { transactionHash, blockHash } of receipts) {
      const again = await client.getTransactionReceipt({ hash: transactionHash })
      expect(again).toMatchObject({ status: 'success' })
      expect(again.blockHash).not.toBe(blockHash)
      // the old block is still known by its hash
      expect(await node.rpc('eth_getBlockByHash', blockHash, false)).toMatchObject({
        transactions: [transactionHash],
      })
    }
    expect(
      await node.rpc('eth_getLogs', { address: emitter.address, fromBlock: '0x0' }),
    ).toHaveLength(3)
  })

  test('of the same block in the same second is another block', async () => {
    await anvil.mine({ blocks: 1 })
    const before = await client.getBlock()
    await node.rpc('anvil_reorg', 1, [])
    const after = await client.getBlock()
    expect(after.number).toBe(before.number)
    expect(after.hash).not.toBe(before.hash)
  })

  test('deeper than the chain is refused', async () => {
    await expect(node.rpc('fevm_reorg', 900)).rejects.toThrow(/has only \d+ blocks/)
    await expect(node.rpc('anvil_rollback', 901)).rejects.toThrow(/at most 900 blocks, got 901/)
  })
})

test('a rollback takes transactions with it, and what was remembered behind it', async () => {
  const head = await client.getBlock()
  const hash = await wallet.sendTransaction({ to: stranger(3), value: 9n })
  const snapshot = await anvil.snapshot()
  await node.rpc('anvil_rollback')
  expect(await client.getBlock()).toEqual(head)
  expect(await node.rpc('eth_getTransactionReceipt', hash)).toBeNull()
  expect(await client.getBalance({ address: stranger(3) })).toBe(0n)
  expect(await node.rpc('evm_revert', snapshot)).toBe(false)
})

describe('the clock', () => {
  test('is set, in seconds or milliseconds, and goes on from there', async () => {
    const { timestamp } = await client.getBlock()
    const wanted = Number(timestamp) + 5_000
    await node.rpc('anvil_setTime', wanted)
    await anvil.mine({ blocks: 1 })
    expect(Number((await client.getBlock()).timestamp)).toBeGreaterThanOrEqual(wanted)
    await node.rpc('evm_setTime', (wanted + 1_000) * 1_000)
    await anvil.mine({ blocks: 1 })
    expect(Number((await client.getBlock()).timestamp)).toBeGreaterThanOrEqual(wanted + 1_000)
  })

  test('ticks by an interval of its own, but for a time that was set', async () => {
    await node.rpc('anvil_setBlockTimestampInterval', 30)
    const { timestamp: start } = await client.getBlock()
    await node.rpc('evm_mine')
    await node.rpc('evm_mine')
    expect((await client.getBlock()).timestamp).toBe(start + 60n)
    await node.rpc('evm_setNextBlockTimestamp', Number(start) + 100)
    await node.rpc('evm_mine')
    await node.rpc('evm_mine')
    expect((await client.getBlock()).timestamp).toBe(start + 130n)
    expect(await node.rpc('anvil_removeBlockTimestampInterval')).toBe(true)
  })
})

describe('the faucet', () => {
  test.each([
    ['0x', stranger(20)],
    ['f1', 't1d2xrzcslx7xlbbylc5c3d5lvandqw4iwl6epxba'],
    ['f410', 't410fkkld55ioe7qg24wvt7fu6pbknb56ht7pt4zamxa'],
  ])('gives to %s', async (_, address) => {
    const before = BigInt(await node.rpc('fevm_faucet', address, '0x0'))
    expect(BigInt(await node.rpc('fevm_faucet', address))).toBe(before + parseEther('100'))
    expect(BigInt(await node.rpc('fevm_faucet', address, toHex(5n)))).toBe(
      before + parseEther('100') + 5n,
    )
  })

  test('makes no actor out of an id', async () => {
    await expect(node.rpc('fevm_faucet', 't0999999')).rejects.toThrow(/there is no actor f0999999/)
  })
})

test('what has no meaning here says why', async () => {
  await expect(node.rpc('hardhat_setCoinbase', stranger(1))).rejects.toThrow(
    /not supported: block.coinbase is always zero/,
  )
})
