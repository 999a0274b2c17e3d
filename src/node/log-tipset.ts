import { to0x } from '../base/bytes.ts'
import type { IndexedTipset, ReceiptRecord, TransactionRecord } from '../eth/records.ts'
import type { Log } from './log.ts'

/**
 * @param failureOf says why a message failed: its revert reason or exit code
 * @param printedBy says what its contracts printed
 */
export function logTipset(
  log: Log,
  { block, transactions, receipts }: IndexedTipset,
  failureOf: (receipt: ReceiptRecord) => string,
  printedBy: (transaction: TransactionRecord) => readonly string[],
): void {
  const { epoch, timestamp, gasUsed, baseFee } = block
  const hash = to0x(block.hash)
  log({
    event: 'block',
    epoch,
    hash,
    timestamp,
    transactions: transactions.length,
    gasUsed,
    baseFee,
  })
  for (const [index, transaction] of transactions.entries()) {
    const receipt = receipts[index]!
    const failed = receipt.exitCode !== 0
    log({
      event: 'transaction',
      epoch,
      hash: to0x(transaction.hash),
      from: to0x(transaction.from),
      to: transaction.to && to0x(transaction.to),
      contract: receipt.contractAddress && to0x(receipt.contractAddress),
      value: transaction.value,
      gasLimit: transaction.gas,
      gasUsed: receipt.gasUsed,
      status: failed ? 'failed' : 'ok',
      failure: failed ? failureOf(receipt) : '',
    })
    for (const line of printedBy(transaction)) log({ event: 'console', line })
  }
}
