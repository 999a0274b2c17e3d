import { readG1, writeG1 } from './bn254.ts'
import type { Precompile } from './precompile.ts'

const CALL = 14_600_000
const ADD = 204_000_000
const DOUBLE = 236_000_000

/** point (64) ‖ point (64) → their sum (64), EIP-196. */
export const bn254Add: Precompile = {
  name: 'bn254Add',
  run(ops, input) {
    ops.gas.chargeWasm(CALL)
    const p = readG1(ops, input, 0)
    if (p === undefined) return undefined
    const q = readG1(ops, input, 64)
    if (q === undefined) return undefined

    if (p.is0()) return writeG1(ops, q)
    if (q.is0()) return writeG1(ops, p)
    ops.gas.chargeWasm(p.equals(q) ? DOUBLE : ADD)
    return writeG1(ops, p.add(q))
  },
}
