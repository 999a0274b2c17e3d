/** Behaviours 34 to 38: traces and the index. */
import { encodeDeployData, encodeFunctionData, type Hex, numberToHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { contracts } from '../../contracts/compile.ts'
import { behaviourNode, calling, GAS, type Json } from './node.ts'

const { rpc, fails, alice, bob, send, height, inOneBlock, deploy } = await behaviourNode()
const { Tracing, Cell } = contracts('Tracing.sol')
const tracer = await deploy(Tracing!.bytecode)
const target = await deploy(encodeDeployData({ ...Cell!, args: [5n] }))
const contract = await deploy()
const tracing = (functionName: string, ...args: unknown[]): Hex =>
  encodeFunctionData({ abi: Tracing!.abi, functionName, args })
const traced = async (fields: object): Promise<Json[]> =>
  rpc('trace_transaction', (await send({ gas: GAS, ...fields })).transactionHash)

describe('traces', () => {
  test('behaviour 34: a call is one trace; call, create and call nest as they were made', async () => {
    expect(await traced({ to: target, data: '0x' })).toHaveLength(1)
    const nested = await traced({ to: tracer, data: tracing('callCreateCall', target) })
    expect(
      nested.map(({ type, traceAddress, subtraces }) => [type, traceAddress, subtraces]),
    ).toEqual([
      ['call', [], 3],
      ['call', [0], 0],
      ['create', [1], 0],
      ['call', [2], 0],
    ])
    const [, inner] = await traced({ to: tracer, data: tracing('delegate', target, 9n) })
    expect(inner).toMatchObject({ action: { callType: 'delegatecall', to: target } })
  })

  test('behaviour 34: CREATE2 twice at one address; a filter bears what has no address', async () => {
    const fromBlock = numberToHex((await height()) + 1)
    const data = tracing('create2Twice', `0x${'07'.repeat(32)}`)
    const [call, created, refused] = await traced({ to: tracer, data })
    expect(call.error).toBe('Reverted')
    expect(created).toMatchObject({ type: 'create', result: { address: expect.any(String) } })
    expect(refused.error).toContain('ErrForbidden')
    expect(refused.result).not.toHaveProperty('address')
    const { address } = created.result
    expect(await rpc('trace_filter', { fromBlock, toAddress: [address] })).toEqual([created])
  })

  test('behaviour 35: pages join to the whole; null rounds alone have none', async () => {
    const fromBlock = numberToHex((await height()) + 1)
    for (let i = 0; i < 4; i++)
      await send({ to: tracer, data: tracing('callCreateCall', target), gas: GAS })
    const filter = { fromBlock, toBlock: 'latest' }
    const whole = await rpc('trace_filter', filter)
    expect(whole).toHaveLength(16)
    const pages: Json[] = []
    for (let after = 0; after < 16; after += 5) {
      pages.push(...(await rpc('trace_filter', { ...filter, after, count: 5 })))
    }
    expect(pages).toEqual(whole)
    expect(await rpc('trace_filter', { ...filter, count: 0 })).toEqual([])
    expect((await fails('trace_filter', { ...filter, count: 501 })).message).toBe(
      'invalid response count, requested 501, maximum supported is 500',
    )
    const backwards = { fromBlock: '0x5', toBlock: '0x1' }
    expect((await fails('trace_filter', backwards)).message).toContain('invalid epoch range')
    await rpc('fevm_skipEpochs', 2)
    const empty = (await height()) + 1
    await rpc('evm_mine')
    const rounds = { fromBlock: numberToHex(empty), toBlock: numberToHex(empty + 1) }
    expect(await rpc('trace_filter', rounds)).toEqual([])
  })

  test('behaviour 36: a replay has the block’s transactions, positions from 0', async () => {
    const block = await inOneBlock(async () => {
      for (const from of [alice, bob]) {
        await rpc('eth_sendTransaction', { from, to: contract, data: calling('set', 1n), gas: GAS })
      }
    })
    const replayed = await rpc('trace_replayBlockTransactions', block.number, ['trace'])
    expect(replayed.map(({ transactionHash }: Json) => transactionHash)).toEqual(block.transactions)
    const positions = (await rpc('trace_block', block.number)).map(
      ({ transactionPosition }: Json) => transactionPosition,
    )
    expect(positions).toEqual([0, 1])
  })
})

describe('index', () => {
  test('behaviour 37: after a reorganization ranges leave the old branch out, its hash answers', async () => {
    const snapshot = await rpc('evm_snapshot')
    const start = numberToHex((await height()) + 1)
    const old = await send({ to: contract, data: calling('ping', 1n, 2n, 1n) })
    await rpc('evm_revert', snapshot)
    const fresh = await send({ to: contract, data: calling('ping', 5n, 1n, 1n) })
    expect(await rpc('eth_getLogs', { fromBlock: start })).toEqual(fresh.logs)
    expect(await rpc('eth_getLogs', { blockHash: old.blockHash })).toEqual(old.logs)
    expect(await rpc('eth_getTransactionReceipt', old.transactionHash)).toBeNull()
    const strict = { blockHash: old.blockHash, requireCanonical: true }
    expect((await fails('eth_getBalance', alice, strict)).message).toBe('tipset is not canonical')
  })

  // a chain of one's own has no gap; NotIndexedError of gaps: test/index/contract.ts
  test.skip('behaviour 38: queries in a gap fail loudly', () => {})
})
