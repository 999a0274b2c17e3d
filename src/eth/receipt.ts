/** Receipts of messages as Ethereum receipts (eth-rpc spec 3). */
import type { EthAddress } from '../address/eth-address.ts'
import { address, fixedBytes, nullable, tuple, uint } from '../ipld/codec.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { gasOutputs } from '../protocol/gas-outputs.ts'
import type { Receipt } from '../protocol/receipt.ts'
import { logsBloom } from './bloom.ts'
import type { LogRecord, ReceiptRecord, TransactionRecord } from './records.ts'

/** What the EAM's CreateExternal returns. */
export const createReturnCodec = tuple({
  actorId: uint,
  robustAddress: nullable(address),
  ethAddress: fixedBytes(20),
})

/**
 * @param baseFee of the tipset
 * @param gasUsedBefore by the messages in front of this one in the tipset
 * @param billsLimit false on a chain with Ethereum's gas, where only gas used is paid
 */
export function receiptRecord(
  transaction: TransactionRecord,
  receipt: Receipt,
  logs: readonly LogRecord[],
  baseFee: bigint,
  gasUsedBefore: number,
  billsLimit = true,
): ReceiptRecord {
  const { exitCode, returnData, gasUsed, eventsRoot } = receipt
  const billed = billsLimit ? transaction : { ...transaction, gas: gasUsed }
  return {
    exitCode,
    returnData,
    gasUsed,
    cumulativeGasUsed: gasUsedBefore + gasUsed,
    effectiveGasPrice: effectiveGasPrice(billed, gasUsed, baseFee),
    contractAddress: contractAddress(transaction, receipt),
    eventsRoot,
    bloom: logsBloom(logs),
    logs,
  }
}

/**
 * All that was paid, burns for a too high limit included, per unit of gas used. Rounded down; 0
 * for a message that was refused and used no gas.
 */
export function effectiveGasPrice(
  transaction: Pick<TransactionRecord, 'gas' | 'maxFeePerGas' | 'maxPriorityFeePerGas'>,
  gasUsed: number,
  baseFee: bigint,
): bigint {
  if (gasUsed === 0) return 0n
  const paid = gasOutputs({
    gasUsed,
    baseFee,
    gasLimit: transaction.gas,
    gasFeeCap: transaction.maxFeePerGas,
    gasPremium: transaction.maxPriorityFeePerGas,
  })
  return (paid.baseFeeBurn + paid.overEstimationBurn + paid.minerTip) / BigInt(gasUsed)
}

function contractAddress(
  { to }: Pick<TransactionRecord, 'to'>,
  { exitCode, returnData }: Receipt,
): EthAddress | null {
  if (to !== null || exitCode !== ExitCode.OK) return null
  return createReturnCodec.decode(returnData).ethAddress
}
