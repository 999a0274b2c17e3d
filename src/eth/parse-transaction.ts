/** Raw transactions to {@link EthTransaction} (eth-rpc spec 2.3). */
import type { EthAddress } from '../address/eth-address.ts'
import { toBigInt } from '../base/bytes.ts'
import { decodeRlp, type Rlp, RlpError } from './rlp.ts'
import { chainIdOfV, EIP1559_TYPE, type EthTransaction, TransactionError } from './transaction.ts'

/**
 * @param chainId of this network
 * @throws TransactionError
 */
export function parseTransaction(raw: Uint8Array, chainId: number): EthTransaction {
  const type = raw[0]
  if (type === undefined) throw new TransactionError('empty data')
  if (type === 1) throw new TransactionError('EIP-2930 transaction is not supported')
  if (type === EIP1559_TYPE) return parseEip1559(raw.subarray(1), BigInt(chainId))
  if (type > 0x7f) return parseLegacy(raw, BigInt(chainId))
  throw new TransactionError('unsupported transaction type')
}

function parseEip1559(data: Uint8Array, chainId: bigint): EthTransaction {
  const fields = readList(data, 'an EIP-1559', 12)
  const accessList = fields.at(8)
  const tx: EthTransaction = {
    kind: 'eip1559',
    chainId: fields.uint64(0),
    nonce: fields.uint64(1),
    maxPriorityFeePerGas: fields.bigint(2),
    maxFeePerGas: fields.bigint(3),
    gas: fields.gas(4),
    to: fields.address(5),
    value: fields.bigint(6),
    input: fields.bytes(7),
    v: fields.bigint(9),
    r: fields.scalar(10),
    s: fields.scalar(11),
  }
  if (accessList instanceof Uint8Array || accessList.length > 0) {
    throw new TransactionError('access list should be an empty list')
  }
  if (tx.v > 1n) throw new TransactionError('EIP-1559 transactions only support 0 or 1 for v')
  if (tx.chainId !== chainId) throw new TransactionError(`invalid chain id: ${tx.chainId}`)
  return tx
}

function parseLegacy(data: Uint8Array, chainId: bigint): EthTransaction {
  const fields = readList(data, 'a Legacy', 9)
  const gasPrice = fields.bigint(1)
  const v = fields.bigint(6)
  const signedFor = chainIdOfV(v)
  if (signedFor === 0n && v !== 27n && v !== 28n) {
    throw new TransactionError(
      `legacy homestead transactions only support 27 or 28 for v, got ${v}`,
    )
  }
  if (signedFor !== 0n && signedFor !== chainId) {
    throw new TransactionError(`invalid chain id, expected ${chainId}, got ${signedFor}`)
  }
  return {
    kind: signedFor === 0n ? 'homestead' : 'eip155',
    chainId: signedFor,
    nonce: fields.uint64(0),
    maxFeePerGas: gasPrice,
    maxPriorityFeePerGas: gasPrice,
    gas: fields.gas(2),
    to: fields.address(3),
    value: fields.bigint(4),
    input: fields.bytes(5),
    v,
    r: fields.scalar(7),
    s: fields.scalar(8),
  }
}

function readList(data: Uint8Array, kind: string, length: number): Fields {
  let items: Rlp
  try {
    items = decodeRlp(data)
  } catch (cause) {
    if (cause instanceof RlpError) throw new TransactionError(cause.message, { cause })
    throw cause
  }
  if (items instanceof Uint8Array) {
    throw new TransactionError(`not ${kind} transaction: decoded data is not a list`)
  }
  if (items.length !== length) {
    throw new TransactionError(
      `not ${kind} transaction: should have ${length} elements in the rlp list`,
    )
  }
  return new Fields(items)
}

/** The items of a transaction's list, read by type. */
class Fields {
  readonly #items: readonly Rlp[]

  constructor(items: readonly Rlp[]) {
    this.#items = items
  }

  at(index: number): Rlp {
    return this.#items[index]!
  }

  /** A copy: a transaction outlives the request that it came in. */
  bytes(index: number): Uint8Array {
    const item = this.at(index)
    if (!(item instanceof Uint8Array)) throw new TransactionError('input is not a byte array')
    return item.slice()
  }

  /**
   * Leading zeros are refused, which Lotus lets pass: the transaction rebuilt from the message
   * would have another hash than the bytes that were sent.
   */
  bigint(index: number): bigint {
    const bytes = this.bytes(index)
    if (bytes[0] === 0) {
      throw new TransactionError('invalid rlp data: integer with leading zeros')
    }
    return toBigInt(bytes)
  }

  uint64(index: number): bigint {
    if (this.bytes(index).length > 8) {
      throw new TransactionError('cannot parse interface to int: length is more than 8 bytes')
    }
    return this.bigint(index)
  }

  gas(index: number): number {
    const gas = this.uint64(index)
    // above every block's limit, so the mempool would refuse it anyway
    if (gas > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new TransactionError("'GasLimit' field cannot be greater than a block's gas limit")
    }
    return Number(gas)
  }

  scalar(index: number): bigint {
    if (this.bytes(index).length > 32) throw new TransactionError('signature is not 65 bytes')
    return this.bigint(index)
  }

  address(index: number): EthAddress | null {
    const bytes = this.bytes(index)
    if (bytes.length === 0) return null
    if (bytes.length !== 20) {
      throw new TransactionError('cannot parse bytes into an EthAddress: incorrect input length')
    }
    return bytes
  }
}
