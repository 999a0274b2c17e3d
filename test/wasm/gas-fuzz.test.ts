import { beforeAll, describe, expect, test } from 'vitest'
import { nativeRegistry } from '../../src/actors/manifest.ts'
import { fromBigIntPadded, fromHex } from '../../src/base/bytes.ts'
import type { Applied } from '../../src/fvm/executor.ts'
import { GAS, type GasCharge } from '../../src/fvm/gas/gas-tracker.ts'
import { CborReader, CborWriter } from '../../src/ipld/cbor.ts'
import { EAM_ACTOR, mainnetV18 } from '../../src/protocol/builtin.ts'
import { loadBundle } from '../../src/wasm/bundle.ts'
import { actorsBundle } from './genuine-actors.ts'
import { type CallOptions, World } from './world.ts'

const CREATE_EXTERNAL = 4n
const INVOKE_CONTRACT = 3844450837n

/**
 * With a word of calldata: writes a slot, hashes, logs, calls itself with that much gas and no
 * calldata, and returns whether that worked. Without calldata: nothing.
 */
const runtime = [
  '3615602d57', // calldatasize iszero push end jumpi
  '36600055', // sstore(0, calldatasize)
  '602060002050', // pop(keccak256(0, 32))
  '600160206000a1', // log1(0, 32, 1)
  '6000600060006000600030600035f1', // call(calldataload(0), address, 0, 0, 0, 0, 0)
  '60005260206000f3', // return it
  '5b00', // end: stop
].join('')
const initcode = `60${(runtime.length / 2).toString(16)}80600b6000396000f3`

const bytes = (data: Uint8Array) => new CborWriter().bytes(data).finish()

const engines: readonly (readonly [name: string, bundle: string | undefined])[] = [
  ['native', undefined],
  ...(actorsBundle === undefined ? [] : [['genuine', actorsBundle] as const]),
]

describe.each(engines)('gas that runs out at any charge, %s actors', (_, bundle) => {
  let world: World
  let contract: number

  beforeAll(async () => {
    const registry =
      bundle === undefined ? nativeRegistry(mainnetV18) : (await loadBundle(bundle)).registry
    world = new World(() => registry)
    const params = bytes(fromHex(initcode + runtime))
    const { receipt } = world.call(EAM_ACTOR, { method: CREATE_EXTERNAL, params })
    expect(receipt.exitCode).toBe(0)
    const reader = new CborReader(receipt.returnData)
    reader.array()
    contract = reader.uint()
  }, 120_000)

  /** @param inner gas for the call that the contract makes */
  const call = (inner: number, options: CallOptions = {}) =>
    world.call(contract, {
      method: INVOKE_CONTRACT,
      params: bytes(fromBigIntPadded(BigInt(inner), 32)),
      ...options,
    })

  const PLENTY = 20_000_000

  /** 1: the inner call worked. */
  const flag = ({ receipt }: Applied) => receipt.returnData.at(-1)

  /** In the middle of each charge, one gas short of its end, and at it; in whole gas. */
  function pointsOf(charges: readonly GasCharge[]): Set<number> {
    const points = new Set<number>()
    let sum = 0
    for (const { milligas } of charges) {
      for (const point of [sum + milligas / 2, sum + milligas - GAS, sum + milligas]) {
        points.add(Math.floor(point / GAS))
      }
      sum += milligas
    }
    return points
  }

  test('ends the message', () => {
    // the slot is written once and keeps its value, so every run costs the same
    call(PLENTY)
    const whole = call(PLENTY, { trace: true })
    expect(whole.receipt.exitCode).toBe(0)
    expect(flag(whole)).toBe(1)
    const total = whole.receipt.gasUsed
    const limits = [...pointsOf(whole.charges!)].filter((limit) => limit < total)
    expect(limits.length).toBeGreaterThan(150)
    for (const gasLimit of limits) {
      const { receipt } = call(PLENTY, { gasLimit })
      expect(receipt.exitCode).toBe(7)
      expect([0, gasLimit]).toContain(receipt.gasUsed)
      expect(receipt.eventsRoot).toBeNull()
    }
    expect(call(PLENTY, { gasLimit: total }).receipt).toEqual(whole.receipt)
  })

  test('ends a call that was given less than there is, and its caller goes on', () => {
    const whole = call(PLENTY, { trace: true })
    const [inner] = whole.trace!.calls
    const { start, end } = inner!.charges
    const needed = Math.ceil(inner!.result!.gasUsed / GAS)
    const limits = pointsOf(whole.charges!.slice(start, end))
    expect(limits.size).toBeGreaterThan(50)
    for (const limit of limits) {
      const { receipt } = call(limit)
      expect(receipt.exitCode).toBe(0)
      expect([limit, receipt.returnData.at(-1)]).toEqual([limit, limit < needed ? 0 : 1])
    }
    expect(flag(call(needed))).toBe(1)
    expect(flag(call(needed - 1))).toBe(0)
  })
})
