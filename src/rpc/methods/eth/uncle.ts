/** Uncles, which tipsets do not have: 0, or null where there is no such block. */
import { z } from 'zod'
import { exactBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'
import { QuantityResult } from '../../result-schema.ts'
import { BlockNumber, Hash, Uint } from '../../schema.ts'

const method = methodFor<Pick<Context, 'index'>>()

const UNKNOWN = `0x${'11'.repeat(32)}`

export const eth_getUncleCountByBlockHash = method({
  summary: 'Number of uncles of a block: 0; null if the hash is unknown.',
  params: { hash: Hash },
  result: QuantityResult.nullable(),
  lotus: false,
  examples: [{ name: 'unknown', params: [UNKNOWN], result: null }],
  handle: ({ index }, { hash }) => (index.blockByHash(hash) === undefined ? null : '0x0'),
})

export const eth_getUncleCountByBlockNumber = method({
  summary: 'Number of uncles of the block at a height: 0.',
  description: 'A height without a block is error 12.',
  params: { block: BlockNumber },
  result: QuantityResult.nullable(),
  lotus: false,
  examples: [{ name: 'genesis', params: ['0x0'], result: '0x0' }],
  handle: ({ index }, { block }) => (exactBlock(index, block) === undefined ? null : '0x0'),
})

export const eth_getUncleByBlockHashAndIndex = method({
  summary: 'An uncle of a block: always null.',
  params: { hash: Hash, index: Uint },
  result: z.null(),
  lotus: false,
  examples: [{ name: 'none', params: [UNKNOWN, '0x0'], result: null }],
  handle: () => null,
})

export const eth_getUncleByBlockNumberAndIndex = method({
  summary: 'An uncle of the block at a height: always null.',
  params: { block: BlockNumber, index: Uint },
  result: z.null(),
  lotus: false,
  examples: [{ name: 'none', params: ['latest', '0x0'], result: null }],
  handle: () => null,
})
