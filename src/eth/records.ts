/**
 * A tipset and its messages as Ethereum tools see them, still as bytes and numbers. The index
 * stores these; `json.ts` prints them. Everything that needs state (addresses of ids) or
 * execution (receipts, logs) has been resolved when a record is made.
 */
import type { EthAddress } from '../address/eth-address.ts'
import type { CID } from '../ipld/cid.ts'
import type { ExitCode } from '../protocol/exit-code.ts'

/** 32 bytes. */
export type Hash = Uint8Array

export interface BlockRecord {
  /** Digest of the tipset key's CID. */
  readonly hash: Hash
  /** Hash of the parent tipset; its number may be less than `epoch` - 1. 32 zero bytes at genesis. */
  readonly parentHash: Hash
  readonly epoch: number
  /** Unix seconds. */
  readonly timestamp: number
  /** What the messages of this tipset paid, attoFIL per gas unit. */
  readonly baseFee: bigint
  /** Base fee of the next tipset. */
  readonly nextBaseFee: bigint
  /** 10^10 times the number of blocks. */
  readonly gasLimit: number
  readonly gasUsed: number
  readonly bloom: Uint8Array
  readonly tipsetKey: readonly CID[]
  /** State after this tipset's messages. */
  readonly stateRoot: CID
  /** Legacy AMT of this tipset's receipts. */
  readonly receiptsRoot: CID
  /** In execution order. */
  readonly transactions: readonly Hash[]
}

/** How a message was signed, which decides how it is shown. */
export type TransactionKind = 'homestead' | 'eip155' | 'eip1559' | 'native'

export interface TransactionRecord {
  readonly hash: Hash
  /** CID of the Filecoin message. */
  readonly cid: CID
  readonly kind: TransactionKind
  /** 0 for homestead. */
  readonly chainId: bigint
  readonly nonce: bigint
  readonly from: EthAddress
  /** null: a creation. */
  readonly to: EthAddress | null
  readonly value: bigint
  readonly gas: number
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly input: Uint8Array
  readonly v: bigint
  readonly r: bigint
  readonly s: bigint
  /** The signed message's CBOR (of the unsigned message for BLS), for the Filecoin methods. */
  readonly message: Uint8Array
}

export interface LogRecord {
  readonly address: EthAddress
  /** 0 to 4 of 32 bytes. */
  readonly topics: readonly Uint8Array[]
  readonly data: Uint8Array
  /** Counts all events of the tipset, also those that are no Ethereum logs. */
  readonly logIndex: number
}

export interface ReceiptRecord {
  readonly exitCode: ExitCode
  readonly returnData: Uint8Array
  readonly gasUsed: number
  readonly cumulativeGasUsed: number
  /** attoFIL per gas unit: all that was paid, divided by the gas used. */
  readonly effectiveGasPrice: bigint
  readonly contractAddress: EthAddress | null
  readonly eventsRoot: CID | null
  readonly bloom: Uint8Array
  readonly logs: readonly LogRecord[]
}

/** A mined transaction with all that its answers need. */
export interface MinedTransaction {
  readonly blockHash: Hash
  readonly epoch: number
  readonly index: number
  readonly transaction: TransactionRecord
  readonly receipt: ReceiptRecord
}

/** Everything that one tipset adds. */
export interface IndexedTipset {
  readonly block: BlockRecord
  readonly transactions: readonly TransactionRecord[]
  readonly receipts: readonly ReceiptRecord[]
}
