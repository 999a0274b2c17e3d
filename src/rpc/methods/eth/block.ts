/** Tipsets as blocks. */
import { z } from 'zod'
import { bytesKey, to0x } from '../../../base/bytes.ts'
import { type BlockJson, blockJson, receiptJson } from '../../../eth/json.ts'
import { toQuantity } from '../../../eth/quantity.ts'
import type { BlockRecord } from '../../../eth/records.ts'
import type { Index } from '../../../index/log-query.ts'
import { exactBlock, headOf } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'
import { timedTransactionJson } from '../../mined.ts'
import { RawJson } from '../../raw-json.ts'
import { BlockResult, QuantityResult, ReceiptResult } from '../../result-schema.ts'
import { Block, BlockNumber, Bool, Hash } from '../../schema.ts'

type Slice = Pick<Context, 'index' | 'blockTexts'>

const method = methodFor<Slice>()

const UNKNOWN = `0x${'11'.repeat(32)}`
const NULL_ROUNDS = 'A height without a block is error 12. '
const full = Bool.prefault(false)

/** A block never changes, so its text is kept: it is asked for again and again. */
function blockText({ index, blockTexts }: Slice, block: BlockRecord, full: boolean): RawJson {
  const key = `${full ? 'full' : 'hashes'} ${bytesKey(block.hash)}`
  let text = blockTexts.get(key)
  if (text === undefined) {
    text = JSON.stringify(shownBlock(index, block, full))
    blockTexts.set(key, text, text.length)
  }
  return new RawJson(text)
}

function shownBlock(index: Index, block: BlockRecord, full: boolean): BlockJson {
  return full
    ? blockJson(
        block,
        index.transactions(block).map((mined) => timedTransactionJson(index, mined, block)),
      )
    : blockJson(block, block.transactions.map(to0x))
}

export const eth_blockNumber = method({
  summary: 'Height of the newest executed block.',
  params: {},
  result: QuantityResult,
  examples: [{ name: 'fresh chain', params: [], result: '0x0', varies: true }],
  handle: ({ index }) => toQuantity(headOf(index).epoch),
})

export const eth_getBlockByNumber = method({
  summary: 'The block at a height, with transaction hashes or whole transactions.',
  description: `${NULL_ROUNDS}\`pending\` is the newest executed block.`,
  params: { block: BlockNumber, full },
  result: BlockResult.nullable(),
  examples: [{ name: 'genesis', params: ['0x0', false], result: {}, varies: true }],
  handle(context, { block: ref, full }) {
    const block = exactBlock(context.index, ref)
    return block === undefined ? null : blockText(context, block, full)
  },
})

export const eth_getBlockByHash = method({
  summary: 'The block with a hash, also one that is no longer on the chain; null if unknown.',
  params: { hash: Hash, full },
  result: BlockResult.nullable(),
  examples: [{ name: 'unknown', params: [UNKNOWN, false], result: null }],
  handle(context, { hash, full }) {
    const block = context.index.blockByHash(hash)
    return block === undefined ? null : blockText(context, block, full)
  },
})

export const eth_getBlockTransactionCountByNumber = method({
  summary: 'Number of transactions in the block at a height.',
  description: NULL_ROUNDS,
  params: { block: BlockNumber },
  result: QuantityResult.nullable(),
  examples: [{ name: 'genesis', params: ['0x0'], result: '0x0' }],
  handle({ index }, { block: ref }) {
    const block = exactBlock(index, ref)
    return block === undefined ? null : toQuantity(block.transactions.length)
  },
})

export const eth_getBlockTransactionCountByHash = method({
  summary: 'Number of transactions in the block with a hash; null if unknown.',
  params: { hash: Hash },
  result: QuantityResult.nullable(),
  examples: [{ name: 'unknown', params: [UNKNOWN], result: null }],
  handle({ index }, { hash }) {
    const block = index.blockByHash(hash)
    return block === undefined ? null : toQuantity(block.transactions.length)
  },
})

export const eth_getBlockReceipts = method({
  summary: 'All receipts of a block, in order; null if the hash is unknown.',
  description: NULL_ROUNDS,
  params: { block: Block },
  result: z.array(ReceiptResult).readonly().nullable(),
  examples: [{ name: 'genesis', params: ['0x0'], result: [] }],
  handle({ index }, { block: ref }) {
    const block = exactBlock(index, ref)
    return block === undefined ? null : index.transactions(block).map(receiptJson)
  },
})
