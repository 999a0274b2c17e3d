/** The block parameter of state queries: a tag, a number, a hash or an object (EIP-1898). */
import { ParameterError, parseCount, parseHash } from './quantity.ts'
import type { Hash } from './records.ts'

export const blockTags = ['latest', 'pending', 'safe', 'finalized', 'earliest'] as const
export type BlockTag = (typeof blockTags)[number]

export type BlockReference =
  | { readonly tag: BlockTag }
  | { readonly number: number }
  | { readonly hash: Hash; readonly requireCanonical: boolean }

export function isBlockTag(value: unknown): value is BlockTag {
  return blockTags.some((tag) => tag === value)
}

/** @throws ParameterError */
export function parseBlockReference(value: unknown): BlockReference {
  if (isBlockTag(value)) return { tag: value }
  if (typeof value === 'object' && value !== null) return parseObject(value)
  if (typeof value === 'string' && value.length === 66 && value.startsWith('0x')) {
    return { hash: parseHash(value), requireCanonical: false }
  }
  try {
    return { number: parseCount(value) }
  } catch (cause) {
    throw new ParameterError('invalid block param', { cause })
  }
}

function parseObject(value: {
  blockNumber?: unknown
  blockHash?: unknown
  requireCanonical?: unknown
}): BlockReference {
  const { blockNumber, blockHash, requireCanonical } = value
  const hasNumber = blockNumber !== undefined && blockNumber !== null
  const hasHash = blockHash !== undefined && blockHash !== null
  if (hasNumber && hasHash) {
    throw new ParameterError('cannot specify both blockNumber and blockHash')
  }
  if (hasHash) return { hash: parseHash(blockHash), requireCanonical: requireCanonical === true }
  if (!hasNumber) throw new ParameterError('invalid block param')
  return { number: parseCount(blockNumber) }
}
