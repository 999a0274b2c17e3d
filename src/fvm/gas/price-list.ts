/**
 * The price list of network versions 25 to 28 (kernel spec 6.1), in milligas.
 * A price is data; the functions below put the prices of one event together and name the charge
 * as the reference FVM does, so that charge lists can be compared line by line.
 */
import type { ProofType } from '../../protocol/proofs.ts'
import { GAS } from './gas-tracker.ts'

interface Scaling {
  readonly flat: number
  readonly scale: number
}

const scaling = (flat: number, scale: number): Scaling => ({
  flat: flat * GAS,
  scale: Math.round(scale * GAS),
})

const prices = {
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
} as const

/** Multihash code to price per byte hashed. */
const hashing: Readonly<Record<number, number>> = {
  18: 7 * GAS, // sha2-256
  45600: 10 * GAS, // blake2b-256
  45632: 10 * GAS, // blake2b-512
  27: 33 * GAS, // keccak-256
  4179: 35 * GAS, // ripemd-160
}

/** By the number of seals in an aggregate: the step that starts last at or below it. */
interface AggregatePrice {
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

const STACKED_DRG_32_GIB_V1_1 = 8

/** By RegisteredSealProof; those that are not here cost what {@link STACKED_DRG_32_GIB_V1_1} does. */
const aggregateSeals: Readonly<Record<ProofType, AggregatePrice>> = {
  [STACKED_DRG_32_GIB_V1_1]: aggregatePrice(449_900, aggregateStarts, sealSteps[32]),
  9: aggregatePrice(359_272, aggregateStarts, sealSteps[64]),
  // non-interactive: 126 proofs a sector, and the steps from the second on
  18: aggregatePrice(44_990 * 126, nonInteractiveStarts, sealSteps[32].slice(1)),
  19: aggregatePrice(35_928 * 126, nonInteractiveStarts, sealSteps[64].slice(1)),
}

const EVENT_OVERHEAD = 12
const EVENT_ENTRY_OVERHEAD = 9

const apply = (price: Scaling, count: number) => price.flat + price.scale * count

export const priceList = {
  syscall: prices.syscall,
  actorLookup: prices.actorLookup,
  actorUpdate: prices.actorUpdate,
  valueTransfer: prices.valueTransfer,
  cborField: prices.cborField,
  cborCid: prices.cborCid,
  getRoot: prices.linkTracked,
  setRoot: prices.linkChecked,
  blockOpenBase: prices.blockOpenBase + prices.linkChecked,
  secpRecover: prices.secpRecover,
  computeUnsealedSectorCid: prices.computeUnsealedSectorCid,
  verifySeal: prices.verifySeal,
  verifyConsensusFault: prices.verifyConsensusFault,
  verifyReplicaUpdate: prices.verifyReplicaUpdate,

  /** @param length bytes of the message on chain */
  inclusion: (length: number) => apply(prices.inclusion, length),
  methodInvocation: (links: number) => prices.methodInvocation + prices.linkTracked * links,
  /** The return of the message itself is stored; deeper ones only have their links tracked. */
  methodReturn: (depth: number, size: number, links: number) =>
    depth === 1 ? apply(prices.chainReturn, size) : prices.linkTracked * links,
  createActor: (newAddress: boolean) =>
    prices.actorCreateStorage + (newAddress ? prices.addressAssignment + prices.addressLookup : 0),
  memory: (pages: number) => prices.memoryPage * pages,
  table: (elements: number) => prices.tableElement * elements,
  blockOpen(size: number, links: number): number {
    const work = (prices.blockCopy + prices.blockAllocate) * size + prices.linkTracked * links
    return Math.max(work, prices.blockRetention * size)
  },
  blockRead: (size: number) => prices.blockCopy * size,
  blockCreate(size: number, links: number): number {
    const work = (prices.blockCopy + prices.blockAllocate) * size + prices.linkChecked * links
    return Math.max(work, prices.blockRetention * size)
  },
  blockLink: (size: number) =>
    (prices.blockCopy + prices.blockAllocate + hashing[0xb220]!) * size +
    prices.linkTracked +
    apply(prices.blockPersist, size),
  /** undefined for a hash function that actors may not use */
  hash(code: number, size: number): number | undefined {
    const perByte = hashing[code]
    return perByte === undefined ? undefined : perByte * size
  },
  verifySignature: (type: 1 | 2, size: number) =>
    apply(type === 1 ? prices.secpVerify : prices.blsVerify, size),
  verifyBlsAggregate: (signers: number, size: number) =>
    prices.blsAggregatePairing * (signers + 1) + apply(prices.blsAggregateHashing, size),
  verifyPoSt: (sectors: number) => apply(prices.windowPoSt, sectors),
  verifyAggregateSeals(sealProof: ProofType, seals: number): number {
    const price = aggregateSeals[sealProof] ?? aggregateSeals[STACKED_DRG_32_GIB_V1_1]!
    const step = price.steps.findLast(([from]) => from <= seals)?.[1] ?? 0
    return (price.perSeal * seals + step) * GAS
  },
  /** A negative distance counts as a huge unsigned one, so the future is out of gas. */
  lookback: (epochs: number) =>
    epochs < 0 ? Number.MAX_SAFE_INTEGER : apply(prices.lookback, epochs),
  event(entries: number, keys: number, values: number): number {
    const size = EVENT_OVERHEAD + EVENT_ENTRY_OVERHEAD * entries + keys + values
    const memory = (prices.blockCopy + prices.blockAllocate) * size
    return (
      3 * memory +
      hashing[0xb220]! * size +
      apply(prices.eventEntry, entries) +
      apply(prices.eventKeys, keys)
    )
  },
} as const

export type PriceList = typeof priceList
