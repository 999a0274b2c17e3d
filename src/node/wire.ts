/** Records as plain data, for the way between threads. */
import { Address } from '../address/address.ts'
import type { CallRequest } from '../chain/chain.ts'
import type { PooledMessage } from '../chain/mempool.ts'
import type { AccountOverride, Overrides } from '../chain/overrides.ts'
import type { NextTipset } from '../chain/simulate.ts'
import type { TransactionRecord } from '../eth/records.ts'
import { CID } from '../ipld/cid.ts'
import { messageCodec } from '../protocol/message.ts'

export type WireTransaction = Omit<TransactionRecord, 'cid'> & { readonly cid: Uint8Array }

type WireAccount = Omit<AccountOverride, 'address'> & { readonly address: Uint8Array }

export interface WireOverrides extends Omit<Overrides, 'accounts'> {
  readonly accounts: readonly WireAccount[]
}

export interface WireCall extends Omit<CallRequest, 'from' | 'to' | 'overrides'> {
  readonly from: Uint8Array
  readonly to: Uint8Array | undefined
  readonly overrides: WireOverrides | undefined
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
  const { from, to, overrides } = request
  return {
    ...request,
    from: from.bytes,
    to: to?.bytes,
    overrides: overrides && wireOverrides(overrides),
  }
}

export function unwireCall({ from, to, overrides, ...wire }: WireCall): CallRequest {
  return {
    ...wire,
    from: Address.fromBytes(from),
    to: to === undefined ? undefined : Address.fromBytes(to),
    ...(overrides && { overrides: unwireOverrides(overrides) }),
  }
}

function wireOverrides({ accounts, block }: Overrides): WireOverrides {
  return { block, accounts: accounts.map((each) => ({ ...each, address: each.address.bytes })) }
}

function unwireOverrides({ accounts, block }: WireOverrides): Overrides {
  return {
    block,
    accounts: accounts.map((each) => ({ ...each, address: Address.fromBytes(each.address) })),
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
