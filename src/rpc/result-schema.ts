/** Results as they stand on the wire: for the OpenRPC document and for tests, not for decoding. */
import { z } from 'zod'

function hex(id: string, description: string, pattern: RegExp) {
  return z.string().regex(pattern).meta({ id, description })
}

export const QuantityResult = hex(
  'QuantityResult',
  'a number: 0x and hex digits without leading zeros',
  /^0x(0|[1-9a-f][0-9a-f]*)$/,
)
export const DataResult = hex(
  'DataResult',
  'bytes: 0x and an even number of hex digits',
  /^0x([0-9a-f]{2})*$/,
)
export const HashResult = hex('HashResult', '32 bytes', /^0x[0-9a-f]{64}$/)
export const AddressResult = hex('AddressResult', 'an Ethereum address', /^0x[0-9a-f]{40}$/)
export const SignatureResult = hex(
  'SignatureResult',
  'r, s and v (27 or 28), 65 bytes',
  /^0x[0-9a-f]{130}$/,
)

const Bloom = hex('Bloom', '256 bytes of bloom filter', /^0x[0-9a-f]{512}$/)
const TransactionType = z
  .enum(['0x0', '0x2'])
  .meta({ id: 'TransactionType', description: '0x0 legacy, 0x2 EIP-1559' })
const Status = z
  .enum(['0x0', '0x1'])
  .meta({ id: 'Status', description: '0x1 success, 0x0 failure' })
const Nonce = hex('Nonce', '8 bytes, always zero', /^0x[0-9a-f]{16}$/)

export const CidResult = z
  .strictObject({ '/': z.string().regex(/^b[a-z2-7]+$/) })
  .meta({ id: 'CidResult', description: 'a CID in Filecoin JSON' })

export const LogResult = z
  .strictObject({
    address: AddressResult,
    data: DataResult,
    topics: z.array(HashResult).readonly(),
    removed: z.boolean(),
    logIndex: QuantityResult,
    transactionIndex: QuantityResult,
    transactionHash: HashResult,
    blockHash: HashResult,
    blockNumber: QuantityResult,
  })
  .meta({ id: 'LogResult', description: 'a log' })

export const LogsResult = z.array(LogResult).readonly()

export const TransactionResult = z
  .strictObject({
    chainId: QuantityResult,
    nonce: QuantityResult,
    hash: HashResult,
    blockHash: HashResult.nullable(),
    blockNumber: QuantityResult.nullable(),
    transactionIndex: QuantityResult.nullable(),
    from: AddressResult,
    to: AddressResult.nullable(),
    value: QuantityResult,
    type: TransactionType,
    input: DataResult,
    gas: QuantityResult,
    maxFeePerGas: QuantityResult.optional(),
    maxPriorityFeePerGas: QuantityResult.optional(),
    gasPrice: QuantityResult,
    accessList: z.array(z.never()).readonly().optional(),
    v: QuantityResult,
    r: QuantityResult,
    s: QuantityResult,
    yParity: QuantityResult.optional(),
  })
  .meta({
    id: 'TransactionResult',
    description: 'a transaction; the block fields are null while it is pending',
  })

export const UnsignedResult = z
  .strictObject({
    from: AddressResult,
    type: TransactionType,
    chainId: QuantityResult,
    nonce: QuantityResult,
    to: AddressResult.nullable(),
    value: QuantityResult,
    input: DataResult,
    gas: QuantityResult,
    gasPrice: QuantityResult,
    maxFeePerGas: QuantityResult.optional(),
    maxPriorityFeePerGas: QuantityResult.optional(),
    accessList: z.array(z.never()).readonly().optional(),
  })
  .meta({ id: 'UnsignedResult', description: 'a transaction that waits for its signature' })

export const StorageValuesResult = z
  .record(z.string(), z.array(HashResult).readonly())
  .meta({ id: 'StorageValuesResult', description: 'values of slots, by address' })

export const ReceiptResult = z
  .strictObject({
    transactionHash: HashResult,
    transactionIndex: QuantityResult,
    blockHash: HashResult,
    blockNumber: QuantityResult,
    from: AddressResult,
    to: AddressResult.nullable(),
    root: HashResult,
    status: Status,
    contractAddress: AddressResult.nullable(),
    cumulativeGasUsed: QuantityResult,
    gasUsed: QuantityResult,
    effectiveGasPrice: QuantityResult,
    logsBloom: Bloom,
    logs: LogsResult,
    type: TransactionType,
  })
  .meta({ id: 'ReceiptResult', description: 'a receipt' })

const headerShape = {
  hash: HashResult,
  parentHash: HashResult,
  sha3Uncles: HashResult,
  miner: AddressResult,
  stateRoot: HashResult,
  transactionsRoot: HashResult,
  receiptsRoot: HashResult,
  logsBloom: Bloom,
  difficulty: QuantityResult,
  totalDifficulty: QuantityResult,
  number: QuantityResult,
  gasLimit: QuantityResult,
  gasUsed: QuantityResult,
  timestamp: QuantityResult,
  extraData: DataResult,
  mixHash: HashResult,
  nonce: Nonce,
  baseFeePerGas: QuantityResult,
  size: QuantityResult,
}

export const HeaderResult = z
  .strictObject(headerShape)
  .meta({ id: 'HeaderResult', description: 'a tipset as a block, without its transactions' })

export const blockShape = {
  ...headerShape,
  transactions: z.array(z.union([HashResult, TransactionResult])).readonly(),
  uncles: z.array(HashResult).readonly(),
}

export const BlockResult = z
  .strictObject(blockShape)
  .meta({ id: 'BlockResult', description: 'a tipset as a block' })

export const FeeHistoryResult = z
  .strictObject({
    oldestBlock: QuantityResult,
    baseFeePerGas: z.array(QuantityResult).readonly(),
    gasUsedRatio: z.array(z.number()).readonly(),
    reward: z.array(z.array(QuantityResult).readonly()).readonly().optional(),
  })
  .meta({ id: 'FeeHistoryResult', description: 'fees of past blocks, oldest first' })
