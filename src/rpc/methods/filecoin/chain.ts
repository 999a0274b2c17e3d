/** Tipsets and the blocks of IPLD behind them, in Lotus's JSON. */
import { z } from 'zod'
import type { BlockRecord } from '../../../eth/records.ts'
import type { CID } from '../../../ipld/cid.ts'
import { blockHeaderCodec } from '../../../protocol/block-header.ts'
import { exactBlock, headOf, stateBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { rpcError } from '../../errors.ts'
import { cidJson, headerJson, TipSetResult } from '../../lotus-json.ts'
import { methodFor } from '../../method.ts'
import { Cid, Uint } from '../../schema.ts'
import { TipSetKey } from '../../tipset-key.ts'

type Slice = Pick<Context, 'chain' | 'index' | 'networkPrefix'>

const method = methodFor<Slice>()

/** Of an empty array, which many actors have as their state. */
const EMPTY_ARRAY = { '/': 'bafy2bzacebc3bt6cedhoyw34drrmjvazhu4oj25er2ebk4u445pzycvq4ta4a' }

function readBlock({ chain, index }: Pick<Context, 'chain' | 'index'>, cid: CID): Uint8Array {
  try {
    const data = chain.state(headOf(index)).block(cid)
    if (data !== undefined) return data
  } catch (error) {
    if (!(error instanceof Error && error.name === 'NodeError')) throw error
  }
  throw rpcError('application', `blockstore get: ipld: could not find ${cid}`)
}

function tipSetJson(context: Slice, { tipsetKey, epoch }: BlockRecord) {
  return {
    Cids: tipsetKey.map(cidJson),
    Blocks: tipsetKey.map((cid) =>
      headerJson(blockHeaderCodec.decode(readBlock(context, cid)), context.networkPrefix),
    ),
    Height: epoch,
  }
}

export const ChainHead = method({
  summary: 'The newest tipset; here it has been executed.',
  params: {},
  result: TipSetResult,
  examples: [{ name: 'fresh chain', params: [], result: {}, varies: true }],
  handle: (context) => tipSetJson(context, headOf(context.index)),
})

export const ChainGetGenesis = method({
  summary: 'The first tipset.',
  params: {},
  result: TipSetResult,
  examples: [{ name: 'genesis', params: [], result: {}, varies: true }],
  handle: (context) => tipSetJson(context, stateBlock(context.index, { number: 0 })),
})

export const ChainGetTipSetByHeight = method({
  summary: 'The tipset at a height, or the one before a null round.',
  description: 'Only the canonical chain is walked: the key of the head, or none, must be given.',
  params: { height: Uint, tipset: TipSetKey },
  result: TipSetResult,
  examples: [{ name: 'genesis', params: [0, null], result: {}, varies: true }],
  handle(context, { height, tipset }) {
    const from = tipset(context.index)
    if (height > from.epoch) {
      const why = `looking for tipset with height greater than start point`
      throw rpcError('application', `${why}: requested: ${height}; head: ${from.epoch}`)
    }
    return tipSetJson(context, stateBlock(context.index, { number: height }))
  },
})

export const ChainGetTipSetAfterHeight = method({
  summary: 'The tipset at a height, or the one after null rounds.',
  params: { height: Uint, tipset: TipSetKey },
  result: TipSetResult,
  examples: [{ name: 'genesis', params: [0, null], result: {}, varies: true }],
  handle(context, { height, tipset }) {
    const { epoch } = tipset(context.index)
    for (let at = height; at <= epoch; at++) {
      const block = exactOrNull(context, at)
      if (block !== undefined) return tipSetJson(context, block)
    }
    throw rpcError('application', `no tipset at or after ${height}; head: ${epoch}`)
  },
})

function exactOrNull({ index }: Slice, epoch: number): BlockRecord | undefined {
  return index.blockAt(epoch)
}

export const ChainGetTipSet = method({
  summary: 'The tipset with a key.',
  params: { tipset: TipSetKey },
  result: TipSetResult,
  examples: [{ name: 'the newest', params: [[]], result: {}, varies: true }],
  handle: (context, { tipset }) => tipSetJson(context, tipset(context.index)),
})

export const ChainGetFinalizedTipSet = method({
  summary: 'The newest tipset that no reorganization can undo.',
  params: {},
  result: TipSetResult,
  examples: [{ name: 'fresh chain', params: [], result: {}, varies: true }],
  handle(context) {
    const block = exactBlock(context.index, { tag: 'finalized' })
    return tipSetJson(context, block ?? stateBlock(context.index, { tag: 'finalized' }))
  },
})

export const ChainReadObj = method({
  summary: 'The bytes of a block by its CID, in base64.',
  params: { cid: Cid },
  result: z.string(),
  examples: [{ name: 'empty array', params: [EMPTY_ARRAY], result: 'gA==' }],
  handle: (context, { cid }) => Buffer.from(readBlock(context, cid)).toString('base64'),
})

export const ChainHasObj = method({
  summary: 'Whether there is a block with a CID.',
  params: { cid: Cid },
  result: z.boolean(),
  examples: [{ name: 'empty array', params: [EMPTY_ARRAY], result: true }],
  handle(context, { cid }) {
    try {
      return readBlock(context, cid).length >= 0
    } catch (error) {
      if (error instanceof Error && error.name === 'RpcError') return false
      throw error
    }
  },
})
