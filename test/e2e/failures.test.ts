/** Calls that fail: what viem and ethers make of it, when called, estimated and sent. */

import { Contract, isCallException } from 'ethers'
import {
  BaseError,
  ContractFunctionRevertedError,
  encodeFunctionData,
  type Hex,
  maxUint256,
  numberToHex,
} from 'viem'
import { describe, expect, test } from 'vitest'
import { contract } from '../contracts/compile.ts'
import { ethers } from './ethers.ts'
import { nodeForFile, RpcFailure } from './node.ts'
import { account, viem } from './viem.ts'

const node = await nodeForFile()
const alice = viem(node)
const { client, wallet } = alice
const { signer } = ethers(node)
const failures = await alice.deploy(contract('Failures'))

interface Case {
  readonly name: string
  readonly args: readonly unknown[]
  readonly errorName: string | undefined
  readonly errorArgs?: readonly unknown[]
  /** As viem puts it. */
  readonly reason?: string
}

const who = account(0).address
const cases: readonly Case[] = [
  { name: 'customError', args: [50n], errorName: 'TooMuch', errorArgs: [who, 50n, 10n] },
  { name: 'passedOn', args: [60n], errorName: 'TooMuch', errorArgs: [failures.address, 60n, 10n] },
  { name: 'errorString', args: [], errorName: 'Error', reason: 'not today' },
  { name: 'assertion', args: [], errorName: 'Panic', errorArgs: [1n] },
  { name: 'division', args: [0n], errorName: 'Panic', errorArgs: [0x12n] },
  { name: 'overflow', args: [maxUint256], errorName: 'Panic', errorArgs: [0x11n] },
  { name: 'outOfBounds', args: [], errorName: 'Panic', errorArgs: [0x32n] },
  { name: 'nothing', args: [], errorName: undefined },
  { name: 'invalidOpcode', args: [], errorName: undefined },
]

function revertOf(error: unknown): ContractFunctionRevertedError {
  const revert = error instanceof BaseError && error.walk((e) => e instanceof Revert)
  if (!(revert instanceof Revert)) throw error
  return revert
}
const Revert = ContractFunctionRevertedError

function lowerCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value
}

describe.each(cases)('$name', ({ name: functionName, args, errorName, errorArgs, reason }) => {
  const call = { ...failures, functionName, args, account: account(0) }
  const data = encodeFunctionData(call)

  function expectDecoded(error: unknown) {
    const revert = revertOf(error)
    expect(revert.data?.errorName).toBe(errorName)
    if (errorArgs !== undefined) {
      expect(revert.data?.args?.map(lowerCase)).toEqual(errorArgs.map(lowerCase))
    }
    if (reason !== undefined) expect(revert.reason).toBe(reason)
  }

  test('viem: simulateContract', async () => {
    expectDecoded(await client.simulateContract(call).catch((error) => error))
  })

  test('viem: estimateContractGas', async () => {
    expectDecoded(await client.estimateContractGas(call).catch((error) => error))
  })

  test('viem: writeContract does not get past its estimate', async () => {
    expectDecoded(await wallet.writeContract(call).catch((error) => error))
  })

  test('viem: sent all the same, it is mined as a failure', async () => {
    const hash = await wallet.writeContract({ ...call, gas: 50_000_000n })
    const receipt = await alice.receiptOf(hash)
    expect(receipt).toMatchObject({ status: 'reverted', logs: [] })
    expect(receipt.gasUsed).toBeGreaterThan(1_000_000n)
    // the same call on the block before tells why
    const why = client.simulateContract({ ...call, blockNumber: receipt.blockNumber - 1n })
    expectDecoded(await why.catch((error) => error))
  })

  test('ethers: call, estimate and transaction', async () => {
    const bound = new Contract(failures.address, failures.abi as never, signer(0))
    const method = bound.getFunction(functionName)
    for (const attempt of [method.staticCall, method.estimateGas, method.send]) {
      const error = await attempt(...args).catch((thrown: unknown) => thrown)
      if (!isCallException(error)) throw error
      // only of a call does ethers decode the contract's own errors by itself
      const parse = () => error.data !== '0x' && bound.interface.parseError(error.data!)
      const revert = error.revert ?? (parse() || undefined)
      expect(revert?.name).toBe(errorName)
      if (errorArgs !== undefined) {
        // ethers reads the code of a panic as a number
        expect([...revert!.args].map(String).map(lowerCase)).toEqual(
          errorArgs.map(String).map(lowerCase),
        )
      }
      if (reason !== undefined) expect(error.reason).toBe(reason)
    }
  })

  test('on the wire: code 3, the data, words that geth begins with', async () => {
    for (const method of ['eth_call', 'eth_estimateGas', 'eth_sendTransaction']) {
      const failure = await node
        .rpc(method, { from: who, to: failures.address, data })
        .catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(RpcFailure)
      const { code, message, data: revertData } = failure as RpcFailure
      expect([method, code]).toEqual([method, 3])
      expect(message).toMatch(/^execution reverted/)
      expect(revertData).toMatch(/^0x([0-9a-f]{8})?/)
    }
  })
})

test('a constructor that reverts: an error when estimated, no address when sent', async () => {
  const { abi, bytecode } = contract('Token')
  const wrong = { abi, bytecode: `${bytecode.slice(0, 60)}fe${bytecode.slice(62)}` as Hex }
  await expect(wallet.deployContract({ ...wrong, args: [1n] })).rejects.toThrow()
  const hash = await wallet.deployContract({ ...wrong, args: [1n], gas: 100_000_000n })
  const receipt = await alice.receiptOf(hash)
  expect(receipt).toMatchObject({ status: 'reverted', contractAddress: null, to: null })
})

test('too little gas: mined as a failure that has a receipt', async () => {
  const token = await alice.deploy(contract('Token'), [10n])
  const call = { ...token, functionName: 'transfer', args: [account(1).address, 1n] }
  const enough = await client.estimateContractGas({ ...call, account: account(0) })
  const gas = enough / 2n
  const receipt = await alice.receiptOf(await wallet.writeContract({ ...call, gas }))
  expect(receipt).toMatchObject({ status: 'reverted', logs: [] })
  expect(receipt.gasUsed).toBeLessThanOrEqual(gas)
})

test('more money than there is', async () => {
  const send = { to: account(1).address, value: 20_000n * 10n ** 18n, account: account(0) }
  await expect(client.estimateGas(send)).rejects.toThrow(/insufficient funds/)
  await expect(wallet.sendTransaction(send)).rejects.toThrow(/insufficient funds/)
  const raw = wallet.sendTransaction({ ...send, gas: 5_000_000n })
  await expect(raw).rejects.toThrow(/exceeds the balance/)
})

test('a nonce that was used, one that comes too early, gas that no block has', async () => {
  const transfer = { to: account(1).address, value: 1n, gas: 5_000_000n }
  await expect(wallet.sendTransaction({ ...transfer, nonce: 0 })).rejects.toThrow(
    /lower than the current nonce/,
  )
  await expect(wallet.sendTransaction({ ...transfer, nonce: 10_000 })).rejects.toThrow(
    /higher than the next one expected/,
  )
  await expect(wallet.sendTransaction({ ...transfer, gas: 10_000_000_001n })).rejects.toThrow(
    /exceeds block gas limit/,
  )
  await expect(wallet.sendTransaction({ ...transfer, gas: 21_000n })).rejects.toThrow(
    /intrinsic gas|too low/,
  )
})

test('a sender that nobody has heard of', async () => {
  const nobody = viem(node, 77)
  const transfer = { to: account(1).address, value: 0n, gas: 5_000_000n }
  await expect(nobody.wallet.sendTransaction(transfer)).rejects.toThrow(/exceeds the balance/)
  // it may ask what it would cost, though
  const gas = await client.estimateGas({ account: account(77).address, to: account(1).address })
  expect(gas).toBeGreaterThan(1_000_000n)
  const value = numberToHex(10n ** 18n)
  const call = { from: account(77).address, to: account(1).address, value }
  await expect(node.rpc('eth_call', call)).rejects.toThrow(/insufficient funds/)
})
