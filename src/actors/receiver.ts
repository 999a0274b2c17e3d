/**
 * Token receivers (FRC-46): the method by which an actor learns that it was given tokens, and what
 * it is told.
 */
import { CborError } from '../ipld/cbor.ts'
import { bigint, bytes, mapped, type TypeOf, tuple, uint } from '../ipld/codec.ts'
import { methodNumber } from '../protocol/method.ts'

export const Receive = methodNumber('Receive')

/** Type of the payload: {@link frc46TokenReceived}. */
export const FRC46_TOKEN_TYPE = Number(methodNumber('FRC46'))

const uint32 = mapped(
  uint,
  (value) => {
    if (value > 0xffff_ffff) throw new CborError('integer above 32 bits')
    return value
  },
  (value) => value,
)

export const receiveParams = tuple({ type: uint32, payload: bytes })

export const frc46TokenReceived = tuple({
  from: uint,
  to: uint,
  operator: uint,
  amount: bigint,
  operatorData: bytes,
  tokenData: bytes,
})
export type Frc46TokenReceived = TypeOf<typeof frc46TokenReceived>
