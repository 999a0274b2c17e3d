import { padLeft } from '../../../base/bytes.ts'
import type { Precompile } from './precompile.ts'

const RIPEMD_160 = 0x1053

const CALL = 16_500_000

/** The 20-byte digest, left-padded to 32. */
export const ripemd160: Precompile = {
  name: 'ripemd160',
  run(ops, input) {
    ops.gas.chargeWasm(CALL)
    return padLeft(ops.hash(RIPEMD_160, input), 32)
  },
}
