import { beforeEach, describe, expect, test } from 'vitest'
import {
  CHANNEL_STATE_UPDATE_AFTER_SETTLED,
  Collect,
  paymentChannelConstructorParams,
  Settle,
  UpdateChannelState,
  updateChannelStateParams,
} from '../../src/actors/paymentchannel/actor.ts'
import {
  laneStateCodec,
  paymentChannelStateCodec,
  type Voucher,
  voucherSigningBytes,
} from '../../src/actors/paymentchannel/state.ts'
import { Address } from '../../src/address/address.ts'
import { EMPTY, utf8 } from '../../src/base/bytes.ts'
import { blake2b256 } from '../../src/base/hash.ts'
import { Amt } from '../../src/ipld/amt.ts'
import { BURNT_FUNDS_ACTOR } from '../../src/protocol/builtin.ts'
import { ExitCode } from '../../src/protocol/exit-code.ts'
import { create, FIL, type TestAccount, TestMachine } from './machine.ts'

const { OK, USR_ILLEGAL_ARGUMENT, USR_FORBIDDEN, USR_ILLEGAL_STATE } = ExitCode

const SETTLE_DELAY = 1_440

let machine: TestMachine
let payer: TestAccount
let payee: TestAccount
let stranger: TestAccount
let channel: Address

beforeEach(() => {
  machine = new TestMachine()
  ;[payer, payee, stranger] = machine.accounts as [TestAccount, TestAccount, TestAccount]
  channel = createChannel()
})

function createChannel(from = payer.address, to = payee.address): Address {
  const params = paymentChannelConstructorParams.encode({ from, to })
  return create(machine, 'paymentchannel', params, 100n * FIL)
}

function voucher(fields: Partial<Voucher>): Voucher {
  return {
    channel,
    timeLockMin: 0n,
    timeLockMax: 0n,
    secretHash: EMPTY,
    extra: null,
    lane: 0n,
    nonce: 1n,
    amount: FIL,
    minSettleHeight: 0n,
    merges: [],
    signature: null,
    ...fields,
  }
}

/** A voucher of the payer, handed in by the payee. */
function redeem(fields: Partial<Voucher>, secret: Uint8Array = EMPTY): ExitCode {
  const unsigned = voucher(fields)
  const signature = payer.sign(voucherSigningBytes(unsigned))
  return update(payee, { ...unsigned, signature }, secret)
}

function update(by: TestAccount, voucher: Voucher, secret: Uint8Array = EMPTY): ExitCode {
  const params = updateChannelStateParams.encode({ voucher, secret })
  return machine.exit({ from: by.id, to: channel, method: UpdateChannelState, params })
}

const settle = (by: TestAccount) => machine.exit({ from: by.id, to: channel, method: Settle })
const collect = (by: TestAccount) => machine.exit({ from: by.id, to: channel, method: Collect })
const state = () => machine.state(channel, paymentChannelStateCodec)
const lane = (number: bigint) =>
  Amt.load(machine.store, state().laneStates, laneStateCodec).get(number)

test('create, pay, settle, collect', () => {
  expect(state()).toMatchObject({ from: payer.id, to: payee.id, toSend: 0n, settlingAt: 0n })
  expect(redeem({ nonce: 1n, amount: 3n * FIL })).toBe(OK)
  expect(redeem({ nonce: 2n, amount: 10n * FIL })).toBe(OK)
  expect(state().toSend).toBe(10n * FIL)

  expect(collect(payee)).toBe(USR_FORBIDDEN)
  const settled = machine.epoch + SETTLE_DELAY
  expect(settle(payee)).toBe(OK)
  expect(state().settlingAt).toBe(BigInt(settled))
  expect(settle(payer)).toBe(USR_ILLEGAL_STATE)

  machine.epoch = settled - 1
  expect(redeem({ nonce: 3n, amount: 11n * FIL })).toBe(OK)
  expect(collect(payee)).toBe(USR_FORBIDDEN)
  machine.epoch = settled
  expect(redeem({ nonce: 4n, amount: 12n * FIL })).toBe(CHANNEL_STATE_UPDATE_AFTER_SETTLED)

  const before = { payer: machine.balance(payer.id), payee: machine.balance(payee.id) }
  expect(collect(stranger)).toBe(USR_FORBIDDEN)
  expect(collect(payer)).toBe(OK)
  expect(machine.balance(payee.id) - before.payee).toBe(11n * FIL)
  expect(machine.balance(payer.id) - before.payer).toBe(89n * FIL)
  expect(machine.exists(channel)).toBe(false)
})

describe('creation', () => {
  test('parties that do not exist become accounts', () => {
    const nobody = Address.unchecked(Uint8Array.of(1, ...new Uint8Array(20).fill(9)))
    createChannel(payer.address, nobody)
    expect(machine.exists(nobody)).toBe(true)
  })

  test('by Init only', () => {
    const params = paymentChannelConstructorParams.encode({ from: payer.id, to: payee.id })
    const call = { from: payer.id, to: channel, method: 1n, params }
    expect(machine.exit(call)).toBe(USR_FORBIDDEN)
  })

  test('between actors that exist', () => {
    expect(() => createChannel(payer.id, Address.id(5_000_000))).toThrow('USR_NOT_FOUND')
  })
})

describe('signatures', () => {
  test('of the other party, over the voucher', () => {
    const unsigned = voucher({})
    const bytes = voucherSigningBytes(unsigned)
    expect(update(payee, unsigned)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(update(payee, { ...unsigned, signature: payee.sign(bytes) })).toBe(USR_ILLEGAL_ARGUMENT)
    expect(update(payer, { ...unsigned, signature: payer.sign(bytes) })).toBe(USR_ILLEGAL_ARGUMENT)
    expect(update(stranger, { ...unsigned, signature: payer.sign(bytes) })).toBe(USR_FORBIDDEN)
    const dearer = { ...unsigned, amount: 2n * FIL, signature: payer.sign(bytes) }
    expect(update(payee, dearer)).toBe(USR_ILLEGAL_ARGUMENT)
    // either party may sign for the other
    expect(update(payer, { ...unsigned, signature: payee.sign(bytes) })).toBe(OK)
  })

  test('for this channel', () => {
    const other = createChannel()
    expect(redeem({ channel: other })).toBe(USR_ILLEGAL_ARGUMENT)
    expect(redeem({ channel: Address.actor(utf8('nobody')) })).toBe(USR_ILLEGAL_ARGUMENT)
  })
})

describe('conditions', () => {
  test('time locks', () => {
    const now = BigInt(machine.epoch)
    expect(redeem({ timeLockMin: now + 1n })).toBe(USR_ILLEGAL_ARGUMENT)
    expect(redeem({ timeLockMax: now - 1n })).toBe(USR_ILLEGAL_ARGUMENT)
    expect(redeem({ timeLockMin: now, timeLockMax: now })).toBe(OK)
  })

  test('a secret', () => {
    const secret = utf8('open sesame')
    const secretHash = blake2b256(secret)
    expect(redeem({ secretHash })).toBe(USR_ILLEGAL_ARGUMENT)
    expect(redeem({ secretHash }, utf8('open barley'))).toBe(USR_ILLEGAL_ARGUMENT)
    expect(redeem({ secretHash }, new Uint8Array(257))).toBe(USR_ILLEGAL_ARGUMENT)
    expect(redeem({ secretHash }, secret)).toBe(OK)
  })

  test('another actor that must agree', () => {
    const PubkeyAddress = 2n
    const agrees = { actor: stranger.id, method: 1n << 24n, data: utf8('anything') }
    const refuses = { actor: stranger.id, method: PubkeyAddress, data: utf8('no params here') }
    expect(redeem({ extra: refuses })).toBe(USR_ILLEGAL_ARGUMENT)
    expect(redeem({ extra: agrees })).toBe(OK)
  })

  test('what the channel can pay', () => {
    expect(redeem({ amount: 100n * FIL + 1n })).toBe(USR_ILLEGAL_ARGUMENT)
    expect(redeem({ amount: -1n })).toBe(USR_ILLEGAL_ARGUMENT)
    expect(redeem({ amount: 100n * FIL })).toBe(OK)
    // of a lane it is the total that counts, so it can shrink again
    expect(redeem({ nonce: 2n, amount: 40n * FIL })).toBe(OK)
    expect(state().toSend).toBe(40n * FIL)
  })
})

describe('lanes', () => {
  test('take rising nonces only', () => {
    expect(redeem({ lane: 3n, nonce: 5n })).toBe(OK)
    expect(redeem({ lane: 3n, nonce: 5n })).toBe(USR_ILLEGAL_ARGUMENT)
    expect(redeem({ lane: 4n, nonce: 1n })).toBe(OK)
    expect(lane(3n)).toEqual({ redeemed: FIL, nonce: 5n })
    expect(state().toSend).toBe(2n * FIL)
  })

  test('merge into one another without paying twice', () => {
    expect(redeem({ lane: 1n, nonce: 1n, amount: 4n * FIL })).toBe(OK)
    expect(redeem({ lane: 2n, nonce: 1n, amount: 5n * FIL })).toBe(OK)
    const merged = { lane: 1n, nonce: 2n, amount: 10n * FIL }
    expect(redeem({ ...merged, merges: [{ lane: 2n, nonce: 2n }] })).toBe(OK)
    expect(state().toSend).toBe(10n * FIL)
    expect(lane(1n)).toEqual({ redeemed: 10n * FIL, nonce: 2n })
    expect(lane(2n)).toEqual({ redeemed: 5n * FIL, nonce: 2n })
  })

  test('what cannot be merged', () => {
    expect(redeem({ lane: 1n })).toBe(OK)
    const merging = (lane: bigint, nonce: bigint) =>
      redeem({ lane: 2n, merges: [{ lane, nonce }], amount: 5n * FIL })
    expect(merging(2n, 2n)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(merging(7n, 2n)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(merging(1n, 1n)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(merging(1n, 2n)).toBe(OK)
    // less than the lanes have redeemed already
    const merges = [{ lane: 1n, nonce: 3n }]
    expect(redeem({ lane: 3n, amount: 0n, merges })).toBe(OK)
    const again = [{ lane: 1n, nonce: 4n }]
    const low = redeem({ lane: 4n, amount: -FIL, merges: again })
    expect(low).toBe(USR_ILLEGAL_ARGUMENT)
  })

  test('up to 2^63 - 1', () => {
    expect(redeem({ lane: 2n ** 63n })).toBe(USR_ILLEGAL_ARGUMENT)
    expect(redeem({ lane: 2n ** 63n - 1n })).toBe(OK)
    expect(lane(2n ** 63n - 1n)).toEqual({ redeemed: FIL, nonce: 1n })
  })
})

describe('settling', () => {
  test('not before the height that a voucher asks for', () => {
    const minSettleHeight = BigInt(machine.epoch + 5_000)
    expect(redeem({ minSettleHeight })).toBe(OK)
    expect(settle(payer)).toBe(OK)
    expect(state().settlingAt).toBe(minSettleHeight)
  })

  test('a voucher that comes during it may put it off', () => {
    expect(settle(payer)).toBe(OK)
    const early = BigInt(machine.epoch + 10)
    expect(redeem({ nonce: 1n, minSettleHeight: early })).toBe(OK)
    expect(state().settlingAt).toBe(BigInt(machine.epoch + SETTLE_DELAY))
    const late = BigInt(machine.epoch + 9_000)
    expect(redeem({ nonce: 2n, minSettleHeight: late })).toBe(OK)
    expect(state().settlingAt).toBe(late)
  })

  test('by the parties only', () => {
    expect(settle(stranger)).toBe(USR_FORBIDDEN)
    const burn = Address.id(BURNT_FUNDS_ACTOR)
    expect(machine.exit({ from: burn, to: channel, method: Settle })).toBe(USR_FORBIDDEN)
  })
})
