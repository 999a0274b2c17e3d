/** What the power actor remembers (fvm-actors spec 8). Powers in bytes, pledges in attoFIL. */
import { bigint, int64, link, nullable, tuple, uint64 } from '../../ipld/codec.ts'
import { filterEstimate } from '../reward/state.ts'

export const storagePowerStateCodec = tuple({
  totalRawPower: bigint,
  totalBytesCommitted: bigint,
  totalQaPower: bigint,
  totalQaBytesCommitted: bigint,
  totalPledge: bigint,
  thisEpochRawPower: bigint,
  thisEpochQaPower: bigint,
  thisEpochPledge: bigint,
  thisEpochQaPowerSmoothed: filterEstimate,
  minerCount: int64,
  minerAboveMinPowerCount: int64,
  rampStartEpoch: int64,
  rampDurationEpochs: uint64,
  cronEventQueue: link,
  firstCronEpoch: int64,
  /** From miner address to {@link powerClaimCodec}. */
  claims: link,
  /** Not used since FIP-0084. */
  proofValidationBatch: nullable(link),
})

export const powerClaimCodec = tuple({ windowPoStProof: int64, rawPower: bigint, qaPower: bigint })

export const CRON_QUEUE_BIT_WIDTH = 6

/** Power of a single miner that takes part in consensus, mainnet: 10 TiB. */
export const CONSENSUS_MINIMUM_POWER = 10n << 40n

/** With fewer miners above the minimum, everybody with any power takes part. */
export const CONSENSUS_MINIMUM_MINERS = 4n

/** Window PoSt types of the sector sizes from 2 KiB to 64 GiB, and winning PoSt before them. */
const POST_PROOFS: ReadonlySet<bigint> = new Set([0n, 1n, 2n, 3n, 4n, 10n, 11n, 12n, 13n, 14n])

export function isKnownProof(proof: bigint): boolean {
  return POST_PROOFS.has(proof)
}
