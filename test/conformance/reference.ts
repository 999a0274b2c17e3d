/**
 * @ethereumjs/evm on a sub-test, twice: as the test says, to see that the reference itself is
 * right; and as the EVM actor would see it, without fees and with gas enough, for the comparison.
 */
import { Common, Hardfork, Mainnet } from '@ethereumjs/common'
import { createEVM, type EVM } from '@ethereumjs/evm'
import { MerkleStateManager, SimpleStateManager } from '@ethereumjs/statemanager'
import { Account, Address } from '@ethereumjs/util'
import { fromHex, toBigInt, toHex, utf8 } from '../../src/base/bytes.ts'
import { keccak256 } from '../../src/base/hash.ts'
import type { Outcome } from './outcome.ts'
import { type Storages, type SubTest, slotKey } from './state-test.ts'

/** EIPs that the EVM actor has beyond Cancun: CLZ. None of the tests' own. */
const common = new Common({ chain: Mainnet, hardfork: Hardfork.Cancun })

const addressOf = (hex: string) => new Address(fromHex(hex))

/** What tests take for the hash of an earlier block. */
export const blockHash = (number: bigint) => keccak256(utf8(number.toString()))

const blockchain = {
  getBlock: async (number: number) => ({ hash: () => blockHash(BigInt(number)) }),
  putBlock: async () => {},
  shallowCopy: () => blockchain,
}

type State = MerkleStateManager | SimpleStateManager

async function prepare(state: State, { pre }: SubTest): Promise<EVM> {
  for (const { address, balance, nonce, code, storage } of pre) {
    const at = addressOf(address)
    await state.putAccount(at, new Account(nonce, balance))
    if (code.length > 0) await state.putCode(at, code)
    for (const [slot, value] of storage) {
      await state.putStorage(at, fromHex(slot), fromHex(slotKey(value)))
    }
  }
  // biome-ignore lint/suspicious/noExplicitAny: of a chain, the EVM asks for block hashes alone
  return createEVM({ common, stateManager: state, blockchain: blockchain as any })
}

// biome-ignore lint/suspicious/noExplicitAny: the EVM reads the header's fields and no more
function blockOf(env: SubTest['env']): any {
  const header = {
    number: env.number,
    timestamp: env.timestamp,
    baseFeePerGas: env.baseFee,
    gasLimit: env.gasLimit,
    coinbase: addressOf(env.coinbase),
    prevRandao: env.random,
    difficulty: env.difficulty,
    getBlobGasPrice: () => 1n,
  }
  return { header }
}

export interface Official {
  /** Whether it came out as the test says. */
  readonly confirmed: boolean
  /** Whether any call ran out of gas; then so many gas prices matter that none compare. */
  readonly ranOut: boolean
}

/** As the test says: gas, fees, refunds and all. */
export async function runOfficially(test: SubTest): Promise<Official> {
  const { env, transaction: tx, expected } = test
  if (expected.kind === 'refused') return { confirmed: false, ranOut: false }
  const state = new MerkleStateManager({ common })
  const evm = await prepare(state, test)
  const { journal, events } = evm
  let ranOut = false
  events!.on('afterMessage', ({ execResult }, next) => {
    const error = execResult.exceptionError?.error
    ranOut ||= error === 'out of gas' || error === 'code store out of gas'
    next?.()
  })
  const sender = addressOf(tx.sender)
  const coinbase = addressOf(env.coinbase)
  // the old tests of code run it as it is, at no price
  const isCode = expected.kind === 'code'
  const intrinsic = isCode ? 0n : intrinsicGas(tx)
  const price = tx.gasPrice
  if (!isCode) {
    const account = (await state.getAccount(sender)) ?? new Account()
    account.balance -= tx.gasLimit * price
    await state.putAccount(sender, account)
    for (let i = 1; i <= 10; i++) journal.addAlwaysWarmAddress(i.toString(16).padStart(40, '0'))
    for (const warm of [tx.sender, tx.to, env.coinbase]) {
      if (warm !== undefined) journal.addAlwaysWarmAddress(warm, true)
    }
    for (const { address, slots } of tx.accessList) {
      journal.addAlwaysWarmAddress(address, true)
      for (const slot of slots) journal.addAlwaysWarmSlot(address, slot.replace(/^0x/, ''), true)
    }
  }
  const { execResult } = await evm.runCall({
    caller: sender,
    origin: sender,
    ...(tx.to !== undefined && { to: addressOf(tx.to) }),
    data: tx.data,
    value: isCode ? 0n : tx.value,
    gasLimit: tx.gasLimit - intrinsic,
    gasPrice: price,
    block: blockOf(env),
    skipBalance: isCode,
  })
  if (expected.kind === 'code') {
    const { output, storage } = expected
    const failed = execResult.exceptionError !== undefined
    const right =
      storage === undefined
        ? failed
        : !failed && toHex(execResult.returnValue) === output && (await holds(state, storage))
    return { confirmed: right, ranOut }
  }
  const used = intrinsic + execResult.executionGasUsed
  const refund = execResult.gasRefund ?? 0n
  const paid = used - (refund < used / 5n ? refund : used / 5n)
  const payer = (await state.getAccount(sender))!
  payer.balance += (tx.gasLimit - paid) * price
  await journal.putAccount(sender, payer)
  const miner = (await state.getAccount(coinbase)) ?? new Account()
  miner.balance += paid * (price - env.baseFee)
  await journal.putAccount(coinbase, miner)
  for (const destroyed of execResult.selfdestruct?.keys() ?? []) {
    if (execResult.createdAddresses?.has(destroyed) === true) {
      await journal.deleteAccount(new Address(fromHex(destroyed.replace(/^0x/, ''))))
    }
  }
  await journal.cleanup()
  await state.flush()
  return { confirmed: toHex(await state.getStateRoot()) === expected.root, ranOut }
}

async function holds(state: State, storages: Storages): Promise<boolean> {
  for (const [address, storage] of storages) {
    for (const [slot, value] of storage) {
      if (toBigInt(await state.getStorage(addressOf(address), fromHex(slot))) !== value)
        return false
    }
  }
  return true
}

function intrinsicGas({ to, data, accessList }: SubTest['transaction']): bigint {
  const create = to === undefined ? 32_000 + 2 * Math.ceil(data.length / 32) : 0
  const bytes = data.reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0)
  const list = accessList.reduce((sum, { slots }) => sum + 2_400 + 1_900 * slots.length, 0)
  return BigInt(21_000 + create + bytes + list)
}

/** What the code did on its way, for the rules of what is comparable. */
export interface Facts {
  readonly opcodes: ReadonlySet<string>
  /** Whether GAS was used for more than to pass all gas on. */
  readonly gasRead: boolean
  /** Addresses that were called, asked about or paid. */
  readonly touched: ReadonlySet<string>
  readonly depth: number
  readonly steps: number
}

const CALLS: ReadonlySet<string> = new Set(['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'])
const TOUCHES: Readonly<Record<string, number>> = {
  CALL: 1,
  CALLCODE: 1,
  DELEGATECALL: 1,
  STATICCALL: 1,
  BALANCE: 0,
  EXTCODESIZE: 0,
  EXTCODECOPY: 0,
  EXTCODEHASH: 0,
  SELFDESTRUCT: 0,
}

const PLENTY = 1n << 50n

/** In the world of the EVM actor, which `env` describes. */
export async function runLogically(
  test: SubTest,
  env: SubTest['env'],
): Promise<{ outcome: Outcome; facts: Facts }> {
  const { transaction: tx } = test
  const state = new SimpleStateManager({ common })
  const evm = await prepare(state, test)
  const opcodes = new Set<string>()
  const touched = new Set<string>(tx.to === undefined ? [] : [tx.to])
  let [gasRead, depth, steps, last] = [false, 0, 0, '']
  evm.events!.on('step', ({ opcode: { name }, stack, depth: at }, next) => {
    if (last === 'GAS' && !CALLS.has(name)) gasRead = true
    last = name
    opcodes.add(name)
    depth = Math.max(depth, at)
    steps++
    const operand = TOUCHES[name]
    const word = operand === undefined ? undefined : stack.at(-1 - operand)
    if (word !== undefined) touched.add((word & ((1n << 160n) - 1n)).toString(16).padStart(40, '0'))
    next?.()
  })
  const { execResult } = await evm.runCall({
    caller: addressOf(tx.sender),
    ...(tx.to !== undefined && { to: addressOf(tx.to) }),
    data: tx.data,
    value: tx.value,
    gasLimit: PLENTY,
    gasPrice: tx.gasPrice,
    block: blockOf(env),
  })
  const success = execResult.exceptionError === undefined
  const reverted = execResult.exceptionError?.error === 'revert'
  const logs = success ? (execResult.logs ?? []) : []
  return {
    outcome: {
      success,
      output: tx.to !== undefined && (success || reverted) ? toHex(execResult.returnValue) : '',
      logs: logs.map(([address, topics, data]) => ({
        address: toHex(address),
        topics: topics.map(toHex),
        data: toHex(data),
      })),
      accounts: accountsOf(state),
    },
    facts: { opcodes, gasRead, touched, depth, steps },
  }
}

/** All accounts that are left. */
function accountsOf(state: SimpleStateManager): Outcome['accounts'] {
  type Account = { balance: bigint }
  const { accountStack, codeStack, storageStack } = state as unknown as {
    accountStack: Map<string, Account | undefined>[]
    codeStack: Map<string, Uint8Array>[]
    storageStack: Map<string, Uint8Array>[]
  }
  const storages = new Map<string, Map<string, bigint>>()
  for (const [key, value] of storageStack.at(-1)!) {
    const [address = '', slot = ''] = key.replaceAll('0x', '').split('_')
    const word = toBigInt(value)
    const storage = storages.get(address) ?? new Map<string, bigint>()
    if (word !== 0n) storage.set(slot.padStart(64, '0'), word)
    storages.set(address, storage)
  }
  const accounts = new Map<
    string,
    { balance: bigint; code: string; storage: Map<string, bigint> }
  >()
  for (const [key, account] of accountStack.at(-1)!) {
    if (account === undefined) continue
    const address = key.replace('0x', '')
    const code = toHex(codeStack.at(-1)!.get(key) ?? new Uint8Array())
    accounts.set(address, {
      balance: account.balance,
      code,
      storage: storages.get(address) ?? new Map(),
    })
  }
  return accounts
}
