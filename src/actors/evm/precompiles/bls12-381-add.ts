import { CALL, type Group, readPoint, writePoint } from './bls12-381.ts'
import type { PrecompileOps } from './precompile.ts'

/**
 * point ‖ point → their sum, in either group (EIP-2537). The points need not be in the subgroup.
 * @param add milligas of the addition and the way back to affine form
 */
export function addition<F>(group: Group<F>, add: number) {
  return (ops: PrecompileOps, input: Uint8Array): Uint8Array | undefined => {
    ops.gas.chargeWasm(CALL)
    if (input.length !== 2 * group.length) return undefined
    const p = readPoint(group, ops, input, 0)
    if (p === undefined) return undefined
    const q = readPoint(group, ops, input, group.length)
    if (q === undefined) return undefined

    if (!p.is0() && !q.is0()) ops.gas.chargeWasm(add)
    return writePoint(group, ops, p.add(q))
  }
}
