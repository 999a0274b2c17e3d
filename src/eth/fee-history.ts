/** eth_feeHistory (eth-rpc spec 4). */
import { effectivePremium } from '../protocol/base-fee.ts'
import { MIN_GAS_PREMIUM } from './premium.ts'
import { type Hex, toQuantity } from './quantity.ts'
import type { BlockRecord, ReceiptRecord, TransactionRecord } from './records.ts'

export const MAX_FEE_HISTORY_BLOCKS = 1024
const MAX_PERCENTILES = 100

export interface FeeHistory {
  readonly oldestBlock: Hex
  /** One more than blocks: the last is what the next block pays. */
  readonly baseFeePerGas: readonly Hex[]
  readonly gasUsedRatio: readonly number[]
  readonly reward?: readonly (readonly Hex[])[]
}

export interface FeeHistoryBlock {
  readonly block: Pick<BlockRecord, 'epoch' | 'baseFee' | 'nextBaseFee' | 'gasUsed' | 'gasLimit'>
  readonly transactions: readonly {
    readonly transaction: Pick<TransactionRecord, 'maxFeePerGas' | 'maxPriorityFeePerGas'>
    readonly receipt: Pick<ReceiptRecord, 'gasUsed'>
  }[]
}

/**
 * @param blocks oldest first, null rounds left out
 * @param newest the block that was asked for; stands in when `blocks` is empty
 * @param percentiles absent: no `reward`
 */
export function feeHistory(
  blocks: readonly FeeHistoryBlock[],
  newest: Pick<BlockRecord, 'nextBaseFee'>,
  percentiles?: readonly number[],
): FeeHistory {
  const baseFees = [...blocks.map(({ block }) => block.baseFee), newest.nextBaseFee]
  const history = {
    oldestBlock: toQuantity(blocks[0]?.block.epoch ?? 1),
    baseFeePerGas: baseFees.map(toQuantity),
    gasUsedRatio: blocks.map(({ block }) => block.gasUsed / block.gasLimit),
  }
  if (percentiles === undefined) return history
  const reward = blocks.map(({ block, transactions }) => {
    const paid = transactions.map(({ transaction, receipt }) => ({
      premium: effectivePremium(
        {
          gasFeeCap: transaction.maxFeePerGas,
          gasPremium: transaction.maxPriorityFeePerGas,
        },
        block.baseFee,
      ),
      gasUsed: receipt.gasUsed,
    }))
    return rewardsAt(percentiles, paid).map(toQuantity)
  })
  return { ...history, reward }
}

/** @throws RangeError unless there are at most 100, from 0 to 100, ascending. */
export function checkPercentiles(percentiles: readonly number[]): void {
  if (percentiles.length > MAX_PERCENTILES) {
    throw new RangeError('length of the reward percentile array cannot be greater than 100')
  }
  for (const [index, percentile] of percentiles.entries()) {
    const previous = percentiles[index - 1] ?? 0
    if (!(percentile >= 0 && percentile <= 100)) {
      throw new RangeError(`invalid reward percentile: ${percentile} should be between 0 and 100`)
    }
    if (percentile < previous) {
      throw new RangeError(
        `invalid reward percentile: ${percentile} should be larger than ${previous}`,
      )
    }
  }
}

/**
 * Premiums at percentiles of the gas used, cheapest first. As in Lotus the answer is the
 * transaction behind the one that reaches the percentile, where geth takes that one itself.
 */
export function rewardsAt(
  percentiles: readonly number[],
  transactions: readonly { readonly premium: bigint; readonly gasUsed: number }[],
): bigint[] {
  const ascending = [...transactions].sort((a, b) =>
    a.premium < b.premium ? -1 : a.premium > b.premium ? 1 : 0,
  )
  const total = ascending.reduce((sum, { gasUsed }) => sum + gasUsed, 0)
  let index = 0
  let sum = 0
  return percentiles.map((percentile) => {
    const threshold = Math.trunc((total * percentile) / 100)
    while (sum < threshold && index < ascending.length - 1) sum += ascending[index++]!.gasUsed
    return ascending[index]?.premium ?? MIN_GAS_PREMIUM
  })
}
