/** Whatever eth_estimateGas answers is enough when it is sent as it is. */
import {
  type Address,
  encodeFunctionData,
  getAddress,
  getContractAddress,
  type Hex,
  toHex,
} from 'viem'
import { describe, expect, test } from 'vitest'
import { contracts } from '../contracts/compile.ts'
import { nodeForFile } from './node.ts'
import { account, stranger, type Target, viem } from './viem.ts'

const node = await nodeForFile()
const alice = viem(node)
const { client, wallet } = alice
const { Gas, Factory, Child } = contracts('Gas.sol')
const gas = await alice.deploy(Gas!)
const other = await alice.deploy(Gas!)
const factory = await alice.deploy(Factory!)
const child = await alice.deploy(Child!, [1n])

interface Sending {
  readonly to?: Address
  readonly data?: Hex
  readonly value?: bigint
}

/** Estimates, sends with exactly that, and looks how much of it was needed. */
async function sendAsEstimated(sending: Sending) {
  const request = { to: null, ...sending, account: account(0) }
  const limit = await client.estimateGas(request)
  const receipt = await alice.receiptOf(await wallet.sendTransaction({ ...request, gas: limit }))
  expect(receipt.status).toBe('success')
  expect(receipt.gasUsed).toBeLessThanOrEqual(limit)
  return { limit, receipt, share: Number(receipt.gasUsed) / Number(limit) }
}

function call(target: Target, functionName: string, args: readonly unknown[] = [], value = 0n) {
  return { to: target.address, data: encodeFunctionData({ ...target, functionName, args }), value }
}

const nothing = call(gas, 'fill', [0n])

const sendings: readonly (readonly [string, Sending])[] = [
  ['a transfer to a new address', { to: stranger(1), value: 1n }],
  ['a transfer to one that got money before', { to: stranger(1), value: 1n }],
  ['a transfer to an account that has sent', { to: account(0).address, value: 1n }],
  ['a transfer of nothing', { to: stranger(2) }],
  ['a transfer with data to nobody', { to: stranger(3), data: '0x12345678' }],
  ['a transfer to a masked id', { to: '0xff00000000000000000000000000000000000063', value: 5n }],
  ['value to a contract that takes it', { to: gas.address, value: 10n ** 18n }],
  ['a call that does nothing', nothing],
  ['one slot', call(gas, 'fill', [1n])],
  ['fifty slots', call(gas, 'fill', [50n])],
  ['fifty slots again, in another block', call(gas, 'fill', [50n])],
  ['a growing list', call(gas, 'grow', [40n])],
  ['a growing list, further on', call(gas, 'grow', [40n])],
  ['much computation', call(gas, 'spin', [2_000n])],
  ['work five calls down', call(gas, 'descend', [5n, 100n])],
  ['work forty calls down, starved by 63/64', call(gas, 'descend', [40n, 4_000n])],
  [
    'work forty calls down that must not fail unnoticed',
    call(gas, 'tryDescend', [40n, 4_000n, true]),
  ],
  ['a call to a contract by a contract', call(gas, 'forward', [other.address, nothing.data])],
  ['value to a contract by a contract', call(gas, 'forward', [other.address, '0x'], 3n)],
  ['a call to a new address by a contract', call(gas, 'forward', [stranger(4), '0x'], 3n)],
  ['Solidity’s transfer to a contract', call(gas, 'pay', [other.address], 3n)],
  ['Solidity’s transfer to a new address', call(gas, 'pay', [stranger(5)], 3n)],
  ['CREATE', call(factory, 'create', [5n])],
  ['CREATE with value', call(factory, 'create', [5n], 7n)],
  ['CREATE2', call(factory, 'create2', [toHex('salt', { size: 32 }), 5n])],
  ['a minimal proxy', call(factory, 'clone', [child.address])],
  ['two calls to another contract', call(factory, 'setThrough', [child.address, 9n])],
]

test.each(sendings)('%s', async (_name, sending) => {
  const { share } = await sendAsEstimated(sending)
  // five fourths of what is used (Lotus), or more where the 63/64 rule wants it
  expect(share).toBeLessThan(0.85)
  expect(share).toBeGreaterThan(0.4)
})

describe('deployments', () => {
  test('a small contract', async () => {
    const { receipt } = await sendAsEstimated({ data: `${Child!.bytecode}${'00'.repeat(32)}` })
    const nonce = BigInt((await client.getTransactionCount(account(0))) - 1)
    expect(receipt.contractAddress).toBe(
      getContractAddress({ from: account(0).address, nonce }).toLowerCase(),
    )
  })

  test('a large one', async () => {
    await sendAsEstimated({ data: Factory!.bytecode })
  })

  test('initcode that answers 24,576 bytes, the most there may be', async () => {
    const { receipt } = await sendAsEstimated({ data: '0x6160005ff3' })
    const code = await client.getCode({ address: receipt.contractAddress! })
    expect(code).toBe(`0x${'00'.repeat(0x6000)}`)
    await expect(client.estimateGas({ to: null, data: '0x6160015ff3' } as never)).rejects.toThrow()
  })
})

describe('contracts made by contracts', () => {
  test('CREATE2 lands where it was foretold, once', async () => {
    const salt = toHex('once', { size: 32 })
    const foretold = await alice.read<Address>(factory, 'addressOf', [salt, 7n])
    const { receipt } = await sendAsEstimated(call(factory, 'create2', [salt, 7n]))
    expect(receipt.logs[0]!.data).toBe(`0x${foretold.slice(2).toLowerCase().padStart(64, '0')}`)
    const made = { address: foretold, abi: Child!.abi }
    expect(await alice.read(made, 'value')).toBe(7n)
    expect(await alice.read(made, 'parent')).toBe(getAddress(factory.address))
    await expect(client.estimateGas(call(factory, 'create2', [salt, 7n]))).rejects.toThrow()
  })

  test('CREATE counts the factory’s nonce', async () => {
    const nonce = await client.getTransactionCount(factory)
    await alice.send(factory, 'create', [1n])
    expect(await client.getTransactionCount(factory)).toBe(nonce + 1)
    const at = getContractAddress({ from: factory.address, nonce: BigInt(nonce) })
    expect(await alice.read({ address: at, abi: Child!.abi }, 'value')).toBe(1n)
  })

  test('a minimal proxy has its own storage and the other’s code', async () => {
    const { logs } = await alice.send(factory, 'clone', [gas.address])
    const proxy = { address: `0x${logs[0]!.data.slice(26)}` as Address, abi: Gas!.abi }
    await sendAsEstimated(call(proxy, 'fill', [3n]))
    expect(await alice.read(proxy, 'slots', [2n])).not.toBe(0n)
    expect(await client.getCode(proxy)).toMatch(new RegExp(`363d3d.*${gas.address.slice(2)}`, 'i'))
  })
})

test('what another estimates who has nothing, is what a rich one pays', async () => {
  const request = { to: gas.address, data: call(gas, 'spin', [50n]).data }
  const rich = await client.estimateGas({ ...request, account: account(0) })
  const poor = await client.estimateGas({ ...request, account: stranger(9) })
  expect(Math.abs(Number(rich - poor)) / Number(rich)).toBeLessThan(0.1)
})

test('what no block has gas for', async () => {
  const failure = await node
    .rpc('eth_estimateGas', { to: gas.address, data: call(gas, 'spin', [1_000_000n]).data })
    .catch((error) => error)
  expect(failure).toMatchObject({ code: 2, message: 'call ran out of gas' })
})
