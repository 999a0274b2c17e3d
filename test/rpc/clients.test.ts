/** The libraries that people use, against the real development node. */
import { ethers } from 'ethers'
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createTestClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  InsufficientFundsError,
  IntrinsicGasTooLowError,
  InvalidInputRpcError,
  MethodNotFoundRpcError,
  NonceTooLowError,
  parseEther,
  publicActions,
  walletActions,
  webSocket,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, describe, expect, test } from 'vitest'
import { devNode, loggedErrors } from './dev-node.ts'
import { probe } from './probe.ts'

const { url } = await devNode()
afterAll(() => expect(loggedErrors).toEqual([]))

const KEY: Hex = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'
const SOMEONE: Hex = '0x00000000000000000000000000000000000000e1'

describe('viem', () => {
  const chain = defineChain({
    id: 31_415_926,
    name: 'local',
    nativeCurrency: { name: 'FIL', symbol: 'FIL', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  })
  const account = privateKeyToAccount(KEY)
  const options = { chain, transport: http(url, { retryCount: 0 }), pollingInterval: 20 }
  const client = createPublicClient(options)
  const wallet = createWalletClient({ ...options, account })
  const tester = createTestClient({ ...options, mode: 'hardhat' })
    .extend(publicActions)
    .extend(walletActions)

  /** The cause of a type in the chain of causes. */
  async function failure<T extends Error>(
    work: Promise<unknown>,
    type: new (...args: never[]) => T,
  ) {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(BaseError)
    const found = (error as BaseError).walk((cause) => cause instanceof type)
    expect(found, String(error)).toBeInstanceOf(type)
    return found as T
  }

  async function deployed(): Promise<Hex> {
    const hash = await wallet.deployContract({ ...probe, args: [] } as never)
    const { contractAddress } = await client.waitForTransactionReceipt({ hash })
    return contractAddress!
  }

  test('deploys, writes, reads and finds events', async () => {
    const address = await deployed()
    const hash = await wallet.writeContract({
      address,
      abi: probe.abi,
      functionName: 'ping',
      args: [5n, 2n],
    } as never)
    const { logs, blockNumber } = await client.waitForTransactionReceipt({ hash })
    expect(logs).toHaveLength(2)
    const events = await client.getContractEvents({
      address,
      abi: probe.abi,
      fromBlock: blockNumber,
    })
    expect(events).toMatchObject([{ eventName: 'Ping' }, { args: { number: 6n, text: 'ping' } }])
    expect(await client.getTransaction({ hash })).toMatchObject({
      type: 'eip1559',
      yParity: expect.any(Number),
    })
    expect(await client.getBlock({ includeTransactions: true })).toMatchObject({
      number: blockNumber,
    })
    expect(await client.estimateFeesPerGas()).toMatchObject({
      maxPriorityFeePerGas: expect.any(BigInt),
    })
  })

  test('watches events over HTTP and WebSockets', async () => {
    const address = await deployed()
    const socket = createPublicClient({
      chain,
      transport: webSocket(url.replace('http', 'ws'), { reconnect: false }),
    })
    const seen: [string, unknown][] = []
    const watch = (name: string, watcher: Pick<typeof client, 'watchContractEvent'>) =>
      watcher.watchContractEvent({
        address,
        abi: probe.abi,
        onLogs: (logs) => seen.push(...logs.map((log): [string, unknown] => [name, log.logIndex])),
      })
    const stops = [watch('http', client), watch('ws', socket)]
    await client.getChainId()
    await new Promise((resolve) => setTimeout(resolve, 100))
    await wallet.writeContract({
      address,
      abi: probe.abi,
      functionName: 'ping',
      args: [0n, 1n],
    } as never)
    await expect
      .poll(() => [...seen].sort())
      .toEqual([
        ['http', 0],
        ['ws', 0],
      ])
    for (const stop of stops) stop()
    const heads: bigint[] = []
    const unwatch = socket.watchBlocks({ onBlock: ({ number }) => heads.push(number) })
    await new Promise((resolve) => setTimeout(resolve, 100))
    await tester.mine({ blocks: 1 })
    await expect.poll(() => heads.length).toBe(1)
    unwatch()
    ;(await socket.transport.getRpcClient()).close()
  })

  test('understands why a call fails', async () => {
    const address = await deployed()
    const read = (how: bigint) =>
      client.readContract({ address, abi: probe.abi, functionName: 'fail', args: [how] })
    expect((await failure(read(1n), ContractFunctionRevertedError)).reason).toBe('not the owner')
    expect((await failure(read(2n), ContractFunctionRevertedError)).data).toMatchObject({
      errorName: 'Custom',
      args: [42n],
    })
    expect((await failure(read(4n), ContractFunctionRevertedError)).data).toMatchObject({
      errorName: 'Panic',
      args: [18n],
    })
  })

  test('understands why a transaction is refused', async () => {
    const send = (fields: object) => wallet.sendTransaction({ to: SOMEONE, ...fields } as never)
    await failure(send({ nonce: 0, gas: 5_000_000n }), NonceTooLowError)
    await failure(send({ gas: 21_000n }), IntrinsicGasTooLowError)
    await failure(send({ value: parseEther('1000000') }), InsufficientFundsError)
    await failure(send({ value: parseEther('1000000'), gas: 5_000_000n }), InsufficientFundsError)
  })

  test('knows a filter that is gone, and a method that is not there', async () => {
    const request = (method: string, params: unknown) => client.request({ method, params } as never)
    await failure(request('eth_getFilterChanges', ['0x1']), InvalidInputRpcError)
    await failure(request('eth_conjure', []), MethodNotFoundRpcError)
  })

  test('drives the test helpers', async () => {
    const snapshot = await tester.snapshot()
    await tester.setBalance({ address: SOMEONE, value: 5n })
    expect(await client.getBalance({ address: SOMEONE })).toBe(5n)
    await tester.increaseTime({ seconds: 60 })
    await tester.mine({ blocks: 2 })
    await tester.setNextBlockBaseFeePerGas({ baseFeePerGas: 1000n })
    await tester.setAutomine(true)
    await tester.setIntervalMining({ interval: 0 })
    await tester.impersonateAccount({ address: SOMEONE })
    await tester.setBalance({ address: SOMEONE, value: parseEther('5') })
    const hash = await tester.sendTransaction({ account: SOMEONE, to: SOMEONE, value: 1n, chain })
    expect(await client.waitForTransactionReceipt({ hash })).toMatchObject({ status: 'success' })
    await tester.stopImpersonatingAccount({ address: SOMEONE })
    await tester.revert({ id: snapshot })
    expect(await client.getBalance({ address: SOMEONE })).toBe(0n)
  })
})

describe('ethers', () => {
  const provider = new ethers.JsonRpcProvider(url, undefined, {
    cacheTimeout: -1,
    pollingInterval: 20,
  })
  const wallet = new ethers.Wallet(KEY, provider)
  const factory = new ethers.ContractFactory(probe.abi as never, probe.bytecode, wallet)
  afterAll(() => provider.destroy())

  async function deployed() {
    const contract = await factory.deploy()
    await contract.waitForDeployment()
    return contract as ethers.Contract
  }

  test('deploys, writes, reads and finds events', async () => {
    const contract = await deployed()
    const receipt = await (await contract.getFunction('ping')(3n, 2n)).wait()
    expect(receipt.logs).toHaveLength(2)
    const events = await contract.queryFilter('Ping', receipt.blockNumber)
    expect(events.map((event) => (event as ethers.EventLog).args[0])).toEqual([3n, 4n])
    expect(await contract.getFunction('value')()).toBe(7n)
    expect(await provider.getFeeData()).toMatchObject({ maxFeePerGas: expect.any(BigInt) })
    expect((await provider.getBlock('latest', true))?.prefetchedTransactions).toHaveLength(1)
    expect(await provider.getTransaction(receipt.hash)).toMatchObject({
      hash: receipt.hash,
      type: 2,
    })
  })

  test('understands why something fails', async () => {
    const contract = await deployed()
    await expect(contract.getFunction('fail')(1n)).rejects.toMatchObject({
      code: 'CALL_EXCEPTION',
      reason: 'not the owner',
    })
    await expect(contract.getFunction('fail')(2n)).rejects.toMatchObject({
      revert: { name: 'Custom', args: [42n] },
    })
    const send = (fields: object) => wallet.sendTransaction({ to: SOMEONE, ...fields })
    await expect(send({ nonce: 0, gasLimit: 5_000_000n })).rejects.toMatchObject({
      code: 'NONCE_EXPIRED',
    })
    const tooMuch = ethers.parseEther('1000000')
    for (const fields of [{ value: tooMuch }, { value: tooMuch, gasLimit: 5_000_000n }]) {
      await expect(send(fields)).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' })
    }
    await expect(provider.send('eth_conjure', [])).rejects.toMatchObject({
      code: 'UNSUPPORTED_OPERATION',
    })
  })

  test('signs with the accounts of the node', async () => {
    const signer = await provider.getSigner(2)
    const { hash } = await signer.sendTransaction({ to: SOMEONE, value: 1n })
    expect(await provider.waitForTransaction(hash)).toMatchObject({ status: 1 })
    const signature = await signer.signMessage('hello')
    expect(ethers.verifyMessage('hello', signature)).toBe(await signer.getAddress())
    const types = { Greeting: [{ name: 'text', type: 'string' }] }
    const typed = await signer.signTypedData({ name: 'example' }, types, { text: 'hello' })
    expect(ethers.verifyTypedData({ name: 'example' }, types, { text: 'hello' }, typed)).toBe(
      await signer.getAddress(),
    )
  })

  test('listens to events', async () => {
    const contract = await deployed()
    const seen: bigint[] = []
    await contract.on('Ping', (number: bigint) => seen.push(number))
    await (await contract.getFunction('ping')(8n, 2n)).wait()
    await expect.poll(() => seen).toEqual([8n, 9n])
    await contract.removeAllListeners()
    // the filter is removed behind the back of the promise
    await new Promise((resolve) => setTimeout(resolve, 100))
  })
})
