/** What FEVM adds to the EVM, from Solidity. */

import * as filecoinAddress from 'iso-filecoin/address'
import { RPC } from 'iso-filecoin/rpc'
import { accountFromMnemonic } from 'iso-filecoin/wallet'
import {
  type Address,
  concat,
  type Hex,
  hexToBigInt,
  keccak256,
  pad,
  parseEther,
  toHex,
  zeroAddress,
  zeroHash,
} from 'viem'
import { describe, expect, test } from 'vitest'
import { contracts } from '../contracts/compile.ts'
import { nodeForFile } from './node.ts'
import { account, CHAIN_ID, MNEMONIC, stranger, type Target, viem } from './viem.ts'

const node = await nodeForFile()
const alice = viem(node)
const { client, anvil } = alice
const { Filecoin, Borrower, Nest, Phoenix } = contracts('Filecoin.sol')
const filecoin = await alice.deploy(Filecoin!)
await alice.wallet.sendTransaction({ to: filecoin.address, value: parseEther('10') })

/** Bytes of addresses, as the FVM has them. */
const f0 = (id: number): Hex => concat(['0x00', leb128(id)])
const f410 = (address: Address): Hex => concat(['0x040a', address])
const f3 = concat(['0x03', toHex(7, { size: 48 })])
const native = accountFromMnemonic(MNEMONIC, 'SECP256K1', "m/44'/461'/0'/0/0", '', 'testnet')
const f1 = toHex(filecoinAddress.fromString(native.address.toString()).toBytes())
const newF1 = concat(['0x01', toHex(99, { size: 20 })])

function leb128(value: number): Hex {
  const bytes: number[] = []
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return toHex(Uint8Array.of(...bytes, left))
    bytes.push((left % 128) | 0x80)
  }
}

const maskedId = (id: number | bigint): Address => `0xff${toHex(id, { size: 19 }).slice(2)}`

async function idOf(bytes: Hex): Promise<number> {
  const [success, id] = await alice.read<[boolean, Hex]>(filecoin, 'resolve', [bytes])
  if (!success || id === '0x') throw new Error(`${bytes} has no id`)
  return Number(hexToBigInt(id))
}

const CBOR = 0x51
type Answer = [exitCode: bigint, codec: bigint, data: Hex]

/** The answer that a call would have. */
const ask = async (functionName: string, args: readonly unknown[]): Promise<Answer> => {
  const { result } = await client.simulateContract({
    ...filecoin,
    functionName,
    args,
    account: account(0),
  })
  return result as Answer
}

describe('addresses', () => {
  test('resolve_address: ids of all kinds', async () => {
    const sender = await idOf(f410(account(0).address))
    expect(sender).toBeGreaterThanOrEqual(100)
    expect(await client.getBalance({ address: maskedId(sender) })).toBe(
      await client.getBalance(account(0)),
    )
    expect(await idOf(f1)).toBeGreaterThan(sender)
    expect(await idOf(f0(1234))).toBe(1234)
    expect(await alice.read(filecoin, 'resolve', [newF1])).toEqual([true, '0x'])
    expect(await alice.read(filecoin, 'resolve', ['0x09'])).toEqual([false, '0x'])
  })

  test('lookup_delegated_address', async () => {
    const of = (id: number) => alice.read(filecoin, 'delegatedAddress', [id])
    const own = f410(account(0).address).toLowerCase()
    expect(await of(await idOf(own as Hex))).toEqual([true, own])
    expect(await of(await idOf(f1))).toEqual([true, '0x'])
    expect(await of(9_999_999)).toEqual([true, '0x'])
  })

  test('the RPC converts as the precompile does', async () => {
    const id = await idOf(f1)
    expect(
      await node.rpc('Filecoin.FilecoinAddressToEthAddress', native.address.toString(), 'latest'),
    ).toBe(maskedId(id))
    expect(await node.rpc('Filecoin.EthAddressToFilecoinAddress', maskedId(id))).toBe(`t0${id}`)
    const rpc = new RPC({ api: `${node.httpUrl}/rpc/v1`, network: 'testnet' })
    expect(rpc.network).toBe('testnet')
  })
})

describe('sending FIL', () => {
  const transfers: readonly (readonly [string, Hex])[] = [
    ['f1', f1],
    ['f1 that is new', newF1],
    ['f3 that is new', f3],
    ['f410 of an account', f410(account(1).address)],
    ['f410 that is new', f410(stranger(7))],
  ]

  test.each(transfers)('to %s, by call_actor', async (_name, to) => {
    const [, before] = await alice.read<[boolean, Hex]>(filecoin, 'resolve', [to])
    const balanceOf = async () => client.getBalance({ address: maskedId(await idOf(to)) })
    const had = before === '0x' ? 0n : await balanceOf()
    const { status, logs } = await alice.send(filecoin, 'callActor', [0n, 5n, 0n, 0n, '0x', to])
    expect([status, logs.length]).toEqual(['success', 1])
    expect(await balanceOf()).toBe(had + 5n)
  })

  test('to f0, by call_actor_id', async () => {
    const id = await idOf(f1)
    const before = await client.getBalance({ address: maskedId(id) })
    await alice.send(filecoin, 'callActorById', [0n, 3n, 0n, 0n, '0x', id])
    expect(await client.getBalance({ address: maskedId(id) })).toBe(before + 3n)
  })

  test('to a masked id, by a plain call and by a transaction', async () => {
    const to = maskedId(await idOf(f1))
    const before = await client.getBalance({ address: to })
    await alice.send(filecoin, 'sendTo', [to], 4n)
    await alice.wallet.sendTransaction({ to, value: 2n })
    expect(await client.getBalance({ address: to })).toBe(before + 6n)
  })

  test('more than the contract has, or to nobody: a negative errno, and the contract goes on', async () => {
    const much = parseEther('1000')
    expect(await ask('callActor', [0n, much, 0n, 0n, '0x', f1])).toEqual([-5n, 0n, '0x'])
    expect(await ask('callActorById', [0n, 1n, 0n, 0n, '0x', 9_999_999n])).toEqual([-6n, 0n, '0x'])
    expect(await ask('callActor', [0n, 1n, 1n, 0n, '0x', f1])).toEqual([-13n, 0n, '0x'])
    // a CALL to an id that nobody has succeeds, and the money stays
    const before = await client.getBalance(filecoin)
    await alice.send(filecoin, 'sendTo', [maskedId(9_999_999)], 4n)
    expect(await client.getBalance(filecoin)).toBe(before + 4n)
  })
})

describe('calling actors', () => {
  const params = toHex(Uint8Array.of(0x82, 0x01, 0x63, 0x61, 0x62, 0x63))

  test('a contract takes calls of other methods as handle_filecoin_method', async () => {
    const self = f410(filecoin.address)
    expect(await ask('callActor', [5_000n, 0n, 0n, CBOR, params, self])).toEqual([
      0n,
      BigInt(CBOR),
      params,
    ])
    const { logs } = await alice.send(filecoin, 'callActorById', [
      5_001n,
      0n,
      0n,
      CBOR,
      params,
      await idOf(self),
    ])
    expect(logs).toHaveLength(2)
  })

  test('a built-in actor: the name of the datacap token', async () => {
    const answer = await ask('callActorById', [48_890_204n, 0n, 0n, 0n, '0x', 7n])
    // CBOR of "DataCap"
    expect(answer).toEqual([0n, BigInt(CBOR), '0x6744617461436170'])
  })

  test('a method that an actor does not have, and one not for contracts: its exit code', async () => {
    const exitCodeOf = async (method: bigint) =>
      (await ask('callActorById', [method, 0n, 0n, 0n, '0x', 7n]))[0]
    expect(await exitCodeOf(20_000_001n)).toBe(22n)
    expect(await exitCodeOf(5_000n)).toBe(18n)
  })

  test('what the precompile refuses', async () => {
    const refused = (...args: unknown[]) =>
      expect(ask('callActor', args)).rejects.toThrow(/the precompile refused/)
    await refused(2n, 0n, 0n, 0n, '0x', f1)
    await refused(0n, 0n, 2n, 0n, '0x', f1)
    await refused(5_000n, 0n, 0n, 0x55, params, f1)
    await refused(5_000n, 0n, 0n, 0n, params, f1)
    await refused(0n, 0n, 0n, 0n, '0x', '0x09')
    const { result } = await client.simulateContract({
      ...filecoin,
      functionName: 'callActorWrongly',
      args: [f1],
    })
    expect(result).toBe(false)
  })
})

interface Environment {
  readonly number: bigint
  readonly timestamp: bigint
  readonly chainId: bigint
  readonly gasLimit: bigint
  readonly baseFee: bigint
  readonly prevrandao: bigint
  readonly coinbase: Address
  readonly origin: Address
  readonly caller: Address
}

describe('the surroundings', () => {
  test('of a call are those of its block', async () => {
    const { number, timestamp } = await client.getBlock()
    const seen = await alice.read<Environment>(filecoin, 'environment')
    expect(seen).toMatchObject({
      number,
      timestamp,
      chainId: BigInt(CHAIN_ID),
      gasLimit: 10_000_000_000n,
      coinbase: zeroAddress,
      origin: zeroAddress,
    })
    expect(seen.prevrandao).not.toBe(0n)
    const { prevrandao } = await alice.read<Environment>(filecoin, 'environment')
    expect(prevrandao).toBe(seen.prevrandao)
    await anvil.mine({ blocks: 1 })
    const next = await alice.read<Environment>(filecoin, 'environment')
    expect(next.prevrandao).not.toBe(seen.prevrandao)
  })

  test('of a transaction are those of the block that has it', async () => {
    const { blockNumber } = await alice.send(filecoin, 'see')
    const { timestamp, baseFeePerGas } = await client.getBlock({ blockNumber })
    const seen = await alice.read<unknown[]>(filecoin, 'seen')
    expect(seen.slice(0, 5)).toEqual([
      blockNumber,
      timestamp,
      BigInt(CHAIN_ID),
      10_000_000_000n,
      baseFeePerGas,
    ])
    expect(seen.slice(7)).toEqual([account(0).address, expect.stringMatching(/^0x/)])
  })

  test('BLOCKHASH: of the last 256 heights, of the tipset before where there was none', async () => {
    const { number } = await client.getBlock()
    await node.rpc('fevm_skipEpochs', 1)
    await anvil.mine({ blocks: 2 })
    const head = number + 3n
    const hashOf = (height: bigint) => alice.read<Hex>(filecoin, 'blockHash', [height])
    const at = async (blockNumber: bigint) => (await client.getBlock({ blockNumber })).hash
    expect(await hashOf(number + 2n)).toBe(await at(number + 2n))
    expect(await hashOf(number + 1n)).toBe(await at(number))
    expect(await hashOf(number)).toBe(await at(number))
    expect(await hashOf(head)).toBe(zeroHash)
    expect(await hashOf(head + 1n)).toBe(zeroHash)
    await anvil.mine({ blocks: 260 })
    expect(await hashOf(head)).toBe(zeroHash)
    expect(await hashOf(head + 4n)).toBe(await at(head + 4n))
  })

  test('get_randomness: of past epochs and this one; to ask for the future takes all gas', async () => {
    const number = await client.getBlockNumber()
    const of = (epoch: bigint) => alice.read<[boolean, Hex]>(filecoin, 'randomness', [epoch])
    const [success, digest] = await of(number)
    expect([success, digest.length]).toEqual([true, 66])
    expect(await of(number)).toEqual([true, digest])
    const [, before] = await of(number - 1n)
    expect(before).not.toBe(digest)
    await expect(of(number + 10n)).rejects.toThrow(/ran out of gas/)
  })

  test('EXTCODESIZE and EXTCODEHASH of what is no contract', async () => {
    const of = (who: Address) => alice.read(filecoin, 'codeOf', [who])
    const empty = [0n, keccak256('0x')]
    expect(await of(account(0).address)).toEqual(empty)
    expect(await of('0x0000000000000000000000000000000000000001')).toEqual(empty)
    expect(await of(maskedId(1))).toEqual([
      1n,
      '0xbcc90f2d6dada5b18e155c17a1c0a55920aae94f39857d39d0d8ed07ae8f228b',
    ])
    expect(await of(stranger(60))).toEqual([0n, zeroHash])
    const code = await client.getCode(filecoin)
    expect(await of(filecoin.address)).toEqual([BigInt((code!.length - 2) / 2), keccak256(code!)])
  })
})

test('DELEGATECALL: borrowed code, own storage and money', async () => {
  const borrower = await alice.deploy(Borrower!)
  const before = await alice.read(filecoin, 'counter')
  // count()
  const { status } = await alice.send(borrower, 'borrow', [filecoin.address, '0x06661abd'])
  expect(status).toBe('success')
  expect(await alice.read(borrower, 'counter')).toBe(1n)
  expect(await alice.read(filecoin, 'counter')).toBe(before)
  // of nobody: success, and nothing happens
  expect(await alice.send(borrower, 'borrow', [stranger(61), '0x06661abd'])).toMatchObject({
    status: 'success',
  })
})

test('SELFDESTRUCT, and CREATE2 brings the contract back', async () => {
  const nest = await alice.deploy(Nest!)
  const hatched = await alice.send(nest, 'hatch')
  const address = `0x${hatched.logs[0]!.data.slice(26)}` as Address
  const phoenix: Target = { address, abi: Phoenix!.abi }
  await alice.send(phoenix, 'live', [], 9n)
  expect(await alice.read(phoenix, 'life')).toBe(1n)
  await expect(alice.send(nest, 'hatch')).rejects.toThrow()

  await alice.send(phoenix, 'end', [stranger(62)])
  expect(await client.getBalance({ address: stranger(62) })).toBe(9n)
  expect(await client.getBalance({ address })).toBe(0n)
  expect(await client.getCode({ address })).toBeUndefined()
  expect(await client.getTransactionCount({ address })).toBe(0)
  expect(await client.getStorageAt({ address, slot: pad('0x0') })).toBe(zeroHash)
  expect(await client.call({ to: address, data: '0x12345678' })).toEqual({ data: undefined })

  await alice.send(nest, 'hatch')
  expect(await alice.read(phoenix, 'life')).toBe(0n)
  expect(await client.getTransactionCount({ address })).toBe(1)
})
