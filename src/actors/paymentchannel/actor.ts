/** Payments off the chain from one account to another, settled on it. */
import { Address } from '../../address/address.ts'
import { equal } from '../../base/bytes.ts'
import { Amt, amtV3 } from '../../ipld/amt.ts'
import { Codec } from '../../ipld/cid.ts'
import { address, bytes, tuple } from '../../ipld/codec.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { METHOD_SEND } from '../../protocol/method.ts'
import { isSignedBy } from '../account/authenticate.ts'
import { int64Result, require, requireCaller, resolveExisting } from '../checks.ts'
import { defineActor, on, onNothing } from '../define.ts'
import type { Runtime } from '../runtime.ts'
import { wasmCost } from '../wasm-cost.ts'
import {
  LANES_BIT_WIDTH,
  type LaneState,
  laneStateCodec,
  MAX_LANE,
  type PaymentChannelState,
  paymentChannelStateCodec,
  type Voucher,
  voucherCodec,
  voucherSigningBytes,
} from './state.ts'

export const UpdateChannelState = 2n
export const Settle = 3n
export const Collect = 4n

/** Exit code of a voucher that comes too late. */
export const CHANNEL_STATE_UPDATE_AFTER_SETTLED = 32

/** 12 hours, in epochs. */
const SETTLE_DELAY = 1_440n
const MAX_SECRET_SIZE = 256
const BLAKE2B_256 = 0xb220

const { USR_ILLEGAL_ARGUMENT, USR_FORBIDDEN, USR_ILLEGAL_STATE } = ExitCode

export const paymentChannelConstructorParams = tuple({ from: address, to: address })
export const updateChannelStateParams = tuple({ voucher: voucherCodec, secret: bytes })

export const paymentchannel = defineActor({
  name: 'paymentchannel',
  restrictInternal: true,
  methods: {
    // Constructor
    1: on({
      params: paymentChannelConstructorParams,
      callers: { type: 'init' },
      run(runtime, params) {
        const to = Address.id(resolveExisting(runtime, params.to))
        const from = Address.id(resolveExisting(runtime, params.from))
        const laneStates = Amt.empty(runtime.store, laneStateCodec, amtV3(LANES_BIT_WIDTH)).flush()
        runtime.createState(paymentChannelStateCodec, {
          from,
          to,
          toSend: 0n,
          settlingAt: 0n,
          minSettleHeight: 0n,
          laneStates,
        })
      },
    }),
    [String(UpdateChannelState)]: on({
      params: updateChannelStateParams,
      callers: 'any',
      run(runtime, { voucher, secret }) {
        const state = runtime.state(paymentChannelStateCodec)
        requireCaller(runtime, [state.from, state.to])
        verifyVoucher(runtime, state, voucher, secret)
        runtime.transaction(paymentChannelStateCodec, (state) => ({
          state: redeem(runtime, state, voucher),
          result: undefined,
        }))
      },
    }),
    [String(Settle)]: onNothing({
      callers: 'any',
      run(runtime) {
        runtime.transaction(paymentChannelStateCodec, (state) => {
          requireCaller(runtime, [state.from, state.to])
          require(state.settlingAt === 0n, USR_ILLEGAL_STATE, 'channel already settling')
          const earliest = int64Result(BigInt(runtime.network.epoch) + SETTLE_DELAY)
          const settlingAt = later(earliest, state.minSettleHeight)
          return { state: { ...state, settlingAt }, result: undefined }
        })
      },
    }),
    [String(Collect)]: onNothing({
      callers: 'any',
      run(runtime) {
        const { from, to, toSend, settlingAt } = runtime.state(paymentChannelStateCodec)
        requireCaller(runtime, [from, to])
        const isSettled = settlingAt !== 0n && BigInt(runtime.network.epoch) >= settlingAt
        require(isSettled, USR_FORBIDDEN, 'payment channel not settling or settled')
        runtime.call(to, METHOD_SEND, undefined, { value: toSend })
        const rest = runtime.kernel.currentBalance()
        runtime.call(from, METHOD_SEND, undefined, { value: rest })
        runtime.kernel.selfDestruct(false)
      },
    }),
  },
  wasm: wasmCost({
    base: 41_800,
    rows: {
      '1/0': 13_490,
      '1/23': 88_640,
      '2/0': 14_890,
      '2/16': 78_060,
      '2/18': 79_060,
      '2/22': 63_420,
      '2/32': 74_560,
      '3/0': 0,
      '3/18': 60_190,
      '3/20': 54_360,
      '4/18': 56_870,
    },
    exits: {
      0: 72_100,
      17: 70_760,
      21: 64_550,
      23: 53_630,
      24: 73_480,
      35: 70_370,
    },
    read: { item: 503, string: 4_370 },
    nodesRead: { block: 5_670, item: 2_110 },
    written: { item: 8_980, string: 4_970 },
    nodesWritten: { block: 15_150, string: 6_300, byte: 85.9 },
    address: 4_510,
    call: 35_470,
    paramsByte: 101,
    addressNamed: 14_040,
  }),
})

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/** Whether the voucher is for this channel, signed by the other party, and valid now. */
function verifyVoucher(
  runtime: Runtime,
  state: PaymentChannelState,
  voucher: Voucher,
  secret: Uint8Array,
): void {
  const { channel, signature, timeLockMin, timeLockMax, secretHash, extra } = voucher
  const isFrom = state.from.equals(Address.id(runtime.message.caller))
  const signer = isFrom ? state.to : state.from
  require(signature !== null, USR_ILLEGAL_ARGUMENT, 'voucher has no signature')
  const epoch = () => BigInt(runtime.network.epoch)
  require(state.settlingAt === 0n ||
    epoch() <
      state.settlingAt, CHANNEL_STATE_UPDATE_AFTER_SETTLED, 'no vouchers can be processed after settling')
  const short = secret.length <= MAX_SECRET_SIZE
  require(short, USR_ILLEGAL_ARGUMENT, 'secret must be at most 256 bytes long')

  const authentic = isSignedBy(runtime, signer, signature, voucherSigningBytes(voucher))
  require(authentic, USR_ILLEGAL_ARGUMENT, 'voucher sig authentication failed')

  const id = runtime.resolveAddress(channel)
  require(id ===
    runtime.message
      .receiver, USR_ILLEGAL_ARGUMENT, `voucher is for the channel ${channel}, this is f0${runtime.message.receiver}`)
  require(epoch() >= timeLockMin, USR_ILLEGAL_ARGUMENT, 'cannot use this voucher yet')
  const expired = timeLockMax !== 0n && epoch() > timeLockMax
  require(!expired, USR_ILLEGAL_ARGUMENT, 'this voucher has expired')
  require(voucher.amount >= 0n, USR_ILLEGAL_ARGUMENT, 'voucher amount is negative')
  if (secretHash.length > 0) {
    const matches = equal(secretHash, runtime.hash(BLAKE2B_256, secret))
    require(matches, USR_ILLEGAL_ARGUMENT, 'incorrect secret')
  }
  if (extra !== null) {
    runtime.call(extra.actor, extra.method, { codec: Codec.CBOR, data: extra.data })
  }
}

/** The state after a valid voucher. */
function redeem(
  runtime: Runtime,
  state: PaymentChannelState,
  { lane, nonce, amount, minSettleHeight, merges }: Voucher,
): PaymentChannelState {
  const lanes = Amt.load(runtime.store, state.laneStates, laneStateCodec)
  const own = findLane(lanes, lane)
  const isNewer = own === undefined || own.nonce < nonce
  require(isNewer, USR_ILLEGAL_ARGUMENT, `voucher has an outdated nonce ${nonce}`)

  let redeemedBefore = own?.redeemed ?? 0n
  for (const merge of merges) {
    const isOther = merge.lane !== lane
    require(isOther, USR_ILLEGAL_ARGUMENT, 'voucher cannot merge lanes into its own lane')
    const other = findLane(lanes, merge.lane)
    require(other !== undefined, USR_ILLEGAL_ARGUMENT, `invalid merge lane ${merge.lane}`)
    const isNewer = other.nonce < merge.nonce
    require(isNewer, USR_ILLEGAL_ARGUMENT, 'merged lane in voucher has outdated nonce')
    redeemedBefore += other.redeemed
    lanes.set(merge.lane, { ...other, nonce: merge.nonce })
  }

  const toSend = state.toSend + amount - redeemedBefore
  require(toSend >= 0n, USR_ILLEGAL_ARGUMENT, 'voucher would leave channel balance negative')
  const covered = toSend <= runtime.kernel.currentBalance()
  require(covered, USR_ILLEGAL_ARGUMENT, 'not enough funds in channel to cover voucher')
  lanes.set(lane, { redeemed: amount, nonce })

  const settles = state.settlingAt !== 0n
  return {
    ...state,
    toSend,
    settlingAt: settles ? later(state.settlingAt, minSettleHeight) : 0n,
    minSettleHeight: later(state.minSettleHeight, minSettleHeight),
    laneStates: lanes.flush(),
  }
}

function findLane(lanes: Amt<LaneState>, lane: bigint): LaneState | undefined {
  require(lane <= MAX_LANE, USR_ILLEGAL_ARGUMENT, 'maximum lane ID is 2^63-1')
  return lanes.get(lane)
}
