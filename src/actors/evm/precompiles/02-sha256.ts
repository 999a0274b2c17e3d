import type { Precompile } from './precompile.ts'

const SHA2_256 = 0x12

const CALL = 14_750_000

export const sha256: Precompile = {
  name: 'sha256',
  run(ops, input) {
    ops.gas.chargeWasm(CALL)
    return ops.hash(SHA2_256, input)
  },
}
