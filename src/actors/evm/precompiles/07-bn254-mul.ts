import { bn254 } from '../../../protocol/crypto/curves.ts'
import { readG1, writeG1 } from './bn254.ts'
import { uintAt } from './input.ts'
import type { Precompile } from './precompile.ts'

const CALL = 14_600_000
const SCALAR = 83_200_000
/** Per bit below the highest. */
const DOUBLE = 131_000_000
const DOUBLE_INFINITY = 66_000_000
/** Per bit set below the highest. */
const ADD = 190_000_000

/** point (64) ‖ scalar (32) → their product (64), EIP-196; the scalar may be above the order. */
export const bn254Mul: Precompile = {
  name: 'bn254Mul',
  run(ops, input) {
    ops.gas.chargeWasm(CALL)
    const point = readG1(ops, input, 0)
    if (point === undefined) return undefined

    ops.gas.chargeWasm(SCALAR)
    const scalar = bn254().fields.Fr.create(uintAt(input, 64))
    const bits = scalar.toString(2)
    const doublings = scalar === 0n ? 0 : bits.length - 1
    const additions = point.is0() ? 0 : bits.slice(1).replaceAll('0', '').length
    ops.gas.chargeWasm(doublings * (point.is0() ? DOUBLE_INFINITY : DOUBLE) + additions * ADD)
    return writeG1(ops, point.multiplyUnsafe(scalar))
  },
}
