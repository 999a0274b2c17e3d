/** What of the past can be asked for. */
import { z } from 'zod'
import { to0x } from '../../../base/bytes.ts'
import { toQuantity } from '../../../eth/quantity.ts'
import { headOf } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'
import { HashResult, QuantityResult } from '../../result-schema.ts'

const method = methodFor<Pick<Context, 'index'>>()

const ResourceResult = z
  .strictObject({ disabled: z.boolean(), oldestBlock: QuantityResult })
  .meta({ id: 'ResourceResult', description: 'since which height something is kept' })

const resources = ['state', 'tx', 'logs', 'receipts', 'blocks', 'stateproofs'] as const

const CapabilitiesResult = z
  .strictObject({
    head: z.strictObject({ number: QuantityResult, hash: HashResult }),
    ...(Object.fromEntries(resources.map((name) => [name, ResourceResult])) as Record<
      (typeof resources)[number],
      typeof ResourceResult
    >),
  })
  .meta({ id: 'CapabilitiesResult', description: 'what of the past can be asked for' })

export const eth_capabilities = method({
  summary: 'Since which height blocks, receipts, logs and state can be asked for.',
  params: {},
  result: CapabilitiesResult,
  lotus: false,
  examples: [{ name: 'all of a chain of one’s own', params: [], result: {}, varies: true }],
  handle({ index }) {
    const { epoch, hash } = headOf(index)
    const kept = { disabled: false, oldestBlock: toQuantity(oldest(index, epoch)) }
    return {
      head: { number: toQuantity(epoch), hash: to0x(hash) },
      state: kept,
      tx: kept,
      logs: kept,
      receipts: kept,
      blocks: kept,
      stateproofs: kept,
    }
  },
})

/** First height from which on all is indexed. */
function oldest(index: Context['index'], head: number): number {
  let [low, high] = [0, head]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (index.covers(middle, head)) high = middle
    else low = middle + 1
  }
  return low
}
