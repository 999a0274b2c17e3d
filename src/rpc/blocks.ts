/** Which tipset a caller's block parameter means (eth-rpc spec 2.6). */
import { to0x } from '../base/bytes.ts'
import type { TaggedEpochs } from '../eth/log-range.ts'
import type { BlockRecord } from '../eth/records.ts'
import type { Index } from '../index/log-query.ts'
import { FINALITY, SAFE_DISTANCE } from '../protocol/network.ts'
import { rpcError } from './errors.ts'
import type { BlockRef, HeightRef } from './schema.ts'

type Blocks = Pick<Index, 'head' | 'blockAt' | 'blockAtOrBefore' | 'blockByHash' | 'isCanonical'>

/** Newest executed tipset: `latest`, and what `pending` state builds on. */
export function headOf(index: Pick<Index, 'head'>): BlockRecord {
  const head = index.head()
  if (head === undefined) throw rpcError('application', 'no block has been indexed yet')
  return head
}

/** The heights that tags stand for. No finality gadget answers here, so distances decide. */
export function taggedEpochs(index: Pick<Index, 'head'>): TaggedEpochs {
  const latest = headOf(index).epoch
  const finalized = Math.max(0, latest - FINALITY)
  return { latest, finalized, safe: Math.max(finalized, latest - SAFE_DISTANCE) }
}

/**
 * The tipset for methods that read state; a null round stands for the tipset before it.
 * @throws RpcError when there is none
 */
export function stateBlock(index: Blocks, ref: BlockRef): BlockRecord {
  if ('tag' in ref && (ref.tag === 'latest' || ref.tag === 'pending')) return headOf(index)
  if (!('hash' in ref)) {
    const epoch = epochOf(index, ref)
    const block = index.blockAtOrBefore(epoch)
    if (block === undefined) throw rpcError('application', `no block at or before height ${epoch}`)
    return block
  }
  const block = index.blockByHash(ref.hash)
  if (block === undefined) {
    throw rpcError('application', `failed to get tipset by hash ${to0x(ref.hash)}: block not found`)
  }
  if (ref.requireCanonical && !index.isCanonical(block)) {
    throw rpcError('application', 'tipset is not canonical')
  }
  return block
}

/**
 * The tipset for methods that answer with a block or its parts.
 * @returns undefined for an unknown hash: Ethereum tools expect null
 * @throws RpcError nullRound; application for a height in the future
 */
export function exactBlock(index: Blocks, ref: BlockRef): BlockRecord | undefined {
  if ('hash' in ref) return index.blockByHash(ref.hash)
  // only a number that the caller wrote can name a null round; tags name what exists
  if ('tag' in ref) return stateBlock(index, ref)
  const epoch = epochOf(index, ref)
  const block = index.blockAt(epoch)
  if (block === undefined) throw rpcError('nullRound', epoch)
  return block
}

function epochOf(index: Blocks, ref: HeightRef): number {
  const epochs = taggedEpochs(index)
  if ('number' in ref) {
    if (ref.number > epochs.latest) {
      throw rpcError('application', "requested a future epoch (beyond 'latest')")
    }
    return ref.number
  }
  switch (ref.tag) {
    case 'earliest':
      return 0
    // state and blocks exist up to the newest executed tipset only
    case 'pending':
      return epochs.latest
    default:
      return epochs[ref.tag]
  }
}
