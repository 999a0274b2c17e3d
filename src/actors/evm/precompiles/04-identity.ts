import type { Precompile } from './precompile.ts'

const CALL = 12_492_000
const COPY = 2_100_000
const COPY_PER_BYTE = 400

export const identity: Precompile = {
  name: 'identity',
  run(ops, input) {
    ops.gas.chargeWasm(CALL)
    if (input.length > 0) ops.gas.chargeWasm(COPY + COPY_PER_BYTE * input.length)
    return input.slice()
  },
}
