/**
 * The JSON of blocks, transactions and receipts (eth-rpc spec 2.4, 2.5, 3). Where Lotus
 * leaves out what ethers, viem and foundry expect, it is there: `gasPrice`, `yParity` and
 * `accessList` of type 2, a true `cumulativeGasUsed`.
 */
import { to0x } from '../base/bytes.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { type LogJson, logJson, minedLogs } from './log-json.ts'
import { type Hex, toQuantity } from './quantity.ts'
import type { BlockRecord, MinedTransaction, TransactionRecord } from './records.ts'

const ZERO_HASH: Hex = `0x${'00'.repeat(32)}`
const ZERO_ADDRESS: Hex = `0x${'00'.repeat(20)}`
const ZERO_NONCE: Hex = `0x${'00'.repeat(8)}`
/** Keccak of the RLP of an empty list. */
const NO_UNCLES: Hex = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'
/** Root of an empty trie. */
const NO_TRANSACTIONS: Hex = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'

export interface BlockJson<T = Hex | TransactionJson> {
  readonly hash: Hex
  readonly parentHash: Hex
  readonly sha3Uncles: Hex
  readonly miner: Hex
  readonly stateRoot: Hex
  readonly transactionsRoot: Hex
  readonly receiptsRoot: Hex
  readonly logsBloom: Hex
  readonly difficulty: Hex
  readonly totalDifficulty: Hex
  readonly number: Hex
  readonly gasLimit: Hex
  readonly gasUsed: Hex
  readonly timestamp: Hex
  readonly extraData: Hex
  readonly mixHash: Hex
  readonly nonce: Hex
  readonly baseFeePerGas: Hex
  readonly size: Hex
  readonly transactions: readonly T[]
  readonly uncles: readonly Hex[]
}

export type HeaderJson = Omit<BlockJson, 'transactions' | 'uncles'>

/** @param transactions their hashes or, for a full block, themselves */
export function blockJson<T extends Hex | TransactionJson>(
  block: BlockRecord,
  transactions: readonly T[],
): BlockJson<T> {
  return {
    hash: to0x(block.hash),
    parentHash: to0x(block.parentHash),
    sha3Uncles: NO_UNCLES,
    miner: ZERO_ADDRESS,
    stateRoot: ZERO_HASH,
    transactionsRoot: transactions.length === 0 ? NO_TRANSACTIONS : ZERO_HASH,
    receiptsRoot: ZERO_HASH,
    logsBloom: to0x(block.bloom),
    difficulty: '0x0',
    totalDifficulty: '0x0',
    number: toQuantity(block.epoch),
    gasLimit: toQuantity(block.gasLimit),
    gasUsed: toQuantity(block.gasUsed),
    timestamp: toQuantity(block.timestamp),
    extraData: '0x',
    mixHash: ZERO_HASH,
    nonce: ZERO_NONCE,
    baseFeePerGas: toQuantity(block.baseFee),
    size: '0x0',
    transactions,
    uncles: [],
  }
}

/** Legacy, or EIP-1559 as which native messages are shown too. */
export type TypeJson = '0x0' | '0x2'

export interface TransactionJson {
  readonly chainId: Hex
  readonly nonce: Hex
  readonly hash: Hex
  /** null while pending; also number and index */
  readonly blockHash: Hex | null
  readonly blockNumber: Hex | null
  readonly transactionIndex: Hex | null
  readonly from: Hex
  readonly to: Hex | null
  readonly value: Hex
  readonly type: TypeJson
  readonly input: Hex
  readonly gas: Hex
  readonly maxFeePerGas?: Hex
  readonly maxPriorityFeePerGas?: Hex
  /** Of type 2: what was paid once mined, before that the most that may be paid. */
  readonly gasPrice: Hex
  readonly accessList?: readonly never[]
  readonly v: Hex
  readonly r: Hex
  readonly s: Hex
  readonly yParity?: Hex
}

export function minedTransactionJson(mined: MinedTransaction): TransactionJson {
  return transactionJson(mined.transaction, mined)
}

export function pendingTransactionJson(transaction: TransactionRecord): TransactionJson {
  return transactionJson(transaction, undefined)
}

function transactionJson(
  tx: TransactionRecord,
  mined: MinedTransaction | undefined,
): TransactionJson {
  const isLegacy = legacyKinds.has(tx.kind)
  const paid = mined?.receipt.effectiveGasPrice ?? tx.maxFeePerGas
  return {
    chainId: toQuantity(tx.chainId),
    nonce: toQuantity(tx.nonce),
    hash: to0x(tx.hash),
    blockHash: mined ? to0x(mined.blockHash) : null,
    blockNumber: mined ? toQuantity(mined.epoch) : null,
    transactionIndex: mined ? toQuantity(mined.index) : null,
    from: to0x(tx.from),
    to: tx.to === null ? null : to0x(tx.to),
    value: toQuantity(tx.value),
    type: typeOf(tx),
    input: to0x(tx.input),
    gas: toQuantity(tx.gas),
    ...(isLegacy
      ? { gasPrice: toQuantity(tx.maxFeePerGas) }
      : {
          maxFeePerGas: toQuantity(tx.maxFeePerGas),
          maxPriorityFeePerGas: toQuantity(tx.maxPriorityFeePerGas),
          gasPrice: toQuantity(paid),
          accessList: [],
          yParity: toQuantity(tx.v),
        }),
    v: toQuantity(tx.v),
    r: toQuantity(tx.r),
    s: toQuantity(tx.s),
  }
}

const legacyKinds = new Set<TransactionRecord['kind']>(['homestead', 'eip155'])

function typeOf(tx: Pick<TransactionRecord, 'kind'>): TypeJson {
  return legacyKinds.has(tx.kind) ? '0x0' : '0x2'
}

export interface ReceiptJson {
  readonly transactionHash: Hex
  readonly transactionIndex: Hex
  readonly blockHash: Hex
  readonly blockNumber: Hex
  readonly from: Hex
  readonly to: Hex | null
  readonly root: Hex
  readonly status: '0x0' | '0x1'
  readonly contractAddress: Hex | null
  readonly cumulativeGasUsed: Hex
  readonly gasUsed: Hex
  readonly effectiveGasPrice: Hex
  readonly logsBloom: Hex
  readonly logs: readonly LogJson[]
  readonly type: TypeJson
}

export function receiptJson(mined: MinedTransaction): ReceiptJson {
  const { transaction, receipt, blockHash, epoch } = mined
  return {
    transactionHash: to0x(transaction.hash),
    transactionIndex: toQuantity(mined.index),
    blockHash: to0x(blockHash),
    blockNumber: toQuantity(epoch),
    from: to0x(transaction.from),
    to: transaction.to === null ? null : to0x(transaction.to),
    root: ZERO_HASH,
    status: receipt.exitCode === ExitCode.OK ? '0x1' : '0x0',
    contractAddress: receipt.contractAddress === null ? null : to0x(receipt.contractAddress),
    cumulativeGasUsed: toQuantity(receipt.cumulativeGasUsed),
    gasUsed: toQuantity(receipt.gasUsed),
    effectiveGasPrice: toQuantity(receipt.effectiveGasPrice),
    logsBloom: to0x(receipt.bloom),
    logs: minedLogs(mined).map((row) => logJson(row)),
    type: typeOf(transaction),
  }
}
