/**
 * BLS12-381 points as EIP-2537 writes them, and what reading and writing them costs.
 *
 *     field element = zeros (16) ‖ big-endian (48)
 *     G1 = x ‖ y, G2 = x real ‖ x imaginary ‖ y real ‖ y imaginary
 *
 * All zeros is the point at infinity. Subgroup checks are the callers': additions have none.
 */
import type { Fp2 } from '@noble/curves/abstract/tower.js'
import type { WeierstrassPoint, WeierstrassPointCons } from '@noble/curves/abstract/weierstrass.js'
import { concat, fromBigIntPadded } from '../../../base/bytes.ts'
import { bls12381, isOnCurve } from '../../../protocol/crypto/curves.ts'
import { uintAt } from './input.ts'
import type { PrecompileOps } from './precompile.ts'

const ELEMENT_LENGTH = 64

const READ_ELEMENT = 38_400_000

/** Opcode and length check. */
export const CALL = 13_000_000

/**
 * G1 or G2: how its points are read and written, and its prices. The subgroup checks were not
 * measured alone; they are put together from blst's doublings and additions, which the prices of
 * multiplications by 128 and by 256 bits give.
 */
export interface Group<F> {
  /** Bytes of a point. */
  readonly length: number
  point(): WeierstrassPointCons<F>
  /** Undefined when an element is not a canonical field element. */
  read(ops: PrecompileOps, input: Uint8Array, offset: number): F | undefined
  elements(coordinate: F): bigint[]
  readonly onCurve: number
  readonly inSubgroup: number
  readonly write: number
}

export const g1: Group<bigint> = {
  length: 2 * ELEMENT_LENGTH,
  point: () => bls12381().G1.Point,
  read: readFp,
  elements: (coordinate) => [coordinate],
  onCurve: 103_200_000,
  inSubgroup: 38_000_000_000,
  write: 30_000_000,
}

export const g2: Group<Fp2> = {
  length: 4 * ELEMENT_LENGTH,
  point: () => bls12381().G2.Point,
  read: readFp2,
  elements: ({ c0, c1 }) => [c0, c1],
  onCurve: 310_000_000,
  inSubgroup: 48_000_000_000,
  write: 60_000_000,
}

/** Undefined for a padding that is not zero and for numbers from the modulus up. */
export function readFp(ops: PrecompileOps, input: Uint8Array, offset: number): bigint | undefined {
  const element = uintAt(input, offset, ELEMENT_LENGTH)
  if (!bls12381().fields.Fp.isValid(element)) return undefined
  ops.gas.chargeWasm(READ_ELEMENT)
  return element
}

/** Real before imaginary part. */
export function readFp2(ops: PrecompileOps, input: Uint8Array, offset: number): Fp2 | undefined {
  const c0 = readFp(ops, input, offset)
  if (c0 === undefined) return undefined
  const c1 = readFp(ops, input, offset + ELEMENT_LENGTH)
  return c1 === undefined ? undefined : bls12381().fields.Fp2.fromBigTuple([c0, c1])
}

/** Undefined when the bytes are no point of the curve. */
export function readPoint<F>(
  group: Group<F>,
  ops: PrecompileOps,
  input: Uint8Array,
  offset: number,
): WeierstrassPoint<F> | undefined {
  const x = group.read(ops, input, offset)
  if (x === undefined) return undefined
  const y = group.read(ops, input, offset + group.length / 2)
  if (y === undefined) return undefined

  ops.gas.chargeWasm(group.onCurve)
  const Point = group.point()
  if (Point.Fp.is0(x) && Point.Fp.is0(y)) return Point.ZERO
  return isOnCurve(Point, x, y) ? Point.fromAffine({ x, y }) : undefined
}

/** Undefined also when the point is outside the subgroup. */
export function readSubgroupPoint<F>(
  group: Group<F>,
  ops: PrecompileOps,
  input: Uint8Array,
  offset: number,
): WeierstrassPoint<F> | undefined {
  const point = readPoint(group, ops, input, offset)
  if (point === undefined) return undefined
  ops.gas.chargeWasm(group.inSubgroup)
  return point.isTorsionFree() ? point : undefined
}

export function writePoint<F>(
  group: Group<F>,
  ops: PrecompileOps,
  point: WeierstrassPoint<F>,
): Uint8Array {
  ops.gas.chargeWasm(group.write)
  const { x, y } = point.toAffine()
  const elements = [...group.elements(x), ...group.elements(y)]
  return concat(...elements.map((element) => fromBigIntPadded(element, ELEMENT_LENGTH)))
}
