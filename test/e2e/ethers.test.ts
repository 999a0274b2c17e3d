/** ethers 6 as its documentation shows it: factory, contract, events, batches. */
import { ContractFactory, formatUnits, id, JsonRpcProvider, NonceManager, parseEther } from 'ethers'
import { describe, expect, test } from 'vitest'
import { contract, contracts } from '../contracts/compile.ts'
import { ethers } from './ethers.ts'
import { nodeForFile } from './node.ts'
import { account, stranger } from './viem.ts'

const node = await nodeForFile()
const { provider, signer } = ethers(node)
const alice = signer(0)
const { abi, bytecode } = contract('Token')
const supply = parseEther('50')
const token = await new ContractFactory(abi as never, bytecode, alice).deploy(supply)
await token.waitForDeployment()
const method = (name: string) => token.getFunction(name)

test('the network is found out', async () => {
  expect((await provider.getNetwork()).chainId).toBe(31_415_926n)
})

describe('a contract', () => {
  test('deployed where the nonce says', async () => {
    expect(await token.getAddress()).toBe('0x5FbDB2315678afecb367f032d93F642f64180aa3')
    const receipt = await token.deploymentTransaction()!.wait()
    expect(receipt).toMatchObject({ status: 1, contractAddress: await token.getAddress() })
    expect(await provider.getCode(token)).toMatch(/^0x60/)
  })

  test('read and written', async () => {
    expect(formatUnits(await method('totalSupply')(), 18)).toBe('50.0')
    const sent = await method('transfer')(stranger(1), 4n)
    const receipt = await sent.wait()
    expect(receipt).toMatchObject({ status: 1, from: alice.address, to: await token.getAddress() })
    expect(receipt.logs[0]).toMatchObject({ eventName: 'Transfer' })
    expect(receipt.logs[0].args.toArray()).toEqual([alice.address, stranger(1), 4n])
    expect(await method('balanceOf')(stranger(1))).toBe(4n)
    expect(await receipt.getBlock()).toMatchObject({ number: receipt.blockNumber })
    expect(await sent.confirmations()).toBe(1)
  })

  test('events queried', async () => {
    await (await method('approve')(stranger(2), 9n)).wait()
    const approvals = await token.queryFilter(token.filters.Approval!(alice.address), 0)
    expect(approvals).toHaveLength(1)
    expect(await token.queryFilter('Transfer', 0, 'latest')).toHaveLength(2)
    expect(await token.queryFilter(token.filters.Approval!(stranger(2)), 0)).toEqual([])
  })

  test('events listened to, over HTTP', async () => {
    const heard = new Promise((resolve) => token.once('Approval', (...args) => resolve(args)))
    // the listener is set once the filter is there
    await token.listenerCount('Approval')
    const { blockNumber } = await (await method('approve')(stranger(3), 11n)).wait()
    const [owner, spender, value, payload] = (await heard) as [string, string, bigint, Payload]
    expect([owner, spender, value]).toEqual([alice.address, stranger(3), 11n])
    expect(payload.log.blockNumber).toBe(blockNumber)
  })
})

interface Payload {
  readonly log: { readonly blockNumber: number }
}

test('many questions at once go as a batch, and each gets its answer', async () => {
  const batches: number[] = []
  provider.on('debug', ({ action, payload }) => {
    if (action === 'sendRpcPayload') batches.push(Array.isArray(payload) ? payload.length : 1)
  })
  const balances = await Promise.all(
    Array.from({ length: 150 }, (_, index) => provider.getBalance(account(index % 10).address)),
  )
  expect(balances).toHaveLength(150)
  expect(balances[5]).toBe(parseEther('10000'))
  expect(Math.max(...batches)).toBe(100)
})

test('a batch in which one fails', async () => {
  const [balance, failure] = await Promise.allSettled([
    provider.getBalance(alice.address),
    provider.call({ to: await token.getAddress(), data: id('nonsense()').slice(0, 10) }),
  ])
  expect(balance).toMatchObject({ status: 'fulfilled' })
  expect(failure).toMatchObject({ status: 'rejected', reason: { code: 'CALL_EXCEPTION' } })
})

test('a batch that sends: each is mined before the next is looked at', async () => {
  const batching = new JsonRpcProvider(node.httpUrl, undefined, { batchStallTime: 20 })
  const sender = signer(4)
  const transactions = await Promise.all(
    [0, 1, 2].map((nonce) =>
      sender.signTransaction({
        to: stranger(5),
        value: 1n,
        nonce,
        gasLimit: 10_000_000n,
        maxFeePerGas: 10n ** 9n,
        maxPriorityFeePerGas: 1n,
        chainId: 31_415_926n,
        type: 2,
      }),
    ),
  )
  const hashes = await Promise.all(
    transactions.map((signed) => batching.send('eth_sendRawTransaction', [signed])),
  )
  const receipts = await Promise.all(hashes.map((hash) => provider.getTransactionReceipt(hash)))
  expect(receipts.map((receipt) => receipt?.status)).toEqual([1, 1, 1])
  batching.destroy()
})

test('NonceManager: ten transactions without waiting', async () => {
  const managed = new NonceManager(signer(5))
  const sent = []
  for (let i = 0; i < 10; i++)
    sent.push(await managed.sendTransaction({ to: stranger(6), value: 1n }))
  const receipts = await Promise.all(sent.map((each) => each.wait()))
  expect(receipts.every((receipt) => receipt?.status === 1)).toBe(true)
  expect(await provider.getBalance(stranger(6))).toBe(10n)
})

test('a factory’s child, found through its event', async () => {
  const { Factory, Child } = contracts('Gas.sol')
  const factory = await new ContractFactory(
    Factory!.abi as never,
    Factory!.bytecode,
    alice,
  ).deploy()
  const receipt = await (await factory.getFunction('create')(3n, { value: 5n })).wait()
  const { child } = receipt.logs[0].args
  expect(await provider.getBalance(child)).toBe(5n)
  const { Contract } = await import('ethers')
  expect(await new Contract(child, Child!.abi as never, provider).getFunction('value')()).toBe(3n)
})

test('waitForTransaction and block events', async () => {
  const mined = new Promise<number>((resolve) => provider.once('block', resolve))
  await provider.getBlockNumber()
  const { hash } = await alice.sendTransaction({ to: stranger(7), value: 1n })
  const receipt = await provider.waitForTransaction(hash)
  expect(receipt?.status).toBe(1)
  expect(await mined).toBeGreaterThan(0)
})

test('getFeeData, and a transaction that lives on it', async () => {
  const { maxFeePerGas, maxPriorityFeePerGas } = await provider.getFeeData()
  expect(maxFeePerGas).toBeGreaterThan(maxPriorityFeePerGas!)
  const sent = await alice.sendTransaction({ to: stranger(7), maxFeePerGas, maxPriorityFeePerGas })
  expect((await sent.wait())?.fee).toBeGreaterThan(0n)
})
