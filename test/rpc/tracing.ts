/** Contracts that call each other in every way, on a development node; for tests of traces. */
import { encodeDeployData, encodeFunctionData, numberToHex } from 'viem'
import { contracts } from '../contracts/compile.ts'
import { devNode } from './dev-node.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are what the wire brings
export type Json = any

export const UNKNOWN_HASH = `0x${'11'.repeat(32)}`
export const NOBODY = `0x${'0b'.repeat(20)}`
export const FIL = 10n ** 18n
/** Enough for everything. */
export const gas = numberToHex(500_000_000)

const { Tracing, Cell } = contracts('Tracing.sol')
export const newTracing = Tracing!.bytecode

export function tracing(functionName: string, ...args: unknown[]) {
  return encodeFunctionData({ abi: Tracing!.abi, functionName, args })
}

export function cell(functionName: string, ...args: unknown[]) {
  return encodeFunctionData({ abi: Cell!.abi, functionName, args })
}

export function newCell(value: bigint) {
  return encodeDeployData({ abi: Cell!.abi, bytecode: Cell!.bytecode, args: [value] })
}

export async function tracingNode() {
  // a busy machine must not stop a trace before its size does
  const node = await devNode({ callTimeout: '60s' })
  const { rpc } = node
  const [alice, bob] = node.accounts as [string, string]
  const send = async (fields: object) => {
    const hash = await rpc('eth_sendTransaction', { from: alice, ...fields })
    return rpc('eth_getTransactionReceipt', hash)
  }
  const { contractAddress: tracer } = await send({ data: newTracing })
  const { contractAddress: target } = await send({ data: newCell(5n) })

  // a block of three
  await rpc('evm_setAutomine', false)
  for (const fields of [
    { from: alice, to: tracer, data: tracing('callCreateCall', target), gas },
    { from: bob, to: target, data: cell('fail', 0n), gas },
    { from: alice, to: target, data: cell('set', 1n), gas },
  ]) {
    await rpc('eth_sendTransaction', fields)
  }
  await rpc('evm_mine')
  await rpc('evm_setAutomine', true)
  const busy: Json = await rpc('eth_getBlockByNumber', 'latest')
  return { ...node, alice, bob, send, tracer, target, busy }
}
