/**
 * Ethereum transactions of the three kinds that Filecoin takes (FIP-0055, FIP-0091).
 *
 *     homestead  rlp([nonce, gasPrice, gas, to, value, input, v, r, s])        v = 27 or 28
 *     eip155     the same                                                      v = 35 + 2·chainId (+1)
 *     eip1559    02 ‖ rlp([chainId, nonce, maxPriorityFeePerGas, maxFeePerGas,
 *                          gas, to, value, input, accessList, v, r, s])        v = 0 or 1
 *
 * What is signed leaves v, r and s out; eip155 puts chainId, 0, 0 in their place.
 */
import type { EthAddress } from '../address/eth-address.ts'
import { concat, EMPTY, fromBigInt, fromBigIntPadded } from '../base/bytes.ts'
import { keccak256 } from '../base/hash.ts'
import { recover } from '../protocol/crypto/secp256k1.ts'
import type { Hash, TransactionKind } from './records.ts'
import { encodeRlp, type Rlp } from './rlp.ts'

export const EIP1559_TYPE = 2

/** Not a transaction that this chain takes; the message says why, in Lotus's words. */
export class TransactionError extends Error {
  override name = 'TransactionError'
}

export interface EthTransaction {
  readonly kind: Exclude<TransactionKind, 'native'>
  /** 0 for homestead. */
  readonly chainId: bigint
  readonly nonce: bigint
  /** attoFIL per gas unit; of legacy transactions the gas price. */
  readonly maxFeePerGas: bigint
  /** attoFIL per gas unit; of legacy transactions the gas price. */
  readonly maxPriorityFeePerGas: bigint
  readonly gas: number
  /** null: a creation. */
  readonly to: EthAddress | null
  readonly value: bigint
  readonly input: Uint8Array
  /** As the transaction has it, not reduced to the parity. */
  readonly v: bigint
  readonly r: bigint
  readonly s: bigint
}

/** The raw transaction. */
export function signedRlp(tx: EthTransaction): Uint8Array {
  return serialize(tx, [tx.v, tx.r, tx.s])
}

/** The bytes whose keccak is signed. */
export function unsignedRlp(tx: EthTransaction): Uint8Array {
  return serialize(tx, tx.kind === 'eip155' ? [tx.chainId, 0n, 0n] : [])
}

/** By which Ethereum knows the transaction. */
export function transactionHash(tx: EthTransaction): Hash {
  return keccak256(signedRlp(tx))
}

export function signingHash(tx: EthTransaction): Hash {
  return keccak256(unsignedRlp(tx))
}

function serialize(tx: EthTransaction, tail: readonly bigint[]): Uint8Array {
  const end = tail.map(fromBigInt)
  const gas = fromBigInt(BigInt(tx.gas))
  const call: Rlp[] = [gas, tx.to ?? EMPTY, fromBigInt(tx.value), tx.input]
  const nonce = fromBigInt(tx.nonce)
  const maxFee = fromBigInt(tx.maxFeePerGas)
  if (tx.kind !== 'eip1559') return encodeRlp([nonce, maxFee, ...call, ...end])
  const fees = [fromBigInt(tx.maxPriorityFeePerGas), maxFee]
  const body = encodeRlp([fromBigInt(tx.chainId), nonce, ...fees, ...call, [], ...end])
  return concat(Uint8Array.of(EIP1559_TYPE), body)
}

/** The v of parity 0. */
export function baseV(tx: Pick<EthTransaction, 'kind' | 'chainId'>): bigint {
  switch (tx.kind) {
    case 'eip1559':
      return 0n
    case 'homestead':
      return 27n
    case 'eip155':
      return 35n + 2n * tx.chainId
  }
}

/**
 * The chain id that a legacy v commits to, 0 when it commits to none. Below 35, but for 27 and
 * 28, it wraps around as in Lotus and matches no chain.
 */
export function chainIdOfV(v: bigint): bigint {
  if (v === 27n || v === 28n) return 0n
  return v < 2n ** 64n ? BigInt.asUintN(64, v - 35n) / 2n : (v - 35n) / 2n
}

/**
 * Who signed. A high s is accepted, as by Lotus and the FVM (EIP-2 is not part of FIP-0055).
 * @throws TransactionError when the signature has no key.
 */
export function recoverSender(tx: EthTransaction): EthAddress {
  const parity = tx.v - baseV(tx)
  if (parity < 0n || parity > 1n) throw new TransactionError(`invalid 'v' value: ${tx.v}`)
  const signature = concat(
    fromBigIntPadded(tx.r, 32),
    fromBigIntPadded(tx.s, 32),
    Uint8Array.of(Number(parity)),
  )
  const key = recover(signingHash(tx), signature)
  if (key === undefined) throw new TransactionError('failed to recover pubkey')
  return ethAddressOfKey(key)
}

/** @param publicKey 65 bytes, uncompressed */
export function ethAddressOfKey(publicKey: Uint8Array): EthAddress {
  return keccak256(publicKey.subarray(1)).slice(12)
}
