/** Blocks, transactions and receipts as Ethereum encodes them. */
import { z } from 'zod'
import { to0x } from '../../../base/bytes.ts'
import { rawBlock, rawHeader, rawReceipt, rawTransaction } from '../../../eth/raw.ts'
import type { BlockRecord } from '../../../eth/records.ts'
import { exactBlock, stateBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'
import { DataResult } from '../../result-schema.ts'
import { Block, type BlockRef, Hash } from '../../schema.ts'

type Slice = Pick<Context, 'index'>

const method = methodFor<Slice>()

const UNKNOWN = `0x${'11'.repeat(32)}`
const VIEW =
  'RLP of what `eth_getBlockByNumber` shows; its keccak is not the hash of the block, which on Filecoin is that of the tipset. '

/** @throws RpcError also for an unknown hash */
function blockOf({ index }: Slice, ref: BlockRef): BlockRecord {
  return exactBlock(index, ref) ?? stateBlock(index, ref)
}

export const debug_getRawHeader = method({
  summary: 'The header of a block in RLP.',
  description: VIEW,
  params: { block: Block },
  result: DataResult,
  examples: [{ name: 'genesis', params: ['0x0'], result: '0x', varies: true }],
  handle: (context, { block }) => to0x(rawHeader(blockOf(context, block))),
})

export const debug_getRawBlock = method({
  summary: 'A block with its transactions in RLP.',
  description: `${VIEW}A block with native messages is refused: they have no such encoding.`,
  params: { block: Block },
  result: DataResult,
  examples: [{ name: 'genesis', params: ['0x0'], result: '0x', varies: true }],
  handle(context, { block: ref }) {
    const block = blockOf(context, ref)
    return to0x(rawBlock(block, context.index.transactions(block)))
  },
})

export const debug_getRawReceipts = method({
  summary: 'All receipts of a block, each as EIP-2718 encodes it.',
  params: { block: Block },
  result: z.array(DataResult).readonly(),
  examples: [{ name: 'genesis', params: ['0x0'], result: [] }],
  handle(context, { block }) {
    return context.index
      .transactions(blockOf(context, block))
      .map((mined) => to0x(rawReceipt(mined)))
  },
})

export const debug_getBadBlocks = method({
  summary: 'Blocks that this node has refused: none, it takes no blocks from others.',
  params: {},
  result: z.array(z.never()).readonly(),
  examples: [{ name: 'none', params: [], result: [] }],
  handle: () => [],
})

export const debug_getRawTransaction = method({
  summary: 'A mined transaction as it was sent; empty if unknown.',
  description: 'Native messages are refused: they have no such encoding.',
  params: { hash: Hash },
  result: DataResult,
  examples: [{ name: 'unknown', params: [UNKNOWN], result: '0x' }],
  handle({ index }, { hash }) {
    const mined = index.transaction(hash)
    return mined === undefined ? '0x' : to0x(rawTransaction(mined.transaction))
  },
})
