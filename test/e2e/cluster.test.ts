/** One chain, several processes: what each of them must do while all is well. */
import { type Hex, hexToNumber, numberToHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { contract } from '../contracts/compile.ts'
import { hasRedis } from '../redis/server.ts'
import { producing, readyOf, TestCluster, transfer } from './cluster.ts'
import type { TestNode } from './node.ts'
import { account, viem } from './viem.ts'

describe.skipIf(!hasRedis)('a cluster', async () => {
  if (!hasRedis) return
  const cluster = await TestCluster.start()
  const producer = await cluster.producer('a')
  const standby = await cluster.producer('b')
  const replicas = [await cluster.replica(), await cluster.replica()] as [TestNode, TestNode]
  const all = [producer, standby, ...replicas]

  test('one produces', async () => {
    expect(await producing(...all)).toBe(producer)
    const states = await Promise.all(all.map(readyOf))
    expect(states.map(({ role }) => role)).toEqual(['producer', 'producer', 'replica', 'replica'])
    expect(states.filter((state) => state.producing)).toHaveLength(1)
    expect(states.every(({ degraded }) => !degraded)).toBe(true)
  })

  test('what one replica has taken, all others show at once', async () => {
    for (let nonce = 0; nonce < 20; nonce++) {
      const via = all[nonce % all.length]!
      const hash = await via.rpc<Hex>('eth_sendRawTransaction', await transfer(1, nonce))
      const receipts = await Promise.all(
        all.map((node) => node.rpc<{ blockNumber: Hex }>('eth_getTransactionReceipt', hash)),
      )
      for (const receipt of receipts) expect(receipt).toEqual(receipts[0])
      expect(receipts[0]).toMatchObject({ status: '0x1' })
      const heads = await Promise.all(all.map((node) => node.rpc<Hex>('eth_blockNumber')))
      for (const head of heads) expect(head).toBe(receipts[0]!.blockNumber)
    }
  })

  test('replicas run calls, estimates and traces on their own', async () => {
    const emitter = await viem(replicas[0]).deploy(contract('Emitter'))
    const call = { to: emitter.address, data: '0x' }
    const [one, two] = await Promise.all(
      replicas.map((node) => node.rpc('eth_getCode', emitter.address, 'latest')),
    )
    expect(one).toBe(two)
    expect(String(one).length).toBeGreaterThan(100)
    const from = account(2).address
    const gas = await replicas[1].rpc<Hex>('eth_estimateGas', { from, to: from, value: '0x1' })
    expect(hexToNumber(gas)).toBeGreaterThan(20_000)
    await expect(replicas[1].rpc('eth_call', call, 'latest')).rejects.toThrow(/revert/)
    const head = await replicas[1].rpc<Hex>('eth_blockNumber')
    expect(await replicas[1].rpc('trace_block', head)).toEqual(
      await producer.rpc('trace_block', head),
    )
  })

  test('the pool is that of the producer', async () => {
    const { address } = account(3)
    // the nonce before is missing: it waits
    const hash = await replicas[0].rpc<Hex>('eth_sendRawTransaction', await transfer(3, 1))
    for (const node of all) {
      const found = await node.rpc<{ blockNumber: null }>('eth_getTransactionByHash', hash)
      expect(found).toMatchObject({ hash, blockNumber: null })
    }
    await replicas[1].rpc('eth_sendRawTransaction', await transfer(3, 0))
    expect(await replicas[0].rpc('eth_getTransactionCount', address, 'latest')).toBe('0x2')
  })

  test('refusals come back as the producer says them', async () => {
    await expect(replicas[0].rpc('eth_sendRawTransaction', await transfer(1, 0))).rejects.toThrow(
      /nonce too low/,
    )
  })

  test('there are no methods of a development chain', async () => {
    for (const node of all) {
      await expect(node.rpc('evm_mine')).rejects.toMatchObject({ code: -32601 })
      await expect(node.rpc('eth_sendTransaction', {})).rejects.toMatchObject({ code: -32601 })
    }
  })

  test('a filter can be polled anywhere, and nothing comes twice or is left out', async () => {
    const [one, two] = replicas
    const id = await one.rpc<Hex>('eth_newBlockFilter')
    const pending = await two.rpc<Hex>('eth_newPendingTransactionFilter')
    const blocks: Hex[] = []
    const sent: Hex[] = []
    const first = hexToNumber(await one.rpc<Hex>('eth_blockNumber')) + 1
    for (let nonce = 0; nonce < 6; nonce++) {
      sent.push(await two.rpc('eth_sendRawTransaction', await transfer(5, nonce)))
      // two at once, and by turns
      const polls = await Promise.all(
        all.slice(nonce % 3).map((node) => node.rpc<Hex[]>('eth_getFilterChanges', id)),
      )
      blocks.push(...polls.flat())
    }
    const made = blocks.map((_, i) =>
      one.rpc<{ hash: Hex }>('eth_getBlockByNumber', numberToHex(first + i), false),
    )
    expect(blocks).toEqual((await Promise.all(made)).map(({ hash }) => hash))
    expect(blocks).toHaveLength(6)
    await expect.poll(() => one.rpc('eth_getFilterChanges', pending)).toEqual(sent)
    expect(await two.rpc('eth_getFilterChanges', pending)).toEqual([])
    expect(await producer.rpc('eth_uninstallFilter', id)).toBe(true)
    await expect(one.rpc('eth_getFilterChanges', id)).rejects.toMatchObject({ code: -32000 })
  })

  test('a replica that comes later has everything', async () => {
    const late = await cluster.replica()
    const head = await producer.rpc('eth_getBlockByNumber', 'latest', true)
    expect(await late.rpc('eth_getBlockByNumber', 'latest', true)).toEqual(head)
    expect(await late.rpc('eth_getBlockByNumber', '0x1', true)).toEqual(
      await producer.rpc('eth_getBlockByNumber', '0x1', true),
    )
    await late.stop()
  })
})
