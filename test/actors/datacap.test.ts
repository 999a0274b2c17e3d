import { beforeEach, describe, expect, test } from 'vitest'
import {
  allowanceParams,
  burnFromParams,
  burnFromReturn,
  burnParams,
  burnReturn,
  changeAllowanceParams,
  datacapMethods,
  destroyParams,
  mintParams,
  mintReturn,
  revokeAllowanceParams,
  TOKEN_PRECISION,
  transferFromParams,
  transferParams,
} from '../../src/actors/datacap/interface.ts'
import { Address } from '../../src/address/address.ts'
import { EMPTY } from '../../src/base/bytes.ts'
import { address, bigint, text, uint64 } from '../../src/ipld/codec.ts'
import {
  DATACAP_ACTOR,
  STORAGE_MARKET_ACTOR,
  VERIFIED_REGISTRY_ACTOR,
} from '../../src/protocol/builtin.ts'
import { ExitCode } from '../../src/protocol/exit-code.ts'
import { type TestAccount, TestMachine } from './machine.ts'

const {
  OK,
  USR_ILLEGAL_ARGUMENT,
  USR_NOT_FOUND,
  USR_FORBIDDEN,
  USR_INSUFFICIENT_FUNDS,
  USR_UNHANDLED_MESSAGE,
} = ExitCode

const token = Address.id(DATACAP_ACTOR)
const governor = Address.id(VERIFIED_REGISTRY_ACTOR)
const market = Address.id(STORAGE_MARKET_ACTOR)
const DCAP = TOKEN_PRECISION
const nobody = Address.unchecked(Uint8Array.of(1, ...new Uint8Array(20).fill(3)))

let machine: TestMachine
let alice: TestAccount
let bob: TestAccount

beforeEach(() => {
  machine = new TestMachine()
  ;[alice, bob] = machine.accounts as [TestAccount, TestAccount]
})

type MethodName = keyof typeof datacapMethods

function calling(from: Address, name: MethodName, params: Uint8Array = EMPTY) {
  return { from, to: token, method: datacapMethods[name], params }
}

const ask = (name: MethodName, params?: Uint8Array) => machine.ok(calling(bob.id, name, params))
const balanceOf = (owner: Address) => bigint.decode(ask('Balance', address.encode(owner)))
const supply = () => bigint.decode(ask('TotalSupply'))

function allowance(owner: Address, operator: Address): bigint {
  return bigint.decode(ask('Allowance', allowanceParams.encode({ owner, operator })))
}

function change(
  name: 'IncreaseAllowance' | 'DecreaseAllowance',
  owner: TestAccount,
  operator: Address,
  delta: bigint,
): bigint {
  const params = changeAllowanceParams.encode({ operator, delta })
  return bigint.decode(machine.ok(calling(owner.id, name, params)))
}

function mint(to: Address, amount: bigint, operators: Address[] = []) {
  const params = mintParams.encode({ to, amount, operators })
  return mintReturn.decode(machine.ok(calling(governor, 'Mint', params)))
}

test('what it is called, and what it counts in', () => {
  expect(text.decode(ask('Name'))).toBe('DataCap')
  expect(text.decode(ask('Symbol'))).toBe('DCAP')
  expect(uint64.decode(ask('Granularity'))).toBe(10n ** 18n)
  expect(supply()).toBe(0n)
  expect(balanceOf(nobody)).toBe(0n)
  expect(machine.exists(nobody)).toBe(false)
})

describe('minting', () => {
  test('by the governor only', () => {
    const params = mintParams.encode({ to: alice.id, amount: DCAP, operators: [] })
    expect(machine.exit(calling(alice.id, 'Mint', params))).toBe(USR_FORBIDDEN)
    expect(mint(alice.address, 5n * DCAP)).toEqual({
      balance: 5n * DCAP,
      supply: 5n * DCAP,
      recipientData: EMPTY,
    })
    expect(mint(bob.id, 2n * DCAP)).toMatchObject({ supply: 7n * DCAP })
    expect(balanceOf(alice.id)).toBe(5n * DCAP)
  })

  test('gives the operators all they may ever want', () => {
    mint(alice.id, DCAP, [market, bob.address])
    const infinite = 10n ** 39n
    expect(allowance(alice.address, market)).toBe(infinite)
    expect(allowance(alice.id, bob.id)).toBe(infinite)
  })

  test('whole tokens, to somebody who exists', () => {
    const exit = (to: Address, amount: bigint) => {
      const params = mintParams.encode({ to, amount, operators: [] })
      return machine.exit(calling(governor, 'Mint', params))
    }
    expect(exit(alice.id, DCAP - 1n)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(exit(alice.id, -DCAP)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(exit(nobody, DCAP)).toBe(USR_NOT_FOUND)
  })
})

describe('burning', () => {
  test('of one’s own', () => {
    mint(alice.id, 5n * DCAP)
    const burn = (amount: bigint) => calling(alice.id, 'Burn', burnParams.encode({ amount }))
    expect(burnReturn.decode(machine.ok(burn(2n * DCAP)))).toEqual({ balance: 3n * DCAP })
    expect(machine.exit(burn(4n * DCAP))).toBe(USR_INSUFFICIENT_FUNDS)
    expect(machine.exit(burn(1n))).toBe(USR_ILLEGAL_ARGUMENT)
    machine.ok(burn(3n * DCAP))
    expect(supply()).toBe(0n)
  })

  test('of somebody else’s, as far as allowed', () => {
    mint(alice.id, 5n * DCAP)
    change('IncreaseAllowance', alice, bob.id, 3n * DCAP)
    const burn = (owner: Address, amount: bigint) =>
      calling(bob.id, 'BurnFrom', burnFromParams.encode({ owner, amount }))
    expect(machine.exit(burn(alice.id, 4n * DCAP))).toBe(USR_INSUFFICIENT_FUNDS)
    expect(burnFromReturn.decode(machine.ok(burn(alice.address, 2n * DCAP)))).toEqual({
      balance: 3n * DCAP,
      allowance: DCAP,
    })
    // nobody is the operator of his own tokens, however he is called
    expect(machine.exit(burn(bob.address, DCAP))).toBe(USR_ILLEGAL_ARGUMENT)
    expect(machine.exit(burn(nobody, DCAP))).toBe(USR_INSUFFICIENT_FUNDS)
  })

  test('without any allowance not even of nothing', () => {
    mint(alice.id, DCAP)
    const params = burnFromParams.encode({ owner: alice.id, amount: 0n })
    expect(machine.exit(calling(bob.id, 'BurnFrom', params))).toBe(USR_INSUFFICIENT_FUNDS)
  })

  test('by the governor, of anybody’s', () => {
    mint(alice.id, 5n * DCAP)
    const params = destroyParams.encode({ owner: alice.address, amount: 5n * DCAP })
    expect(machine.exit(calling(bob.id, 'Destroy', params))).toBe(USR_FORBIDDEN)
    expect(burnReturn.decode(machine.ok(calling(governor, 'Destroy', params)))).toEqual({
      balance: 0n,
    })
    expect(supply()).toBe(0n)
  })
})

describe('allowances', () => {
  test('add up, and do not fall below nothing', () => {
    expect(change('IncreaseAllowance', alice, bob.id, 3n)).toBe(3n)
    expect(change('IncreaseAllowance', alice, bob.address, 4n)).toBe(7n)
    expect(change('DecreaseAllowance', alice, bob.id, 2n)).toBe(5n)
    expect(change('DecreaseAllowance', alice, bob.id, 100n)).toBe(0n)
    expect(change('DecreaseAllowance', alice, bob.id, 1n)).toBe(0n)
    expect(allowance(alice.id, bob.id)).toBe(0n)
  })

  test('leave no trace when they are used up', () => {
    const before = machine.head(token)
    change('IncreaseAllowance', alice, bob.id, 3n)
    change('IncreaseAllowance', alice, market, 3n)
    change('DecreaseAllowance', alice, market, 3n)
    const revoke = (operator: Address) =>
      machine.ok(calling(alice.id, 'RevokeAllowance', revokeAllowanceParams.encode({ operator })))
    expect(bigint.decode(revoke(bob.address))).toBe(3n)
    expect(bigint.decode(revoke(bob.address))).toBe(0n)
    expect(bigint.decode(revoke(nobody))).toBe(0n)
    expect(machine.head(token)).toEqual(before)
  })

  test('no negative change, and nobody is created', () => {
    const exit = (operator: Address, delta: bigint) => {
      const params = changeAllowanceParams.encode({ operator, delta })
      return machine.exit(calling(alice.id, 'IncreaseAllowance', params))
    }
    expect(exit(bob.id, -1n)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(exit(nobody, 1n)).toBe(USR_NOT_FOUND)
    expect(machine.exists(nobody)).toBe(false)
  })
})

describe('transfers', () => {
  const transfer = (from: Address, to: Address, amount: bigint) =>
    machine.exit(
      calling(from, 'Transfer', transferParams.encode({ to, amount, operatorData: EMPTY })),
    )

  test('only to or from the governor', () => {
    mint(alice.id, 5n * DCAP)
    expect(transfer(alice.id, bob.id, DCAP)).toBe(USR_FORBIDDEN)
    expect(transfer(alice.id, nobody, DCAP)).toBe(USR_ILLEGAL_ARGUMENT)
    const before = balanceOf(bob.id)
    expect(transfer(governor, bob.address, 0n)).toBe(OK)
    expect(balanceOf(bob.id)).toBe(before)
    expect(transfer(governor, bob.id, DCAP)).toBe(USR_INSUFFICIENT_FUNDS)
  })

  test('are undone when the recipient refuses', () => {
    mint(alice.id, 5n * DCAP)
    // the registry does not know what to do without allocation requests
    expect(transfer(alice.id, governor, DCAP)).toBe(ExitCode.USR_SERIALIZATION)
    expect(balanceOf(alice.id)).toBe(5n * DCAP)
    // and the power actor takes no tokens at all
    const power = Address.id(4)
    expect(transfer(governor, power, 0n)).toBe(USR_UNHANDLED_MESSAGE)
  })

  test('by an operator need an allowance, and go to the governor', () => {
    mint(alice.id, 5n * DCAP)
    const exit = (to: Address, from = alice.id) => {
      const params = { from, to, amount: DCAP, operatorData: EMPTY }
      return machine.exit(calling(bob.id, 'TransferFrom', transferFromParams.encode(params)))
    }
    expect(exit(bob.id)).toBe(USR_FORBIDDEN)
    expect(exit(governor)).toBe(USR_INSUFFICIENT_FUNDS)
    expect(exit(governor, bob.id)).toBe(USR_ILLEGAL_ARGUMENT)
    change('IncreaseAllowance', alice, bob.id, DCAP)
    expect(exit(governor)).toBe(ExitCode.USR_SERIALIZATION)
    expect(allowance(alice.id, bob.id)).toBe(DCAP)
  })
})

test('the numbers of old are gone', () => {
  expect(machine.exit({ from: alice.id, to: token, method: 10n })).toBe(USR_UNHANDLED_MESSAGE)
})
