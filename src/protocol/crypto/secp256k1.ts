/**
 * ECDSA over secp256k1 with recoverable signatures, the signatures of f1 and f410 senders.
 *
 *     signature = r (32) ‖ s (32) ‖ recovery id (1)
 *
 * The backend is chosen once, at load: the fastest library that works here, or the one that
 * FEVM_SECP256K1 names.
 */
import { compare, concat, fromHex } from '../../base/bytes.ts'
import {
  type Secp256k1Backend,
  type Secp256k1BackendName,
  secp256k1Backends,
} from './secp256k1-backends.ts'

const ORDER = fromHex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141')
const ZERO = new Uint8Array(32)

export interface Secp256k1 {
  /**
   * The key that signed, as FVM's crypto.recover_secp_public_key: any r and s in [1, n), s may be
   * high, recovery ids 0 to 3.
   * @returns 65 bytes, uncompressed; undefined when the signature has no key
   */
  recover(hash: Uint8Array, signature: Uint8Array): Uint8Array | undefined
  /**
   * @returns 65 bytes, deterministic (RFC 6979), low s
   * @throws Error when the private key is not 32 bytes in [1, n).
   */
  sign(hash: Uint8Array, privateKey: Uint8Array): Uint8Array
  /**
   * @returns 65 bytes, uncompressed
   * @throws Error when the private key is not 32 bytes in [1, n).
   */
  publicKey(privateKey: Uint8Array): Uint8Array
}

/** @throws Error when the library cannot be loaded. */
export function secp256k1With(name: Secp256k1BackendName): Secp256k1 {
  return over(secp256k1Backends[name]())
}

function over(backend: Secp256k1Backend): Secp256k1 {
  return {
    recover(hash, signature) {
      const recoveryId = signature[64]
      if (hash.length !== 32 || signature.length !== 65 || recoveryId! > 3) return undefined
      const compact = signature.subarray(0, 64)
      if (!isScalar(compact.subarray(0, 32)) || !isScalar(compact.subarray(32))) return undefined
      return backend.recover(hash, compact, recoveryId!)
    },
    sign(hash, privateKey) {
      const { compact, recoveryId } = backend.sign(hash, privateKey)
      return concat(compact, Uint8Array.of(recoveryId))
    },
    publicKey: (privateKey) => backend.publicKey(privateKey),
  }
}

function isScalar(bytes: Uint8Array): boolean {
  return compare(bytes, ZERO) > 0 && compare(bytes, ORDER) < 0
}

function choose(): { name: Secp256k1BackendName; backend: Secp256k1Backend } {
  const names = Object.keys(secp256k1Backends) as Secp256k1BackendName[]
  const forced = process.env.FEVM_SECP256K1
  if (forced !== undefined) {
    const name = names.find((known) => known === forced)
    if (name === undefined) throw new Error(`FEVM_SECP256K1 is none of ${names.join(', ')}`)
    return { name, backend: secp256k1Backends[name]() }
  }
  for (const name of names) {
    try {
      return { name, backend: secp256k1Backends[name]() }
    } catch {
      // an optional package that is not installed or has no build for this platform
    }
  }
  throw new Error('no secp256k1 library can be loaded')
}

const chosen = choose()

/** The package that serves {@link recover}, {@link sign} and {@link publicKey}. */
export const secp256k1Backend: Secp256k1BackendName = chosen.name
export const { recover, sign, publicKey } = over(chosen.backend)
