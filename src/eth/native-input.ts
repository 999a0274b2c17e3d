/**
 * Native calls in the words of Ethereum: what a contract's `handle_filecoin_method` gets, and how
 * messages that no Ethereum wallet signed are shown (FIP-0054, eth-rpc spec 2.4).
 *
 *     868e10c4 ‖ method ‖ codec ‖ 0x60 ‖ length ‖ params, padded to whole words
 */
import { concat, EMPTY, fromBigIntPadded, fromHex } from '../base/bytes.ts'
import { CborError } from '../ipld/cbor.ts'
import { Codec } from '../ipld/cid.ts'
import { bytes } from '../ipld/codec.ts'
import type { Message } from '../protocol/message.ts'
import { EamMethod, InvokeEVM } from '../protocol/method.ts'
import { EAM_ADDRESS } from './to-message.ts'

/** `handle_filecoin_method(uint64,uint64,bytes)` */
export const HANDLE_FILECOIN_METHOD = fromHex('868e10c4')

const WORD = 32

export interface ShownCall {
  readonly input: Uint8Array
  /** The message deploys a contract, so its `to` is null. */
  readonly creates: boolean
}

/** What Ethereum tools see as the input of a native message. */
export function shownCall({
  to,
  method,
  params,
}: Pick<Message, 'to' | 'method' | 'params'>): ShownCall {
  if (method === InvokeEVM) {
    const input = params.length === 0 ? EMPTY : unwrap(params)
    if (input !== undefined) return { input, creates: false }
  }
  if (method === EamMethod.CreateExternal && to.equals(EAM_ADDRESS)) {
    const input = unwrap(params)
    if (input !== undefined) return { input, creates: true }
  }
  return { input: nativeInput(method, params), creates: false }
}

/** The generic form, for every method. */
export function nativeInput(method: bigint, params: Uint8Array): Uint8Array {
  const codec = params.length === 0 ? 0 : Codec.CBOR
  return concat(HANDLE_FILECOIN_METHOD, abiWords(method, BigInt(codec), params))
}

/** ABI form of (uint64, uint64, bytes): native params, and native results without a selector. */
export function abiWords(first: bigint, second: bigint, data: Uint8Array): Uint8Array {
  const padding = new Uint8Array((WORD - (data.length % WORD)) % WORD)
  const head = [first, second, 3n * BigInt(WORD), BigInt(data.length)]
  return concat(...head.map((word) => fromBigIntPadded(word, WORD)), data, padding)
}

/** The content of exactly one CBOR byte string. */
function unwrap(params: Uint8Array): Uint8Array | undefined {
  try {
    return bytes.decode(params)
  } catch (error) {
    // users are free to send what does not decode; then the generic form shows it
    if (error instanceof CborError) return undefined
    throw error
  }
}
