/** Blocks without their transactions. */
import { to0x } from '../../../base/bytes.ts'
import { blockJson, type HeaderJson } from '../../../eth/json.ts'
import type { BlockRecord } from '../../../eth/records.ts'
import { exactBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'
import { HeaderResult } from '../../result-schema.ts'
import { BlockNumber, Hash } from '../../schema.ts'

const method = methodFor<Pick<Context, 'index'>>()

function header(block: BlockRecord): HeaderJson {
  const { transactions, uncles, ...rest } = blockJson(block, block.transactions.map(to0x))
  return rest
}

export const eth_getHeaderByNumber = method({
  summary: 'The header of the block at a height.',
  description: 'A height without a block is error 12.',
  params: { block: BlockNumber },
  result: HeaderResult.nullable(),
  lotus: false,
  examples: [{ name: 'genesis', params: ['0x0'], result: {}, varies: true }],
  handle({ index }, { block: ref }) {
    const block = exactBlock(index, ref)
    return block === undefined ? null : header(block)
  },
})

export const eth_getHeaderByHash = method({
  summary: 'The header of the block with a hash; null if unknown.',
  params: { hash: Hash },
  result: HeaderResult.nullable(),
  lotus: false,
  examples: [{ name: 'unknown', params: [`0x${'11'.repeat(32)}`], result: null }],
  handle({ index }, { hash }) {
    const block = index.blockByHash(hash)
    return block === undefined ? null : header(block)
  },
})
