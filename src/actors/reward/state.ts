/** State of the reward actor (fvm-actors spec 6). Estimates are Q.128 fixed point. */
import { bigint, int, type TypeOf, tuple } from '../../ipld/codec.ts'

export const filterEstimate = tuple({ position: bigint, velocity: bigint })

export const rewardStateCodec = tuple({
  cumsumBaseline: bigint,
  cumsumRealized: bigint,
  effectiveNetworkTime: int,
  effectiveBaselinePower: bigint,
  thisEpochReward: bigint,
  thisEpochRewardSmoothed: filterEstimate,
  thisEpochBaselinePower: bigint,
  epoch: int,
  totalStoragePowerReward: bigint,
  simpleTotal: bigint,
  baselineTotal: bigint,
})
export type RewardState = TypeOf<typeof rewardStateCodec>
