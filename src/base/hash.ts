/**
 * The hash functions of Filecoin and Ethereum, synchronous.
 * hash-wasm instances are made once; each call resets and reuses them (6-7 times faster than
 * pure JavaScript on the 32-4,096 byte inputs that state blocks and topics are).
 */
import { createHash } from 'node:crypto'
import { createBLAKE2b, createKeccak, createRIPEMD160, createSHA256 } from 'hash-wasm'

const [blake256, blake160, blake32, blake512, keccak, ripemd, sha2] = await Promise.all([
  createBLAKE2b(256),
  createBLAKE2b(160),
  createBLAKE2b(32),
  createBLAKE2b(512),
  createKeccak(256),
  createRIPEMD160(),
  createSHA256(),
])

type Hasher = typeof blake256

function digest(hasher: Hasher, data: Uint8Array): Uint8Array {
  return hasher.init().update(data).digest('binary')
}

/** 32 bytes. CIDs, message signing, randomness. */
export function blake2b256(data: Uint8Array): Uint8Array {
  return digest(blake256, data)
}

/** 20 bytes. f1 and f2 addresses. */
export function blake2b160(data: Uint8Array): Uint8Array {
  return digest(blake160, data)
}

/** 4 bytes. Address checksums. */
export function blake2b32(data: Uint8Array): Uint8Array {
  return digest(blake32, data)
}

/** 64 bytes. FRC-42 method numbers. */
export function blake2b512(data: Uint8Array): Uint8Array {
  return digest(blake512, data)
}

/** 32 bytes, the padding of Ethereum. */
export function keccak256(data: Uint8Array): Uint8Array {
  return digest(keccak, data)
}

/** 20 bytes. */
export function ripemd160(data: Uint8Array): Uint8Array {
  return digest(ripemd, data)
}

/** Up to here the wasm takes half the time of OpenSSL, whose call is dear; beyond it, more. */
const SHORT_INPUT = 128

/** 32 bytes. HAMT keys. */
export function sha256(data: Uint8Array): Uint8Array {
  if (data.length <= SHORT_INPUT) return digest(sha2, data)
  return new Uint8Array(createHash('sha256').update(data).digest())
}
