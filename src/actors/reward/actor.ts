/** f02, which holds the mining reserve and pays for blocks. */
import { Address } from '../../address/address.ts'
import { ActorError } from '../../fvm/errors.ts'
import { address, bigint, int, tuple } from '../../ipld/codec.ts'
import { BURNT_FUNDS_ACTOR } from '../../protocol/builtin.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { METHOD_SEND } from '../../protocol/method.ts'
import { require } from '../checks.ts'
import { defineActor, on, onNothing } from '../define.ts'
import { abort, type Runtime } from '../runtime.ts'
import { UnsupportedActorError } from '../unsupported.ts'
import { wasmCost } from '../wasm-cost.ts'
import { filterEstimate, rewardStateCodec } from './state.ts'

export const AwardBlockReward = 2n

/** ApplyRewards of the miner actor. */
const ApplyRewards = 14n
const EXPECTED_LEADERS_PER_EPOCH = 5n
const PENALTY_MULTIPLIER = 3n

export const awardBlockRewardParams = tuple({
  miner: address,
  penalty: bigint,
  gasReward: bigint,
  winCount: int,
})

const applyRewardsParams = tuple({ reward: bigint, penalty: bigint })

export const reward = defineActor({
  name: 'reward',
  restrictInternal: true,
  methods: {
    // Constructor: only a genesis makes this actor, without calling it
    1: on({
      params: bigint,
      callers: 'system',
      run() {
        throw new UnsupportedActorError('reward', 1n)
      },
    }),
    [String(AwardBlockReward)]: on({
      params: awardBlockRewardParams,
      callers: 'system',
      run(runtime, { miner, penalty, gasReward, winCount }) {
        const balance = runtime.kernel.currentBalance()
        require(penalty >= 0n, ExitCode.USR_ILLEGAL_ARGUMENT, `negative penalty ${penalty}`)
        require(gasReward >= 0n, ExitCode.USR_ILLEGAL_ARGUMENT, `negative reward ${gasReward}`)
        require(balance >= gasReward, ExitCode.USR_ILLEGAL_STATE, 'cannot pay the gas reward')
        require(winCount > 0, ExitCode.USR_ILLEGAL_ARGUMENT, `invalid win count ${winCount}`)
        const id = runtime.resolveAddress(miner)
        if (id === undefined) throw abort(ExitCode.USR_NOT_FOUND, `no miner ${miner}`)

        const total = runtime.transaction(rewardStateCodec, (state) => {
          const blockReward =
            (state.thisEpochReward * BigInt(winCount)) / EXPECTED_LEADERS_PER_EPOCH
          const wanted = gasReward + blockReward
          const available = runtime.kernel.currentBalance()
          const result = wanted < available ? wanted : available
          const totalStoragePowerReward = state.totalStoragePowerReward + result - gasReward
          return { state: { ...state, totalStoragePowerReward }, result }
        })
        pay(runtime, Address.id(id), total, penalty * PENALTY_MULTIPLIER)
      },
    }),
    // ThisEpochReward
    3: onNothing({
      callers: 'any',
      returns: tuple({ thisEpochRewardSmoothed: filterEstimate, thisEpochBaselinePower: bigint }),
      run: (runtime) => runtime.state(rewardStateCodec),
    }),
    // UpdateNetworkKPI: only the power actor calls it, which is not native
    4: on({
      params: bigint,
      callers: 'power',
      run() {
        throw new UnsupportedActorError('storagepower', 4n)
      },
    }),
  },
  wasm: wasmCost({
    base: 41_874,
    rows: { '2/0': 180_000, '3/0': 143_000 },
  }),
})

/** To the miner, or to nobody when it does not take it. */
function pay(runtime: Runtime, miner: Address, reward: bigint, penalty: bigint): void {
  const params = { codec: 0x51, data: applyRewardsParams.encode({ reward, penalty }) }
  if (sent(runtime, miner, ApplyRewards, params, reward)) return
  sent(runtime, Address.id(BURNT_FUNDS_ACTOR), METHOD_SEND, undefined, reward)
}

function sent(
  runtime: Runtime,
  to: Address,
  method: bigint,
  params: { codec: number; data: Uint8Array } | undefined,
  value: bigint,
): boolean {
  try {
    runtime.call(to, method, params, { value })
    return true
  } catch (error) {
    if (error instanceof ActorError) return false
    throw error
  }
}
