/** Constructors of singletons, against the states that the genuine ones wrote at genesis. */
import { beforeEach, describe, expect, test } from 'vitest'
import { powerClaimCodec, storagePowerStateCodec } from '../../src/actors/storagepower/state.ts'
import { Address } from '../../src/address/address.ts'
import { EMPTY } from '../../src/base/bytes.ts'
import { address, bigint, bool, tuple, uint64 } from '../../src/ipld/codec.ts'
import { Hamt } from '../../src/ipld/hamt.ts'
import {
  type BuiltinName,
  DATACAP_ACTOR,
  STORAGE_MARKET_ACTOR,
  STORAGE_POWER_ACTOR,
  SYSTEM_ACTOR,
  VERIFIED_REGISTRY_ACTOR,
} from '../../src/protocol/builtin.ts'
import { ExitCode } from '../../src/protocol/exit-code.ts'
import { METHOD_CONSTRUCTOR, methodNumber } from '../../src/protocol/method.ts'
import { TestMachine } from './machine.ts'

const system = Address.id(SYSTEM_ACTOR)

let machine: TestMachine
beforeEach(() => {
  machine = new TestMachine()
})

describe('constructors', () => {
  test.each<[BuiltinName, number, Uint8Array]>([
    ['storagepower', STORAGE_POWER_ACTOR, EMPTY],
    ['storagemarket', STORAGE_MARKET_ACTOR, EMPTY],
    ['verifiedregistry', VERIFIED_REGISTRY_ACTOR, address.encode(Address.id(80))],
    ['datacap', DATACAP_ACTOR, address.encode(Address.id(VERIFIED_REGISTRY_ACTOR))],
  ])('%s', (name, id, params) => {
    const fresh = machine.put(3_000, name, tuple({}), {})
    const construct = { to: fresh, method: METHOD_CONSTRUCTOR, params }
    const stranger = machine.accounts[0]!.id
    expect(machine.exit({ ...construct, from: stranger })).toBe(ExitCode.USR_FORBIDDEN)
    machine.ok({ ...construct, from: system })
    expect(machine.head(fresh)).toEqual(machine.head(Address.id(id)))
    expect(machine.exit({ ...construct, from: system })).toBe(ExitCode.USR_ILLEGAL_STATE)
  })
})

describe('power', () => {
  const power = Address.id(STORAGE_POWER_ACTOR)
  const TIB = 1n << 40n

  /** A network with one miner. */
  function withMiner(windowPoStProof: bigint, rawPower: bigint, minersAboveMinimum: bigint) {
    const claims = Hamt.empty(machine.store, powerClaimCodec)
    claims.set(Address.id(900).bytes, { windowPoStProof, rawPower, qaPower: rawPower * 10n })
    const state = machine.state(power, storagePowerStateCodec)
    machine.put(STORAGE_POWER_ACTOR, 'storagepower', storagePowerStateCodec, {
      ...state,
      claims: claims.flush(),
      minerAboveMinPowerCount: minersAboveMinimum,
    })
  }

  function call(name: string, miner: bigint) {
    const method = methodNumber(name)
    return { from: system, to: power, method, params: uint64.encode(miner) }
  }

  test.each([
    ['anything counts in a small network', 1n, 0n, true],
    ['but not nothing', 0n, 0n, false],
    ['too little in a large one', 10n * TIB - 1n, 4n, false],
    ['enough in a large one', 10n * TIB, 4n, true],
  ])('consensus minimum: %s', (_, rawPower, miners, meets) => {
    withMiner(13n, rawPower, miners)
    const returned = tuple({ rawPower: bigint, meets: bool })
    const answer = returned.decode(machine.ok(call('MinerRawPower', 900n)))
    expect(answer).toEqual({ rawPower, meets })
  })

  test('of miners that do not exist', () => {
    withMiner(13n, 1n, 0n)
    expect(machine.exit(call('MinerRawPower', 901n))).toBe(ExitCode.USR_ILLEGAL_ARGUMENT)
    expect(machine.exit(call('MinerPower', 901n))).toBe(ExitCode.USR_NOT_FOUND)
    const returned = tuple({ rawPower: bigint, qaPower: bigint })
    const answer = returned.decode(machine.ok(call('MinerPower', 900n)))
    expect(answer).toEqual({ rawPower: 1n, qaPower: 10n })
  })

  test('with proofs that do not exist', () => {
    withMiner(5n, 1n, 0n)
    expect(machine.exit(call('MinerRawPower', 900n))).toBe(ExitCode.USR_ILLEGAL_STATE)
  })
})
