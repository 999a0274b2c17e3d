import type { WeierstrassPoint } from '@noble/curves/abstract/weierstrass.js'
import { bls12381 } from '../../../protocol/crypto/curves.ts'
import { CALL, type Group, readSubgroupPoint, writePoint } from './bls12-381.ts'
import { uintAt } from './input.ts'
import type { PrecompileOps } from './precompile.ts'

const SCALAR_LENGTH = 32

/** Milligas by the number of pairs in which neither point nor scalar is zero. */
export interface MsmPrices {
  /** A single pair, its scalar below the order: blst takes the endomorphism's short way. */
  readonly single: number
  /** A single pair with a larger scalar. */
  readonly singleUnreduced: number
  /** Two and more. */
  readonly base: number
  readonly perPair: number
}

/**
 * One or more of point ‖ scalar (32) → the sum of their products, in either group (EIP-2537).
 * Scalars may be above the order.
 */
export function multiScalarMultiplication<F>(group: Group<F>, prices: MsmPrices) {
  const pairLength = group.length + SCALAR_LENGTH

  return (ops: PrecompileOps, input: Uint8Array): Uint8Array | undefined => {
    ops.gas.chargeWasm(CALL)
    if (input.length === 0 || input.length % pairLength !== 0) return undefined

    const terms: { point: WeierstrassPoint<F>; scalar: bigint }[] = []
    for (let offset = 0; offset < input.length; offset += pairLength) {
      const point = readSubgroupPoint(group, ops, input, offset)
      if (point === undefined) return undefined
      const scalar = uintAt(input, offset + group.length)
      if (!point.is0() && scalar !== 0n) terms.push({ point, scalar })
    }

    const { Fr } = bls12381().fields
    ops.gas.chargeWasm(
      cost(
        prices,
        terms.map(({ scalar }) => scalar),
        Fr.ORDER,
      ),
    )
    const sum = terms.reduce(
      (sum, { point, scalar }) => sum.add(point.multiplyUnsafe(Fr.create(scalar))),
      group.point().ZERO,
    )
    return writePoint(group, ops, sum)
  }
}

function cost(prices: MsmPrices, scalars: readonly bigint[], order: bigint): number {
  const [first] = scalars
  if (first === undefined) return 0
  if (scalars.length > 1) return prices.base + scalars.length * prices.perPair
  return first < order ? prices.single : prices.singleUnreduced
}
