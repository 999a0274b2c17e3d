/** OpenZeppelin's tokens through viem: deployment, use, events. */
import {
  encodeEventTopics,
  getAddress,
  getContract,
  maxUint256,
  parseEther,
  toHex,
  zeroAddress,
} from 'viem'
import { describe, expect, test } from 'vitest'
import { contract, contracts } from '../contracts/compile.ts'
import { nodeForFile } from './node.ts'
import { account, stranger, viem } from './viem.ts'

const node = await nodeForFile()
const alice = viem(node)
const bob = viem(node, 1)
const { client } = alice

describe('ERC-20', async () => {
  const supply = parseEther('1000')
  const token = await alice.deploy(contract('Token'), [supply])
  const balanceOf = (who: string) => alice.read<bigint>(token, 'balanceOf', [who])

  test('deployment mints, and says so in its only log', async () => {
    expect(token.receipt).toMatchObject({ status: 'success', to: null, type: 'eip1559' })
    expect(await balanceOf(account(0).address)).toBe(supply)
    const [minted] = await client.getContractEvents({
      ...token,
      eventName: 'Transfer',
      blockHash: token.receipt.blockHash,
    })
    expect(minted).toMatchObject({
      args: { from: zeroAddress, to: account(0).address, value: supply },
      logIndex: 0,
      transactionHash: token.receipt.transactionHash,
      removed: false,
    })
  })

  test('metadata, by eth_call', async () => {
    expect(await alice.read(token, 'name')).toBe('Token')
    expect(await alice.read(token, 'decimals')).toBe(18)
  })

  test('transfer, approve, transferFrom by another account', async () => {
    const before = await balanceOf(stranger(1))
    await alice.send(token, 'transfer', [stranger(1), 7n])
    await alice.send(token, 'approve', [account(1).address, 100n])
    await bob.send(token, 'transferFrom', [account(0).address, stranger(1), 40n])
    expect(await balanceOf(stranger(1))).toBe(before + 47n)
    const left = await alice.read(token, 'allowance', [account(0).address, account(1).address])
    expect(left).toBe(60n)
  })

  test('an ERC-6093 error is decoded with its arguments', async () => {
    const poor = account(5).address
    const transfer = client.simulateContract({
      ...token,
      functionName: 'transfer',
      args: [stranger(1), 3n],
      account: poor,
    })
    await expect(transfer).rejects.toMatchObject({
      cause: { data: { errorName: 'ERC20InsufficientBalance', args: [poor, 0n, 3n] } },
    })
  })

  test('getContract: read, simulate, write, estimateGas', async () => {
    const bound = getContract({ ...token, client: { public: client, wallet: alice.wallet } })
    const { write, read, estimateGas } = bound as unknown as Bound
    expect(await estimateGas.transfer([stranger(2), 1n], { account: account(0) })).toBeTypeOf(
      'bigint',
    )
    await write.transfer([stranger(2), 5n])
    expect(await read.balanceOf([stranger(2)])).toBe(5n)
  })

  test('allowance without limit stays', async () => {
    await alice.send(token, 'approve', [account(2).address, maxUint256])
    await viem(node, 2).send(token, 'transferFrom', [account(0).address, stranger(1), 1n])
    const left = await alice.read(token, 'allowance', [account(0).address, account(2).address])
    expect(left).toBe(maxUint256)
  })
})

interface Bound {
  write: { transfer(args: unknown[]): Promise<string> }
  read: { balanceOf(args: unknown[]): Promise<bigint> }
  estimateGas: { transfer(args: unknown[], options: object): Promise<bigint> }
}

describe('ERC-721', async () => {
  const { Collectible, Collector } = contracts('Collectible.sol')
  const collectible = await alice.deploy(Collectible!)
  const collector = await alice.deploy(Collector!)

  test('minted to a contract, which is asked first', async () => {
    const { logs } = await alice.send(collectible, 'mint', [collector.address, 9n])
    expect(logs).toHaveLength(1)
    expect(await alice.read(collector, 'last')).toBe(9n)
    expect(await alice.read(collectible, 'ownerOf', [9n])).toBe(getAddress(collector.address))
  })

  test('a contract that does not take it, refuses it', async () => {
    const mint = client.simulateContract({
      ...collectible,
      functionName: 'mint',
      args: [collectible.address, 10n],
    })
    await expect(mint).rejects.toMatchObject({
      cause: { data: { errorName: 'ERC721InvalidReceiver' } },
    })
  })

  test('transferred by its owner, three indexed arguments in the event', async () => {
    await alice.send(collectible, 'mint', [account(0).address, 11n])
    const { logs } = await alice.send(collectible, 'transferFrom', [
      account(0).address,
      stranger(3),
      11n,
    ])
    expect(logs[0]!.topics).toHaveLength(4)
    expect(logs[0]!.data).toBe('0x')
  })
})

describe('logs', async () => {
  const emitter = await alice.deploy(contract('Emitter'))
  const other = await alice.deploy(contract('Emitter'))
  const first = await alice.send(emitter, 'many', [3n])
  await alice.send(other, 'many', [2n])
  const named = await alice.send(emitter, 'three', [
    5n,
    stranger(1),
    toHex('c', { size: 32 }),
    'hello',
  ])
  const bare = await alice.send(other, 'bare')
  const fromBlock = first.blockNumber
  const both = [emitter.address, other.address]

  test('by address, one and several', async () => {
    const { address } = emitter
    expect(await client.getLogs({ address, fromBlock })).toHaveLength(4)
    expect(await client.getLogs({ address: both, fromBlock })).toHaveLength(7)
    expect(await client.getLogs({ address: stranger(7), fromBlock })).toEqual([])
  })

  test('by topics: of a position, alternatives, none', async () => {
    const [three] = encodeEventTopics({ abi: emitter.abi, eventName: 'Three' })
    const [plain] = encodeEventTopics({ abi: emitter.abi, eventName: 'Plain' })
    const ofTopics = (...topics: unknown[]) =>
      node.rpc<unknown[]>('eth_getLogs', { fromBlock: toHex(fromBlock), address: both, topics })
    expect(await ofTopics(three)).toHaveLength(1)
    expect(await ofTopics([three, plain])).toHaveLength(6)
    expect(await ofTopics(null, toHex(5n, { size: 32 }))).toHaveLength(1)
    expect(await ofTopics(null, toHex(6n, { size: 32 }))).toHaveLength(0)
    expect(await ofTopics(three, null, toHex(BigInt(stranger(1)), { size: 32 }))).toHaveLength(1)
    expect(await ofTopics()).toHaveLength(7)
  })

  test('decoded by event and arguments', async () => {
    const events = await client.getContractEvents({
      ...emitter,
      eventName: 'Three',
      args: { b: [stranger(1), stranger(2)] },
      fromBlock,
    })
    expect(events).toMatchObject([{ args: { a: 5n, b: stranger(1), text: 'hello' } }])
  })

  test('by range, exactly', async () => {
    const at = (fromBlock: bigint, toBlock: bigint) =>
      client.getLogs({ address: both, fromBlock, toBlock })
    expect(await at(first.blockNumber, first.blockNumber)).toHaveLength(3)
    expect(await at(first.blockNumber, named.blockNumber)).toHaveLength(6)
    expect(await at(first.blockNumber + 1n, bare.blockNumber - 1n)).toHaveLength(3)
    const ofBlock = await client.getLogs({ blockHash: named.blockHash })
    expect(ofBlock).toEqual(named.logs)
  })

  test('without topics and data', async () => {
    expect(bare.logs).toMatchObject([{ topics: [], data: '0x', address: other.address }])
  })

  test('bloom of the receipt and of the block', async () => {
    const { logsBloom } = await client.getBlock({ blockHash: first.blockHash })
    expect(logsBloom).toBe(first.logsBloom)
    expect(BigInt(logsBloom)).not.toBe(0n)
  })

  test('a filter that is polled: first what was, then what comes', async () => {
    const filter = await client.createContractEventFilter({
      ...emitter,
      eventName: 'Plain',
      fromBlock,
    })
    expect(await client.getFilterChanges({ filter })).toHaveLength(3)
    expect(await client.getFilterChanges({ filter })).toEqual([])
    await alice.send(emitter, 'many', [2n])
    await alice.send(other, 'many', [2n])
    expect(await client.getFilterChanges({ filter })).toMatchObject([
      { args: { value: 0n } },
      { args: { value: 1n } },
    ])
    expect(await client.getFilterLogs({ filter })).toHaveLength(5)
    expect(await client.uninstallFilter({ filter })).toBe(true)
    await expect(client.getFilterChanges({ filter })).rejects.toThrow('filter not found')
  })

  test('watched by polling', async () => {
    const watched = await alice.deploy(contract('Emitter'))
    const seen: unknown[] = []
    const two = new Promise<void>((resolve, reject) => {
      const unwatch = client.watchContractEvent({
        ...watched,
        eventName: 'Plain',
        fromBlock: watched.receipt.blockNumber,
        onLogs(logs) {
          seen.push(...logs)
          if (seen.length < 2) return
          unwatch()
          resolve()
        },
        onError: reject,
      })
    })
    await alice.send(watched, 'many', [2n])
    await two
    expect(seen).toMatchObject([{ args: { value: 0n } }, { args: { value: 1n } }])
  })
})
