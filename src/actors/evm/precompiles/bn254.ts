/**
 * alt_bn128 points as EIP-196 and EIP-197 write them, and what reading and writing them costs.
 *
 *     G1 = x (32) ‖ y (32)
 *     G2 = x imaginary (32) ‖ x real (32) ‖ y imaginary (32) ‖ y real (32)
 *
 * All zeros is the point at infinity.
 */
import type { Fp2 } from '@noble/curves/abstract/tower.js'
import type { WeierstrassPoint } from '@noble/curves/abstract/weierstrass.js'
import { concat, fromBigIntPadded } from '../../../base/bytes.ts'
import { bn254, isOnCurve } from '../../../protocol/crypto/curves.ts'
import { uintAt } from './input.ts'
import type { PrecompileOps } from './precompile.ts'

export type G1Point = WeierstrassPoint<bigint>
export type G2Point = WeierstrassPoint<Fp2>

const G1_INFINITY = 6_700_000
const G1_ON_CURVE = 67_100_000
const G1_TO_JACOBIAN = 10_000_000
const G2_ON_CURVE = 233_000_000
/** A multiplication by the group's order. */
const G2_IN_SUBGROUP = 194_800_000_000

const WRITE_AFFINE = 62_000_000
/** With an inversion, whose price varies by 5 % with its operand. */
const WRITE_JACOBIAN = 533_000_000

/** Undefined when one of them is not below the field's modulus. */
export function fieldElements(
  input: Uint8Array,
  offset: number,
  count: number,
): bigint[] | undefined {
  const { Fp } = bn254().fields
  const elements = Array.from({ length: count }, (_, index) => uintAt(input, offset + 32 * index))
  return elements.every((element) => Fp.isValid(element)) ? elements : undefined
}

/** Undefined when the point is off the curve. */
export function g1Point(ops: PrecompileOps, x: bigint, y: bigint): G1Point | undefined {
  const { Point } = bn254().G1
  if (x === 0n && y === 0n) {
    ops.gas.chargeWasm(G1_INFINITY)
    return Point.ZERO
  }
  ops.gas.chargeWasm(G1_ON_CURVE)
  if (!isOnCurve(Point, x, y)) return undefined
  ops.gas.chargeWasm(G1_TO_JACOBIAN)
  return Point.fromAffine({ x, y })
}

/** Undefined when the point is off the curve or outside the subgroup. */
export function g2Point(ops: PrecompileOps, x: Fp2, y: Fp2): G2Point | undefined {
  const { Point } = bn254().G2
  if (Point.Fp.is0(x) && Point.Fp.is0(y)) return Point.ZERO
  ops.gas.chargeWasm(G2_ON_CURVE)
  if (!isOnCurve(Point, x, y)) return undefined
  ops.gas.chargeWasm(G2_IN_SUBGROUP)
  const point = Point.fromAffine({ x, y })
  return point.isTorsionFree() ? point : undefined
}

export function readG1(ops: PrecompileOps, input: Uint8Array, offset: number): G1Point | undefined {
  const elements = fieldElements(input, offset, 2)
  return elements && g1Point(ops, elements[0]!, elements[1]!)
}

/** 64 bytes. */
export function writeG1(ops: PrecompileOps, point: G1Point): Uint8Array {
  if (!point.is0()) ops.gas.chargeWasm(point.Z === 1n ? WRITE_AFFINE : WRITE_JACOBIAN)
  const { x, y } = point.toAffine()
  return concat(fromBigIntPadded(x, 32), fromBigIntPadded(y, 32))
}
