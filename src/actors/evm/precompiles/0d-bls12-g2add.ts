import { g2 } from './bls12-381.ts'
import { addition } from './bls12-381-add.ts'
import type { Precompile } from './precompile.ts'

export const bls12G2Add: Precompile = { name: 'bls12G2Add', run: addition(g2, 3_406_000_000) }
