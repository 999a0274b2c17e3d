/** @ethereumjs/evm, the second opinion of the engine's tests and its rival in bench/evm.ts. */
import { Common, Hardfork, Mainnet } from '@ethereumjs/common'
import { createEVM } from '@ethereumjs/evm'
import { Account, Address } from '@ethereumjs/util'
import { toBigInt, toHex } from '../../../src/base/bytes.ts'
import { CALLER, CONTRACT, network, type Result, VALUE } from './engine/host.ts'

/** Of Ethereum's gas: out of reach. */
const PLENTY = 1n << 60n

/** Cancun and CLZ, the instruction set of the EVM actor. */
const common = new Common({ chain: Mainnet, hardfork: Hardfork.Cancun, eips: [7939] })

/** The EVM's own state manager keeps `address_slot` to value, one map per checkpoint. */
interface SimpleState {
  readonly storageStack: readonly Map<string, Uint8Array>[]
}

const ZERO = new Uint8Array(32)

/** Runs `code` as a contract that has storage and is called with `calldata`. */
export async function runReference(
  code: Uint8Array,
  calldata: Uint8Array,
  gasLimit: bigint = PLENTY,
): Promise<Result> {
  const evm = await createEVM({ common, allowUnlimitedContractSize: true })
  const state = evm.stateManager
  const contract = new Address(CONTRACT)
  await state.putAccount(contract, new Account(1n))
  await state.putCode(contract, code)
  const { execResult } = await evm.runCall({
    to: contract,
    caller: new Address(CALLER),
    origin: new Address(CALLER),
    value: VALUE,
    data: calldata,
    gasLimit,
    gasPrice: network.gasPrice,
    skipBalance: true,
    // biome-ignore lint/suspicious/noExplicitAny: the EVM reads the header's fields and no more
    block: { header } as any,
  })
  const success = execResult.exceptionError === undefined
  const storage = new Map<string, bigint>()
  for (const [key, value] of (state as unknown as SimpleState).storageStack.at(-1)!) {
    const word = toBigInt(value)
    if (word !== 0n) storage.set(key.slice(key.indexOf('_') + 3), word)
  }
  const logs = success ? (execResult.logs ?? []) : []
  return {
    success,
    output: execResult.returnValue,
    storage,
    logs: logs.map(([, topics, data]) => ({ topics: topics.map(toHex), data: toHex(data) })),
  }
}

const header = {
  number: BigInt(network.epoch),
  timestamp: network.timestamp,
  baseFeePerGas: network.baseFee,
  gasLimit: 10_000_000_000n,
  coinbase: new Address(new Uint8Array(20)),
  prevRandao: ZERO,
  difficulty: 0n,
  getBlobGasPrice: () => 1n,
}
