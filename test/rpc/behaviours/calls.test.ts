/** Behaviours 21 to 27: calls, gas and fees. */
import { encodeErrorResult, numberToHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { behaviourNode, behaviours, calling, FIL, newChild, stranger, word } from './node.ts'

const { rpc, fails, alice, bob, send, height, deploy } = await behaviourNode()
const contract = await deploy()
const NOBODY = stranger(7)

describe('calls', () => {
  test('behaviour 21: whoever calls is the sender inside', async () => {
    const whoami = calling('whoami')
    for (const from of [alice, NOBODY, await deploy(newChild(0n)), contract]) {
      expect(await rpc('eth_call', { from, to: contract, data: whoami }, 'latest')).toBe(
        word(BigInt(from)),
      )
    }
    const viaItself = { from: alice, to: contract, data: calling('viaItself') }
    expect(await rpc('eth_call', viaItself, 'latest')).toBe(word(BigInt(contract)))
    const value = numberToHex(FIL)
    const paying = { to: contract, data: whoami, value }
    expect(await rpc('eth_call', { ...paying, from: alice }, 'latest')).toBe(word(BigInt(alice)))
    for (const from of [NOBODY, contract]) {
      const { message } = await fails('eth_call', { ...paying, from }, 'latest')
      expect(message).toContain('insufficient funds')
    }
    const create = { data: behaviours.bytecode }
    const code = await rpc('eth_getCode', contract, 'latest')
    expect(await rpc('eth_call', { ...create, from: NOBODY }, 'latest')).toBe(code)
    const { message } = await fails('eth_call', { ...create, from: contract }, 'latest')
    expect(message).toMatch(/disallowed caller|USR_FORBIDDEN|exit=\[18\]|forbidden/i)
  })

  test('behaviour 22: calls at once do not see each other; an old block has the old value', async () => {
    const before = BigInt(await rpc('eth_call', { to: contract, data: calling('value') }))
    const all = Array.from({ length: 8 }, (_, i) =>
      rpc('eth_call', { from: alice, to: contract, data: calling('set', BigInt(100 + i)) }),
    )
    expect(await Promise.all(all)).toEqual(Array(8).fill(word(before)))
    const old = numberToHex(await height())
    await send({ to: contract, data: calling('set', before + 1n) })
    const get = { to: contract, data: calling('value') }
    expect(await rpc('eth_call', get, old)).toBe(word(before))
    expect(await rpc('eth_call', get, 'latest')).toBe(word(before + 1n))
  })

  const error = (errorName: string, args: unknown[], signature: string[]) =>
    encodeErrorResult({
      abi: [{ type: 'error', name: errorName, inputs: signature.map((type) => ({ type })) }],
      args,
    } as never)

  test.each([
    ['Error(string)', 0n, error('Error', ['not today'], ['string']), /not today/],
    ['Panic(0x01)', 1n, error('Panic', [1n], ['uint256']), /Assert\(\)/],
    ['Panic(0x12)', 2n, error('Panic', [0x12n], ['uint256']), /DivideByZero\(\)/],
    [
      'a custom error',
      3n,
      encodeErrorResult({
        abi: behaviours.abi,
        errorName: 'Custom',
        args: [42n, '0x000000000000000000000000000000000000000a'],
      }),
      /execution reverted/,
    ],
    ['nothing', 4n, '0x', /revert reason=\[none\]/],
  ])('behaviour 23: a revert with %s is code 3 with its data', async (_, how, data, message) => {
    const request = { from: alice, to: contract, data: calling('fail', how) }
    for (const method of ['eth_call', 'eth_estimateGas']) {
      expect(await fails(method, request, 'latest')).toEqual({
        code: 3,
        message: expect.stringMatching(message),
        data,
      })
    }
  })
})

describe('gas and fees', () => {
  test.each([
    ['a storage loop', () => ({ to: contract, data: calling('keep', 30n) })],
    [
      'nested calls, of which each keeps 1/64',
      () => ({ to: contract, data: calling('nest', 12n) }),
    ],
    ['a creation in a creation', () => ({ data: newChild(1n) })],
    ['a creation in a creation in a call', () => ({ to: contract, data: calling('create', 1n) })],
    ['a transfer to a new address', () => ({ to: stranger(77), value: '0x1' })],
  ])('behaviour 24: the estimate of %s is sufficient', async (_, request) => {
    const gas = await rpc('eth_estimateGas', { from: alice, ...request() })
    expect(await send({ ...request(), gas })).toMatchObject({ status: '0x1' })
  })

  test('behaviour 24: who is not there yet gets the estimate of who is', async () => {
    const request = { to: contract, data: calling('keep', 3n) }
    const funded = Number(await rpc('eth_estimateGas', { from: bob, ...request }))
    const missing = Number(await rpc('eth_estimateGas', { from: stranger(78), ...request }))
    expect(Math.abs(missing - funded) / funded).toBeLessThan(0.1)
  })

  // a chain that begins at the newest network version comes to no migration
  test.skip('behaviour 25: a call at an expensive migration is error -32002', () => {})

  test('behaviour 26: feeHistory', async () => {
    await rpc('hardhat_mine', numberToHex(20))
    const five = await rpc('eth_feeHistory', 5, '0x10')
    expect(five).toMatchObject({ oldestBlock: '0xc' })
    expect(five.baseFeePerGas).toHaveLength(6)
    expect(five.gasUsedRatio).toHaveLength(5)
    expect(await rpc('eth_feeHistory', '5', '16')).toEqual(five)
    expect(await rpc('eth_feeHistory', 5)).toEqual(await rpc('eth_feeHistory', 5, 'latest'))
    expect((await fails('eth_feeHistory', 1025, 'latest')).message).toContain(
      'block count should be smaller than 1024',
    )
    const { message } = await fails('eth_feeHistory', 5, 'latest', [50, 20])
    expect(message).toMatch(/20 should be larger than 50/)
    expect((await rpc('eth_feeHistory', 2, 'latest', [])).gasUsedRatio).toHaveLength(2)
    const idle = await rpc('eth_feeHistory', 3, 'latest', [10, 90])
    expect(idle.reward).toEqual(Array(3).fill(['0x186a0', '0x186a0']))
    await rpc('fevm_skipEpochs', 3)
    await rpc('evm_mine')
    const over = await rpc('eth_feeHistory', 3, 'latest')
    expect(over.gasUsedRatio).toHaveLength(3)
    expect(over.baseFeePerGas).toHaveLength(4)
  })

  test('behaviour 27: the base fee of an idle chain settles at 100', async () => {
    await rpc('hardhat_mine', numberToHex(150))
    expect(await rpc('eth_baseFee')).toBe('0x64')
  })
})
