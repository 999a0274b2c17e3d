/** Decoded CBOR as JSON: what params and returns say, for people. */
import { Address } from '../../address/address.ts'
import { to0x } from '../../base/bytes.ts'
import { CID } from '../../ipld/cid.ts'

/** Bytes in hex, amounts in decimal, addresses and CIDs in their own text. */
export function plainJson(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return to0x(value)
  if (value instanceof Address) return value.toString()
  if (value instanceof CID) return { '/': value.toString() }
  if (Array.isArray(value)) return value.map(plainJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainJson(inner)]))
}
