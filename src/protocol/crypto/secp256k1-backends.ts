/**
 * The three libraries that can do secp256k1, fastest first (recover on one core):
 *
 *     secp256k1          60 us    native, optional, prebuilt for the common platforms
 *     tiny-secp256k1    250 us    WebAssembly, optional
 *     @noble/curves   1,400 us    JavaScript, always there
 *
 * All three follow RFC 6979 and sign with low s, so they give the same bytes.
 */
import { createRequire } from 'node:module'
import { secp256k1 as noble } from './curves.ts'

const require = createRequire(import.meta.url)

export interface Secp256k1Backend {
  /**
   * @param compact r ‖ s, both in [1, n)
   * @param recoveryId 0 to 3
   * @returns the uncompressed key (65 bytes), undefined when there is none
   */
  recover(hash: Uint8Array, compact: Uint8Array, recoveryId: number): Uint8Array | undefined
  /** @throws Error when the private key is not in [1, n). */
  sign(hash: Uint8Array, privateKey: Uint8Array): { compact: Uint8Array; recoveryId: number }
  /**
   * @returns the uncompressed key, 65 bytes
   * @throws Error when the private key is not in [1, n).
   */
  publicKey(privateKey: Uint8Array): Uint8Array
}

/** What is used of `secp256k1/bindings`, which ships no types. */
interface Bindings {
  ecdsaRecover(
    compact: Uint8Array,
    recoveryId: number,
    hash: Uint8Array,
    compressed: boolean,
  ): Uint8Array
  ecdsaSign(hash: Uint8Array, privateKey: Uint8Array): { signature: Uint8Array; recid: number }
  publicKeyCreate(privateKey: Uint8Array, compressed: boolean): Uint8Array
}

/** The package's main entry falls back to the slow and criticised `elliptic`; this one throws. */
function native(): Secp256k1Backend {
  const bindings = require('secp256k1/bindings') as Bindings
  return {
    recover(hash, compact, recoveryId) {
      try {
        return bindings.ecdsaRecover(compact, recoveryId, hash, false)
      } catch (error) {
        if (messageOf(error) === 'Public key could not be recover') return undefined
        throw error
      }
    },
    sign(hash, privateKey) {
      const { signature, recid } = bindings.ecdsaSign(hash, privateKey)
      return { compact: signature, recoveryId: recid }
    },
    publicKey: (privateKey) => bindings.publicKeyCreate(privateKey, false),
  }
}

function wasm(): Secp256k1Backend {
  const tiny = require('tiny-secp256k1') as typeof import('tiny-secp256k1')
  return {
    recover(hash, compact, recoveryId) {
      // it wants r itself to be on the curve, which with ids 2 and 3 is true of r + n only
      if (recoveryId > 1) return javascript().recover(hash, compact, recoveryId)
      try {
        return tiny.recover(hash, compact, recoveryId as 0 | 1) ?? undefined
      } catch (error) {
        if (messageOf(error) === 'Expected Signature') return undefined
        throw error
      }
    },
    sign(hash, privateKey) {
      const { signature, recoveryId } = tiny.signRecoverable(hash, privateKey)
      return { compact: signature, recoveryId }
    },
    publicKey(privateKey) {
      const key = tiny.pointFromScalar(privateKey, false)
      if (key === null) throw new Error('secp256k1 private key out of range')
      return key
    },
  }
}

function javascript(): Secp256k1Backend {
  return {
    recover(hash, compact, recoveryId) {
      const signature = noble().Signature.fromBytes(compact, 'compact').addRecoveryBit(recoveryId)
      try {
        return signature.recoverPublicKey(hash).toBytes(false)
      } catch {
        // with r, s and the id in range, all it can object to is that there is no such point
        return undefined
      }
    },
    sign(hash, privateKey) {
      // recovery id ‖ r ‖ s
      const signature = noble().sign(hash, privateKey, { prehash: false, format: 'recovered' })
      return { compact: signature.subarray(1), recoveryId: signature[0]! }
    },
    publicKey: (privateKey) => noble().getPublicKey(privateKey, false),
  }
}

function messageOf(error: unknown): string | undefined {
  return error instanceof Error ? error.message : undefined
}

/** Each opens its library and throws when that is not installed or has no build for here. */
export const secp256k1Backends = {
  secp256k1: native,
  'tiny-secp256k1': wasm,
  '@noble/curves': javascript,
} satisfies Record<string, () => Secp256k1Backend>

export type Secp256k1BackendName = keyof typeof secp256k1Backends
