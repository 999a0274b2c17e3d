/** Records of which only the shape matters. */
import type { BlockRecord, TransactionRecord } from '../../../src/eth/records.ts'
import { CID, Codec } from '../../../src/ipld/cid.ts'

const cid = CID.of(Codec.DAG_CBOR, Uint8Array.of(0x80))
const hash = new Uint8Array(32).fill(0x11)
const address = new Uint8Array(20).fill(0x22)

export const aTransaction: TransactionRecord = {
  hash,
  cid,
  kind: 'eip1559',
  chainId: 314n,
  nonce: 1n,
  from: address,
  to: address,
  value: 2n,
  gas: 3_000_000,
  maxFeePerGas: 400n,
  maxPriorityFeePerGas: 5n,
  input: Uint8Array.of(6),
  v: 1n,
  r: 7n,
  s: 8n,
  message: Uint8Array.of(0x80),
}

export const aBlock: BlockRecord = {
  hash,
  parentHash: hash,
  epoch: 10,
  timestamp: 1_700_000_000,
  baseFee: 100n,
  nextBaseFee: 100n,
  gasLimit: 10_000_000_000,
  gasUsed: 3_000_000,
  bloom: new Uint8Array(256),
  tipsetKey: [cid],
  stateRoot: cid,
  receiptsRoot: cid,
  transactions: [hash],
}
