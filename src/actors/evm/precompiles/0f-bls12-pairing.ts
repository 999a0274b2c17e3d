import { fromBigIntPadded } from '../../../base/bytes.ts'
import { bls12381, isPairingProductOne, type PointPair } from '../../../protocol/crypto/curves.ts'
import { CALL, g1, g2, readSubgroupPoint } from './bls12-381.ts'
import type { Precompile } from './precompile.ts'

const PAIR_LENGTH = g1.length + g2.length

const MILLER_LOOP = 279_487_000_000
const FINAL_EXPONENTIATION = 328_300_000_000

/**
 * One or more of G1 point (128) ‖ G2 point (256) → 1 if the product of their pairings is one,
 * else 0, as 32 bytes (EIP-2537).
 */
export const bls12Pairing: Precompile = {
  name: 'bls12Pairing',
  run(ops, input) {
    ops.gas.chargeWasm(CALL)
    if (input.length === 0 || input.length % PAIR_LENGTH !== 0) return undefined

    const pairs: PointPair[] = []
    for (let offset = 0; offset < input.length; offset += PAIR_LENGTH) {
      const p = readSubgroupPoint(g1, ops, input, offset)
      if (p === undefined) return undefined
      const q = readSubgroupPoint(g2, ops, input, offset + g1.length)
      if (q === undefined) return undefined
      if (!p.is0() && !q.is0()) pairs.push({ g1: p, g2: q })
    }
    if (pairs.length === 0) return fromBigIntPadded(1n, 32)
    ops.gas.chargeWasm(pairs.length * MILLER_LOOP + FINAL_EXPONENTIATION)
    return fromBigIntPadded(isPairingProductOne(bls12381(), pairs) ? 1n : 0n, 32)
  },
}
