/** f04, which counts the storage of all miners. Without miners: what can be asked about them. */
import { Address } from '../../address/address.ts'
import { bigint, bool, int64, link, tuple, uint64 } from '../../ipld/codec.ts'
import { Hamt } from '../../ipld/hamt.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { methodNumber } from '../../protocol/method.ts'
import { require } from '../checks.ts'
import { defineActor, on, onNothing } from '../define.ts'
import { mapOptions } from '../map.ts'
import { filterEstimate } from '../reward/state.ts'
import type { Runtime } from '../runtime.ts'
import { unsupportedMethods } from '../unsupported.ts'
import { wasmCost } from '../wasm-cost.ts'
import {
  CONSENSUS_MINIMUM_MINERS,
  CONSENSUS_MINIMUM_POWER,
  CRON_QUEUE_BIT_WIDTH,
  isKnownProof,
  powerClaimCodec,
  storagePowerStateCodec,
} from './state.ts'

/** 750,000 GiB, and 3,840 GiB that could be added per epoch, in Q.128. */
const INITIAL_QA_POWER = { position: (750_000n << 30n) << 128n, velocity: (3_840n << 30n) << 128n }

const currentTotalPowerReturn = tuple({
  rawPower: bigint,
  qaPower: bigint,
  pledge: bigint,
  qaPowerSmoothed: filterEstimate,
  rampStartEpoch: int64,
  rampDurationEpochs: uint64,
})

export const storagepower = defineActor({
  name: 'storagepower',
  restrictInternal: true,
  methods: {
    // Constructor
    1: onNothing({
      callers: 'system',
      run(runtime) {
        const claims = Hamt.empty(runtime.store, powerClaimCodec, mapOptions(runtime)).flush()
        const options = mapOptions(runtime, CRON_QUEUE_BIT_WIDTH)
        const cronEventQueue = Hamt.empty(runtime.store, link, options).flush()
        runtime.createState(storagePowerStateCodec, {
          totalRawPower: 0n,
          totalBytesCommitted: 0n,
          totalQaPower: 0n,
          totalQaBytesCommitted: 0n,
          totalPledge: 0n,
          thisEpochRawPower: 0n,
          thisEpochQaPower: 0n,
          thisEpochPledge: 0n,
          thisEpochQaPowerSmoothed: INITIAL_QA_POWER,
          minerCount: 0n,
          minerAboveMinPowerCount: 0n,
          rampStartEpoch: 0n,
          rampDurationEpochs: 0n,
          cronEventQueue,
          firstCronEpoch: 0n,
          claims,
          proofValidationBatch: null,
        })
      },
    }),
    // CurrentTotalPower
    9: onNothing({
      callers: 'any',
      returns: currentTotalPowerReturn,
      run(runtime) {
        const state = runtime.state(storagePowerStateCodec)
        return {
          rawPower: state.thisEpochRawPower,
          qaPower: state.thisEpochQaPower,
          pledge: state.thisEpochPledge,
          qaPowerSmoothed: state.thisEpochQaPowerSmoothed,
          rampStartEpoch: state.rampStartEpoch,
          rampDurationEpochs: state.rampDurationEpochs,
        }
      },
    }),
    [String(methodNumber('NetworkRawPower'))]: onNothing({
      callers: 'any',
      returns: bigint,
      run: (runtime) => runtime.state(storagePowerStateCodec).thisEpochRawPower,
    }),
    [String(methodNumber('MinerRawPower'))]: on({
      params: uint64,
      returns: tuple({ rawPower: bigint, meetsConsensusMinimum: bool }),
      callers: 'any',
      run(runtime, miner) {
        const { claim, minerAboveMinPowerCount } = findClaim(runtime, miner)
        const { USR_ILLEGAL_ARGUMENT, USR_ILLEGAL_STATE } = ExitCode
        require(claim !== undefined, USR_ILLEGAL_ARGUMENT, `no claim for actor ${miner}`)
        const { rawPower, windowPoStProof } = claim
        require(isKnownProof(windowPoStProof), USR_ILLEGAL_STATE, `proof type ${windowPoStProof}`)
        const minimum =
          minerAboveMinPowerCount >= CONSENSUS_MINIMUM_MINERS ? CONSENSUS_MINIMUM_POWER : 1n
        return { rawPower, meetsConsensusMinimum: rawPower >= minimum }
      },
    }),
    [String(methodNumber('MinerPower'))]: on({
      params: uint64,
      returns: tuple({ rawPower: bigint, qaPower: bigint }),
      callers: 'any',
      run(runtime, miner) {
        const { claim } = findClaim(runtime, miner)
        require(claim !== undefined, ExitCode.USR_NOT_FOUND, 'miner not found')
        return claim
      },
    }),
    [String(methodNumber('MinerCount'))]: onNothing({
      callers: 'any',
      returns: int64,
      run: (runtime) => runtime.state(storagePowerStateCodec).minerCount,
    }),
    [String(methodNumber('MinerConsensusCount'))]: onNothing({
      callers: 'any',
      returns: int64,
      run: (runtime) => runtime.state(storagePowerStateCodec).minerAboveMinPowerCount,
    }),
  },
  fallback: unsupportedMethods('storagepower', {
    internal: [2, 3, 4, 5, 6],
    exported: ['CreateMiner'],
  }),
  wasm: wasmCost({
    base: 41_900,
    rows: {
      '9/0': 74_200,
      '9/16': 48_400,
    },
    exits: {
      0: 38_800,
      16: 41_900,
      17: 41_900,
      18: 53_400,
    },
    read: { item: 2_760 },
  }),
})

function findClaim(runtime: Runtime, miner: bigint) {
  const { claims, minerAboveMinPowerCount } = runtime.state(storagePowerStateCodec)
  const map = Hamt.load(runtime.store, claims, powerClaimCodec, mapOptions(runtime))
  return { claim: map.get(Address.id(miner).bytes), minerAboveMinPowerCount }
}
