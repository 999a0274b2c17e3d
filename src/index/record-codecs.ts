/** How the index stores records: CBOR tuples, with what is nearly always empty left empty. */

import type { EthAddress } from '../address/eth-address.ts'
import { EMPTY } from '../base/bytes.ts'
import type {
  BlockRecord,
  Hash,
  LogRecord,
  ReceiptRecord,
  TransactionKind,
  TransactionRecord,
} from '../eth/records.ts'
import type { Codec } from '../ipld/codec.ts'
import {
  bigint,
  bytes,
  bytesView,
  fixedBytes,
  fixedBytesView,
  int,
  link,
  list,
  mapped,
  nullable,
  tuple,
  uint,
  uint64,
} from '../ipld/codec.ts'

export const hash: Codec<Hash> = fixedBytes(32)
const ethAddress: Codec<EthAddress> = fixedBytes(20)

const BLOOM_LENGTH = 256

/** Without logs a bloom is 256 zeros, stored as nothing. */
const bloom: Codec<Uint8Array> = mapped(
  bytes,
  (stored) => (stored.length === 0 ? new Uint8Array(BLOOM_LENGTH) : stored),
  (value) => (value.every((byte) => byte === 0) ? EMPTY : value),
)

/** By number, as stored; new ones are added at the end. */
const KINDS: readonly TransactionKind[] = ['homestead', 'eip155', 'eip1559', 'native']

const kind: Codec<TransactionKind> = mapped(
  uint,
  (number) => KINDS[number]!,
  (name) => KINDS.indexOf(name),
)

export const BlockRow: Codec<BlockRecord> = tuple({
  hash,
  parentHash: hash,
  epoch: uint,
  timestamp: int,
  baseFee: bigint,
  nextBaseFee: bigint,
  gasLimit: uint,
  gasUsed: uint,
  bloom,
  tipsetKey: list(link),
  stateRoot: link,
  receiptsRoot: link,
  transactions: list(hash),
})

const Transaction: Codec<TransactionRecord> = tuple({
  hash,
  cid: link,
  kind,
  chainId: bigint,
  nonce: uint64,
  from: ethAddress,
  to: nullable(ethAddress),
  value: bigint,
  gas: uint,
  maxFeePerGas: bigint,
  maxPriorityFeePerGas: bigint,
  input: bytes,
  v: bigint,
  r: bigint,
  s: bigint,
  message: bytes,
})

/** A receipt whose logs are in another row, where queries find them without the rest. */
export type ReceiptWithoutLogs = Omit<ReceiptRecord, 'logs'> & { readonly logCount: number }

const Receipt: Codec<ReceiptWithoutLogs> = tuple({
  exitCode: uint,
  returnData: bytes,
  gasUsed: uint,
  cumulativeGasUsed: uint,
  effectiveGasPrice: bigint,
  contractAddress: nullable(ethAddress),
  eventsRoot: nullable(link),
  bloom,
  logCount: uint,
})

export const TransactionRow = tuple({ transaction: Transaction, receipt: Receipt })

/** Views of the row: an answer has up to 10,000 logs of five byte strings each. */
const Log: Codec<LogRecord> = tuple({
  address: fixedBytesView(20),
  topics: list(fixedBytesView(32)),
  data: bytesView,
  logIndex: uint,
})

export const LogsRow = tuple({ transactionHash: hash, logs: list(Log) })

export const PlaceRow = tuple({ epoch: uint, blockHash: hash, index: uint })
