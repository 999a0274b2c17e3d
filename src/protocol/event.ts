/** Actor events (FIP-0049): what the receipt's events root commits to. */
import type { ActorId } from '../address/address.ts'
import { bytes, list, text, tuple, uint } from '../ipld/codec.ts'

export interface EventEntry {
  /** 1 the key is indexed, 2 the value is indexed */
  readonly flags: number
  readonly key: string
  /** 0x55 raw or 0x51 CBOR */
  readonly codec: number
  readonly value: Uint8Array
}

export interface StampedEvent {
  readonly emitter: ActorId
  readonly entries: EventEntry[]
}

export const eventEntryCodec = tuple({ flags: uint, key: text, codec: uint, value: bytes })
export const stampedEventCodec = tuple({ emitter: uint, entries: list(eventEntryCodec) })

/** Bit width of the AMT behind an events root. */
export const EVENTS_AMT_BIT_WIDTH = 5
