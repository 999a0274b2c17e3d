/**
 * Ethereum's tests of single transactions: GeneralStateTests of ethereum/tests, of which each has
 * several sub-tests, and the older VMTests of ethereum/legacytests, which run one piece of code.
 */
import { fromBigIntPadded, fromHex, toBigInt } from '../../src/base/bytes.ts'

export interface PreAccount {
  /** 20 bytes, hex without 0x. */
  readonly address: string
  readonly balance: bigint
  readonly nonce: bigint
  readonly code: Uint8Array
  /** Words in hex to words, without zeros. */
  readonly storage: ReadonlyMap<string, bigint>
}

export interface SubTest {
  readonly name: string
  readonly env: {
    readonly coinbase: string
    readonly number: bigint
    readonly timestamp: bigint
    readonly gasLimit: bigint
    readonly baseFee: bigint
    readonly difficulty: bigint
    readonly random: Uint8Array
  }
  readonly pre: readonly PreAccount[]
  readonly transaction: {
    readonly sender: string
    /** undefined: a creation */
    readonly to: string | undefined
    readonly data: Uint8Array
    readonly value: bigint
    readonly gasLimit: bigint
    readonly gasPrice: bigint
    readonly nonce: bigint
    readonly accessList: readonly { readonly address: string; readonly slots: readonly string[] }[]
  }
  readonly expected: Expected
}

/** What the test itself says of the outcome. */
export type Expected =
  | { readonly kind: 'root'; readonly root: string }
  /** undefined: the code fails. */
  | { readonly kind: 'code'; readonly output: string; readonly storage: Storages | undefined }
  | { readonly kind: 'refused'; readonly reason: string }

export type Storages = ReadonlyMap<string, ReadonlyMap<string, bigint>>

/** The rules that are nearest to the EVM actor's. */
const FORK = 'Cancun'

// biome-ignore lint/suspicious/noExplicitAny: files of ethereum/tests, whose form is known
type Json = any

const number = (text: string | undefined): bigint =>
  text === undefined || text === '0x' || text === '' ? 0n : BigInt(text)
const bytes = (text: string) => {
  const hex = text.replace(/^0x/, '')
  return fromHex(hex.length % 2 === 0 ? hex : `0${hex}`)
}
const address = (text: string) => text.replace(/^0x/, '').toLowerCase().padStart(40, '0')
/** A word in 64 hex digits. */
export const slotKey = (word: bigint) => word.toString(16).padStart(64, '0')

/** @param name of the file, which begins the names of its sub-tests */
export function parseStateTests(name: string, json: Json): SubTest[] {
  return Object.entries<Json>(json).flatMap(([title, test]) =>
    test.exec === undefined ? stateTests(name, title, test) : [vmTest(`${name}/${title}`, test)],
  )
}

function stateTests(name: string, title: string, test: Json): SubTest[] {
  const { transaction } = test
  const gasPrice = number(transaction.maxFeePerGas ?? transaction.gasPrice)
  return (test.post[FORK] ?? []).map((post: Json): SubTest => {
    const { data, gas, value } = post.indexes
    const list = transaction.accessLists?.[data] ?? []
    return {
      name: `${name}/${title.replace(/^.*::/, '')} d${data} g${gas} v${value}`,
      env: envOf(test.env),
      pre: accountsOf(test.pre),
      transaction: {
        sender: address(transaction.sender),
        to:
          transaction.to === '' || transaction.to === undefined
            ? undefined
            : address(transaction.to),
        data: bytes(transaction.data[data]),
        value: number(transaction.value[value]),
        gasLimit: number(transaction.gasLimit[gas]),
        gasPrice,
        nonce: number(transaction.nonce),
        accessList: (list ?? []).map((entry: Json) => ({
          address: address(entry.address),
          slots: entry.storageKeys,
        })),
      },
      expected:
        post.expectException === undefined
          ? { kind: 'root', root: post.hash.replace(/^0x/, '') }
          : { kind: 'refused', reason: post.expectException },
    }
  })
}

function vmTest(name: string, test: Json): SubTest {
  const { exec } = test
  const pre = accountsOf(test.pre)
  const own = address(exec.address)
  const code = bytes(exec.code)
  const sender = address(exec.caller)
  const value = number(exec.value)
  const others = pre.filter(({ address }) => address !== own && address !== sender)
  const contract = pre.find(({ address }) => address === own)
  const storage =
    test.post === undefined
      ? undefined
      : new Map(accountsOf(test.post).map(({ address, storage }) => [address, storage] as const))
  return {
    name,
    env: envOf(test.env),
    pre: [
      ...others,
      // the code is run without a transfer, so nobody may have the money
      { address: sender, balance: value, nonce: 0n, code: new Uint8Array(), storage: new Map() },
      { balance: 0n, nonce: 0n, storage: new Map(), ...contract, address: own, code },
    ],
    transaction: {
      sender,
      to: own,
      data: bytes(exec.data),
      value,
      gasLimit: number(exec.gas),
      gasPrice: number(exec.gasPrice),
      nonce: 0n,
      accessList: [],
    },
    expected: { kind: 'code', output: (test.out ?? '0x').replace(/^0x/, ''), storage },
  }
}

function envOf(env: Json): SubTest['env'] {
  return {
    coinbase: address(env.currentCoinbase),
    number: number(env.currentNumber),
    timestamp: number(env.currentTimestamp),
    gasLimit: number(env.currentGasLimit),
    baseFee: number(env.currentBaseFee),
    difficulty: number(env.currentDifficulty),
    random: fromBigIntPadded(number(env.currentRandom ?? env.currentDifficulty), 32),
  }
}

function accountsOf(accounts: Json): PreAccount[] {
  return Object.entries<Json>(accounts).map(([key, { balance, nonce, code, storage }]) => ({
    address: address(key),
    balance: number(balance),
    nonce: number(nonce),
    code: bytes(code),
    storage: new Map(
      Object.entries<string>(storage)
        .map(([slot, value]) => [slotKey(number(slot)), toBigInt(bytes(value))] as const)
        .filter(([, value]) => value !== 0n),
    ),
  }))
}

/**
 * Whether the FVM has kept an address for itself: masked ids, precompiles of Ethereum (one byte
 * that is not zero, and P-256 at 0x100) and of Filecoin.
 */
export function isReserved(address: string): boolean {
  return /^(0{38}|0{37}100$|ff0{22}|fe0{36})/.test(address)
}
