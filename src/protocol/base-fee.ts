/** The base fee of the next tipset (kernel spec 4.4). Amounts are attoFIL per gas unit. */
import type { Message } from './message.ts'
import { BLOCK_GAS_LIMIT, MINIMUM_BASE_FEE } from './network.ts'

/** The fee changes by at most an eighth per tipset. */
const MAX_CHANGE_DENOMINATOR = 8n

/** Counted from the highest premium down: 80 % of one block's gas, whatever the number of blocks. */
const PERCENTILE_INDEX = 7_999_999_999

/** Premium per gas unit that a miner gets at this base fee; what GASPRICE adds to it. */
export function effectivePremium(
  message: Pick<Message, 'gasFeeCap' | 'gasPremium'>,
  baseFee: bigint,
): bigint {
  const headroom = message.gasFeeCap - baseFee
  const premium = message.gasPremium < headroom ? message.gasPremium : headroom
  return premium < 0n ? 0n : premium
}

type Priced = Pick<Message, 'from' | 'nonce' | 'gasLimit' | 'gasFeeCap' | 'gasPremium'>

export interface WeightedPremium {
  readonly premium: bigint
  readonly gasLimit: number
}

/**
 * Base fee after a tipset, by FIP-0115 (network version 28).
 * @param messages of all blocks, in block order (each block: BLS, then secp), duplicates included
 * @param baseFee what these messages pay
 */
export function nextBaseFee(messages: Iterable<Priced>, baseFee: bigint): bigint {
  const seen = new Set<string>()
  const premiums: WeightedPremium[] = []
  for (const message of messages) {
    // a second message with the same sender and nonce cannot be executed
    const key = `${message.nonce}/${message.from.key}`
    if (seen.has(key)) continue
    seen.add(key)
    premiums.push({ premium: effectivePremium(message, baseFee), gasLimit: message.gasLimit })
  }
  return baseFeeFromPremium(baseFee, premiumAt(premiums, PERCENTILE_INDEX))
}

/** One step of the fee, up or down, by what the gas at the percentile pays. */
export function baseFeeFromPremium(baseFee: bigint, percentilePremium: bigint): bigint {
  const step = (baseFee + MAX_CHANGE_DENOMINATOR - 1n) / MAX_CHANGE_DENOMINATOR
  const wanted = percentilePremium - step
  return atLeastMinimum(baseFee + (wanted < step ? wanted : step))
}

/**
 * Premium of the message that holds the gas unit at `index` when all are laid out with the highest
 * premium first; 0 when the messages promise less gas.
 */
export function premiumAt(premiums: readonly WeightedPremium[], index: number): bigint {
  const descending = [...premiums].sort((a, b) =>
    a.premium < b.premium ? 1 : a.premium > b.premium ? -1 : 0,
  )
  let end = 0
  for (const { premium, gasLimit } of descending) {
    end += gasLimit
    if (index < end) return premium
  }
  return 0n
}

/** The rule before network version 28: by how far the blocks' gas limits miss half a block. */
export function baseFeeFromUtilization(
  baseFee: bigint,
  totalGasLimit: number,
  blocks: number,
): bigint {
  const target = BLOCK_GAS_LIMIT / 2
  const miss = Math.trunc(totalGasLimit / blocks) - target
  const delta = BigInt(Math.max(-target, Math.min(target, miss)))
  const change = floorDivide(floorDivide(baseFee * delta, BigInt(target)), MAX_CHANGE_DENOMINATOR)
  return atLeastMinimum(baseFee + change)
}

function atLeastMinimum(fee: bigint): bigint {
  return fee < MINIMUM_BASE_FEE ? MINIMUM_BASE_FEE : fee
}

function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  return dividend < 0n && quotient * divisor !== dividend ? quotient - 1n : quotient
}
