import { mapToG1 } from '../../../protocol/crypto/curves.ts'
import { CALL, g1, readFp, writePoint } from './bls12-381.ts'
import type { Precompile } from './precompile.ts'

const LENGTH = 64

const MAP = 35_487_000_000

/** field element (64) → G1 point (128), EIP-2537. */
export const bls12MapFpToG1: Precompile = {
  name: 'bls12MapFpToG1',
  run(ops, input) {
    ops.gas.chargeWasm(CALL)
    if (input.length !== LENGTH) return undefined
    const element = readFp(ops, input, 0)
    if (element === undefined) return undefined

    ops.gas.chargeWasm(MAP)
    return writePoint(g1, ops, mapToG1(element))
  },
}
