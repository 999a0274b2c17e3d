/** viem on a test node, as its documentation shows it. */
import {
  type Abi,
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  type TransactionReceipt,
  webSocket,
} from 'viem'
import { type HDAccount, mnemonicToAccount } from 'viem/accounts'
import type { Contract } from '../contracts/compile.ts'

export const CHAIN_ID = 31_415_926

export const MNEMONIC = 'test test test test test test test test test test test junk'

const accounts = new Map<number, HDAccount>()

/** From 10 on without money. */
export function account(addressIndex: number): HDAccount {
  let known = accounts.get(addressIndex)
  if (known === undefined) {
    known = mnemonicToAccount(MNEMONIC, { addressIndex })
    accounts.set(addressIndex, known)
  }
  return known
}

/** Someone without money. */
export function stranger(number: number): Address {
  return `0x${number.toString(16).padStart(4, '0').repeat(10)}`
}

interface Urls {
  readonly httpUrl: string
  readonly wsUrl: string
}

export function viem({ httpUrl, wsUrl }: Urls, addressIndex = 0) {
  const chain = defineChain({
    id: CHAIN_ID,
    name: 'dev',
    nativeCurrency: { name: 'test FIL', symbol: 'tFIL', decimals: 18 },
    rpcUrls: { default: { http: [httpUrl], webSocket: [wsUrl] } },
  })
  const transport = http()
  const client = createPublicClient({ chain, transport, pollingInterval: 20, cacheTime: 0 })
  const wallet = createWalletClient({ account: account(addressIndex), chain, transport })

  const receiptOf = (hash: Hex): Promise<TransactionReceipt> =>
    client.getTransactionReceipt({ hash })
  const deploy = async ({ abi, bytecode }: Contract, args: readonly unknown[] = []) => {
    const receipt = await receiptOf(await wallet.deployContract({ abi, bytecode, args }))
    if (receipt.contractAddress == null) throw new Error('no contract was deployed')
    return { address: receipt.contractAddress, abi, receipt }
  }
  return {
    chain,
    client,
    wallet,
    account: account(addressIndex),
    anvil: createTestClient({ chain, mode: 'anvil', transport }),
    hardhat: createTestClient({ chain, mode: 'hardhat', transport }),
    socket: () => createPublicClient({ chain, transport: webSocket() }),
    receiptOf,
    deploy,
    /** A transaction to a contract; its receipt is there as soon as the hash is. */
    async send(contract: Target, functionName: string, args: readonly unknown[] = [], value = 0n) {
      const call = { address: contract.address, abi: contract.abi, functionName, args, value }
      return receiptOf(await wallet.writeContract(call))
    },
    read<T>(contract: Target, functionName: string, args: readonly unknown[] = []): Promise<T> {
      const { address, abi } = contract
      return client.readContract({ address, abi, functionName, args }) as Promise<T>
    },
  }
}

export interface Target {
  readonly address: Address
  readonly abi: Abi
}

export type Viem = ReturnType<typeof viem>
