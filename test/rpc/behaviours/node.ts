/** The node on which the acceptance checks of a file run, and what they do to it. */
import { encodeDeployData, encodeFunctionData, type Hex, numberToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { contracts } from '../../contracts/compile.ts'
import { embeddedNode } from '../../e2e/embedded.ts'
import { call, post } from '../server.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are what the wire brings
export type Json = any

export const CHAIN_ID = 31_415_926
export const FIL = 10n ** 18n
export const UNKNOWN = `0x${'11'.repeat(32)}`
export const ZERO_WORD = `0x${'00'.repeat(32)}`
export const GAS = numberToHex(500_000_000)

/** One that nobody has used. */
export function stranger(number: number): Hex {
  return `0x${number.toString(16).padStart(4, '0').repeat(10)}`
}

export const word = (value: bigint | number) => numberToHex(value, { size: 32 })

const { Behaviours, Child } = contracts('Behaviours.sol')
export const behaviours = Behaviours!
export const newChild = (depth: bigint) =>
  encodeDeployData({ abi: Child!.abi, bytecode: Child!.bytecode, args: [depth] })
export const childCalling = (functionName: string) =>
  encodeFunctionData({ abi: Child!.abi, functionName })

export function calling(functionName: string, ...args: unknown[]): Hex {
  return encodeFunctionData({ abi: behaviours.abi, functionName, args })
}

export const aliceKey = privateKeyToAccount(
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
)

export async function behaviourNode(flags: Readonly<Record<string, unknown>> = {}) {
  const node = await embeddedNode({ readers: '2', callTimeout: '60s', ...flags })
  const url = node.httpUrl
  const ask = async (method: string, ...params: unknown[]): Promise<Json> =>
    (await post(url, call(method, params))).body
  const rpc = async (method: string, ...params: unknown[]): Promise<Json> => {
    const { result, error } = await ask(method, ...params)
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
    return result
  }
  const fails = async (method: string, ...params: unknown[]) => (await ask(method, ...params)).error
  const [alice, bob] = (await rpc('eth_accounts')) as [Hex, Hex]
  const send = async (fields: object): Promise<Json> => {
    const hash = await rpc('eth_sendTransaction', { from: alice, ...fields })
    return rpc('eth_getTransactionReceipt', hash)
  }
  return {
    node,
    url,
    ask,
    rpc,
    fails,
    alice,
    bob,
    send,
    height: async () => Number(await rpc('eth_blockNumber')),
    /** All that is sent inside waits, and is mined as one block. */
    async inOneBlock(run: () => Promise<unknown>): Promise<Json> {
      await rpc('evm_setAutomine', false)
      await run()
      await rpc('evm_mine')
      await rpc('evm_setAutomine', true)
      return rpc('eth_getBlockByNumber', 'latest', false)
    },
    deploy: async (data: Hex = behaviours.bytecode): Promise<Hex> =>
      (await send({ data })).contractAddress,
  }
}
