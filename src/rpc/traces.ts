/** Mined transactions and calls, run again and watched; what the methods that trace share. */
import { type EthAddress, ZERO_ETH_ADDRESS } from '../address/eth-address.ts'
import { equal, to0x } from '../base/bytes.ts'
import type { TraceOptions } from '../chain/chain.ts'
import type { BlockRecord, Hash, MinedTransaction } from '../eth/records.ts'
import type { MessageTrace } from '../eth/trace/actor-call.ts'
import { type AskedCall, type EvmCall, evmCall } from '../eth/trace/evm-call.ts'
import { outputOf, parityTraces, type TracePlace } from '../eth/trace/parity.ts'
import { stateDiff } from '../eth/trace/state-diff.ts'
import type { VmTrace } from '../eth/trace/vm-trace.ts'
import { BLOCK_GAS_LIMIT } from '../protocol/network.ts'
import type { Context } from './context.ts'
import { rpcError } from './errors.ts'
import type { Limits } from './limits.ts'
import { inputOf, type TransactionRequest } from './schema.ts'
import type { TraceTypes } from './trace-schema.ts'

type Slice = Pick<Context, 'chain' | 'index'>

/** @throws RpcError when there is no such transaction, or not in a block yet */
export async function tracedTransaction(
  { chain, index }: Slice,
  hash: Hash,
): Promise<{ mined: MinedTransaction; block: BlockRecord }> {
  const mined = index.transaction(hash)
  const block = mined && index.blockByHash(mined.blockHash)
  if (mined !== undefined && block !== undefined) return { mined, block }
  const isPending = (await chain.pending()).some((pending) => equal(pending.hash, hash))
  throw rpcError(
    'application',
    isPending ? 'no trace for pending transactions' : `transaction not found: ${to0x(hash)}`,
  )
}

export interface TracedTransaction {
  readonly mined: MinedTransaction
  readonly trace: MessageTrace
}

export async function traceTransaction(
  context: Slice,
  hash: Hash,
  options: TraceOptions,
): Promise<TracedTransaction> {
  const { mined, block } = await tracedTransaction(context, hash)
  const [trace] = await context.chain.trace(block, mined.index, options)
  return { mined, trace: trace! }
}

/** All of a block, in order. */
export async function traceBlock(
  { chain, index }: Slice,
  block: BlockRecord,
  options: TraceOptions,
): Promise<readonly TracedTransaction[]> {
  if (block.transactions.length === 0) return []
  const all = index.transactions(block)
  const traces = await chain.trace(block, undefined, options)
  return all.map((mined, i) => ({ mined, trace: traces[i]! }))
}

export function placeOf({ blockHash, epoch, index, transaction }: MinedTransaction): TracePlace {
  return { blockHash, epoch, index, transactionHash: transaction.hash }
}

export function firstCall({ mined, trace }: TracedTransaction): EvmCall | undefined {
  return trace.call && evmCall(trace.call, mined.transaction.from)
}

/** @param from the sender's address */
export function replayJson(trace: MessageTrace, from: EthAddress, types: TraceTypes) {
  const call = trace.call && evmCall(trace.call, from)
  return {
    output: outputOf(call),
    stateDiff:
      trace.accounts === undefined || !types.includes('stateDiff')
        ? null
        : stateDiff(trace.accounts),
    trace: types.includes('trace') ? parityTraces(call) : [],
    vmTrace:
      trace.vm === undefined || !types.includes('vmTrace')
        ? null
        : (JSON.parse(trace.vm) as VmTrace | null),
  }
}

/** What a run has to be watched for. */
export function replayNeeds(types: TraceTypes, limits: Limits): TraceOptions {
  return {
    ...(types.includes('stateDiff') && { accounts: true }),
    ...(types.includes('vmTrace') && { vm: { maxBytes: limits.response } }),
  }
}

/** Who a call is from, the zero address if it does not say. */
export function callerOf(request: TransactionRequest): EthAddress {
  return request.from ?? ZERO_ETH_ADDRESS
}

export function askedBy(request: TransactionRequest): AskedCall {
  return {
    from: callerOf(request),
    to: request.to ?? null,
    value: request.value ?? 0n,
    gas: BLOCK_GAS_LIMIT,
    input: inputOf(request),
  }
}
