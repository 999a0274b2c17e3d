/** An executed tipset as the block, transactions and receipts that Ethereum tools see. */
import type { CID } from '../ipld/cid.ts'
import type { StampedEvent } from '../protocol/event.ts'
import { BLOCK_GAS_LIMIT } from '../protocol/network.ts'
import type { Receipt } from '../protocol/receipt.ts'
import { ethBlockHash, type Tipset } from '../protocol/tipset.ts'
import { type EthAddressOf, memoized } from './addresses.ts'
import { unionOfBlooms } from './bloom.ts'
import { logRecord } from './logs.ts'
import { receiptRecord } from './receipt.ts'
import type { IndexedTipset, LogRecord, ReceiptRecord, TransactionRecord } from './records.ts'
import { type ChainMessage, transactionRecord } from './transaction-record.ts'

export interface ExecutedMessage extends ChainMessage {
  readonly receipt: Receipt
  readonly events: readonly StampedEvent[]
  /** Its record, if that does not depend on the state: of messages with a delegated signature. */
  readonly transaction?: TransactionRecord
}

export interface ExecutedTipset {
  readonly tipset: Tipset
  /** In execution order, without implicit messages. */
  readonly messages: readonly ExecutedMessage[]
  /** State after the messages. */
  readonly stateRoot: CID
  readonly receiptsRoot: CID
  readonly nextBaseFee: bigint
  /** false on a chain with Ethereum's gas, where only gas used is paid. */
  readonly billsLimit?: boolean
}

const NO_PARENT = new Uint8Array(32)

/** @param ethAddressOf looks addresses up in the state after the tipset */
export function indexedTipset(
  executed: ExecutedTipset,
  chainId: number,
  ethAddressOf: EthAddressOf,
): IndexedTipset {
  const { tipset, stateRoot, receiptsRoot, nextBaseFee, billsLimit } = executed
  const [first] = tipset.blocks
  if (first === undefined) throw new Error('a tipset has at least one block')
  const baseFee = first.parentBaseFee
  const lookUp = memoized(ethAddressOf)

  const transactions: TransactionRecord[] = []
  const receipts: ReceiptRecord[] = []
  let gasUsed = 0
  let logIndex = 0
  for (const message of executed.messages) {
    const transaction = message.transaction ?? transactionRecord(message, chainId, lookUp)
    const logs: LogRecord[] = []
    for (const event of message.events) {
      const log = logRecord(event, logIndex++, lookUp)
      if (log !== undefined) logs.push(log)
    }
    transactions.push(transaction)
    receipts.push(receiptRecord(transaction, message.receipt, logs, baseFee, gasUsed, billsLimit))
    gasUsed += message.receipt.gasUsed
  }

  return {
    block: {
      hash: ethBlockHash(tipset.key),
      parentHash: first.parents.length === 0 ? NO_PARENT : ethBlockHash(first.parents),
      epoch: first.height,
      timestamp: Number(first.timestamp),
      baseFee,
      nextBaseFee,
      gasLimit: BLOCK_GAS_LIMIT * tipset.blocks.length,
      gasUsed,
      bloom: unionOfBlooms(receipts.map((receipt) => receipt.bloom)),
      tipsetKey: tipset.key,
      stateRoot,
      receiptsRoot,
      transactions: transactions.map((transaction) => transaction.hash),
    },
    transactions,
    receipts,
  }
}
