/**
 * Blocks, transactions and receipts in Ethereum's own encodings, from what `eth_getBlock*` and its
 * like show. The hash of a block is that of its tipset, not the keccak of this header.
 */
import { concat, EMPTY, fromBigInt, fromHex, to0x } from '../base/bytes.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { type BlockJson, blockJson } from './json.ts'
import type { BlockRecord, MinedTransaction, TransactionRecord } from './records.ts'
import { decodeRlp, encodeRlp, type Rlp } from './rlp.ts'
import { EIP1559_TYPE, type EthTransaction, signedRlp, TransactionError } from './transaction.ts'

/** The header of London: with a base fee, without withdrawals. */
export function rawHeader(block: BlockRecord): Uint8Array {
  return encodeRlp(headerFields(block))
}

/** @throws TransactionError for a block with native messages */
export function rawBlock(block: BlockRecord, mined: readonly MinedTransaction[]): Uint8Array {
  const transactions = mined.map(({ transaction }) => transactionItem(transaction))
  return encodeRlp([headerFields(block), transactions, []])
}

/** @throws TransactionError for a native message, which no Ethereum wallet signed */
export function rawTransaction(transaction: TransactionRecord): Uint8Array {
  return signedRlp(ethTransaction(transaction))
}

export function rawReceipt({ transaction, receipt }: MinedTransaction): Uint8Array {
  const { logs, bloom } = receipt
  const status = receipt.exitCode === ExitCode.OK ? Uint8Array.of(1) : EMPTY
  const encoded = encodeRlp([
    status,
    fromBigInt(BigInt(receipt.cumulativeGasUsed)),
    bloom,
    logs.map(({ address, topics, data }) => [address, [...topics], data]),
  ])
  return isLegacy(transaction) ? encoded : concat(Uint8Array.of(EIP1559_TYPE), encoded)
}

const headerOrder = [
  'parentHash',
  'sha3Uncles',
  'miner',
  'stateRoot',
  'transactionsRoot',
  'receiptsRoot',
  'logsBloom',
  'difficulty',
  'number',
  'gasLimit',
  'gasUsed',
  'timestamp',
  'extraData',
  'mixHash',
  'nonce',
  'baseFeePerGas',
] as const satisfies readonly (keyof BlockJson)[]

/** The others are bytes. */
const numbers: ReadonlySet<string> = new Set([
  'difficulty',
  'number',
  'gasLimit',
  'gasUsed',
  'timestamp',
  'baseFeePerGas',
])

function headerFields(block: BlockRecord): Uint8Array[] {
  const shown = blockJson(block, block.transactions.map(to0x))
  return headerOrder.map((name) =>
    numbers.has(name) ? fromBigInt(BigInt(shown[name])) : fromHex(shown[name]),
  )
}

/** In a block legacy transactions are lists, the others byte strings. */
function transactionItem(transaction: TransactionRecord): Rlp {
  const raw = rawTransaction(transaction)
  return isLegacy(transaction) ? decodeRlp(raw) : raw
}

function ethTransaction(transaction: TransactionRecord): EthTransaction {
  const { kind } = transaction
  if (kind === 'native') {
    throw new TransactionError('a native message has no encoding as an Ethereum transaction')
  }
  return { ...transaction, kind }
}

function isLegacy({ kind }: TransactionRecord): boolean {
  return kind === 'homestead' || kind === 'eip155'
}
