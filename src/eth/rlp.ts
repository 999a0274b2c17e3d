/**
 * RLP as Lotus reads it: canonical only, nothing behind the value, and with limits that keep
 * hostile input from costing stack or memory (eth-rpc spec 2.3).
 */
import { RLP } from '@ethereumjs/rlp'
import { toBigInt } from '../base/bytes.ts'

export type Rlp = Uint8Array | Rlp[]

const MAX_INPUT = 2 * 1024 * 1024
/** An EIP-1559 transaction has twelve fields. */
const MAX_ITEMS = 12
const MAX_DEPTH = 32

export class RlpError extends Error {
  override name = 'RlpError'

  constructor(reason: string) {
    super(`invalid rlp data: ${reason}`)
  }
}

export function encodeRlp(value: Rlp): Uint8Array {
  return RLP.encode(value)
}

/**
 * @returns views into the input
 * @throws RlpError
 */
export function decodeRlp(data: Uint8Array): Rlp {
  if (data.length > MAX_INPUT) {
    throw new RlpError(`input length ${data.length} exceeds limit of ${MAX_INPUT}`)
  }
  const { value, end } = decodeItem(data, 0, 0)
  if (end !== data.length) throw new RlpError(`length ${data.length}, consumed ${end}`)
  return value
}

interface Item {
  readonly value: Rlp
  readonly end: number
}

/**
 *     00..7f  the byte itself          80..b7  string of up to 55 bytes
 *     b8..bf  string, long length      c0..f7  list of up to 55 bytes
 *     f8..ff  list, long length
 */
function decodeItem(data: Uint8Array, offset: number, depth: number): Item {
  const first = data[offset]
  if (first === undefined) throw new RlpError('data is empty')
  if (depth > MAX_DEPTH) throw new RlpError(`list nesting depth exceeds limit of ${MAX_DEPTH}`)
  if (first < 0x80) return { value: data.subarray(offset, offset + 1), end: offset + 1 }

  const isList = first >= 0xc0
  const kind = isList ? 'list' : 'string'
  const short = first - (isList ? 0xc0 : 0x80)
  const sizeBytes = Math.max(0, short - 55)
  const length = sizeBytes === 0 ? short : longLength(data, offset + 1, sizeBytes)
  if (sizeBytes > 0 && length < 56) throw new RlpError(`non-canonical ${kind} length encoding`)
  const start = offset + 1 + sizeBytes
  const end = start + length
  if (end > data.length) throw new RlpError(`out of bound while parsing ${kind}`)
  if (isList) return { value: decodeItems(data, start, end, depth + 1), end }
  if (length === 1 && data[start]! < 0x80) {
    throw new RlpError('non-canonical single byte encoding')
  }
  return { value: data.subarray(start, end), end }
}

function decodeItems(data: Uint8Array, start: number, end: number, depth: number): Rlp[] {
  const items: Rlp[] = []
  let offset = start
  while (offset < end && items.length < MAX_ITEMS) {
    const item = decodeItem(data, offset, depth)
    items.push(item.value)
    offset = item.end
  }
  if (offset !== end) throw new RlpError('incorrect list length')
  return items
}

function longLength(data: Uint8Array, offset: number, size: number): number {
  const remaining = data.length - offset - size
  if (remaining < 0) throw new RlpError('out of bound while parsing length')
  if (data[offset] === 0) {
    throw new RlpError('non-canonical length encoding with leading zeros')
  }
  const length = toBigInt(data.subarray(offset, offset + size))
  if (length > BigInt(remaining)) throw new RlpError('out of bound while parsing length')
  return Number(length)
}
