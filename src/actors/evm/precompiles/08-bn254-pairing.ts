import { fromBigIntPadded } from '../../../base/bytes.ts'
import { bn254, isPairingProductOne, type PointPair } from '../../../protocol/crypto/curves.ts'
import { fieldElements, g1Point, g2Point } from './bn254.ts'
import type { Precompile, PrecompileOps } from './precompile.ts'

const PAIR_LENGTH = 192

const CALL = 13_800_000
const READ_PAIR = 21_300_000
const MILLER_LOOP = 161_000_000_000
const FINAL_EXPONENTIATION = 371_380_000_000
const WRITE = 38_600_000

/**
 * Any number of G1 point (64) ‖ G2 point (128) → 1 if the product of their pairings is one, else
 * 0, as 32 bytes (EIP-197). Not padded: other lengths fail.
 */
export const bn254Pairing: Precompile = {
  name: 'bn254Pairing',
  run(ops, input) {
    ops.gas.chargeWasm(CALL)
    if (input.length % PAIR_LENGTH !== 0) return undefined

    const pairs: PointPair[] = []
    for (let offset = 0; offset < input.length; offset += PAIR_LENGTH) {
      const pair = readPair(ops, input, offset)
      if (pair === undefined) return undefined
      if (!pair.g1.is0() && !pair.g2.is0()) pairs.push(pair)
    }
    ops.gas.chargeWasm(WRITE)
    if (pairs.length === 0) return fromBigIntPadded(1n, 32)
    ops.gas.chargeWasm(pairs.length * MILLER_LOOP + FINAL_EXPONENTIATION)
    return fromBigIntPadded(isPairingProductOne(bn254(), pairs) ? 1n : 0n, 32)
  },
}

/** The costly checks of the G2 point come before those of the G1 point. */
function readPair(ops: PrecompileOps, input: Uint8Array, offset: number): PointPair | undefined {
  ops.gas.chargeWasm(READ_PAIR)
  const elements = fieldElements(input, offset, 6)
  if (elements === undefined) return undefined
  const [x, y, xImaginary, xReal, yImaginary, yReal] = elements as SixNumbers
  const { Fp2 } = bn254().fields
  const g2 = g2Point(
    ops,
    Fp2.fromBigTuple([xReal, xImaginary]),
    Fp2.fromBigTuple([yReal, yImaginary]),
  )
  if (g2 === undefined) return undefined
  const g1 = g1Point(ops, x, y)
  return g1 && { g1, g2 }
}

type SixNumbers = [bigint, bigint, bigint, bigint, bigint, bigint]
