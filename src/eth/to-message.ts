/** Ethereum transactions and calls to Filecoin messages (FIP-0055, eth-rpc spec 2.3). */
import { Address, AddressError } from '../address/address.ts'
import { type EthAddress, toFilecoin } from '../address/eth-address.ts'
import { concat, EMPTY, fromBigInt, fromBigIntPadded } from '../base/bytes.ts'
import { bytes } from '../ipld/codec.ts'
import { EAM_ACTOR } from '../protocol/builtin.ts'
import type { Message, SignedMessage } from '../protocol/message.ts'
import { EamMethod, InvokeEVM } from '../protocol/method.ts'
import { type Signature, SignatureType } from '../protocol/signature.ts'
import { filecoinAddressOf } from './addresses.ts'
import { type EthTransaction, recoverSender, TransactionError } from './transaction.ts'

export const EAM_ADDRESS = Address.id(EAM_ACTOR)

/** First byte of delegated signatures of legacy transactions. */
export const LegacySignature = { HOMESTEAD: 1, EIP155: 2 } as const

/** @throws TransactionError when the signature has no sender. */
export function toSignedMessage(tx: EthTransaction): SignedMessage {
  return { message: toMessage(tx, recoverSender(tx)), signature: delegatedSignature(tx) }
}

/** @throws TransactionError for a recipient that is no Filecoin address. */
export function toMessage(tx: EthTransaction, from: EthAddress): Message {
  return {
    version: 0n,
    from: toFilecoin(from),
    nonce: tx.nonce,
    value: tx.value,
    gasLimit: tx.gas,
    gasFeeCap: tx.maxFeePerGas,
    gasPremium: tx.maxPriorityFeePerGas,
    ...invocation(tx.to === null ? undefined : recipient(tx.to), tx.input),
  }
}

/**
 * Where a call goes and what it brings. Always InvokeEVM, also for plain transfers of value.
 * @param to undefined: a creation
 */
export function invocation(
  to: Address | undefined,
  input: Uint8Array,
): Pick<Message, 'to' | 'method' | 'params'> {
  const params = input.length === 0 ? EMPTY : bytes.encode(input)
  return to === undefined
    ? { to: EAM_ADDRESS, method: EamMethod.CreateExternal, params }
    : { to, method: InvokeEVM, params }
}

function recipient(to: EthAddress): Address {
  try {
    return filecoinAddressOf(to)
  } catch (cause) {
    if (cause instanceof AddressError) throw new TransactionError(cause.message, { cause })
    throw cause
  }
}

/**
 *     eip1559          r ‖ s ‖ v      65 bytes
 *     homestead   01 ‖ r ‖ s ‖ v      66 bytes
 *     eip155      02 ‖ r ‖ s ‖ v      v as long as it is: 67 bytes on mainnet
 */
function delegatedSignature(tx: EthTransaction): Signature {
  const r = fromBigIntPadded(tx.r, 32)
  const s = fromBigIntPadded(tx.s, 32)
  return { type: SignatureType.DELEGATED, data: concat(...delegatedParts(tx, r, s)) }
}

function delegatedParts({ kind, v }: EthTransaction, r: Uint8Array, s: Uint8Array): Uint8Array[] {
  switch (kind) {
    case 'eip1559':
      return [r, s, Uint8Array.of(Number(v))]
    case 'homestead':
      return [Uint8Array.of(LegacySignature.HOMESTEAD), r, s, fromBigInt(v)]
    case 'eip155':
      return [Uint8Array.of(LegacySignature.EIP155), r, s, fromBigInt(v)]
  }
}
