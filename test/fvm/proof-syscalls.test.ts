import { describe, expect, test } from 'vitest'
import { GAS, GasTracker } from '../../src/fvm/gas/gas-tracker.ts'
import { priceList, priceListOf } from '../../src/fvm/gas/price-list.ts'
import { acceptProofs, ProofSyscalls } from '../../src/fvm/proof-syscalls.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'

const SYSCALL = 14_000
const cid = CID.of(Codec.DAG_CBOR, Uint8Array.of(0x80))
const empty = new Uint8Array(0)

/** Gas of one use. */
function gas(use: (proofs: ProofSyscalls) => unknown): number {
  const tracker = new GasTracker(10 ** 12)
  use(new ProofSyscalls(tracker, priceList, acceptProofs))
  return tracker.used / GAS
}

const seal = {
  registeredProof: 8,
  sectorId: { miner: 1000, number: 1 },
  dealIds: [],
  randomness: empty,
  interactiveRandomness: empty,
  proof: empty,
  sealedCid: cid,
  unsealedCid: cid,
}

describe('prices of network version 28', () => {
  test('one for each kind of proof', () => {
    expect(gas((proofs) => proofs.computeUnsealedSectorCid(8, []))).toBe(SYSCALL + 98_647)
    expect(gas((proofs) => proofs.verifyConsensusFault(empty, empty, empty))).toBe(
      SYSCALL + 516_422,
    )
    const update = { updateProofType: 3, oldSealedCid: cid, newSealedCid: cid, newUnsealedCid: cid }
    expect(gas((proofs) => proofs.verifyReplicaUpdate({ ...update, proof: [] }))).toBe(
      SYSCALL + 36_316_136,
    )
    expect(gas((proofs) => proofs.batchVerifySeals([seal, seal]))).toBe(SYSCALL + 2 * 42_000_000)
  })

  test.each([0, 1, 2_349])('window PoSt over %i sectors', (count) => {
    const sector = { proof: 8, sectorNumber: 1, sealedCid: cid }
    const info = {
      randomness: empty,
      proofs: [],
      challengedSectors: Array(count).fill(sector),
      prover: 1,
    }
    expect(gas((proofs) => proofs.verifyPoSt(info))).toBe(SYSCALL + 117_680_921 + 43_780 * count)
  })

  test.each([
    [8, 1, 0],
    [8, 4, 103_994_170],
    [8, 12, 112_356_810],
    [8, 819, 528_274_980],
    [9, 4, 102_581_240],
    [9, 103, 203_017_690],
    // non-interactive, 126 proofs each
    [18, 1, 112_356_810],
    [18, 65, 528_274_980],
    [19, 4, 134_642_130],
    // what has no price of its own costs what 32 GiB do
    [5, 410, 528_274_980],
  ])('aggregate of seal proof %i over %i seals', (sealProof, count, step) => {
    const per = { 9: 359_272, 18: 44_990 * 126, 19: 35_928 * 126 }[sealProof] ?? 449_900
    const { sealedCid, unsealedCid } = seal
    const info = {
      sectorNumber: 1,
      randomness: empty,
      interactiveRandomness: empty,
      sealedCid,
      unsealedCid,
    }
    const aggregate = {
      miner: 1,
      sealProof,
      aggregateProof: 0,
      proof: empty,
      infos: Array(count).fill(info),
    }
    expect(gas((proofs) => proofs.verifyAggregateSeals(aggregate))).toBe(
      SYSCALL + per * count + step,
    )
  })
})

describe('prices of other network versions', () => {
  test('FIP-0100 made proofs dearer with version 25', () => {
    expect([18, 24, 25, 28].map((version) => priceListOf(version).verifySeal / GAS)).toEqual([
      2_000, 2_000, 42_000_000, 42_000_000,
    ])
    // before it, non-interactive seals had no price of their own
    const single = (version: number) => priceListOf(version).verifyAggregateSeals(18, 1) / GAS
    expect([single(24), single(25)]).toEqual([449_900, 44_990 * 126 + 112_356_810])
  })

  test('FIP-0071 made links cost something with version 21', () => {
    const opening = (version: number) => {
      const prices = priceListOf(version)
      return [prices.blockOpenBase, prices.blockOpen(10, 2), prices.methodReturn(2, 10, 2)]
    }
    expect(opening(20)).toEqual([187_440_000, 100_000, 0])
    expect(opening(21)).toEqual([187_740_000, 624_000, 600_000])
  })

  test('there are none before 18', () => {
    expect(() => priceListOf(17)).toThrow(RangeError)
  })
})
