/** State and block overrides of calls, on the real development node. */
import { hexToBigInt, hexToNumber, numberToHex } from 'viem'
import { afterAll, describe, expect, test } from 'vitest'
import { devNode, loggedErrors } from './dev-node.ts'
import { calling, probe } from './probe.ts'

const { ask, rpc, accounts } = await devNode()
afterAll(() => expect(loggedErrors).toEqual([]))

const [alice] = accounts as [string]
const SOMEONE = '0x00000000000000000000000000000000000100e1'
const RICH = '0x00000000000000000000000000000000000100e2'
const FIL = 10n ** 18n
const word = (value: bigint | number) => numberToHex(value, { size: 32 })

const hash = await rpc('eth_sendTransaction', { from: alice, data: probe.bytecode })
const { contractAddress } = await rpc('eth_getTransactionReceipt', hash)
const code = await rpc('eth_getCode', contractAddress)

/** Runtime code that returns the word an opcode pushes. */
const returning = (opcode: string) => `0x${opcode}60005260206000f3`
const read = (overrides: object, data = calling('value'), to: string = contractAddress) =>
  rpc('eth_call', { to, data }, 'latest', overrides)

describe('state overrides of eth_call', () => {
  test('balance: what a contract sees, and what a sender can send', async () => {
    // PUSH20 someone BALANCE
    const balanceOf = returning(`73${SOMEONE.slice(2)}31`)
    const overrides = { [SOMEONE]: { balance: numberToHex(5n * FIL) }, [RICH]: { code: balanceOf } }
    expect(await read(overrides, '0x', RICH)).toBe(word(5n * FIL))
    const value = numberToHex(2n * FIL)
    const poor = await ask('eth_call', { from: SOMEONE, to: RICH, value }, 'latest')
    expect(poor.error.message).toContain('insufficient funds')
    expect(
      await rpc('eth_call', { from: SOMEONE, to: RICH, value }, 'latest', {
        [SOMEONE]: { balance: numberToHex(3n * FIL) },
      }),
    ).toBe('0x')
  })

  test('code: an account becomes a contract, a contract another', async () => {
    expect(await read({ [SOMEONE]: { code } }, calling('value'), SOMEONE)).toBe(word(0))
    expect(await read({ [contractAddress]: { code: returning('602a') } })).toBe(word(42))
    expect(await read({})).toBe(word(7))
  })

  test('stateDiff changes slots and keeps the others, state replaces all', async () => {
    const slot = numberToHex(0)
    expect(await read({ [contractAddress]: { stateDiff: { [slot]: word(9) } } })).toBe(word(9))
    expect(await read({ [contractAddress]: { stateDiff: { [word(1)]: word(9) } } })).toBe(word(7))
    expect(await read({ [contractAddress]: { state: { [word(1)]: word(9) } } })).toBe(word(0))
    expect(await read({ [contractAddress]: { state: {} } })).toBe(word(0))
    expect(
      await read({ [SOMEONE]: { code, stateDiff: { '0x0': '0x3' } } }, undefined, SOMEONE),
    ).toBe(word(3))
  })

  test('nonce: a created contract has another address', async () => {
    // returns the address of a contract that it creates
    const creator = '0x60006000 6000f0 60005260206000f3'.replaceAll(' ', '')
    const created = (nonce: number) =>
      read({ [RICH]: { code: creator, nonce: numberToHex(nonce) } }, '0x', RICH)
    const [first, again, other] = [await created(1), await created(1), await created(9)]
    expect(hexToBigInt(first)).not.toBe(0n)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  test('nothing of it stays', async () => {
    expect(await rpc('eth_getCode', SOMEONE)).toBe('0x')
    expect(await rpc('eth_getBalance', SOMEONE)).toBe('0x0')
    expect(await read({})).toBe(word(7))
  })

  test.each([
    [{ [SOMEONE]: { movePrecompileToAddress: RICH } }, /precompiles cannot be moved/],
    [{ [`0x${'0'.repeat(39)}1`]: { code: '0x00' } }, /reserved for precompiles/],
    [{ [SOMEONE]: { stateDiff: { '0x0': '0x1' } } }, /is no contract, it has no storage/],
    [{ [SOMEONE]: { state: {}, stateDiff: {} } }, /both state and stateDiff/],
    [{ someone: { balance: '0x1' } }, /stateOverrides/],
    [{ [SOMEONE]: { balance: 'much' } }, /invalid parameter 'stateOverrides\.0x\w+e1\.balance'/],
    [{ '0xff00000000000000000000000000000000ffffff': { balance: '0x1' } }, /there is no actor/],
  ])('refused: %j', async (overrides, message) => {
    const { error } = await ask('eth_call', { to: SOMEONE }, 'latest', overrides)
    expect(error).toMatchObject({ code: -32602, message: expect.stringMatching(message) })
  })
})

describe('block overrides of eth_call', () => {
  const seen = (opcode: string, block: object) =>
    rpc('eth_call', { to: SOMEONE }, 'latest', { [SOMEONE]: { code: returning(opcode) } }, block)

  test('number, time and base fee are what contracts see', async () => {
    expect(await seen('43', { number: '0x1234' })).toBe(word(0x1234))
    expect(await seen('42', { time: 2_000_000_000 })).toBe(word(2_000_000_000))
    expect(await seen('48', { baseFeePerGas: '0x777' })).toBe(word(0x777))
    expect(await seen('48', {})).toBe(word(0))
    const latest = await rpc('eth_blockNumber')
    expect(await seen('43', { time: '0x1' })).toBe(word(hexToNumber(latest)))
  })

  test('the state may stay as it is', async () => {
    expect(
      await rpc('eth_call', { to: contractAddress, data: calling('value') }, 'latest', null, {
        number: 99,
      }),
    ).toBe(word(7))
  })

  test('what is always so may be said', async () => {
    const same = { gasLimit: '0x2540be400', feeRecipient: `0x${'00'.repeat(20)}`, withdrawals: [] }
    expect(await seen('45', same)).toBe(word(10_000_000_000))
  })

  test.each([
    [{ gasLimit: '0x1c9c380' }, 'the gas limit of a block is 10000000000'],
    [{ feeRecipient: SOMEONE }, 'zero address as COINBASE'],
    [{ prevRandao: word(1) }, 'PREVRANDAO is drawn'],
    [{ blobBaseFee: '0x1' }, 'there are no blobs'],
  ])('refused with the reason: %j', async (block, reason) => {
    const { error } = await ask('eth_call', { to: SOMEONE }, 'latest', {}, block)
    expect(error).toMatchObject({ code: -32602, message: expect.stringContaining(reason) })
  })
})

describe('overrides elsewhere', () => {
  const fail = calling('fail', 1n)

  test('eth_estimateGas', async () => {
    const call = { from: SOMEONE, to: contractAddress, data: fail }
    expect((await ask('eth_estimateGas', call)).error.code).toBe(3)
    const overrides = { [contractAddress]: { code: returning('602a') } }
    expect(hexToNumber(await rpc('eth_estimateGas', call, 'latest', overrides))).toBeGreaterThan(0)
    const rich = { [SOMEONE]: { balance: numberToHex(FIL) } }
    const transfer = { from: SOMEONE, to: RICH, value: numberToHex(FIL) }
    expect((await ask('eth_estimateGas', transfer)).error.message).toContain('insufficient funds')
    expect(hexToNumber(await rpc('eth_estimateGas', transfer, 'latest', rich))).toBeGreaterThan(0)
  })

  test('trace_call and its state diff', async () => {
    const set = { from: alice, to: contractAddress, data: calling('set', 8n) }
    const overrides = { [contractAddress]: { stateDiff: { '0x0': '0x5' } } }
    const { stateDiff } = await rpc('trace_call', set, ['stateDiff'], 'latest', overrides)
    expect(stateDiff[contractAddress].storage[word(0)]).toEqual({
      '*': { from: word(5), to: word(8) },
    })
  })

  test('debug_traceCall', async () => {
    const overrides = {
      tracer: 'callTracer',
      stateOverrides: { [SOMEONE]: { code: returning('43') } },
      blockOverrides: { number: '0x64' },
    }
    expect(await rpc('debug_traceCall', { to: SOMEONE }, 'latest', overrides)).toMatchObject({
      to: SOMEONE,
      output: word(100),
    })
  })
})
