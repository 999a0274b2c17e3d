/** What a payment channel remembers, and the vouchers that move it (fvm-actors spec 5). */
import {
  address,
  bigint,
  bytes,
  int64,
  link,
  list,
  nullable,
  type TypeOf,
  tuple,
  uint64,
} from '../../ipld/codec.ts'
import { accountSignature } from '../account/authenticate.ts'

export const paymentChannelStateCodec = tuple({
  /** Who pays; an id address, as is `to`. */
  from: address,
  /** Who is paid. */
  to: address,
  /** What has been redeemed and is paid out in the end, attoFIL. */
  toSend: bigint,
  /** Epoch from which the channel can be collected; 0 while it is open. */
  settlingAt: int64,
  minSettleHeight: int64,
  /** By lane number. */
  laneStates: link,
})
export type PaymentChannelState = TypeOf<typeof paymentChannelStateCodec>

export const LANES_BIT_WIDTH = 3
export const MAX_LANE = 2n ** 63n - 1n

/** A voucher counts only if its nonce is above the one that its lane has seen. */
export const laneStateCodec = tuple({ redeemed: bigint, nonce: uint64 })
export type LaneState = TypeOf<typeof laneStateCodec>

export const voucherCodec = tuple({
  channel: address,
  /** First and last epoch in which the voucher can be redeemed; 0: no last one. */
  timeLockMin: int64,
  timeLockMax: int64,
  /** blake2b-256 of a secret that the redeemer must know; empty: none. */
  secretHash: bytes,
  /** A method that must accept `data` for the voucher to count. */
  extra: nullable(tuple({ actor: address, method: uint64, data: bytes })),
  lane: uint64,
  nonce: uint64,
  /** All that the lane has paid so far, attoFIL. */
  amount: bigint,
  minSettleHeight: int64,
  /** Lanes that this voucher closes into its own. */
  merges: list(tuple({ lane: uint64, nonce: uint64 })),
  signature: nullable(accountSignature),
})
export type Voucher = TypeOf<typeof voucherCodec>

/** What the other party signs. */
export function voucherSigningBytes(voucher: Voucher): Uint8Array {
  return voucherCodec.encode({ ...voucher, signature: null })
}
