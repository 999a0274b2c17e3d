/**
 * What the events of execution cost, in milligas. The functions put the prices of one event together
 * and name the charge as the reference FVM does, so that charge lists can be compared line by line.
 */
import type { ProofType } from '../../protocol/proofs.ts'
import { GAS } from './gas-tracker.ts'
import { type Prices, pricesOf, type Scaling, STACKED_DRG_32_GIB_V1_1 } from './prices.ts'

/** Multihash code to price per byte hashed. */
const hashing: Readonly<Record<number, number>> = {
  18: 7 * GAS, // sha2-256
  45600: 10 * GAS, // blake2b-256
  45632: 10 * GAS, // blake2b-512
  27: 33 * GAS, // keccak-256
  4179: 35 * GAS, // ripemd-160
}

const EVENT_OVERHEAD = 12
const EVENT_ENTRY_OVERHEAD = 9

/** Tag, digest and epoch, which are hashed together with the entropy. */
const RANDOMNESS_INPUT = 8 + 32 + 8

const apply = (price: Scaling, count: number) => price.flat + price.scale * count

function listOf(prices: Prices) {
  return {
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

    tracksLinks: prices.tracksLinks,
    tipsetLookback: prices.tipsetLookback,

    /** @param length bytes of the message on chain */
    inclusion: (length: number) => apply(prices.inclusion, length),
    methodInvocation: (links: number) => prices.methodInvocation + prices.linkTracked * links,
    /** The return of the message itself is stored; deeper ones only have their links tracked. */
    methodReturn: (depth: number, size: number, links: number) =>
      depth === 1 ? apply(prices.chainReturn, size) : prices.linkTracked * links,
    createActor: (newAddress: boolean) =>
      prices.actorCreateStorage +
      (newAddress ? prices.addressAssignment + prices.addressLookup : 0),
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
      const { aggregateSeals } = prices
      const price = aggregateSeals[sealProof] ?? aggregateSeals[STACKED_DRG_32_GIB_V1_1]!
      const step = price.steps.findLast(([from]) => from <= seals)?.[1] ?? 0
      return (price.perSeal * seals + step) * GAS
    },
    /** A negative distance counts as a huge unsigned one, so the future is out of gas. */
    randomness: (epochs: number) =>
      epochs < 0 ? Number.MAX_SAFE_INTEGER : apply(prices.lookback, epochs),
    tipsetCid(epochs: number): number {
      const { tipsetCid } = prices
      if (tipsetCid === undefined) return apply(prices.lookback, epochs)
      return epochs > 1 ? tipsetCid.historical : tipsetCid.latest
    },
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

    // what actors before v12 ask for: see early-syscalls.ts
    drawRandomness: (entropy: number) =>
      prices.randomnessSeed + hashing[0xb220]! * (RANDOMNESS_INPUT + entropy),
    validateEvent: (size: number) =>
      (prices.blockCopy + prices.blockAllocate) * size + apply(prices.eventValidation, size),
    acceptEvent: (size: number) =>
      (3 * prices.blockCopy + 2 * prices.blockAllocate + hashing[0xb220]!) *
      (size + EVENT_OVERHEAD),
  } as const
}

export type PriceList = ReturnType<typeof listOf>

const lists = new Map<number, PriceList>()

/** @throws RangeError for a network version that is not known */
export function priceListOf(networkVersion: number): PriceList {
  let list = lists.get(networkVersion)
  if (list === undefined) {
    list = listOf(pricesOf(networkVersion))
    lists.set(networkVersion, list)
  }
  return list
}

/** Of the network versions 25 to 28. */
export const priceList = priceListOf(28)
