import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkPercentiles,
  type FeeHistoryBlock,
  feeHistory,
  rewardsAt,
} from '../../src/eth/fee-history.ts'
import { estimatePremium, medianPremium } from '../../src/eth/premium.ts'

function block(epoch: number, baseFee: bigint, paid: readonly [bigint, number][]): FeeHistoryBlock {
  const gasUsed = paid.reduce((sum, [, gas]) => sum + gas, 0)
  return {
    block: { epoch, baseFee, nextBaseFee: baseFee + 1n, gasUsed, gasLimit: 10_000_000_000 },
    transactions: paid.map(([maxPriorityFeePerGas, gas]) => ({
      transaction: { maxFeePerGas: 1_000n, maxPriorityFeePerGas },
      receipt: { gasUsed: gas },
    })),
  }
}

describe('eth_feeHistory', () => {
  const blocks = [
    block(7, 100n, [
      [5n, 100],
      [2_000n, 300],
    ]),
    block(9, 110n, []),
  ]

  test('one base fee more than blocks, the last for the next block', () => {
    expect(feeHistory(blocks, blocks[1]!.block)).toEqual({
      oldestBlock: '0x7',
      baseFeePerGas: ['0x64', '0x6e', '0x6f'],
      gasUsedRatio: [400 / 1e10, 0],
    })
  })

  test('rewards are what the miner gets at that base fee', () => {
    const { reward } = feeHistory(blocks, blocks[1]!.block, [0, 25, 100])
    // the second transaction is capped at 1,000 - 100; an empty tipset reports the minimum
    expect(reward).toEqual([
      ['0x5', '0x384', '0x384'],
      ['0x186a0', '0x186a0', '0x186a0'],
    ])
  })

  test('an empty list of percentiles still asks for rewards', () => {
    expect(feeHistory(blocks, blocks[1]!.block, []).reward).toEqual([[], []])
  })

  test('no blocks', () => {
    const history = feeHistory([], { nextBaseFee: 100n }, [50])
    expect(history).toEqual({
      oldestBlock: '0x1',
      baseFeePerGas: ['0x64'],
      gasUsedRatio: [],
      reward: [],
    })
  })

  test.each([
    [Array(101).fill(1), 'cannot be greater than 100'],
    [[-1], 'should be between 0 and 100'],
    [[101], 'should be between 0 and 100'],
    [[Number.NaN], 'should be between 0 and 100'],
    [[50, 20], '20 should be larger than 50'],
  ])('percentiles %j are refused', (percentiles, reason) => {
    expect(() => checkPercentiles(percentiles)).toThrow(reason)
  })

  test('percentiles that may repeat', () => {
    expect(() => checkPercentiles([0, 0, 10.5, 100])).not.toThrow()
  })

  test('rewards rise with the percentile and are what somebody paid', () => {
    const paid = fc.array(
      fc.record({ premium: fc.bigInt({ min: 0n, max: 1000n }), gasUsed: fc.nat(1_000_000) }),
      { minLength: 1 },
    )
    const property = fc.property(paid, (transactions) => {
      const rewards = rewardsAt([0, 10, 50, 90, 100], transactions)
      for (const [index, reward] of rewards.entries()) {
        expect(transactions.some(({ premium }) => premium === reward)).toBe(true)
        if (index > 0) expect(reward >= rewards[index - 1]!).toBe(true)
      }
      const highest = transactions.reduce((max, { premium }) => (premium > max ? premium : max), 0n)
      const used = transactions.filter(({ gasUsed }) => gasUsed > 0)
      if (used.length === transactions.length) expect(rewards[4]).toBe(highest)
    })
    fc.assert(property, { numRuns: 100, seed: 1 })
  })
})

describe('the suggested premium', () => {
  test('an idle chain suggests twice the minimum', () => {
    expect(estimatePremium([], 2)).toBe(200_000n)
    expect(estimatePremium([{ premium: 99_999n, gasLimit: 10_000_000_000 }], 1)).toBe(200_000n)
  })

  test('a busy chain suggests what its middle pays', () => {
    const busy = [500_000n, 400_000n, 300_000n].map((premium) => ({
      premium,
      gasLimit: 1_500_000_000,
    }))
    expect(estimatePremium(busy, 1)).toBe(450_000n)
    expect(medianPremium(busy, 2)).toBe(350_000n)
  })
})
