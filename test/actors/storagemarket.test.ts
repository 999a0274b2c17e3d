import { beforeEach, describe, expect, test } from 'vitest'
import { getBalanceReturn, withdrawBalanceParams } from '../../src/actors/storagemarket/balances.ts'
import { DEAL_EXPIRED, DEAL_NOT_ACTIVATED } from '../../src/actors/storagemarket/deals.ts'
import {
  type DealState,
  dealProposalCodec,
  dealStateCodec,
  label,
  PROPOSALS_BIT_WIDTH,
  STATES_BIT_WIDTH,
  storageMarketStateCodec,
} from '../../src/actors/storagemarket/state.ts'
import { UnsupportedActorError } from '../../src/actors/unsupported.ts'
import { Address } from '../../src/address/address.ts'
import { concat, EMPTY } from '../../src/base/bytes.ts'
import { sha256 } from '../../src/base/hash.ts'
import { Amt, amtV3 } from '../../src/ipld/amt.ts'
import { BitField, bitField } from '../../src/ipld/bitfield.ts'
import { CID } from '../../src/ipld/cid.ts'
import {
  address,
  bigint,
  bool,
  type Codec,
  int64,
  link,
  tuple,
  uint64,
} from '../../src/ipld/codec.ts'
import { STORAGE_MARKET_ACTOR } from '../../src/protocol/builtin.ts'
import { ExitCode } from '../../src/protocol/exit-code.ts'
import { methodNumber } from '../../src/protocol/method.ts'
import { FIL, type TestAccount, TestMachine } from './machine.ts'

const { OK, USR_ILLEGAL_ARGUMENT, USR_NOT_FOUND, USR_FORBIDDEN } = ExitCode

const market = Address.id(STORAGE_MARKET_ACTOR)

let machine: TestMachine
let alice: TestAccount
let bob: TestAccount

beforeEach(() => {
  machine = new TestMachine()
  ;[alice, bob] = machine.accounts as [TestAccount, TestAccount]
})

function calling(from: TestAccount, name: string, params: Uint8Array, value = 0n) {
  return { from: from.id, to: market, method: methodNumber(name), params, value }
}

describe('balances', () => {
  const add = (from: TestAccount, to: Address, value: bigint) =>
    machine.exit(calling(from, 'AddBalance', address.encode(to), value))
  const withdraw = (from: TestAccount, of: Address, amount: bigint) =>
    calling(from, 'WithdrawBalance', withdrawBalanceParams.encode({ address: of, amount }))
  const balanceOf = (of: Address) =>
    getBalanceReturn.decode(machine.ok(calling(bob, 'GetBalance', address.encode(of))))

  test('are deposited by anybody', () => {
    expect(add(bob, alice.address, 3n * FIL)).toBe(OK)
    expect(add(alice, alice.id, 2n * FIL)).toBe(OK)
    expect(balanceOf(alice.id)).toEqual({ balance: 5n * FIL, locked: 0n })
    expect(balanceOf(bob.id)).toEqual({ balance: 0n, locked: 0n })
    expect(add(alice, alice.id, 0n)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(add(alice, Address.id(4_000_000), 1n)).toBe(USR_ILLEGAL_ARGUMENT)
  })

  test('are withdrawn by whom they belong to, as far as they go', () => {
    add(alice, alice.id, 5n * FIL)
    expect(machine.exit(withdraw(bob, alice.id, FIL))).toBe(USR_FORBIDDEN)
    expect(machine.exit(withdraw(alice, alice.id, -1n))).toBe(USR_ILLEGAL_ARGUMENT)
    const before = machine.balance(alice.id)
    expect(bigint.decode(machine.ok(withdraw(alice, alice.address, 2n * FIL)))).toBe(2n * FIL)
    expect(bigint.decode(machine.ok(withdraw(alice, alice.id, 9n * FIL)))).toBe(3n * FIL)
    expect(bigint.decode(machine.ok(withdraw(alice, alice.id, 9n * FIL)))).toBe(0n)
    expect(machine.balance(alice.id)).toBe(before + 5n * FIL)
  })

  test('of miners would need the miner actor', () => {
    const miner = machine.put(900, 'storageminer', tuple({ unused: uint64 }), { unused: 0n })
    expect(() => add(alice, miner, FIL)).toThrow(UnsupportedActorError)
  })
})

/** A market with three deals: over, published, active; the fourth was terminated. */
describe('deals', () => {
  const proposal = {
    pieceCid: CID.fromBytes(
      concat(Uint8Array.of(1, 0x81, 0xe2, 0x03, 0x92, 0x20, 0x20), sha256(EMPTY)),
    ),
    pieceSize: 2_048n,
    verified: true,
    client: Address.id(101),
    provider: Address.id(900),
    label: 'holiday pictures',
    startEpoch: 2_000n,
    endEpoch: 500_000n,
    pricePerEpoch: 7n,
    providerCollateral: 11n,
    clientCollateral: 13n,
  }
  const active: DealState = { sector: 17n, sectorStart: 1_500n, lastUpdated: -1n, slashed: -1n }

  beforeEach(() => {
    const { store } = machine
    const proposals = Amt.empty(store, dealProposalCodec, amtV3(PROPOSALS_BIT_WIDTH))
    for (const id of [1, 2, 3]) proposals.set(id, proposal)
    const states = Amt.empty(store, dealStateCodec, amtV3(STATES_BIT_WIDTH))
    states.set(2, active)
    states.set(3, { ...active, slashed: 1_600n })
    const state = machine.state(market, storageMarketStateCodec)
    machine.put(STORAGE_MARKET_ACTOR, 'storagemarket', storageMarketStateCodec, {
      ...state,
      proposals: proposals.flush(),
      states: states.flush(),
      nextDealId: 4n,
    })
  })

  const exit = (name: string, id: bigint) => machine.exit(calling(bob, name, uint64.encode(id)))
  const ask = <T>(name: string, id: bigint, returns: Codec<T>): T =>
    returns.decode(machine.ok(calling(bob, name, uint64.encode(id))))

  test('can be asked about', () => {
    const { pieceCid, pieceSize } = proposal
    const commitment = ask('GetDealDataCommitment', 1n, tuple({ data: link, size: uint64 }))
    expect(commitment).toEqual({ data: pieceCid, size: pieceSize })
    expect(ask('GetDealClient', 1n, uint64)).toBe(101n)
    expect(ask('GetDealProvider', 1n, uint64)).toBe(900n)
    expect(ask('GetDealLabel', 1n, label)).toBe('holiday pictures')
    const term = ask('GetDealTerm', 1n, tuple({ start: int64, duration: int64 }))
    expect(term).toEqual({ start: 2_000n, duration: 498_000n })
    expect(ask('GetDealTotalPrice', 1n, bigint)).toBe(7n * 498_000n)
    expect(ask('GetDealClientCollateral', 1n, bigint)).toBe(13n)
    expect(ask('GetDealProviderCollateral', 1n, bigint)).toBe(11n)
    expect(ask('GetDealVerified', 1n, bool)).toBe(true)
  })

  test('are activated, or not, or over', () => {
    const activation = tuple({ activated: int64, terminated: int64 })
    const never = { activated: -1n, terminated: -1n }
    expect(ask('GetDealActivation', 1n, activation)).toEqual(never)
    expect(ask('GetDealActivation', 2n, activation)).toEqual({ ...never, activated: 1_500n })
    expect(ask('GetDealSector', 2n, uint64)).toBe(17n)
    expect(exit('GetDealSector', 1n)).toBe(DEAL_NOT_ACTIVATED)
    for (const name of ['GetDealActivation', 'GetDealSector']) {
      expect(exit(name, 3n)).toBe(DEAL_EXPIRED)
      expect(exit(name, 0n)).toBe(DEAL_EXPIRED)
      expect(exit(name, 4n)).toBe(USR_NOT_FOUND)
    }
    expect(exit('GetDealClient', 0n)).toBe(DEAL_EXPIRED)
    expect(exit('GetDealClient', 2n ** 63n)).toBe(USR_NOT_FOUND)
  })

  test('are not settled here; those that are over count as failures', () => {
    const settle = (ids: bigint[]) =>
      calling(bob, 'SettleDealPayments', bitField.encode(BitField.of(ids)))
    expect(machine.ok(settle([0n, 9n]))[0]).toBe(0x82)
    expect(() => machine.call(settle([0n, 2n]))).toThrow(UnsupportedActorError)
  })
})

test('what needs providers is a clear error', () => {
  const call = calling(alice, 'PublishStorageDeals', Uint8Array.of(0x81, 0x80))
  expect(() => machine.call(call)).toThrow('storagemarket actor is not implemented natively')
  const unknown = { ...call, method: 8n }
  expect(machine.exit(unknown)).toBe(ExitCode.USR_UNHANDLED_MESSAGE)
})
