/**
 * The elliptic curves of @noble/curves.
 * Loading one takes 20-30 ms and most runs need none, so each waits for its first use; actors
 * cannot await, hence `require`.
 */
import { createRequire } from 'node:module'
import type { BlsCurvePair } from '@noble/curves/abstract/bls.js'
import type { Fp2 } from '@noble/curves/abstract/tower.js'
import type { WeierstrassPoint, WeierstrassPointCons } from '@noble/curves/abstract/weierstrass.js'

const require = createRequire(import.meta.url)

function lazy<T>(load: () => T): () => T {
  let loaded: T | undefined
  return () => {
    loaded ??= load()
    return loaded
  }
}

type Bls12381Module = typeof import('@noble/curves/bls12-381.js')
type Bn254Module = typeof import('@noble/curves/bn254.js')
type NistModule = typeof import('@noble/curves/nist.js')
type Secp256k1Module = typeof import('@noble/curves/secp256k1.js')

export const bls12381 = lazy(
  () => (require('@noble/curves/bls12-381.js') as Bls12381Module).bls12_381,
)
export const bn254 = lazy(() => (require('@noble/curves/bn254.js') as Bn254Module).bn254)
export const p256 = lazy(() => (require('@noble/curves/nist.js') as NistModule).p256)
export const secp256k1 = lazy(
  () => (require('@noble/curves/secp256k1.js') as Secp256k1Module).secp256k1,
)

/** y² = x³ + ax + b. The point at infinity has no coordinates and is not asked for here. */
export function isOnCurve<F>(Point: WeierstrassPointCons<F>, x: F, y: F): boolean {
  const { Fp } = Point
  const { a, b } = Point.CURVE()
  return Fp.eql(Fp.sqr(y), Fp.add(Fp.mul(Fp.add(Fp.sqr(x), a), x), b))
}

export interface PointPair {
  readonly g1: WeierstrassPoint<bigint>
  readonly g2: WeierstrassPoint<Fp2>
}

/**
 * Is the product of the pairings one?
 * The points must have been checked, subgroup and all, which noble's own batch would do again;
 * none may be the point at infinity.
 */
export function isPairingProductOne(curve: BlsCurvePair, pairs: readonly PointPair[]): boolean {
  const { Fp12 } = curve.fields
  const terms = pairs.map(({ g1, g2 }): Parameters<typeof curve.millerLoopBatch>[0][number] => {
    const { x, y } = g1.toAffine()
    return [curve.utils.calcPairingPrecomputes(g2), x, y]
  })
  return Fp12.eql(Fp12.finalExponentiate(curve.millerLoopBatch(terms)), Fp12.ONE)
}

/**
 * Maps field elements to points of the subgroups (RFC 9380, EIP-2537). The declarations of noble
 * are wrong here: its functions return points, and G1's takes a number alone.
 */
export function mapToG1(element: bigint): WeierstrassPoint<bigint> {
  const map = bls12381().G1.mapToCurve as unknown as (element: bigint) => WeierstrassPoint<bigint>
  return map(element)
}

export function mapToG2({ c0, c1 }: Fp2): WeierstrassPoint<Fp2> {
  const map = bls12381().G2.mapToCurve as unknown as (element: bigint[]) => WeierstrassPoint<Fp2>
  return map([c0, c1])
}
