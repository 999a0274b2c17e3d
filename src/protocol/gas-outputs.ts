/** Where the gas money of an executed message goes (kernel spec 4.3, ref-fvm `GasOutputs`). */
import type { Message } from './message.ts'

export interface GasOutputs {
  /** attoFIL, to the burnt funds actor. */
  readonly baseFeeBurn: bigint
  /** attoFIL, burnt because the gas limit was set too high. */
  readonly overEstimationBurn: bigint
  /** attoFIL, to the miner through the reward actor. */
  readonly minerTip: bigint
  /** attoFIL that the miner forfeits for a message whose fee cap is below the base fee. */
  readonly minerPenalty: bigint
  /** attoFIL, back to the sender. */
  readonly refund: bigint
}

export interface GasUse extends Pick<Message, 'gasLimit' | 'gasFeeCap' | 'gasPremium'> {
  readonly gasUsed: number
  readonly baseFee: bigint
}

export function gasOutputs(use: GasUse): GasOutputs {
  const { gasFeeCap, baseFee } = use
  const gasUsed = BigInt(use.gasUsed)
  const gasLimit = BigInt(use.gasLimit)
  const paid = baseFee < gasFeeCap ? baseFee : gasFeeCap
  const headroom = gasFeeCap - paid
  const tip = use.gasPremium < headroom ? use.gasPremium : headroom
  const burned = overEstimation(gasUsed, gasLimit)

  const baseFeeBurn = paid * gasUsed
  const overEstimationBurn = paid * burned
  // on the limit, not on what was used: reserving block space is what miners are paid for
  const minerTip = tip * gasLimit
  return {
    baseFeeBurn,
    overEstimationBurn,
    minerTip,
    minerPenalty: (baseFee - paid) * (gasUsed + burned),
    refund: gasFeeCap * gasLimit - baseFeeBurn - minerTip - overEstimationBurn,
  }
}

/**
 * Gas that is burned although it was not used: of what is left over, the share by which the limit
 * exceeds 110 % of the use, at most all.
 */
export function overEstimationGas(gasUsed: number, gasLimit: number): number {
  return Number(overEstimation(BigInt(gasUsed), BigInt(gasLimit)))
}

function overEstimation(gasUsed: bigint, gasLimit: bigint): bigint {
  if (gasUsed === 0n) return gasLimit
  const excess = gasLimit - (11n * gasUsed) / 10n
  if (excess <= 0n || gasLimit <= gasUsed) return 0n
  const over = excess < gasUsed ? excess : gasUsed
  return ((gasLimit - gasUsed) * over) / gasUsed
}
