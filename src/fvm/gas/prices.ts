/**
 * The prices of the network versions, in milligas (kernel spec 6.1). A version is what it changes
 * of the one after it.
 */
import type { ProofType } from '../../protocol/proofs.ts'
import { GAS } from './gas-tracker.ts'

export interface Scaling {
  readonly flat: number
  readonly scale: number
}

const scaling = (flat: number, scale: number): Scaling => ({
  flat: flat * GAS,
  scale: Math.round(scale * GAS),
})

/** By the number of seals in an aggregate: the step that starts last at or below it. */
export interface AggregatePrice {
  readonly perSeal: number
  readonly steps: readonly (readonly [from: number, price: number])[]
}

const sealSteps = {
  32: [
    103_994_170, 112_356_810, 122_912_610, 137_559_930, 162_039_100, 210_960_780, 318_351_180,
    528_274_980,
  ],
  64: [
    102_581_240, 110_803_030, 120_803_700, 134_642_130, 157_357_890, 203_017_690, 304_253_590,
    509_880_640,
  ],
} as const

/** Where the steps start. */
const aggregateStarts = [4, 7, 13, 26, 52, 103, 205, 410] as const
const nonInteractiveStarts = [1, 2, 3, 5, 9, 17, 33] as const

function aggregatePrice(
  perSeal: number,
  starts: readonly number[],
  steps: readonly number[],
): AggregatePrice {
  return { perSeal, steps: starts.map((start, index) => [start, steps[index]!] as const) }
}

export const STACKED_DRG_32_GIB_V1_1 = 8

const aggregateSeals = {
  [STACKED_DRG_32_GIB_V1_1]: aggregatePrice(449_900, aggregateStarts, sealSteps[32]),
  9: aggregatePrice(359_272, aggregateStarts, sealSteps[64]),
}

/** Network versions 25 to 28. */
const teep = {
  /** FIP-0071: only what an actor can reach it may open, and links cost something. */
  tracksLinks: true as boolean,
  inclusion: scaling(38_863 + 475_000 + 36 * 1_300, 1_300),
  chainReturn: scaling(0, 1_300),
  valueTransfer: 6_000 * GAS,
  methodInvocation: 75_000 * GAS,
  actorLookup: 500_000 * GAS,
  actorUpdate: 475_000 * GAS,
  actorCreateStorage: 650_000 * GAS,
  addressAssignment: 1_000_000 * GAS,
  addressLookup: 1_050_000 * GAS,
  syscall: 14_000 * GAS,
  linkTracked: 300 * GAS,
  linkChecked: 300 * GAS,
  cborField: 35 * GAS,
  cborCid: 400 * GAS,
  blockOpenBase: 187_440 * GAS,
  /** 0.4 copy and 2 allocation per byte */
  blockCopy: Math.round(0.4 * GAS),
  blockAllocate: 2 * GAS,
  blockRetention: 10 * GAS,
  blockPersist: scaling(334_000 + 172_000, 3_340),
  secpRecover: 1_637_292 * GAS,
  secpVerify: scaling(1_637_292, 10),
  blsVerify: scaling(16_598_605, 26),
  blsAggregatePairing: 8_299_302 * GAS,
  blsAggregateHashing: scaling(0, 7),
  lookback: scaling(146_200, 75),
  /** The CID of the tipset before, and of earlier ones; undefined: as looking back for anything. */
  tipsetCid: undefined as { readonly latest: number; readonly historical: number } | undefined,
  /** Epochs from which on tipsets lie too far back. */
  tipsetLookback: Number.POSITIVE_INFINITY as number,
  /** What actors before v12 ask for. */
  randomnessSeed: 21_000 * GAS,
  eventValidation: scaling(1_750, 25),
  eventEntry: scaling(2_000, 1_400),
  eventKeys: scaling(500, 16),
  /** 0.4 byte of memory a wasm page needs at instantiation: 26,214.4 gas */
  memoryPage: 26_214_400,
  tableElement: 3_200,
  computeUnsealedSectorCid: 98_647 * GAS,
  windowPoSt: scaling(117_680_921, 43_780),
  verifySeal: 42_000_000 * GAS,
  verifyConsensusFault: 516_422 * GAS,
  verifyReplicaUpdate: 36_316_136 * GAS,
  aggregateSeals: {
    ...aggregateSeals,
    // non-interactive: 126 proofs a sector, and the steps from the second on
    18: aggregatePrice(44_990 * 126, nonInteractiveStarts, sealSteps[32].slice(1)),
    19: aggregatePrice(35_928 * 126, nonInteractiveStarts, sealSteps[64].slice(1)),
  } as Readonly<Record<ProofType, AggregatePrice>>,
} as const

export type Prices = typeof teep

/** Network versions 21 to 24: FIP-0100 has corrected what proofs cost. */
const watermelon: Prices = { ...teep, verifySeal: 2_000 * GAS, aggregateSeals }

/** Network versions 18 to 20, before FIP-0071. */
const hygge: Prices = {
  ...watermelon,
  tracksLinks: false,
  linkTracked: 0,
  linkChecked: 0,
  cborField: 0,
  cborCid: 0,
  tipsetCid: { latest: 50_000 * GAS, historical: 215_000 * GAS },
  tipsetLookback: 900,
}

const versions: readonly (readonly [from: number, to: number, prices: Prices])[] = [
  [18, 20, hygge],
  [21, 24, watermelon],
  [25, 28, teep],
]

/** @throws RangeError for a network version that has no prices here */
export function pricesOf(networkVersion: number): Prices {
  const found = versions.find(([from, to]) => from <= networkVersion && networkVersion <= to)
  if (found === undefined) throw new RangeError(`network version ${networkVersion}`)
  return found[2]
}
