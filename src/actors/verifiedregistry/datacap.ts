/** What the registry asks of the DataCap token. It counts bytes; the token has 18 decimals. */
import { Address } from '../../address/address.ts'
import { EMPTY } from '../../base/bytes.ts'
import { SEND_READ_ONLY } from '../../fvm/kernel.ts'
import { Codec } from '../../ipld/cid.ts'
import { address, bigint } from '../../ipld/codec.ts'
import { DATACAP_ACTOR, STORAGE_MARKET_ACTOR } from '../../protocol/builtin.ts'
import {
  burnParams,
  datacapMethods,
  destroyParams,
  mintParams,
  TOKEN_PRECISION,
  transferParams,
} from '../datacap/interface.ts'
import { decodeBlock, type Runtime, type SendOptions } from '../runtime.ts'

export function toTokens(bytes: bigint): bigint {
  return bytes * TOKEN_PRECISION
}

export function toBytes(tokens: bigint): bigint {
  return tokens / TOKEN_PRECISION
}

export function datacapBalance(runtime: Runtime, owner: Address): bigint {
  const flags = SEND_READ_ONLY
  const tokens = ask(runtime, 'Balance', address.encode(owner), { flags })
  return toBytes(decodeBlock(tokens, bigint))
}

/** The storage market may spend what a client gets. */
export function mintDatacap(runtime: Runtime, to: Address, bytes: bigint): void {
  const operators = [Address.id(STORAGE_MARKET_ACTOR)]
  ask(runtime, 'Mint', mintParams.encode({ to, amount: toTokens(bytes), operators }))
}

/** Of the registry's own. */
export function burnDatacap(runtime: Runtime, bytes: bigint): void {
  if (bytes === 0n) return
  ask(runtime, 'Burn', burnParams.encode({ amount: toTokens(bytes) }))
}

export function destroyDatacap(runtime: Runtime, owner: Address, bytes: bigint): void {
  if (bytes === 0n) return
  ask(runtime, 'Destroy', destroyParams.encode({ owner, amount: toTokens(bytes) }))
}

/** From the registry's own. */
export function transferDatacap(runtime: Runtime, to: Address, bytes: bigint): void {
  const transfer = { to, amount: toTokens(bytes), operatorData: EMPTY }
  ask(runtime, 'Transfer', transferParams.encode(transfer))
}

function ask(
  runtime: Runtime,
  method: keyof typeof datacapMethods,
  data: Uint8Array,
  options?: SendOptions,
) {
  const token = Address.id(DATACAP_ACTOR)
  return runtime.call(token, datacapMethods[method], { codec: Codec.CBOR, data }, options)
}
