import { g2 } from './bls12-381.ts'
import { multiScalarMultiplication } from './bls12-381-msm.ts'
import type { Precompile } from './precompile.ts'

/** Base and pair were measured together, at two pairs, and split as G1's are. */
export const bls12G2Msm: Precompile = {
  name: 'bls12G2Msm',
  run: multiScalarMultiplication(g2, {
    single: 170_367_000_000,
    singleUnreduced: 283_700_000_000,
    base: 188_961_000_000,
    perPair: 90_536_000_000,
  }),
}
