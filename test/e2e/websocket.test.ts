/** Events over WebSockets, as viem and ethers take them. */
import { WebSocketProvider } from 'ethers'
import type { Hex } from 'viem'
import { afterAll, describe, expect, test } from 'vitest'
import { contract } from '../contracts/compile.ts'
import { nodeForFile } from './node.ts'
import { stranger, viem } from './viem.ts'

const node = await nodeForFile()
const alice = viem(node)
const socket = alice.socket()
const emitter = await alice.deploy(contract('Emitter'))

afterAll(async () => {
  const { getRpcClient } = socket.transport as unknown as { getRpcClient(): Promise<Closing> }
  ;(await getRpcClient()).close()
})

interface Closing {
  close(): void
}

/** Things that come one by one; `take` waits for so many. */
class Stream<T> {
  readonly #items: T[] = []
  #wake = () => {}

  readonly push = (...items: T[]): void => {
    this.#items.push(...items)
    this.#wake()
  }

  async take(count: number): Promise<T[]> {
    while (this.#items.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#items.splice(0, count)
  }
}

interface Subscription {
  readonly subscriptionId: Hex
  unsubscribe(): Promise<unknown>
}

/** The event itself, as it is on the wire. */
async function subscribe<T>(...params: unknown[]): Promise<Stream<T> & Subscription> {
  const stream = new Stream<T>()
  const subscription = await (socket.transport as unknown as Transport).subscribe({
    params,
    onData: ({ result }) => stream.push(result as T),
  })
  return Object.assign(stream, subscription)
}

interface Transport {
  subscribe(options: {
    params: unknown[]
    onData(data: { result: unknown }): void
  }): Promise<Subscription>
}

describe('subscriptions', () => {
  test('newHeads: each block once, in order, complete and readable', async () => {
    const heads = await subscribe<{ number: Hex; hash: Hex; parentHash: Hex }>('newHeads')
    for (let i = 0; i < 3; i++) await alice.send(emitter, 'many', [1n])
    await alice.anvil.mine({ blocks: 2 })
    const blocks = await heads.take(5)
    for (const [index, block] of blocks.entries()) {
      if (index > 0) expect(block.parentHash).toBe(blocks[index - 1]!.hash)
      expect(await node.rpc('eth_getBlockByHash', block.hash, false)).toMatchObject({
        number: block.number,
      })
    }
    await heads.unsubscribe()
  })

  test('logs: by address and topics, those of receipts', async () => {
    const other = await alice.deploy(contract('Emitter'))
    const all = await subscribe('logs', {})
    const one = await subscribe('logs', { address: other.address })
    const topic = (await alice.send(emitter, 'many', [1n])).logs[0]!.topics[0]
    const plain = await subscribe('logs', { address: [emitter.address], topics: [[topic]] })
    await alice.send(emitter, 'many', [2n])
    await alice.send(other, 'bare')
    await alice.send(emitter, 'bare')
    const { transactionHash } = await alice.send(other, 'many', [1n])

    expect(await all.take(6)).toHaveLength(6)
    expect(await plain.take(2)).toHaveLength(2)
    const [, last] = await one.take(2)
    const receipt = await node.rpc<{ logs: unknown[] }>(
      'eth_getTransactionReceipt',
      transactionHash,
    )
    expect([last]).toEqual(receipt.logs)
    for (const each of [all, one, plain]) await each.unsubscribe()
  })

  test('what evm_revert takes back comes again as removed, then what is new', async () => {
    const logs = await subscribe<{ removed: boolean; transactionHash: Hex }>('logs', {
      address: emitter.address,
    })
    const snapshot = await alice.anvil.snapshot()
    const first = await alice.send(emitter, 'many', [2n])
    await alice.anvil.revert({ id: snapshot })
    const second = await alice.send(emitter, 'many', [1n])
    const events = await logs.take(5)
    expect(events.map(({ transactionHash }) => transactionHash)).toEqual([
      ...Array(4).fill(first.transactionHash),
      second.transactionHash,
    ])
    expect(events.map(({ removed }) => removed)).toEqual([false, false, true, true, false])
    await logs.unsubscribe()
  })

  test('newPendingTransactions: hashes, or whole', async () => {
    const hashes = await subscribe<Hex>('newPendingTransactions')
    const whole = await subscribe<{ hash: Hex }>('newPendingTransactions', true)
    const hash = await alice.wallet.sendTransaction({ to: stranger(1), value: 1n })
    expect(await hashes.take(1)).toEqual([hash])
    expect(await whole.take(1)).toMatchObject([{ hash, to: stranger(1), blockHash: null }])
    await hashes.unsubscribe()
    await whole.unsubscribe()
  })

  test('the event has come before a later request is answered', async () => {
    const heads: unknown[] = []
    const { unsubscribe } = await (socket.transport as unknown as Transport).subscribe({
      params: ['newHeads'],
      onData: ({ result }) => heads.push(result),
    })
    const number = await socket.getBlockNumber({ cacheTime: 0 })
    await socket.request({ method: 'evm_mine' as never, params: [] as never })
    expect(await socket.getBlockNumber({ cacheTime: 0 })).toBe(number + 1n)
    expect(heads).toHaveLength(1)
    await unsubscribe()
  })

  test('unsubscribed, no more comes', async () => {
    const gone = await subscribe('newHeads')
    const kept = await subscribe('newHeads')
    expect(await gone.unsubscribe()).toMatchObject({ result: true })
    await alice.anvil.mine({ blocks: 1 })
    await kept.take(1)
    await expect(Promise.race([gone.take(1), kept.unsubscribe()])).resolves.toMatchObject({
      result: true,
    })
  })

  test('what cannot be subscribed to', async () => {
    await expect(subscribe('newLies')).rejects.toThrow(/unsupported event type/)
    await expect(node.rpc('eth_subscribe', 'newHeads')).rejects.toThrow(/WebSocket/)
  })
})

describe('clients', () => {
  test('viem: watchBlockNumber, watchContractEvent, watchPendingTransactions', async () => {
    const numbers = new Stream<bigint>()
    const events = new Stream<unknown>()
    const pending = new Stream<Hex>()
    const stop = [
      socket.watchBlockNumber({ onBlockNumber: (number) => numbers.push(number) }),
      socket.watchContractEvent({ ...emitter, onLogs: (logs) => events.push(...logs) }),
      socket.watchPendingTransactions({ onTransactions: (hashes) => pending.push(...hashes) }),
    ]
    // requests of one socket are taken in order: behind this one, the three are subscribed
    await socket.getChainId()
    const { transactionHash, blockNumber } = await alice.send(emitter, 'many', [1n])
    expect(await numbers.take(1)).toEqual([blockNumber])
    expect(await pending.take(1)).toEqual([transactionHash])
    expect(await events.take(1)).toMatchObject([{ eventName: 'Plain', args: { value: 0n } }])
    for (const each of stop) each()
  })

  test('ethers: WebSocketProvider', async () => {
    const provider = new WebSocketProvider(node.wsUrl)
    const blocks = new Stream<number>()
    const logs = new Stream<{ transactionHash: string }>()
    await provider.on('block', (number: number) => blocks.push(number))
    await provider.on({ address: emitter.address }, (log) => logs.push(log))
    await provider.getBlockNumber()
    const { transactionHash, blockNumber } = await alice.send(emitter, 'many', [1n])
    expect(await blocks.take(1)).toEqual([Number(blockNumber)])
    expect(await logs.take(1)).toMatchObject([{ transactionHash }])
    expect((await provider.getNetwork()).chainId).toBe(31_415_926n)
    await provider.destroy()
  })

  test('viem over the socket alone: deploy and read', async () => {
    const balance = await socket.getBalance({ address: alice.account.address })
    expect(balance).toBe(await alice.client.getBalance(alice.account))
    expect(await socket.getLogs({ address: emitter.address, fromBlock: 0n })).not.toEqual([])
  })
})
