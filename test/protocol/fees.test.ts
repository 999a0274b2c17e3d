import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Address } from '../../src/address/address.ts'
import { baseFeeFromPremium, effectivePremium, nextBaseFee } from '../../src/protocol/base-fee.ts'
import { gasOutputs } from '../../src/protocol/gas-outputs.ts'

const gas = fc.integer({ min: 1, max: 10_000_000_000 })
const fee = fc.bigInt({ min: 0n, max: 10n ** 12n })

test('what was taken in advance is paid out to the last attoFIL', () => {
  const property = fc.property(gas, gas, fee, fee, fee, (a, b, baseFee, tip, rest) => {
    const gasLimit = Math.max(a, b)
    const gasFeeCap = tip + rest
    const use = { gasUsed: Math.min(a, b), gasLimit, gasFeeCap, gasPremium: tip, baseFee }
    const outputs = gasOutputs(use)
    const { baseFeeBurn, overEstimationBurn, minerTip, minerPenalty, refund } = outputs
    expect(baseFeeBurn + overEstimationBurn + minerTip + refund).toBe(gasFeeCap * BigInt(gasLimit))
    for (const amount of Object.values(outputs)) expect(amount >= 0n).toBe(true)
    expect(minerTip).toBe(effectivePremium(use, baseFee) * BigInt(gasLimit))
    if (gasFeeCap >= baseFee) expect(minerPenalty).toBe(0n)
    else expect(refund + baseFeeBurn + overEstimationBurn).toBe(gasFeeCap * BigInt(gasLimit))
  })
  fc.assert(property, { numRuns: 300, seed: 1 })
})

describe('the next base fee', () => {
  const message = (id: number, nonce: bigint, gasLimit: number, gasPremium: bigint) => {
    return { from: Address.id(id), nonce, gasLimit, gasPremium, gasFeeCap: 10n ** 9n }
  }
  const FULL = 8_000_000_000

  test('moves by at most an eighth and never below the minimum', () => {
    const property = fc.property(fee, fee, (base, premium) => {
      const baseFee = base + 100n
      const next = baseFeeFromPremium(baseFee, premium)
      const step = (baseFee + 7n) / 8n
      expect(next >= 100n && next >= baseFee - step && next <= baseFee + step).toBe(true)
    })
    fc.assert(property, { numRuns: 200, seed: 2 })
  })

  test('an idle chain falls to the minimum and stays', () => {
    let fee = 100_000_000n
    for (let i = 0; i < 200; i++) fee = nextBaseFee([], fee)
    expect(fee).toBe(100n)
  })

  test('rises only when 80 % of a block would pay for it', () => {
    expect(nextBaseFee([message(100, 0n, FULL - 1, 10_000n)], 800n)).toBe(700n)
    expect(nextBaseFee([message(100, 0n, FULL, 10_000n)], 800n)).toBe(900n)
    expect(nextBaseFee([message(100, 0n, FULL, 100n)], 800n)).toBe(800n)
  })

  test('a nonce counts once, for the first message that has it', () => {
    const first = message(100, 0n, FULL / 2, 10_000n)
    const second = message(100, 0n, FULL, 20_000n)
    expect(nextBaseFee([first, second], 800n)).toBe(700n)
    expect(nextBaseFee([second, first], 800n)).toBe(900n)
    expect(nextBaseFee([first, { ...first, nonce: 1n }], 800n)).toBe(900n)
    expect(nextBaseFee([first, { ...first, from: Address.id(101) }], 800n)).toBe(900n)
  })
})
