// biome-ignore-all lint/complexity/useSimpleNumberKeys: addresses are hexadecimal
import { bls12G1Add } from './0b-bls12-g1add.ts'
import { bls12G1Msm } from './0c-bls12-g1msm.ts'
import { bls12G2Add } from './0d-bls12-g2add.ts'
import { bls12G2Msm } from './0e-bls12-g2msm.ts'
import { bls12Pairing } from './0f-bls12-pairing.ts'
import { ecrecover } from './01-ecrecover.ts'
import { sha256 } from './02-sha256.ts'
import { ripemd160 } from './03-ripemd160.ts'
import { identity } from './04-identity.ts'
import { modexp } from './05-modexp.ts'
import { bn254Add } from './06-bn254-add.ts'
import { bn254Mul } from './07-bn254-mul.ts'
import { bn254Pairing } from './08-bn254-pairing.ts'
import { blake2f } from './09-blake2f.ts'
import { bls12MapFpToG1 } from './10-bls12-map-fp-to-g1.ts'
import { bls12MapFp2ToG2 } from './11-bls12-map-fp2-to-g2.ts'
import { p256Verify } from './100-p256verify.ts'
import type { Precompile } from './precompile.ts'

/** The last two bytes of the addresses, by the fork of Ethereum that brought them. */
type Frontier = 0x01 | 0x02 | 0x03 | 0x04
type Byzantium = 0x05 | 0x06 | 0x07 | 0x08
type Istanbul = 0x09
type Prague = 0x0b | 0x0c | 0x0d | 0x0e | 0x0f | 0x10 | 0x11
type Osaka = 0x0100

const precompiles = {
  0x01: ecrecover,
  0x02: sha256,
  0x03: ripemd160,
  0x04: identity,
  0x05: modexp,
  0x06: bn254Add,
  0x07: bn254Mul,
  0x08: bn254Pairing,
  0x09: blake2f,
  0x0b: bls12G1Add,
  0x0c: bls12G1Msm,
  0x0d: bls12G2Add,
  0x0e: bls12G2Msm,
  0x0f: bls12Pairing,
  0x10: bls12MapFpToG1,
  0x11: bls12MapFp2ToG2,
  0x0100: p256Verify,
} satisfies Record<Frontier | Byzantium | Istanbul | Prague | Osaka, Precompile>

/**
 * By the last two bytes of an address whose others are zero. 0x0a, the point evaluation of blob
 * commitments, is unbound: Filecoin has no blobs.
 */
export const ethereumPrecompiles: Readonly<Partial<Record<number, Precompile>>> = precompiles
