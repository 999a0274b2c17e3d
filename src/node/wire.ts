/** Records as plain data, for the way between threads. */
import { Address } from '../address/address.ts'
import type { CallRequest } from '../chain/chain.ts'
import type { PooledMessage } from '../chain/mempool.ts'
import type { AccountOverride, Overrides } from '../chain/overrides.ts'
import type { NextTipset } from '../chain/simulate.ts'
import type { BlockToSimulate, Simulation } from '../chain/simulate-blocks.ts'
import type { TransactionRecord } from '../eth/records.ts'
import { BlockRow } from '../index/record-codecs.ts'
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

type Simulated = Extract<Simulation, { blocks: unknown }>['blocks'][number]
type ToSimulate = BlockToSimulate['messages'][number]

export interface WireBlockToSimulate {
  readonly overrides: WireOverrides
  readonly messages: readonly (Omit<ToSimulate, 'from' | 'to'> & {
    readonly from: Uint8Array
    readonly to: Uint8Array | undefined
  })[]
}

export type WireSimulation =
  | Extract<Simulation, { refused: unknown }>
  | {
      readonly blocks: readonly (Omit<Simulated, 'block' | 'transactions'> & {
        readonly block: Uint8Array
        readonly transactions: readonly WireTransaction[]
      })[]
    }

export function wireBlockToSimulate({ overrides, messages }: BlockToSimulate): WireBlockToSimulate {
  return {
    overrides: wireOverrides(overrides),
    messages: messages.map(({ from, to, ...rest }) => ({
      ...rest,
      from: from.bytes,
      to: to?.bytes,
    })),
  }
}

export function unwireBlockToSimulate({
  overrides,
  messages,
}: WireBlockToSimulate): BlockToSimulate {
  return {
    overrides: unwireOverrides(overrides),
    messages: messages.map(({ from, to, ...rest }) => ({
      ...rest,
      from: Address.fromBytes(from),
      to: to && Address.fromBytes(to),
    })),
  }
}

export function wireSimulation(simulation: Simulation): WireSimulation {
  if ('refused' in simulation) return simulation
  return {
    blocks: simulation.blocks.map(({ block, transactions, outcomes }) => ({
      block: BlockRow.encode(block),
      transactions: transactions.map(wireTransaction),
      // a receipt has a CID besides, which does not go over
      outcomes: outcomes.map(({ exitCode, returnData, gasUsed, failure, logs, deployed }) => ({
        exitCode,
        returnData,
        gasUsed,
        failure,
        logs,
        ...(deployed && { deployed }),
      })),
    })),
  }
}

export function unwireSimulation(wire: WireSimulation): Simulation {
  if ('refused' in wire) return wire
  return {
    blocks: wire.blocks.map(({ block, transactions, outcomes }) => ({
      block: BlockRow.decode(block),
      transactions: transactions.map(unwireTransaction),
      outcomes,
    })),
  }
}
