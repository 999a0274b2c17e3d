import { g1 } from './bls12-381.ts'
import { multiScalarMultiplication } from './bls12-381-msm.ts'
import type { Precompile } from './precompile.ts'

export const bls12G1Msm: Precompile = {
  name: 'bls12G1Msm',
  run: multiScalarMultiplication(g1, {
    single: 78_961_000_000,
    singleUnreduced: 112_605_000_000,
    base: 70_845_000_000,
    perPair: 36_897_000_000,
  }),
}
