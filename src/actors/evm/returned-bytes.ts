import { EMPTY } from '../../base/bytes.ts'
import { CborError, CborReader } from '../../ipld/cbor.ts'
import { Codec } from '../../ipld/cid.ts'
import type { IpldBlock } from '../runtime.ts'

/** Data of a return or revert: the CBOR byte string's content, else the block as it is. */
export function unwrapBytes(block: IpldBlock | undefined): Uint8Array {
  if (block === undefined) return EMPTY
  if (block.codec === Codec.RAW) return block.data
  try {
    const reader = new CborReader(block.data)
    const content = reader.bytes()
    reader.end()
    return content
  } catch (error) {
    if (error instanceof CborError) return block.data
    throw error
  }
}
