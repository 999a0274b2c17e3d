import { mapToG2 } from '../../../protocol/crypto/curves.ts'
import { CALL, g2, readFp2, writePoint } from './bls12-381.ts'
import type { Precompile } from './precompile.ts'

const LENGTH = 128

const MAP = 134_318_000_000

/** real part (64) ‖ imaginary part (64) → G2 point (256), EIP-2537. */
export const bls12MapFp2ToG2: Precompile = {
  name: 'bls12MapFp2ToG2',
  run(ops, input) {
    ops.gas.chargeWasm(CALL)
    if (input.length !== LENGTH) return undefined
    const element = readFp2(ops, input, 0)
    if (element === undefined) return undefined

    ops.gas.chargeWasm(MAP)
    return writePoint(g2, ops, mapToG2(element))
  },
}
