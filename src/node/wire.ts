/** Records as plain data, for the way between threads. */
import { Address } from '../address/address.ts'
import type { CallRequest } from '../chain/chain.ts'
import type { PooledMessage } from '../chain/mempool.ts'
import type { NextTipset } from '../chain/simulate.ts'
import type { TransactionRecord } from '../eth/records.ts'
import { CID } from '../ipld/cid.ts'
import { messageCodec } from '../protocol/message.ts'

export type WireTransaction = Omit<TransactionRecord, 'cid'> & { readonly cid: Uint8Array }

export interface WireCall extends Omit<CallRequest, 'from' | 'to'> {
  readonly from: Uint8Array
  readonly to: Uint8Array | undefined
}

export interface WireNextTipset extends Omit<NextTipset, 'waiting'> {
  readonly waiting: readonly { readonly message: Uint8Array; readonly chainLength: number }[]
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

export function wireWaiting({ message, chainLength }: PooledMessage) {
  return { message: messageCodec.encode(message), chainLength }
}

export function unwireNextTipset({ waiting, ...next }: WireNextTipset): NextTipset {
  return {
    ...next,
    waiting: waiting.map(({ message, chainLength }) => ({
      message: messageCodec.decode(message),
      chainLength,
    })),
  }
}
