/** What gas costs. All amounts are attoFIL per gas unit. */
import { z } from 'zod'
import {
  checkPercentiles,
  type FeeHistoryBlock,
  feeHistory,
  MAX_FEE_HISTORY_BLOCKS,
} from '../../../eth/fee-history.ts'
import { toQuantity } from '../../../eth/quantity.ts'
import type { BlockRecord } from '../../../eth/records.ts'
import type { Index } from '../../../index/log-query.ts'
import { headOf, stateBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { rpcError } from '../../errors.ts'
import { methodFor } from '../../method.ts'
import { FeeHistoryResult, QuantityResult } from '../../result-schema.ts'
import { BlockNumber, Uint } from '../../schema.ts'

const method = methodFor<Pick<Context, 'chain' | 'index' | 'gasPrice'>>()

export const eth_gasPrice = method({
  summary: 'Base fee of the next block plus the suggested premium.',
  params: {},
  result: QuantityResult,
  examples: [{ name: 'fresh chain', params: [], result: '0x5f8ee40', varies: true }],
  handle: async ({ chain, index, gasPrice }) =>
    toQuantity(gasPrice ?? headOf(index).nextBaseFee + (await chain.premium())),
})

export const eth_maxPriorityFeePerGas = method({
  summary: 'Suggested premium, from what the last two blocks paid.',
  params: {},
  result: QuantityResult,
  examples: [{ name: 'idle chain', params: [], result: '0x30d40' }],
  handle: async ({ chain }) => toQuantity(await chain.premium()),
})

export const eth_baseFee = method({
  summary: 'Base fee of the next block.',
  params: {},
  result: QuantityResult,
  examples: [{ name: 'fresh chain', params: [], result: '0x5f5e100', varies: true }],
  handle: ({ index }) => toQuantity(headOf(index).nextBaseFee),
})

export const eth_blobBaseFee = method({
  summary: 'Price of blob gas: always an error, for Filecoin has no blobs.',
  params: {},
  result: QuantityResult,
  lotus: false,
  examples: [{ name: 'none', params: [], result: '0x0', varies: true }],
  handle() {
    throw rpcError('unsupported', 'Filecoin has no blobs, hence no blob base fee')
  },
})

const Percentiles = z
  .array(z.number({ error: 'expected a number from 0 to 100' }), {
    error: 'expected an array of numbers from 0 to 100',
  })
  .meta({ description: 'Percentiles of gas used, 0 to 100, ascending' })
  .superRefine((percentiles, context) => {
    try {
      checkPercentiles(percentiles)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      context.addIssue(error.message)
    }
  })
  .optional()

export const eth_feeHistory = method({
  summary: 'Base fees, fullness and premiums of past blocks, null rounds left out.',
  params: { count: Uint, newest: BlockNumber.prefault('latest'), percentiles: Percentiles },
  result: FeeHistoryResult,
  examples: [
    {
      name: 'fresh chain',
      params: ['0x1', 'latest', [50]],
      result: { oldestBlock: '0x1', baseFeePerGas: ['0x5f5e100'], gasUsedRatio: [], reward: [] },
      varies: true,
    },
  ],
  handle({ index }, { count, newest, percentiles }) {
    if (count > MAX_FEE_HISTORY_BLOCKS) {
      const most = MAX_FEE_HISTORY_BLOCKS
      throw rpcError('application', `block count should be smaller than ${most}`)
    }
    const last = stateBlock(index, newest)
    return feeHistory(blocksUpTo(index, last, count), last, percentiles)
  },
})

/** Oldest first. Genesis has no fees to tell of. */
function blocksUpTo(index: Index, newest: BlockRecord, count: number): FeeHistoryBlock[] {
  const blocks: FeeHistoryBlock[] = []
  let block: BlockRecord | undefined = newest
  while (block !== undefined && block.epoch > 0 && blocks.length < count) {
    blocks.push({ block, transactions: index.transactions(block) })
    block = index.blockAtOrBefore(block.epoch - 1)
  }
  return blocks.reverse()
}
