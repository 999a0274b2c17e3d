/** Events of built-in actors: a type, then fields, all in CBOR (fvm-actors spec 12). */
import { Codec } from '../ipld/cid.ts'
import { type Codec as CborCodec, text } from '../ipld/codec.ts'
import type { EventEntry } from '../protocol/event.ts'
import type { Runtime } from './runtime.ts'

const KEY_INDEXED = 1
const ALL_INDEXED = 3

export function field<T>(key: string, codec: CborCodec<T>, value: T): EventEntry {
  return { flags: KEY_INDEXED, key, codec: Codec.CBOR, value: codec.encode(value) }
}

export function indexed<T>(key: string, codec: CborCodec<T>, value: T): EventEntry {
  return { ...field(key, codec, value), flags: ALL_INDEXED }
}

export function emit(runtime: Runtime, type: string, fields: readonly EventEntry[]): void {
  runtime.emitEvent([indexed('$type', text, type), ...fields])
}
