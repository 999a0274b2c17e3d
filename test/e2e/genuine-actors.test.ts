/**
 * A Solidity contract and the storage actors: exported methods of market, power, verified registry,
 * datacap and a miner, through the precompiles. With a bundle they are the genuine ones; natively
 * there are no miners.
 */
import { type Hex, parseEther, toHex } from 'viem'
import { describe, expect, inject, test } from 'vitest'
import { methodNumber } from '../../src/protocol/method.ts'
import { contract } from '../contracts/compile.ts'
import { nodeForFile } from './node.ts'
import { account, viem } from './viem.ts'

const isGenuine = inject('actors') !== undefined
const node = await nodeForFile()
const alice = viem(node)
const caller = await alice.deploy(contract('Filecoin'), [])

const POWER = 4n
const MARKET = 5n
const VERIFIED_REGISTRY = 6n
const DATACAP = 7n
const CBOR = 0x51n
const NONE = '0x'

interface Answer {
  readonly exitCode: bigint
  readonly data: Hex
}

/** By eth_call, read-only. */
async function ask(id: bigint, method: string, params: Hex = NONE): Promise<Answer> {
  const codec = params === NONE ? 0n : CBOR
  const args = [methodNumber(method), 0n, 1n, codec, params, id]
  const [exitCode, , data] = await alice.read<[bigint, bigint, Hex]>(caller, 'callActorById', args)
  return { exitCode, data }
}

/** As a transaction that is mined; what the actor answers is in an event. */
async function tell(id: bigint, method: string, params: Hex, value = 0n): Promise<Answer> {
  const args = [methodNumber(method), value, 0n, CBOR, params, id]
  const { result } = await alice.client.simulateContract({
    ...caller,
    functionName: 'callActorById',
    args,
    value,
    account: account(0),
  })
  const [exitCode, , data] = result as [bigint, bigint, Hex]
  await alice.send(caller, 'callActorById', args, value)
  return { exitCode, data }
}

const ok = (data: Hex): Answer => ({ exitCode: 0n, data })
/** CBOR of a byte string below 24 bytes. */
const bytes = (hex: string) => `${toHex(0x40 + hex.length / 2).slice(2)}${hex}`
/** f0 address of an id: 0 and LEB128. */
function idAddress(id: bigint): string {
  let hex = '00'
  for (let rest = id; ; rest >>= 7n) {
    const byte = Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0)
    hex += byte.toString(16).padStart(2, '0')
    if (rest <= 0x7fn) return hex
  }
}

describe('nobody has anything yet', () => {
  test('power', async () => {
    expect(await ask(POWER, 'NetworkRawPower')).toEqual(ok('0x40'))
    expect(await ask(POWER, 'MinerCount')).toEqual(ok('0x00'))
    // no such miner
    expect((await ask(POWER, 'MinerRawPower', '0x1903e8')).exitCode).toBe(16n)
  })

  test('market', async () => {
    expect(await ask(MARKET, 'GetBalance', `0x${bytes('0001')}`)).toEqual(ok('0x824040'))
    // no such deal
    expect((await ask(MARKET, 'GetDealClient', '0x07')).exitCode).toBe(17n)
  })

  test('verified registry', async () => {
    // GetClaims [provider, [id]]: none found
    const { exitCode, data } = await ask(VERIFIED_REGISTRY, 'GetClaims', '0x8218648107')
    expect(exitCode).toBe(0n)
    // BatchReturn [0, [[0, USR_NOT_FOUND]]] and no claims
    expect(data).toBe('0x828200818200' + '1180')
  })

  test('datacap', async () => {
    expect(await ask(DATACAP, 'Symbol')).toEqual(ok('0x6444434150'))
    expect(await ask(DATACAP, 'TotalSupply')).toEqual(ok('0x40'))
    expect(await ask(DATACAP, 'Balance', `0x${bytes('0001')}`)).toEqual(ok('0x40'))
  })
})

test('money goes into the market and out again', async () => {
  const { id } = await idOf(caller.address)
  const self = bytes(idAddress(id))
  const amount = parseEther('2')
  const wei = bytes(`00${amount.toString(16).padStart(16, '0')}`)
  expect(await tell(MARKET, 'AddBalance', `0x${self}`, amount)).toEqual(ok('0x'))
  expect(await ask(MARKET, 'GetBalance', `0x${self}`)).toEqual(ok(`0x82${wei}40`))
  expect(await tell(MARKET, 'WithdrawBalance', `0x82${self}${wei}`)).toEqual(ok(`0x${wei}`))
  expect(await ask(MARKET, 'GetBalance', `0x${self}`)).toEqual(ok('0x824040'))
})

async function idOf(address: Hex): Promise<{ id: bigint }> {
  const text = await node.rpc<string>('Filecoin.EthAddressToFilecoinAddress', address)
  expect(text).toMatch(/^t410/)
  const raw = `040a${address.slice(2).toLowerCase()}`
  const [success, id] = await alice.read<[boolean, Hex]>(caller, 'resolve', [`0x${raw}`])
  expect(success).toBe(true)
  return { id: BigInt(id) }
}

describe('miners', () => {
  /** CreateMiner [owner, worker, window PoSt of 2 KiB sectors, peer, addresses]. */
  async function creation() {
    const { id } = await idOf(caller.address)
    const owner = bytes(idAddress(id))
    // the worker must be an account with a BLS key
    const worker = bytesLong(await blsKey())
    return { owner, params: `0x85${owner}${worker}0a40${'80'}` as Hex }
  }

  async function blsKey(): Promise<string> {
    const { accounts } = await import('../../src/node/accounts.ts').then(async (module) => ({
      accounts: await module.devAccounts(module.TEST_MNEMONIC, 1),
    }))
    const bls = accounts.native.find(({ kind }) => kind === 'bls')!
    return Buffer.from(bls.address.bytes).toString('hex')
  }

  const bytesLong = (hex: string) => `58${(hex.length / 2).toString(16)}${hex}`

  test.runIf(isGenuine)('are made by power, and answer', async () => {
    const { owner, params } = await creation()
    const made = await tell(POWER, 'CreateMiner', params, parseEther('100'))
    expect(made.exitCode).toBe(0n)
    // [id address, robust address]
    const [, length] = /^0x82(4\d)/.exec(made.data)!
    const miner = made.data.slice(6, 6 + 2 * (Number.parseInt(length!, 16) - 0x40))
    expect(await ask(POWER, 'MinerCount')).toEqual(ok('0x01'))
    const id = leb128(miner.slice(2))
    expect(await ask(id, 'GetOwner')).toEqual(ok(`0x82${owner}f6`))
    expect(await ask(id, 'GetSectorSize')).toEqual(ok('0x190800'))
    expect(await ask(id, 'IsControllingAddress', `0x${owner}`)).toEqual(ok('0xf5'))
    expect((await ask(POWER, 'MinerRawPower', uint(id))).exitCode).toBe(0n)
  })

  test.runIf(!isGenuine)('are none natively, which is said and no exit code', async () => {
    const { params } = await creation()
    await expect(tell(POWER, 'CreateMiner', params)).rejects.toThrow(
      /the storageminer actor is not implemented natively|the storagepower actor is not implemented/,
    )
  })

  const leb128 = (hex: string) =>
    [...Buffer.from(hex, 'hex')].reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n)
  const uint = (value: bigint): Hex =>
    value < 256n
      ? `0x18${toHex(value, { size: 1 }).slice(2)}`
      : `0x19${toHex(value, { size: 2 }).slice(2)}`
})
