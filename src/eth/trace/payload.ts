/** Params and returns of contracts: Ethereum's bytes inside a block of data. */
import { EMPTY } from '../../base/bytes.ts'
import { CborError } from '../../ipld/cbor.ts'
import { Codec } from '../../ipld/cid.ts'
import { bytes } from '../../ipld/codec.ts'
import type { Payload } from './actor-call.ts'

/** The bytes of a raw block or of a CBOR byte string; none stand for no block. */
export function contentOf(payload: Payload | undefined): Uint8Array | undefined {
  if (payload === undefined) return EMPTY
  switch (payload.codec) {
    case Codec.RAW:
      return payload.data
    case Codec.CBOR:
    case Codec.DAG_CBOR:
      return decoded(bytes, payload.data)
    default:
      return undefined
  }
}

/** undefined: the data is something else. Anybody may call anything with any data. */
export function decoded<T>(
  codec: { decode(data: Uint8Array): T },
  data: Uint8Array | undefined,
): T | undefined {
  if (data === undefined) return undefined
  try {
    return codec.decode(data)
  } catch (error) {
    if (error instanceof CborError) return undefined
    throw error
  }
}
