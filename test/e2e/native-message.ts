/** Filecoin messages of f1 and f3 accounts, signed by iso-filecoin. */
import { Message as IsoMessage } from 'iso-filecoin/message'
import { sign } from 'iso-filecoin/wallet'
import { toHex } from 'viem'
import type { Address } from '../../src/address/address.ts'
import type { Chain } from '../../src/chain/chain.ts'
import type { NativeDevAccount } from '../../src/node/accounts.ts'
import { SignatureType } from '../../src/protocol/signature.ts'

export interface Sending {
  readonly to: Address
  readonly value?: bigint
  readonly method?: bigint
  readonly params?: Uint8Array
  readonly nonce?: bigint
}

/** Signed by iso-filecoin, which knows nothing of ours. */
export async function nativeMessage(
  chain: Pick<Chain, 'pendingNonce'>,
  from: NativeDevAccount,
  sending: Sending,
) {
  const { to, value = 0n, method = 0n, params = new Uint8Array() } = sending
  const message = {
    version: 0n,
    from: from.address,
    to,
    nonce: sending.nonce ?? (await chain.pendingNonce(from.address)),
    value,
    gasLimit: 100_000_000,
    gasFeeCap: 10n ** 9n,
    gasPremium: 1_000n,
    method,
    params,
  }
  const foreign = new IsoMessage({
    from: from.address.toString('t'),
    to: to.toString('t'),
    nonce: Number(message.nonce),
    value: String(value),
    gasLimit: message.gasLimit,
    gasFeeCap: String(message.gasFeeCap),
    gasPremium: String(message.gasPremium),
    method: Number(method),
    params: Buffer.from(params).toString('base64'),
  })
  const isBls = from.kind === 'bls'
  // iso-filecoin has BLS keys big-endian
  const key = isBls ? from.privateKey.toReversed() : from.privateKey
  const { data } = sign(key, isBls ? 'BLS' : 'SECP256K1', foreign.cidBytes())
  const type = isBls ? SignatureType.BLS : SignatureType.SECP256K1
  return { signed: { message, signature: { type, data } }, unsignedCid: toHex(foreign.cidBytes()) }
}
