/** The chain taken back and made anew; what that brings, filters and subscriptions tell. */
import { z } from 'zod'
import type { DevContext } from '../../context.ts'
import { Done, devMethodFor, refusingRange } from '../../dev-method.ts'
import { rpcError } from '../../errors.ts'
import { Uint } from '../../schema.ts'

const method = devMethodFor<Pick<DevContext, 'dev'>>()

/** A reorganization of a real network ends at finality. */
const DEEPEST = 900

function checkDepth(depth: number): void {
  if (depth <= DEEPEST) return
  throw rpcError('invalidParams', `at most ${DEEPEST} blocks, got ${depth}`)
}

export const anvil_rollback = method({
  summary: 'Takes back blocks, one unless told otherwise; their transactions are gone.',
  params: { depth: Uint.optional() },
  result: z.null(),
  examples: [{ name: 'nothing', params: [0], result: null }],
  async handle({ dev }, { depth = 1 }) {
    checkDepth(depth)
    await refusingRange(dev.rollback(depth))
    return null
  },
})

export const fevm_reorg = method({
  summary: 'Replaces the newest blocks by as many others, as a reorganization does.',
  description:
    'Their transactions return to the pool and are mined again, all in the first of the new blocks as far as there is room. Filters and subscriptions answer the old logs as `removed`, then the new ones; the old blocks stay readable by hash.',
  params: { depth: Uint },
  result: Done,
  examples: [{ name: 'nothing', params: [0], result: true }],
  async handle({ dev }, { depth }) {
    checkDepth(depth)
    await refusingRange(dev.reorg(depth))
    return true as const
  },
})

export const anvil_reorg = method({
  summary: 'Replaces the newest blocks by as many others; their transactions are mined again.',
  description: 'anvil’s second parameter, transactions for the new blocks, must be empty.',
  params: { depth: Uint, transactions: z.array(z.unknown()).optional() },
  result: z.null(),
  examples: [{ name: 'nothing', params: [0, []], result: null }],
  async handle({ dev }, { depth, transactions = [] }) {
    if (transactions.length > 0) {
      throw rpcError('unsupported', 'send the transactions of the new blocks after the reorg')
    }
    checkDepth(depth)
    await refusingRange(dev.reorg(depth))
    return null
  },
})
