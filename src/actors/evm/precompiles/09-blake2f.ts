import { createRequire } from 'node:module'
import type { ExecResult, PrecompileInput } from '@ethereumjs/evm'
import type { Precompile } from './precompile.ts'

type CommonModule = typeof import('@ethereumjs/common')
type EvmModule = typeof import('@ethereumjs/evm')

const LENGTH = 213
const FINAL_FLAG_AT = 212

const CALL = 13_900_000
const COMPRESS = 3_490_000
const ROUND = 2_080_000

/**
 *     rounds (4) ‖ h (64) ‖ m (128) ‖ t (16) ‖ final (1, 0 or 1) → h (64)
 *
 * One call of BLAKE2b's compression function (EIP-152). Not padded: other lengths fail.
 */
export const blake2f: Precompile = {
  name: 'blake2f',
  run(ops, input) {
    ops.gas.chargeWasm(CALL)
    if (input.length !== LENGTH || input[FINAL_FLAG_AT]! > 1) return undefined

    const rounds = new DataView(input.buffer, input.byteOffset).getUint32(0)
    ops.gas.chargeWasm(COMPRESS + rounds * ROUND)
    compress ??= loadCompress()
    return compress(input)
  },
}

let compress: ((input: Uint8Array) => Uint8Array) | undefined

/**
 * The one of ethereumjs, a compression function with a free number of rounds being rare. Loaded
 * by `require` at its first use: that takes 190 ms, and actors cannot await.
 */
function loadCompress(): (input: Uint8Array) => Uint8Array {
  const require = createRequire(import.meta.url)
  const { Common, Hardfork, Mainnet } = require('@ethereumjs/common') as CommonModule
  const { EVM } = require('@ethereumjs/evm') as EvmModule
  const common = new Common({ chain: Mainnet, hardfork: Hardfork.Istanbul })
  const evm = new EVM({ common })
  const precompile = evm.getPrecompile('0x09') as (input: PrecompileInput) => ExecResult
  // Ethereum's gas is one per round
  const gasLimit = 2n ** 32n
  return (data) => precompile({ data, gasLimit, common, _EVM: evm }).returnValue
}
