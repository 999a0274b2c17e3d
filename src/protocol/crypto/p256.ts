/** ECDSA over P-256 (secp256r1) on ready-made hashes, as EIP-7951 wants it. */
import { concat, toBigInt } from '../../base/bytes.ts'
import { isOnCurve, p256 } from './curves.ts'

const UNCOMPRESSED = Uint8Array.of(4)

/**
 * @param signature r ‖ s, 64 bytes
 * @returns whether r and s are in [1, n)
 */
export function isSignature(signature: Uint8Array): boolean {
  const { Fn } = p256().Point
  return (
    Fn.isValidNot0(toBigInt(signature.subarray(0, 32))) &&
    Fn.isValidNot0(toBigInt(signature.subarray(32)))
  )
}

/**
 * @param key x ‖ y, 64 bytes
 * @returns whether both are field elements and the point is on the curve; it has no infinity
 */
export function isPublicKey(key: Uint8Array): boolean {
  const { Point } = p256()
  const x = toBigInt(key.subarray(0, 32))
  const y = toBigInt(key.subarray(32))
  return Point.Fp.isValid(x) && Point.Fp.isValid(y) && isOnCurve(Point, x, y)
}

/**
 * For a signature and a key that the two functions above take; s may be high.
 * @throws Error for others.
 */
export function verify(hash: Uint8Array, signature: Uint8Array, key: Uint8Array): boolean {
  const options = { prehash: false, lowS: false }
  return p256().verify(signature, hash, concat(UNCOMPRESSED, key), options)
}
