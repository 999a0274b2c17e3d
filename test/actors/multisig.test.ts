import { beforeEach, describe, expect, test } from 'vitest'
import {
  Approve,
  approveReturn,
  Cancel,
  multisigConstructorParams,
  Propose,
  proposeReturn,
  transactionParams,
} from '../../src/actors/multisig/actor.ts'
import {
  amountLocked,
  MAX_SIGNERS,
  type MultisigState,
  multisigStateCodec,
  proposalCodec,
} from '../../src/actors/multisig/state.ts'
import { Receive } from '../../src/actors/receiver.ts'
import { Address } from '../../src/address/address.ts'
import { EMPTY } from '../../src/base/bytes.ts'
import { blake2b256 } from '../../src/base/hash.ts'
import { Codec } from '../../src/ipld/cid.ts'
import {
  address,
  bigint,
  bool,
  bytes,
  int64,
  nullable,
  tuple,
  uint64,
} from '../../src/ipld/codec.ts'
import { BURNT_FUNDS_ACTOR, INIT_ACTOR } from '../../src/protocol/builtin.ts'
import { ExitCode } from '../../src/protocol/exit-code.ts'
import { METHOD_SEND } from '../../src/protocol/method.ts'
import { create, FIL, type TestAccount, TestMachine } from './machine.ts'

const {
  OK,
  USR_ILLEGAL_ARGUMENT,
  USR_NOT_FOUND,
  USR_FORBIDDEN,
  USR_INSUFFICIENT_FUNDS,
  USR_ILLEGAL_STATE,
  USR_UNSPECIFIED,
  USR_ASSERTION_FAILED,
} = ExitCode

const sink = Address.id(BURNT_FUNDS_ACTOR)

let machine: TestMachine
let alice: TestAccount
let bob: TestAccount
let carol: TestAccount
let dave: TestAccount

beforeEach(() => {
  machine = new TestMachine()
  ;[alice, bob, carol, dave] = machine.accounts as [
    TestAccount,
    TestAccount,
    TestAccount,
    TestAccount,
  ]
})

interface Wallet {
  readonly signers?: readonly Address[]
  readonly threshold?: bigint
  readonly unlockDuration?: bigint
  readonly startEpoch?: bigint
  readonly value?: bigint
}

function createWallet({
  signers = [alice.address, bob.id, carol.address],
  threshold = 2n,
  unlockDuration = 0n,
  startEpoch = 0n,
  value = 100n * FIL,
}: Wallet = {}): Address {
  const params = { signers: [...signers], threshold, unlockDuration, startEpoch }
  return create(machine, 'multisig', multisigConstructorParams.encode(params), value)
}

interface Proposal {
  readonly to: Address
  readonly value?: bigint
  readonly method?: bigint
  readonly params?: Uint8Array
}

function encoded({ to, value = 0n, method = METHOD_SEND, params = EMPTY }: Proposal): Uint8Array {
  return proposalCodec.encode({ to, value, method, params })
}

function propose(wallet: Address, from: TestAccount, proposal: Proposal) {
  const call = { from: from.id, to: wallet, method: Propose, params: encoded(proposal) }
  return proposeReturn.decode(machine.ok(call))
}

function approval(
  wallet: Address,
  from: TestAccount,
  id: bigint,
  proposalHash: Uint8Array = EMPTY,
) {
  const params = transactionParams.encode({ id, proposalHash })
  return { from: from.id, to: wallet, method: Approve, params }
}

function cancellation(
  wallet: Address,
  from: TestAccount,
  id: bigint,
  proposalHash: Uint8Array = EMPTY,
) {
  return { ...approval(wallet, from, id, proposalHash), method: Cancel }
}

const stateOf = (wallet: Address) => machine.state(wallet, multisigStateCodec)

/** The hash of a proposal, written down once more. */
function hashOf(requester: Address, { to, value = 0n, method = 0n, params = EMPTY }: Proposal) {
  const hashed = tuple({
    requester: nullable(address),
    to: address,
    value: bigint,
    method: uint64,
    params: bytes,
  })
  return blake2b256(hashed.encode({ requester, to, value, method, params }))
}

describe('creation', () => {
  test('signers are kept as ids, in order', () => {
    const wallet = createWallet()
    expect(stateOf(wallet).signers).toEqual([alice.id, bob.id, carol.id])
    expect(machine.balance(wallet)).toBe(100n * FIL)
  })

  test('a signer who does not exist becomes an account', () => {
    const nobody = Address.unchecked(Uint8Array.of(1, ...new Uint8Array(20).fill(7)))
    const wallet = createWallet({ signers: [alice.id, nobody] })
    expect(machine.exists(nobody)).toBe(true)
    expect(stateOf(wallet).signers).toHaveLength(2)
  })

  test.each<[string, () => Wallet]>([
    ['no signers', () => ({ signers: [] })],
    ['one signer under two addresses', () => ({ signers: [alice.id, alice.address] })],
    ['more approvals than signers', () => ({ threshold: 4n })],
    ['no approval', () => ({ threshold: 0n })],
    ['a negative duration', () => ({ unlockDuration: -1n })],
    ['too many signers', () => ({ signers: Array(MAX_SIGNERS + 1).fill(alice.id) })],
  ])('refused: %s', (_, wallet) => {
    expect(() => createWallet(wallet())).toThrow('USR_ILLEGAL_ARGUMENT')
  })

  test('by Init only', () => {
    const wallet = createWallet()
    const params = { signers: [alice.id], threshold: 1n, unlockDuration: 0n, startEpoch: 0n }
    const call = { to: wallet, method: 1n, params: multisigConstructorParams.encode(params) }
    expect(machine.exit({ ...call, from: alice.id })).toBe(USR_FORBIDDEN)
    // even Init cannot do it twice
    expect(machine.exit({ ...call, from: Address.id(INIT_ACTOR) })).toBe(USR_ILLEGAL_STATE)
  })
})

describe('transactions', () => {
  test('the last approval that is needed executes', () => {
    const wallet = createWallet()
    const before = machine.balance(sink)
    const proposed = propose(wallet, alice, { to: sink, value: FIL })
    expect(proposed).toEqual({ id: 0n, applied: false, exitCode: OK, returned: EMPTY })
    expect(machine.balance(sink)).toBe(before)
    const approved = approveReturn.decode(machine.ok(approval(wallet, bob, 0n)))
    expect(approved).toEqual({ applied: true, exitCode: OK, returned: EMPTY })
    expect(machine.balance(sink)).toBe(before + FIL)
    expect(machine.exit(approval(wallet, carol, 0n))).toBe(USR_NOT_FOUND)
  })

  test('what the callee returns comes back', () => {
    const wallet = createWallet({ threshold: 1n })
    const PubkeyAddress = 2n
    const { returned } = propose(wallet, alice, { to: bob.id, method: PubkeyAddress })
    expect(address.decode(returned)).toEqual(bob.address)
  })

  test('a callee that fails is an outcome; its exit code is told, the transaction is gone', () => {
    const wallet = createWallet({ threshold: 1n })
    const failing = propose(wallet, alice, { to: bob.id, method: 99n })
    expect(failing).toMatchObject({ applied: true, exitCode: ExitCode.USR_UNHANDLED_MESSAGE })
    const missing = propose(wallet, alice, { to: Address.id(4_000_000) })
    expect(missing).toMatchObject({ applied: true, exitCode: USR_UNSPECIFIED })
    expect(machine.exit(approval(wallet, bob, 0n))).toBe(USR_NOT_FOUND)
  })

  test('nobody approves twice, nobody else at all', () => {
    const wallet = createWallet()
    propose(wallet, alice, { to: sink })
    expect(machine.exit(approval(wallet, alice, 0n))).toBe(USR_FORBIDDEN)
    expect(machine.exit(approval(wallet, dave, 0n))).toBe(USR_FORBIDDEN)
    const params = encoded({ to: sink })
    expect(machine.exit({ from: dave.id, to: wallet, method: Propose, params })).toBe(USR_FORBIDDEN)
  })

  test('negative amounts, and more than there is', () => {
    const wallet = createWallet({ threshold: 1n })
    const exit = (value: bigint) => {
      const params = encoded({ to: sink, value })
      return machine.exit({ from: alice.id, to: wallet, method: Propose, params })
    }
    expect(exit(-1n)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(exit(100n * FIL + 1n)).toBe(USR_INSUFFICIENT_FUNDS)
    expect(exit(100n * FIL)).toBe(OK)
  })

  test('a threshold that falls lets any signer execute what is approved enough', () => {
    const wallet = createWallet()
    propose(wallet, alice, { to: sink, value: FIL })
    self(wallet, 8n, tuple({ threshold: uint64 }).encode({ threshold: 1n }))
    const before = machine.balance(sink)
    // already approved by alice, which is now enough
    expect(approveReturn.decode(machine.ok(approval(wallet, alice, 0n))).applied).toBe(true)
    expect(machine.balance(sink)).toBe(before + FIL)
  })
})

describe('proposal hash', () => {
  const proposal = { to: sink, value: 5n }

  test('an approval may name what it approves', () => {
    const wallet = createWallet()
    propose(wallet, alice, proposal)
    const other = hashOf(bob.id, proposal)
    expect(machine.exit(approval(wallet, bob, 0n, other))).toBe(USR_ILLEGAL_ARGUMENT)
    const robust = hashOf(alice.address, proposal)
    expect(machine.exit(approval(wallet, bob, 0n, robust))).toBe(USR_ILLEGAL_ARGUMENT)
    const approved = machine.ok(approval(wallet, bob, 0n, hashOf(alice.id, proposal)))
    expect(approveReturn.decode(approved).applied).toBe(true)
  })

  test('and a cancellation what it cancels', () => {
    const wallet = createWallet()
    propose(wallet, alice, proposal)
    const other = hashOf(alice.id, { ...proposal, value: 6n })
    expect(machine.exit(cancellation(wallet, alice, 0n, other))).toBe(USR_ILLEGAL_STATE)
    expect(machine.exit(cancellation(wallet, alice, 0n, hashOf(alice.id, proposal)))).toBe(OK)
  })
})

describe('cancel', () => {
  test('by the proposer only', () => {
    const wallet = createWallet({ threshold: 3n })
    propose(wallet, alice, { to: sink })
    machine.ok(approval(wallet, bob, 0n))
    expect(machine.exit(cancellation(wallet, bob, 0n))).toBe(USR_FORBIDDEN)
    expect(machine.exit(cancellation(wallet, dave, 0n))).toBe(USR_FORBIDDEN)
    expect(machine.exit(cancellation(wallet, alice, 1n))).toBe(USR_NOT_FOUND)
    machine.ok(cancellation(wallet, alice, 0n))
    expect(machine.exit(cancellation(wallet, alice, 0n))).toBe(USR_NOT_FOUND)
  })

  test('whoever approved next, once the proposer is no signer any more', () => {
    const wallet = createWallet({ threshold: 3n })
    propose(wallet, alice, { to: sink })
    machine.ok(approval(wallet, bob, 0n))
    self(
      wallet,
      6n,
      tuple({ signer: address, decrease: bool }).encode({ signer: alice.id, decrease: true }),
    )
    machine.ok(cancellation(wallet, bob, 0n))
  })
})

/** A call of the wallet by itself, as an approved transaction makes it. */
function self(wallet: Address, method: bigint, params: Uint8Array) {
  machine.ok({ from: wallet, to: wallet, method, params })
}

describe('signers', () => {
  const add = tuple({ signer: address, increase: bool })
  const remove = tuple({ signer: address, decrease: bool })
  const swap = tuple({ from: address, to: address })
  const exit = (wallet: Address, method: bigint, params: Uint8Array, from = wallet) =>
    machine.exit({ from, to: wallet, method, params })

  test('the wallet changes itself, nobody else does', () => {
    const wallet = createWallet({ threshold: 1n })
    const params = add.encode({ signer: dave.address, increase: true })
    expect(exit(wallet, 5n, params, alice.id)).toBe(USR_FORBIDDEN)
    propose(wallet, alice, { to: wallet, method: 5n, params })
    expect(stateOf(wallet)).toMatchObject({ threshold: 2n })
    expect(stateOf(wallet).signers.at(-1)).toEqual(dave.id)
    expect(exit(wallet, 5n, params)).toBe(USR_FORBIDDEN)
  })

  test('removal takes the approvals along; what nobody approves is dropped', () => {
    const wallet = createWallet({ threshold: 3n })
    propose(wallet, alice, { to: sink })
    propose(wallet, alice, { to: sink })
    machine.ok(approval(wallet, bob, 1n))
    self(wallet, 6n, remove.encode({ signer: alice.address, decrease: true }))
    expect(stateOf(wallet)).toMatchObject({ signers: [bob.id, carol.id], threshold: 2n })
    expect(machine.exit(approval(wallet, bob, 0n))).toBe(USR_NOT_FOUND)
    expect(approveReturn.decode(machine.ok(approval(wallet, carol, 1n))).applied).toBe(true)
  })

  test('no removal below the threshold, of a stranger, or of the last one', () => {
    const wallet = createWallet({ threshold: 3n })
    const keep = (signer: Address) => remove.encode({ signer, decrease: false })
    expect(exit(wallet, 6n, keep(alice.id))).toBe(USR_ILLEGAL_ARGUMENT)
    expect(exit(wallet, 6n, keep(dave.id))).toBe(USR_FORBIDDEN)
    const alone = createWallet({ signers: [alice.id], threshold: 1n })
    expect(exit(alone, 6n, keep(alice.id))).toBe(USR_FORBIDDEN)
    const two = createWallet({ signers: [alice.id, bob.id], threshold: 1n })
    const lower = remove.encode({ signer: alice.id, decrease: true })
    expect(exit(two, 6n, lower)).toBe(USR_ILLEGAL_ARGUMENT)
  })

  test('a swap puts the new one last', () => {
    const wallet = createWallet()
    propose(wallet, alice, { to: sink })
    self(wallet, 7n, swap.encode({ from: alice.id, to: dave.address }))
    expect(stateOf(wallet).signers).toEqual([bob.id, carol.id, dave.id])
    expect(machine.exit(approval(wallet, bob, 0n))).toBe(USR_NOT_FOUND)
    const present = swap.encode({ from: bob.id, to: carol.id })
    expect(exit(wallet, 7n, present)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(exit(wallet, 7n, swap.encode({ from: alice.id, to: sink }))).toBe(USR_FORBIDDEN)
  })

  test('thresholds from one to all', () => {
    const wallet = createWallet()
    const threshold = tuple({ threshold: uint64 })
    expect(exit(wallet, 8n, threshold.encode({ threshold: 0n }))).toBe(USR_ILLEGAL_ARGUMENT)
    expect(exit(wallet, 8n, threshold.encode({ threshold: 4n }))).toBe(USR_ILLEGAL_ARGUMENT)
    expect(exit(wallet, 8n, threshold.encode({ threshold: 3n }))).toBe(OK)
  })
})

describe('locked funds', () => {
  const state = { initialBalance: 1_000n, unlockDuration: 300n } as MultisigState

  test.each([
    [-1n, 1_000n],
    [0n, 1_000n],
    [1n, 997n],
    [100n, 667n],
    [299n, 4n],
    [300n, 0n],
    [301n, 0n],
  ])('after %s epochs, rounded up: %s', (elapsed, locked) => {
    expect(amountLocked(state, elapsed)).toBe(locked)
  })

  test('are released epoch by epoch', () => {
    const start = machine.epoch
    const wallet = createWallet({
      threshold: 1n,
      unlockDuration: 100n,
      startEpoch: BigInt(start),
      value: 100n * FIL,
    })
    const spend = (value: bigint) => {
      const params = encoded({ to: sink, value })
      return machine.exit({ from: alice.id, to: wallet, method: Propose, params })
    }
    expect(spend(1n)).toBe(USR_INSUFFICIENT_FUNDS)
    expect(spend(0n)).toBe(OK)
    machine.epoch = start + 10
    expect(spend(10n * FIL + 1n)).toBe(USR_INSUFFICIENT_FUNDS)
    expect(spend(10n * FIL)).toBe(OK)
    // deposits are not locked
    machine.ok({ from: bob.id, to: wallet, method: METHOD_SEND, value: 5n * FIL })
    expect(spend(5n * FIL)).toBe(OK)
    machine.epoch = start + 100
    expect(spend(90n * FIL)).toBe(OK)
    expect(machine.balance(wallet)).toBe(0n)
  })

  test('may be locked later, once', () => {
    const wallet = createWallet()
    const lock = tuple({ startEpoch: int64, unlockDuration: int64, amount: bigint })
    const exit = (unlockDuration: bigint, amount: bigint) => {
      const params = lock.encode({ startEpoch: 0n, unlockDuration, amount })
      return machine.exit({ from: wallet, to: wallet, method: 9n, params })
    }
    expect(exit(0n, FIL)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(exit(10n, -FIL)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(exit(10n, FIL)).toBe(OK)
    expect(exit(10n, FIL)).toBe(USR_FORBIDDEN)
  })

  test('a start that makes the elapsed time overflow', () => {
    const startEpoch = -(2n ** 63n)
    const wallet = createWallet({ threshold: 1n, unlockDuration: 10n, startEpoch })
    const params = encoded({ to: sink, value: 1n })
    const call = { from: alice.id, to: wallet, method: Propose, params }
    expect(machine.exit(call)).toBe(USR_ASSERTION_FAILED)
  })
})

test('takes tokens and calls that it does not know', () => {
  const wallet = createWallet()
  const token = tuple({ type: uint64, payload: bytes }).encode({ type: 7n, payload: EMPTY })
  const call = { from: dave.id, to: wallet }
  expect(machine.exit({ ...call, method: Receive, params: token })).toBe(OK)
  expect(machine.exit({ ...call, method: Receive })).toBe(USR_ILLEGAL_ARGUMENT)
  expect(machine.exit({ ...call, method: 1n << 24n, params: Uint8Array.of(Codec.RAW) })).toBe(OK)
  expect(machine.exit({ ...call, method: 10n })).toBe(ExitCode.USR_UNHANDLED_MESSAGE)
})
