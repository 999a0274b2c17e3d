/** trace_* of the real development node (eth-rpc spec 6, acceptance checks 34 to 36). */
import { decodeAbiParameters, hexToNumber, numberToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, describe, expect, test } from 'vitest'
import { loggedErrors } from './dev-node.ts'
import {
  cell,
  FIL,
  gas,
  type Json,
  NOBODY,
  newCell,
  newTracing,
  tracing,
  tracingNode,
  UNKNOWN_HASH,
} from './tracing.ts'

const { ask, rpc, alice, bob, send, tracer, target, busy } = await tracingNode()
afterAll(() => expect(loggedErrors).toEqual([]))

const aliceKey = privateKeyToAccount(
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
)
const SALT = `0x${'05'.repeat(32)}`

type Trace = {
  type: string
  error?: string
  traceAddress: number[]
  subtraces: number
  action: Record<string, string>
  result: Record<string, string>
}

describe('trace_transaction', () => {
  const of = (hash: string): Promise<Trace[]> => rpc('trace_transaction', hash)

  test('a plain call is one trace', async () => {
    const receipt = await send({ to: target, data: cell('set', 6n), value: '0x2' })
    expect(await of(receipt.transactionHash)).toEqual([
      {
        type: 'call',
        subtraces: 0,
        traceAddress: [],
        action: {
          callType: 'call',
          from: alice,
          to: target,
          gas: expect.stringMatching(/^0x/),
          value: '0x2',
          input: cell('set', 6n),
        },
        result: { gasUsed: receipt.gasUsed, output: '0x' },
        blockHash: receipt.blockHash,
        blockNumber: hexToNumber(receipt.blockNumber),
        transactionHash: receipt.transactionHash,
        transactionPosition: 0,
      },
    ])
  })

  test('a transfer is one trace, whoever receives it', async () => {
    const { transactionHash } = await send({ to: NOBODY, value: '0x1' })
    const traces = await of(transactionHash)
    expect(traces).toMatchObject([
      { type: 'call', action: { from: alice, to: NOBODY, value: '0x1' } },
    ])
  })

  test('call, creation and call below a call', async () => {
    const { transactionHash } = await send({ to: tracer, data: tracing('callCreateCall', target) })
    const traces = await of(transactionHash)
    expect(
      traces.map(({ type, traceAddress, subtraces }) => [type, traceAddress, subtraces]),
    ).toEqual([
      ['call', [], 3],
      ['call', [0], 0],
      ['create', [1], 0],
      ['call', [2], 0],
    ])
    const [, , created, last] = traces
    expect(created!.result.code).toBe('0xfe')
    expect(last!.action.to).toBe(created!.result.address)
  })

  test('calls in calls', async () => {
    const { contractAddress } = await send({ data: newTracing })
    const data = tracing('nested', contractAddress, 3n)
    const { transactionHash } = await send({ to: tracer, data, gas })
    const traces = await of(transactionHash)
    expect(traces.map(({ traceAddress }) => traceAddress)).toEqual([[], [0], [0, 0], [0, 0, 0]])
    expect(traces.map(({ subtraces }) => subtraces)).toEqual([1, 1, 1, 0])
    expect(traces.map(({ action }) => action.to)).toEqual([
      tracer,
      contractAddress,
      tracer,
      contractAddress,
    ])
  })

  test('a delegatecall is to the implementation', async () => {
    const data = tracing('delegate', target, 4n)
    const { transactionHash } = await send({ to: tracer, data })
    const [, delegated] = await of(transactionHash)
    expect(delegated!.action).toMatchObject({
      callType: 'delegatecall',
      from: tracer,
      to: target,
      input: cell('set', 4n),
    })
  })

  test('a view function is called by staticcall', async () => {
    const { transactionHash } = await send({ to: tracer, data: tracing('look', target) })
    const [outer, inner] = await of(transactionHash)
    expect(outer!.action.callType).toBe('call')
    expect(inner!.action.callType).toBe('staticcall')
    const [value] = decodeAbiParameters(
      [{ type: 'uint256' }],
      inner!.result.output as `0x${string}`,
    )
    expect(value).toBeGreaterThan(0n)
  })

  test('CREATE2 twice at one address', async () => {
    const twice = await send({ to: tracer, data: tracing('create2Twice', SALT), gas })
    expect(twice.status).toBe('0x0')
    const [call, first, second] = await of(twice.transactionHash)
    expect(call!.error).toBe('Reverted')
    expect(first).toMatchObject({ type: 'create', traceAddress: [0], result: { code: '0xfe' } })
    expect(first!.error).toBeUndefined()
    // what the EAM does when a contract is there: Resurrect fails, and so does it
    expect(second).toMatchObject({ type: 'create', traceAddress: [1] })
    expect(second!.error).toContain('ErrForbidden')
    expect(second!.result).not.toHaveProperty('address')
  })

  test.each([
    [0n, 'Reverted'],
    [1n, 'Reverted'],
    [2n, 'Reverted'],
    [3n, 'invalid instruction'],
    [9n, 'out of gas'],
  ])('a failure, %i: %s', async (how, error) => {
    const receipt = await send({ to: target, data: cell('fail', how), gas: '0x1312d00' })
    expect(receipt.status).toBe('0x0')
    expect(await of(receipt.transactionHash)).toMatchObject([{ type: 'call', error }])
  })

  test('a deployment, and one that fails', async () => {
    const good = await send({ data: newCell(1n) })
    expect(await of(good.transactionHash)).toMatchObject([
      {
        type: 'create',
        action: { from: alice, init: newCell(1n) },
        result: { address: good.contractAddress, code: '0xfe', gasUsed: good.gasUsed },
      },
    ])
    const bad = await send({ data: newCell(13n), gas })
    const [trace] = await of(bad.transactionHash)
    expect(trace).toMatchObject({ type: 'create', error: 'Reverted' })
    expect(trace!.result.code).toMatch(/^0x08c379a0/)
  })

  test('of an unknown or pending transaction is an error', async () => {
    expect((await ask('trace_transaction', UNKNOWN_HASH)).error).toMatchObject({
      code: 1,
      message: expect.stringContaining('transaction not found'),
    })
    await rpc('evm_setAutomine', false)
    const pending = await rpc('eth_sendTransaction', { from: alice, to: bob, value: '0x1' })
    const { error } = await ask('trace_transaction', pending)
    expect(error).toMatchObject({ code: 1, message: 'no trace for pending transactions' })
    await rpc('evm_mine')
    await rpc('evm_setAutomine', true)
    expect(await of(pending)).toHaveLength(1)
  })
})

describe('blocks', () => {
  test('trace_block has the traces of all transactions, in order', async () => {
    const traces = await rpc('trace_block', busy.number)
    const each = await Promise.all(
      busy.transactions.map((hash: string) => rpc('trace_transaction', hash)),
    )
    expect(traces).toEqual(each.flat())
    expect([...new Set(traces.map((t: Json) => t.transactionPosition))]).toEqual([0, 1, 2])
    expect(await rpc('trace_block', busy.hash)).toEqual(traces)
    expect(await rpc('trace_block', UNKNOWN_HASH)).toBeNull()
  })

  test('trace_replayBlockTransactions has one entry for each transaction', async () => {
    const replayed = await rpc('trace_replayBlockTransactions', busy.number, ['trace'])
    expect(replayed.map((each: Json) => each.transactionHash)).toEqual(busy.transactions)
    const block = await rpc('trace_block', busy.number)
    expect(replayed.flatMap(({ trace }: Json) => trace)).toHaveLength(block.length)
    for (const { stateDiff, vmTrace } of replayed) {
      expect({ stateDiff, vmTrace }).toEqual({ stateDiff: null, vmTrace: null })
    }
    expect(replayed[1].output).toMatch(/^0x08c379a0/)
  })

  test('of the future are an error', async () => {
    const { error } = await ask('trace_block', numberToHex(1_000_000))
    expect(error.message).toContain('future epoch')
  })

  test('types that do not exist are refused', async () => {
    const { error } = await ask('trace_replayBlockTransactions', busy.number, ['storage'])
    expect(error).toMatchObject({
      code: -32602,
      message: expect.stringContaining("only 'trace', 'stateDiff' and 'vmTrace' are supported"),
    })
  })
})

describe('trace_filter', () => {
  const filter = (fields: object) => rpc('trace_filter', { fromBlock: '0x0', ...fields })

  test('by sender and recipient', async () => {
    const all: Trace[] = await filter({})
    expect(all.length).toBeGreaterThan(20)
    const ofBob = await filter({ fromAddress: bob })
    expect(ofBob).toEqual(all.filter(({ action }) => action.from === bob))
    expect(ofBob.length).toBeGreaterThan(0)
    const between = await filter({ fromAddress: [tracer, bob], toAddress: [target] })
    expect(between).toEqual(
      all.filter(
        ({ action, result }) =>
          [tracer, bob].includes(action.from) && (action.to ?? result.address) === target,
      ),
    )
    // a creation that failed has no address and matches none
    const created = await filter({ toAddress: target })
    expect(created.some(({ type }: Trace) => type === 'create')).toBe(true)
    expect(await filter({ toAddress: UNKNOWN_HASH.slice(0, 42) })).toEqual([])
  })

  test('pages join to the whole', async () => {
    const all = await filter({})
    const pages: Trace[] = []
    for (let after = 0; ; after += 7) {
      const page = await filter({ after: numberToHex(after), count: '0x7' })
      pages.push(...page)
      if (page.length < 7) break
    }
    expect(pages).toEqual(all)
    expect(await filter({ count: '0x0' })).toEqual([])
    expect(await filter({ after: numberToHex(all.length) })).toEqual([])
  })

  test('ranges, tags and what is refused', async () => {
    const at = { fromBlock: busy.number, toBlock: busy.number }
    expect(await rpc('trace_filter', at)).toEqual(await rpc('trace_block', busy.number))
    expect(await rpc('trace_filter', { fromBlock: 'earliest', toBlock: '0x0' })).toEqual([])
    expect(await rpc('trace_filter', {})).toEqual(await rpc('trace_block', 'latest'))
    const refused = async (fields: object) => (await ask('trace_filter', fields)).error.message
    expect(await refused({ count: '0x1f5' })).toBe(
      'invalid response count, requested 501, maximum supported is 500',
    )
    expect(await refused({ fromBlock: '0x5', toBlock: '0x3' })).toMatch(/invalid epoch range/)
    expect(await refused({ fromBlock: '0x0', toBlock: '0xffffff' })).toMatch(/future epoch/)
    expect(await refused({ fromBlock: '10' })).toMatch(/not a hex/)
  })

  test('null rounds alone have none', async () => {
    const before = hexToNumber(await rpc('eth_blockNumber'))
    await rpc('fevm_skipEpochs', 3)
    await send({ to: bob, value: '0x1' })
    const first = numberToHex(before + 1)
    const span = { fromBlock: first, toBlock: numberToHex(before + 3) }
    expect(await rpc('trace_filter', span)).toEqual([])
    expect(await rpc('trace_filter', { fromBlock: first })).toHaveLength(1)
    const nullRound = { code: 12, data: before + 1 }
    expect((await ask('trace_block', first)).error).toMatchObject(nullRound)
    const replayed = await ask('trace_replayBlockTransactions', first, ['trace'])
    expect(replayed.error).toMatchObject(nullRound)
    expect((await ask('debug_traceBlockByNumber', first)).error).toMatchObject(nullRound)
  })
})

describe('one transaction', () => {
  test('trace_get finds a call by its address', async () => {
    const [hash] = busy.transactions
    const all = await rpc('trace_transaction', hash)
    expect(await rpc('trace_get', hash, ['0x1'])).toEqual(all[2])
    expect(await rpc('trace_get', hash, [])).toEqual(all[0])
    expect(await rpc('trace_get', hash, ['0x9'])).toBeNull()
  })

  test('trace_replayTransaction says what changed', async () => {
    const data = tracing('clear')
    const receipt = await send({ to: tracer, data })
    const replayed = await rpc('trace_replayTransaction', receipt.transactionHash, [
      'trace',
      'stateDiff',
    ])
    expect(replayed.trace).toHaveLength(1)
    const { stateDiff } = replayed
    const storage = Object.values(stateDiff[tracer].storage)
    expect(storage.length).toBeGreaterThan(0)
    const { from, to } = stateDiff[alice].balance['*']
    const price = BigInt(receipt.effectiveGasPrice)
    const paid = BigInt(from) - BigInt(to)
    const gasUsed = BigInt(receipt.gasUsed)
    // the price is rounded down
    expect(paid - price * gasUsed).toBeGreaterThanOrEqual(0n)
    expect(paid - price * gasUsed).toBeLessThan(gasUsed)
    expect(stateDiff[alice].nonce['*'].to).toBe(
      await rpc('eth_getTransactionCount', alice, receipt.blockNumber),
    )
  })

  test('edits of the state in between do not matter', async () => {
    const first = await send({ to: target, data: cell('set', 123n) })
    const before = await rpc('trace_transaction', first.transactionHash)
    await rpc('hardhat_setBalance', alice, numberToHex(5n * FIL))
    await rpc('hardhat_setStorageAt', target, '0x0', `0x${'00'.repeat(31)}07`)
    const second = await send({ to: target, data: cell('set', 124n) })
    await rpc('hardhat_setCode', target, '0xfe')
    expect(await rpc('trace_transaction', first.transactionHash)).toEqual(before)
    const diff = await rpc('debug_traceTransaction', second.transactionHash, {
      tracer: 'prestateTracer',
      tracerConfig: { diffMode: true },
    })
    const [slot] = Object.keys(diff.post[target].storage)
    expect(BigInt(diff.pre[target].storage[slot!])).toBe(7n)
    expect(BigInt(diff.post[target].storage[slot!])).toBe(124n)
    expect(BigInt(diff.pre[alice].balance)).toBe(5n * FIL)
    await rpc('hardhat_setBalance', alice, numberToHex(10_000n * FIL))
    // a contract, which could not send by itself
    await rpc('hardhat_impersonateAccount', tracer)
    await rpc('hardhat_setBalance', tracer, numberToHex(FIL))
    const { transactionHash } = await send({ from: tracer, to: bob, value: '0x1' })
    expect(await rpc('trace_transaction', transactionHash)).toMatchObject([
      { action: { from: tracer, to: bob } },
    ])
  })

  test('what evm_revert takes back is gone', async () => {
    const snapshot = await rpc('evm_snapshot')
    const { transactionHash } = await send({ to: bob, value: '0x1' })
    expect(await rpc('trace_transaction', transactionHash)).toHaveLength(1)
    await rpc('evm_revert', snapshot)
    expect((await ask('trace_transaction', transactionHash)).error.message).toContain('not found')
  })
})

describe('calls', () => {
  test('trace_call runs on any state, with what it would change', async () => {
    const call = { from: alice, to: tracer, data: tracing('clear') }
    const result = await rpc('trace_call', call, ['trace', 'stateDiff'], 'latest')
    expect(result.trace).toMatchObject([{ action: { from: alice, to: tracer } }])
    expect(BigInt(result.output)).toBe(3n)
    // calls are free
    expect(result.stateDiff[alice]).toBeUndefined()
    const failed = await rpc('trace_call', { to: tracer, data: '0xffffffff' }, ['trace'])
    expect(failed.trace[0].error).toBe('Reverted')
  })

  test('trace_callMany lets each stand on the one before', async () => {
    const calls = [
      [{ from: alice, to: NOBODY, value: '0x5' }, ['trace']],
      [{ from: NOBODY, to: bob, value: '0x5' }, ['stateDiff']],
    ]
    const [first, second] = await rpc('trace_callMany', calls, 'latest')
    expect(first.trace).toHaveLength(1)
    expect(first.trace[0].error).toBeUndefined()
    expect(second.trace).toEqual([])
    expect(second.stateDiff[NOBODY].balance['*']).toBeDefined()
  })
})

describe('vmTrace', () => {
  const CODE = '0x60026003015f5260206000f3'
  const owner = '0x0000000000000000000000000000000000c0ffee'
  // what edits have left of the other one is no contract any more
  const newTarget = async () => (await send({ data: newCell(5n) })).contractAddress
  const run = (code: string, types = ['vmTrace']) =>
    rpc('trace_call', { to: owner }, types, 'latest', { [owner]: { code } })

  test('has what each instruction pushed, wrote and left of the gas', async () => {
    const { vmTrace, output, trace, stateDiff } = await run(CODE)
    expect({ output, trace, stateDiff }).toEqual({
      output: `0x${'5'.padStart(64, '0')}`,
      trace: [],
      stateDiff: null,
    })
    expect(vmTrace.code).toBe(CODE)
    const shown = vmTrace.ops.map(({ pc, sub, ex }: Json) => [pc, sub, ex.push, ex.mem, ex.store])
    const five = { off: 0, data: `0x${'5'.padStart(64, '0')}` }
    expect(shown).toEqual([
      [0, null, ['0x2'], null, null],
      [2, null, ['0x3'], null, null],
      [4, null, ['0x5'], null, null],
      [5, null, ['0x0'], null, null],
      [6, null, [], five, null],
      [7, null, ['0x20'], null, null],
      [9, null, ['0x0'], null, null],
      [11, null, [], null, null],
    ])
    for (const [i, { cost, ex }] of vmTrace.ops.entries()) {
      const next = vmTrace.ops[i + 1]
      if (next !== undefined) expect(ex.used - next.cost).toBe(next.ex.used)
      expect(cost).toBeGreaterThanOrEqual(0)
    }
  })

  test('storage, DUP and SWAP, and the instruction that failed', async () => {
    // PUSH1 1, PUSH1 2, DUP2, SWAP1, SSTORE, INVALID
    const { vmTrace } = await run('0x600160028190' + '55fe')
    const effects = vmTrace.ops.map(({ ex }: Json) => ex)
    expect(effects[2].push).toEqual(['0x1', '0x2', '0x1'])
    expect(effects[3].push).toEqual(['0x1', '0x2'])
    expect(effects[4].store).toEqual({ key: '0x2', val: '0x1' })
    expect(effects[5]).toBeNull()
  })

  test('calls and creations have their own inside', async () => {
    const target = await newTarget()
    const { transactionHash } = await send({ to: tracer, data: tracing('callCreateCall', target) })
    const replayed = await rpc('trace_replayTransaction', transactionHash, ['trace', 'vmTrace'])
    expect(replayed.trace).toHaveLength(4)
    const subs = replayed.vmTrace.ops.filter(({ sub }: Json) => sub !== null)
    expect(subs).toHaveLength(3)
    expect(subs[0].sub.code).toBe(await rpc('eth_getCode', target, 'latest'))
    expect(newCell(2n).startsWith(subs[1].sub.code)).toBe(true)
    expect(subs[0].sub.ops.at(-1).ex.used).toBeGreaterThan(0)
  })

  test('a transfer has none; trace_rawTransaction runs what is signed', async () => {
    expect((await rpc('trace_call', { to: NOBODY }, ['vmTrace'])).vmTrace).toBeNull()
    const target = await newTarget()
    const nonce = hexToNumber(await rpc('eth_getTransactionCount', alice, 'latest'))
    const raw = await aliceKey.signTransaction({
      type: 'eip1559',
      chainId: 31_415_926,
      nonce: nonce + 100,
      to: target,
      data: cell('set', 3n),
      maxFeePerGas: 1n,
      gas: 21_000n,
    })
    const { trace, vmTrace } = await rpc('trace_rawTransaction', raw, ['trace', 'vmTrace'])
    expect(trace).toMatchObject([{ action: { from: alice, to: target, input: cell('set', 3n) } }])
    expect(vmTrace.ops.some(({ ex }: Json) => ex?.store?.val === '0x3')).toBe(true)
  })
})
