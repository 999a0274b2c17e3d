/**
 * BLS signatures over BLS12-381 as Filecoin has them: public keys in G1 (48 bytes), signatures in
 * G2 (96 bytes), both compressed; messages hashed to G2 under the tag below.
 */
import { bytesKey } from '../../base/bytes.ts'
import { bls12381, isPairingProductOne } from './curves.ts'

const TAG = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_'

/**
 * @param privateKey 32 bytes little-endian, the form in which Lotus keeps and exports BLS keys
 * @throws Error when the key is not in [1, r).
 */
export function blsPublicKey(privateKey: Uint8Array): Uint8Array {
  return bls12381().longSignatures.getPublicKey(bigEndian(privateKey)).toBytes()
}

/**
 * @param privateKey 32 bytes little-endian
 * @throws Error when the key is not in [1, r).
 */
export function signBls(message: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const { longSignatures } = bls12381()
  const signature = longSignatures.sign(longSignatures.hash(message, TAG), bigEndian(privateKey))
  return signature.toBytes()
}

/** Compressed point at infinity: the aggregate of no signatures. */
const NO_SIGNATURES = Uint8Array.of(0xc0, ...new Uint8Array(95))

/** One signature for all. @throws Error when one of them is not a point of the curve */
export function aggregateBls(signatures: readonly Uint8Array[]): Uint8Array {
  if (signatures.length === 0) return NO_SIGNATURES
  const { Point } = bls12381().G2
  const points = signatures.map((signature) => Point.fromBytes(signature))
  return points.reduce((sum, point) => sum.add(point)).toBytes()
}

/** False also for a key or signature that is malformed, off its curve or outside its subgroup. */
export function verifyBls(
  signature: Uint8Array,
  publicKey: Uint8Array,
  message: Uint8Array,
): boolean {
  return verifyBlsAggregate(signature, [publicKey], [message])
}

/**
 * FIP-0079: does the signature aggregate one by each key over the message at the key's place?
 * True of no keys at all, whatever the signature. False where a message is repeated or a key is
 * the point at infinity, since then a rogue key could cancel the others.
 * @throws RangeError when the counts differ.
 */
export function verifyBlsAggregate(
  signature: Uint8Array,
  publicKeys: readonly Uint8Array[],
  messages: readonly Uint8Array[],
): boolean {
  if (publicKeys.length !== messages.length) {
    throw new RangeError(`${publicKeys.length} BLS keys for ${messages.length} messages`)
  }
  if (publicKeys.length === 0) return true
  if (new Set(messages.map(bytesKey)).size !== messages.length) return false

  const { G1, G2, longSignatures } = bls12381()
  const point = decode(signature, 96, (bytes) => G2.Point.fromBytes(bytes))
  const keys = publicKeys.map((key) => decode(key, 48, (bytes) => G1.Point.fromBytes(bytes)))
  if (point === undefined || point.is0()) return false

  const pairs = [{ g1: G1.Point.BASE.negate(), g2: point }]
  for (const [index, key] of keys.entries()) {
    if (key === undefined || key.is0()) return false
    pairs.push({ g1: key, g2: longSignatures.hash(messages[index]!, TAG) })
  }
  return isPairingProductOne(bls12381(), pairs)
}

function decode<P>(
  bytes: Uint8Array,
  length: number,
  fromBytes: (bytes: Uint8Array) => P,
): P | undefined {
  if (bytes.length !== length) return undefined
  try {
    return fromBytes(bytes)
  } catch {
    // noble throws for every encoding that is not a point of the subgroup
    return undefined
  }
}

function bigEndian(privateKey: Uint8Array): Uint8Array {
  return privateKey.toReversed()
}
