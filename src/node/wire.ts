/** Records as plain data, for the way between threads. */
import { Address } from '../address/address.ts'
import type { CallRequest } from '../chain/chain.ts'
import type { TransactionRecord } from '../eth/records.ts'
import { CID } from '../ipld/cid.ts'

export type WireTransaction = Omit<TransactionRecord, 'cid'> & { readonly cid: Uint8Array }

export interface WireCall extends Omit<CallRequest, 'from' | 'to'> {
  readonly from: Uint8Array
  readonly to: Uint8Array | undefined
}

export function wireTransaction(record: TransactionRecord): WireTransaction {
  return { ...record, cid: record.cid.bytes }
}

export function unwireTransaction(wire: WireTransaction): TransactionRecord {
  return { ...wire, cid: CID.fromBytes(wire.cid) }
}

export function wireCall(request: CallRequest): WireCall {
  return { ...request, from: request.from.bytes, to: request.to?.bytes }
}

export function unwireCall(wire: WireCall): CallRequest {
  return {
    ...wire,
    from: Address.fromBytes(wire.from),
    to: wire.to === undefined ? undefined : Address.fromBytes(wire.to),
  }
}
