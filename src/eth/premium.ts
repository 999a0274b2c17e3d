/** The suggested priority fee (eth-rpc spec 4, Lotus `GasEstimateGasPremium`). */
import type { WeightedPremium } from '../protocol/base-fee.ts'
import { BLOCK_GAS_LIMIT } from '../protocol/network.ts'

/** attoFIL per gas unit: below this, estimates are replaced and empty tipsets report it. */
export const MIN_GAS_PREMIUM = 100_000n

/** How many tipsets back the estimate looks. */
export const PREMIUM_TIPSETS = 2

/**
 * @param messages of the last {@link PREMIUM_TIPSETS} tipsets, with their premiums as signed: Lotus
 *   does not cap them at what the fee cap leaves
 * @param blocks how many blocks these tipsets have
 * @returns attoFIL per gas unit. Without Lotus's half percent of noise: the same chain gives the
 *   same answer.
 */
export function estimatePremium(messages: readonly WeightedPremium[], blocks: number): bigint {
  const median = medianPremium(messages, blocks)
  return median < MIN_GAS_PREMIUM ? 2n * MIN_GAS_PREMIUM : median
}

/**
 * Where the messages, highest premium first, pass 52.5 % of the blocks' gas target: the mean of
 * that premium and the one before it.
 */
export function medianPremium(messages: readonly WeightedPremium[], blocks: number): bigint {
  const descending = [...messages].sort((a, b) =>
    a.premium < b.premium ? 1 : a.premium > b.premium ? -1 : 0,
  )
  const target = (BLOCK_GAS_LIMIT / 2) * blocks
  let remaining = Math.floor(target / 2) + Math.floor(target / 40)
  let current = 0n
  let previous = 0n
  for (const { premium, gasLimit } of descending) {
    previous = current
    current = premium
    remaining -= gasLimit
    if (remaining < 0) break
  }
  return previous === 0n ? current : (current + previous) / 2n
}
