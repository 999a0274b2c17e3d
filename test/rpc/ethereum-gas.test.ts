/** --ethereum-gas: what suites written for Ethereum expect of gas. */
import { encodeFunctionData, hexToNumber, numberToHex } from 'viem'
import { afterAll, describe, expect, test } from 'vitest'
import { contracts } from '../contracts/compile.ts'
import { devNode, loggedErrors } from './dev-node.ts'

const { ask, rpc, accounts } = await devNode({ ethereumGas: true, callTimeout: '60s' })
afterAll(() => expect(loggedErrors).toEqual([]))

const { EthereumGas } = contracts('EthereumGas.sol')
const [alice, bob] = accounts as [string, string]
const calling = (functionName: string, ...args: unknown[]) =>
  encodeFunctionData({ abi: EthereumGas!.abi, functionName, args })
const send = async (fields: object) => {
  const hash = await rpc('eth_sendTransaction', { from: alice, ...fields })
  return rpc('eth_getTransactionReceipt', hash)
}
const balance = async (who: string, block = 'latest') =>
  BigInt(await rpc('eth_getBalance', who, block))
const deployed = await send({ data: EthereumGas!.bytecode, gas: numberToHex(3_000_000) })
const to: string = deployed.contractAddress

describe('pinned limits', () => {
  test('a deployment, a transfer to somebody new, and storage', async () => {
    expect(deployed.status).toBe('0x1')
    const fresh = '0x00000000000000000000000000000000000abcde'
    const transfer = await send({ to: fresh, value: '0x5', gas: '0x5208' })
    expect(transfer).toMatchObject({ status: '0x1', gasUsed: '0x5208' })
    expect(await balance(fresh)).toBe(5n)
    const keep = await send({ to, data: calling('keep', 4n), gas: numberToHex(120_000) })
    expect(keep.status).toBe('0x1')
    expect(hexToNumber(keep.gasUsed)).toBeLessThanOrEqual(120_000)
    const { gas } = await rpc('eth_getTransactionByHash', keep.transactionHash)
    expect(hexToNumber(gas)).toBe(120_000)
  })

  test('below what the smallest transaction takes is refused', async () => {
    const { error } = await ask('eth_sendTransaction', { from: alice, to: bob, gas: '0x5207' })
    expect(error.message).toContain('intrinsic gas too low')
  })

  test('still end somewhere', async () => {
    const receipt = await send({ to, data: calling('forever'), gas: numberToHex(200_000) })
    expect(receipt).toMatchObject({ status: '0x0', gasUsed: numberToHex(200_000) })
  })
})

test('fees are gas used times price, to the last attoFIL', async () => {
  const before = await balance(alice)
  const gas = numberToHex(9_000_000)
  const receipt = await send({ to: bob, value: '0x7', gas })
  const fee = BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice)
  expect(await balance(alice)).toBe(before - 7n - fee)
  const { baseFeePerGas } = await rpc('eth_getBlockByHash', receipt.blockHash)
  const { maxPriorityFeePerGas } = await rpc('eth_getTransactionByHash', receipt.transactionHash)
  expect(BigInt(receipt.effectiveGasPrice)).toBe(
    BigInt(baseFeePerGas) + BigInt(maxPriorityFeePerGas),
  )
})

test('an estimate is on the same scale, and sufficient', async () => {
  const call = { from: alice, to, data: calling('keep', 20n) }
  const gas = await rpc('eth_estimateGas', call)
  expect(hexToNumber(gas)).toBeLessThan(3_000_000)
  expect(await send({ ...call, gas })).toMatchObject({ status: '0x1' })
  expect(await rpc('eth_estimateGas', { from: alice, to: bob })).toBe('0x5208')
})

describe('inside of contracts', () => {
  test('30,000 gas is enough to ask for an interface', async () => {
    const answer = await rpc('eth_call', { to, data: calling('asks', to) })
    expect(answer).toBe(`0x${'1'.padStart(64, '0').repeat(2)}`)
    expect(await send({ to, data: calling('asks', to), gas: numberToHex(60_000) })).toMatchObject({
      status: '0x1',
    })
  })

  test('GAS is what is left of the limit', async () => {
    const left = hexToNumber(await rpc('eth_call', { to, data: calling('left') }))
    expect(left).toBeGreaterThan(9_000_000)
    expect(left).toBeLessThan(10_000_000)
  })

  test('transfer() reaches a contract', async () => {
    const paid = await send({
      to,
      data: calling('pay', to),
      value: '0x3',
      gas: numberToHex(100_000),
    })
    expect(paid.status).toBe('0x1')
  })
})

test('what was mined can be replayed', async () => {
  const receipt = await send({ to, data: calling('keep', 3n), gas: numberToHex(150_000) })
  const [trace] = await rpc('trace_transaction', receipt.transactionHash)
  expect(trace.result.gasUsed).toBe(receipt.gasUsed)
  expect(hexToNumber(trace.action.gas)).toBeLessThanOrEqual(150_000)
})
