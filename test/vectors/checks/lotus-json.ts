/** Messages in the JSON form of Lotus, in which vectors write them. */
import { Address } from '../../../src/address/address.ts'
import { fromHex } from '../../../src/base/bytes.ts'
import type { Message, SignedMessage } from '../../../src/protocol/message.ts'
import type { SignatureType } from '../../../src/protocol/signature.ts'

export interface LotusMessage {
  readonly Version: number
  readonly To: string
  readonly From: string
  readonly Nonce: number
  readonly Value: string
  readonly GasLimit: number
  readonly GasFeeCap: string
  readonly GasPremium: string
  readonly Method: number
  /** base64 */
  readonly Params: string
}

export interface LotusSigned {
  /** Or the words "same as previous". */
  readonly message: LotusMessage | string
  readonly signature: { readonly Type: number; readonly DataHex: string }
}

/** The message of Lotus's JSON tests, to which later vectors refer. */
export const previousMessage: LotusMessage = {
  Version: 0,
  To: 'f04',
  From: 'f00',
  Nonce: 34,
  Value: '0',
  GasLimit: 123,
  GasFeeCap: '234',
  GasPremium: '234',
  Method: 6,
  Params: 'aGFp',
}

export function lotusMessage(json: LotusMessage): Message {
  return {
    version: BigInt(json.Version),
    to: Address.parse(json.To),
    from: Address.parse(json.From),
    nonce: BigInt(json.Nonce),
    value: BigInt(json.Value),
    gasLimit: json.GasLimit,
    gasFeeCap: BigInt(json.GasFeeCap),
    gasPremium: BigInt(json.GasPremium),
    method: BigInt(json.Method),
    params: new Uint8Array(Buffer.from(json.Params, 'base64')),
  }
}

export function lotusSigned({ message, signature }: LotusSigned): SignedMessage {
  return {
    message: lotusMessage(typeof message === 'string' ? previousMessage : message),
    // one vector has type 0, which no signature of the chain has
    signature: { type: signature.Type as SignatureType, data: fromHex(signature.DataHex) },
  }
}
