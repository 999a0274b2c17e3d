/** A chain in a folder of its own goes on after a restart as if there had been none. */
import { type Hex, parseEther } from 'viem'
import { afterAll, expect, test } from 'vitest'
import { contract } from '../contracts/compile.ts'
import { directoryForFile, TestNode } from './node.ts'
import { account, stranger, type Viem, viem } from './viem.ts'

const directory = await directoryForFile()
let node = await TestNode.start('--data-dir', directory)
afterAll(() => node.stop())

async function restart(...flags: string[]): Promise<Viem> {
  await node.stop()
  node = await TestNode.start('--data-dir', directory, ...flags)
  return viem(node)
}

/** All that can be asked about a chain. */
async function picture() {
  const head = Number(await node.rpc('eth_blockNumber'))
  const blocks = []
  for (let number = 0; number <= head; number++) {
    const height = `0x${number.toString(16)}`
    const block = await node.rpc('eth_getBlockByNumber', height, true).catch(({ code }) => code)
    const receipts = await node.rpc('eth_getBlockReceipts', height).catch(({ code }) => code)
    const balances = await Promise.all(
      [account(0).address, account(1).address, stranger(1)].map((address) =>
        node.rpc('eth_getBalance', address, height),
      ),
    )
    blocks.push({ block, receipts, balances })
  }
  const logs = await node.rpc('eth_getLogs', { fromBlock: '0x0' })
  const nonce = await node.rpc('eth_getTransactionCount', account(0).address, 'pending')
  const fees = await node.rpc('eth_feeHistory', '0x10', 'latest', [50])
  const price = await node.rpc('eth_gasPrice')
  return { head, blocks, logs, nonce, fees, price }
}

test('blocks, receipts, logs, balances at every height, nonces, fees', async () => {
  const alice = viem(node)
  const token = await alice.deploy(contract('Token'), [parseEther('5')])
  const emitter = await alice.deploy(contract('Emitter'))
  await alice.send(token, 'transfer', [stranger(1), 7n])
  await alice.send(emitter, 'many', [20n])
  await node.rpc('fevm_skipEpochs', 3)
  await alice.wallet.sendTransaction({ to: stranger(1), value: 5n })
  await alice.anvil.setBalance({ address: account(1).address, value: 77n })
  await alice.anvil.mine({ blocks: 30 })
  const before = await picture()

  const again = await restart()
  expect(await picture()).toEqual(before)
  expect(await again.read(token, 'balanceOf', [stranger(1)])).toBe(7n)
  const receipt = await again.send(token, 'transfer', [stranger(1), 1n])
  expect(receipt.blockNumber).toBe(BigInt(before.head + 1))
  expect(await again.client.getTransactionCount(account(0))).toBe(Number(before.nonce) + 1)
})

test('the clock where it was moved to, also when no block has seen it yet; the next base fee', async () => {
  const alice = viem(node)
  await alice.anvil.increaseTime({ seconds: 1_000_000 })
  await alice.anvil.mine({ blocks: 1 })
  const { timestamp } = await alice.client.getBlock()
  await alice.anvil.increaseTime({ seconds: 5_000 })
  await alice.anvil.setNextBlockBaseFeePerGas({ baseFeePerGas: 4_321n })
  const again = await restart()
  await again.anvil.mine({ blocks: 1 })
  const next = await again.client.getBlock()
  expect(Number(next.timestamp - timestamp)).toBeGreaterThanOrEqual(5_000)
  expect(Number(next.timestamp - timestamp)).toBeLessThan(5_060)
  expect(next.baseFeePerGas).toBe(4_321n)
})

test('edits without a block, state of old blocks; what evm_revert took back stays away', async () => {
  const alice = viem(node)
  const token = await alice.deploy(contract('Token'), [9n])
  await alice.send(token, 'transfer', [stranger(5), 4n])
  await alice.anvil.setBalance({ address: stranger(3), value: 123n })
  await alice.anvil.setCode({ address: stranger(4), bytecode: '0x6001' })
  const head = await alice.client.getBlock()
  const id = await alice.anvil.snapshot()
  const hash = await alice.wallet.sendTransaction({ to: stranger(2), value: 5n })
  await alice.anvil.revert({ id })

  const { client } = await restart()
  expect(await client.getBlock()).toEqual(head)
  expect(await node.rpc('eth_getTransactionReceipt', hash)).toBeNull()
  expect(await client.getBalance({ address: stranger(2) })).toBe(0n)
  expect(await client.getBalance({ address: stranger(3) })).toBe(123n)
  expect(await client.getCode({ address: stranger(4) })).toBe('0x6001')
  const call = { ...token, functionName: 'balanceOf', args: [stranger(5)] }
  expect(await client.readContract(call)).toBe(4n)
  expect(await client.readContract({ ...call, blockNumber: head.number - 1n })).toBe(0n)
})

test('a folder that another node has open, and a chain of another id: said, with what to do', async () => {
  const second = TestNode.start('--data-dir', directory)
  await expect(second).rejects.toThrow(/in use|--data-dir/)
  await node.stop()
  await expect(TestNode.start('--data-dir', directory, '--chain-id', '314')).rejects.toThrow(
    /--chain-id/,
  )
  node = await TestNode.start('--data-dir', directory)
  expect(await node.rpc<Hex>('eth_blockNumber')).not.toBe('0x0')
})

test('waiting transactions are not kept, their nonces are free again', async () => {
  const alice = viem(node)
  const nonce = await alice.client.getTransactionCount(account(0))
  await alice.anvil.setAutomine(false)
  await alice.wallet.sendTransaction({ to: stranger(6), value: 1n, gas: 10_000_000n })
  const again = await restart()
  expect(await again.client.getTransactionCount({ ...account(0), blockTag: 'pending' })).toBe(nonce)
  await again.wallet.sendTransaction({ to: stranger(6), value: 1n })
  expect(await again.client.getBalance({ address: stranger(6) })).toBe(1n)
})
