import { g1 } from './bls12-381.ts'
import { addition } from './bls12-381-add.ts'
import type { Precompile } from './precompile.ts'

export const bls12G1Add: Precompile = { name: 'bls12G1Add', run: addition(g1, 2_220_500_000) }
