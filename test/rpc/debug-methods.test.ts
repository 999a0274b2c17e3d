/** debug_* and fevm_traceMessage of the real development node. */
import { fromRlp, hexToBigInt, hexToNumber, keccak256, numberToHex, parseTransaction } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, describe, expect, test } from 'vitest'
import { loggedErrors } from './dev-node.ts'
import {
  cell,
  FIL,
  gas,
  type Json,
  newCell,
  tracing,
  tracingNode,
  UNKNOWN_HASH,
} from './tracing.ts'

const { ask, rpc, alice, bob, send, tracer, target, busy } = await tracingNode()
afterAll(() => expect(loggedErrors).toEqual([]))

const aliceKey = privateKeyToAccount(
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
)

describe('debug_traceTransaction', () => {
  const [hash] = busy.transactions as [string]
  const by = (tracer: string, tracerConfig: object = {}) =>
    rpc('debug_traceTransaction', hash, { tracer, tracerConfig })

  test('callTracer, with logs and without calls', async () => {
    const receipt = await rpc('eth_getTransactionReceipt', hash)
    const frame = await by('callTracer')
    expect(frame).toMatchObject({ type: 'CALL', gas, gasUsed: receipt.gasUsed })
    expect(frame.calls.map(({ type }: Json) => type)).toEqual(['CALL', 'CREATE', 'CALL'])
    expect(frame.calls[1].output).toBe(await rpc('eth_getCode', frame.calls[1].to, busy.number))
    expect(await by('callTracer', { onlyTopCall: true })).not.toHaveProperty('calls')

    const snapshot = await rpc('evm_snapshot')
    const other = await send({ data: newCell(5n) })
    const data = tracing('logsTakenBack', other.contractAddress)
    const logging = await send({ to: tracer, data })
    const { logs, calls } = await rpc('debug_traceTransaction', logging.transactionHash, {
      tracer: 'callTracer',
      tracerConfig: { withLog: true },
    })
    expect(logs.map(({ position }: Json) => position)).toEqual(['0x0', '0x1', '0x2'])
    expect(calls.map((each: Json) => each.logs?.length)).toEqual([1, undefined])
    const all = [...logs, ...calls[0].logs].sort((a, b) => a.index - b.index)
    expect(all).toMatchObject(
      logging.logs.map(({ address, topics, data, logIndex }: Json) => ({
        address,
        topics,
        data,
        index: logIndex,
      })),
    )
    await rpc('evm_revert', snapshot)
  })

  test('flatCallTracer, 4byteTracer, noopTracer', async () => {
    const flat = await by('flatCallTracer')
    expect(flat.map(({ traceAddress }: Json) => traceAddress)).toEqual([[], [0], [1], [2]])
    expect(flat[2]).toMatchObject({ type: 'create', transactionHash: hash, blockHash: busy.hash })
    const set = cell('set', 0n).slice(0, 10)
    expect(await by('4byteTracer')).toMatchObject({ [`${set}-32`]: 2 })
    expect(await by('noopTracer')).toEqual({})
  })

  test('prestateTracer is the state before', async () => {
    const parent = numberToHex(hexToNumber(busy.number) - 1)
    const state = await by('prestateTracer')
    for (const address of [alice, tracer, target]) {
      const { balance, nonce, code, storage = {} } = state[address]
      expect(balance).toBe(await rpc('eth_getBalance', address, parent))
      expect(nonce).toBe(hexToNumber(await rpc('eth_getTransactionCount', address, parent)))
      expect(code ?? '0x').toBe(await rpc('eth_getCode', address, parent))
      for (const [slot, value] of Object.entries(storage)) {
        expect(value).toBe(await rpc('eth_getStorageAt', address, slot, parent))
      }
    }
    const { pre, post } = await by('prestateTracer', { diffMode: true })
    expect(BigInt(post[alice].nonce)).toBe(BigInt(pre[alice].nonce) + 1n)
  })

  test('instructions, as many and as much as wanted', async () => {
    const logs = async (options: object) =>
      (await rpc('debug_traceTransaction', hash, options)).structLogs
    const whole = await rpc('debug_traceTransaction', hash)
    expect(whole).toMatchObject({ failed: false, returnValue: '0x' })
    expect(BigInt(whole.gas)).toBe(BigInt((await rpc('eth_getTransactionReceipt', hash)).gasUsed))
    expect(whole.structLogs[0]).toMatchObject({ pc: 0, op: 'PUSH1', depth: 1, stack: [] })
    expect(await logs({ limit: 5 })).toEqual(whole.structLogs.slice(0, 5))
    expect((await logs({ disableStack: true }))[3]).not.toHaveProperty('stack')
    const stores = whole.structLogs.filter(({ op }: Json) => op === 'SSTORE')
    expect(stores.length).toBeGreaterThan(2)
    for (const { storage } of stores) expect(Object.keys(storage).length).toBeGreaterThan(0)
    expect((await logs({ disableStorage: true })).some((each: Json) => each.storage)).toBe(false)
    expect((await logs({ enableMemory: true })).some((each: Json) => each.memory)).toBe(true)
    const data = await logs({ enableReturnData: true })
    expect(data.some((each: Json) => each.returnData)).toBe(false)
  })

  test('too long a trace is refused with advice', async () => {
    const { transactionHash } = await send({ to: tracer, data: tracing('spend', 3_000n), gas })
    const { error } = await ask('debug_traceTransaction', transactionHash)
    expect(error).toMatchObject({ code: 1, message: expect.stringContaining('disableStack') })
    const { structLogs } = await rpc('debug_traceTransaction', transactionHash, { limit: 10 })
    expect(structLogs).toHaveLength(10)
  })

  test('a tracer in JavaScript is refused', async () => {
    const { error } = await ask('debug_traceTransaction', hash, { tracer: '{ step: () => {} }' })
    expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('callTracer') })
  })
})

test('debug_traceBlockBy… has what debug_traceTransaction has', async () => {
  const options = { tracer: 'callTracer' }
  const byNumber = await rpc('debug_traceBlockByNumber', busy.number, options)
  expect(await rpc('debug_traceBlockByHash', busy.hash, options)).toEqual(byNumber)
  expect(byNumber.map(({ txHash }: Json) => txHash)).toEqual(busy.transactions)
  for (const { txHash, result } of byNumber) {
    expect(await rpc('debug_traceTransaction', txHash, options)).toEqual(result)
  }
})

test('debug_traceCall', async () => {
  const call = { from: alice, data: newCell(13n) }
  const frame = await rpc('debug_traceCall', call, 'latest', { tracer: 'callTracer' })
  expect(frame).toMatchObject({
    type: 'CREATE',
    from: alice,
    error: 'execution reverted',
    revertReason: 'unlucky',
  })
  expect(await rpc('debug_traceCall', call, 'latest')).toMatchObject({
    failed: true,
    structLogs: expect.any(Array),
  })
  const override = { stateOverrides: { [alice]: { balance: 'none' } } }
  const { error } = await ask('debug_traceCall', call, 'latest', override)
  expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('Overrides') })
})

describe('debug_getRaw…', () => {
  test('transaction: what was sent', async () => {
    const nonce = hexToNumber(await rpc('eth_getTransactionCount', alice, 'latest'))
    const fees = { maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 1n }
    const common = { chainId: 31_415_926, to: bob as `0x${string}`, value: 1n, gas: 10_000_000n }
    const signed = await aliceKey.signTransaction({ ...common, ...fees, type: 'eip1559', nonce })
    const hash = await rpc('eth_sendRawTransaction', signed)
    expect(await rpc('debug_getRawTransaction', hash)).toBe(signed)
    expect(keccak256(signed)).toBe(hash)
    expect(parseTransaction(signed).value).toBe(1n)
    const legacy = { ...common, type: 'legacy', gasPrice: 10n ** 9n, nonce: nonce + 1 } as const
    const old = await rpc('eth_sendRawTransaction', await aliceKey.signTransaction(legacy))
    expect(await rpc('debug_getRawTransaction', old)).toMatch(/^0xf8/)

    const { blockHash } = await rpc('eth_getTransactionByHash', old)
    const [header, transactions, uncles] = fromRlp(
      await rpc('debug_getRawBlock', blockHash),
    ) as Json
    const block = await rpc('eth_getBlockByHash', blockHash)
    expect(header).toEqual(fromRlp(await rpc('debug_getRawHeader', blockHash)))
    expect(header[0]).toBe(block.parentHash)
    expect(hexToBigInt(header[8])).toBe(BigInt(block.number))
    expect(hexToBigInt(header[15])).toBe(BigInt(block.baseFeePerGas))
    expect(transactions).toHaveLength(1)
    expect(uncles).toEqual([])
    const [receipt] = await rpc('debug_getRawReceipts', blockHash)
    const [status, cumulativeGas, bloom, logs] = fromRlp(receipt) as Json
    const shown = await rpc('eth_getTransactionReceipt', old)
    expect([status, hexToBigInt(cumulativeGas), bloom, logs]).toEqual([
      '0x01',
      BigInt(shown.cumulativeGasUsed),
      shown.logsBloom,
      [],
    ])
  })

  test('receipts of other types begin with the type', async () => {
    const receipts = await rpc('debug_getRawReceipts', busy.number)
    expect(receipts).toHaveLength(3)
    for (const [i, receipt] of receipts.entries()) {
      const { type, logs } = await rpc('eth_getTransactionReceipt', busy.transactions[i])
      expect(receipt.startsWith('0x02')).toBe(type === '0x2')
      const fields = fromRlp(type === '0x2' ? `0x${receipt.slice(4)}` : receipt) as Json
      expect(fields[3]).toHaveLength(logs.length)
    }
  })

  test('what is not there', async () => {
    expect(await rpc('debug_getRawTransaction', UNKNOWN_HASH)).toBe('0x')
    expect((await ask('debug_getRawHeader', UNKNOWN_HASH)).error.code).toBe(1)
    // nobody signed it
    await rpc('hardhat_impersonateAccount', tracer)
    await rpc('hardhat_setBalance', tracer, numberToHex(FIL))
    const native = await send({ from: tracer, to: bob, value: '0x1' })
    const { error } = await ask('debug_getRawTransaction', native.transactionHash)
    expect(error.message).toContain('native message')
    expect((await ask('debug_getRawBlock', native.blockHash)).error.message).toContain('native')
  })
})

test('fevm_traceMessage names methods, params, exit codes and charges', async () => {
  const [hash] = busy.transactions
  const traced = await rpc('fevm_traceMessage', hash)
  const cid = await rpc('eth_getMessageCidByTransactionHash', hash)
  expect(await rpc('fevm_traceMessage', cid)).toEqual(traced)
  expect(await rpc('fevm_traceMessage', cid['/'])).toEqual(traced)
  const receipt = await rpc('eth_getTransactionReceipt', hash)
  expect(traced).toMatchObject({
    cid,
    transactionHash: hash,
    exitCode: 0,
    exitName: 'OK',
    gasUsed: hexToNumber(receipt.gasUsed),
    call: { method: { name: 'InvokeEVM' }, actor: { type: 'evm', address: tracer } },
  })
  const create = traced.call.calls.find((call: Json) => call.method.name === 'Create')
  expect(create).toMatchObject({
    actor: { id: 't010', type: 'eam' },
    params: { decoded: { nonce: expect.any(String), initcode: newCell(2n) } },
    return: { decoded: { ethAddress: expect.stringMatching(/^0x/) } },
  })
  const [exec] = create.calls
  expect(exec).toMatchObject({ method: { name: 'Exec4' }, actor: { type: 'init' } })
  expect(exec.params.decoded.code).toHaveProperty('/')
  expect(exec.calls[0]).toMatchObject({
    method: { name: 'Constructor' },
    actor: { type: 'evm' },
    params: { decoded: { creator: tracer, initcode: newCell(2n) } },
  })
  const sum = (call: Json): number =>
    call.charges.reduce((all: number, each: Json) => all + each.gas, 0) +
    call.calls.reduce((all: number, each: Json) => all + sum(each), 0)
  expect(Math.ceil(sum(traced.call) - 1e-6)).toBe(traced.gasUsed)
  expect(traced.call.charges[0].name).toBe('OnChainMessage')

  const failed = await rpc('fevm_traceMessage', busy.transactions[1])
  expect(failed).toMatchObject({ exitCode: 33, exitName: 'EVM_CONTRACT_REVERTED' })
  const refused = async (id: string) => (await ask('fevm_traceMessage', id)).error.code
  expect(await refused(UNKNOWN_HASH)).toBe(1)
  expect(await refused('bafy2bzacecnamqgqmifpluoeldx7zzglxcljo6oja4vrmtj7432rphldpdmm2')).toBe(1)
  expect(await refused('what')).toBe(-32602)
})

test('traces do not stand in each other’s way', async () => {
  const hashes = busy.transactions as string[]
  const options = { tracer: 'callTracer' }
  const alone = await Promise.all(
    hashes.map((hash) => rpc('debug_traceTransaction', hash, options)),
  )
  const many = await Promise.all(
    Array.from({ length: 24 }, (_, i) =>
      rpc('debug_traceTransaction', hashes[i % hashes.length], options),
    ),
  )
  for (const [i, each] of many.entries()) expect(each).toEqual(alone[i % hashes.length])
})
