import { concat, EMPTY, fromBigIntPadded } from '../../../base/bytes.ts'
import { Errno, SyscallError } from '../../../fvm/errors.ts'
import { bytesAt, uintAt } from './input.ts'
import type { Precompile, PrecompileOps } from './precompile.ts'

const KECCAK_256 = 0x1b
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

const PARSE = 13_339_000
const CHECK = 5_480_000
const RECOVER = 4_915_000

/**
 *     hash (32) ‖ v (32, 27 or 28) ‖ r (32) ‖ s (32) → Ethereum address, left-padded to 32
 *
 * Never fails: what has no signer gives empty output. Unlike a transaction's, s may be high.
 */
export const ecrecover: Precompile = {
  name: 'ecrecover',
  run(ops, input) {
    ops.gas.chargeWasm(PARSE)
    const v = uintAt(input, 32)
    if (v > 0xffn) return EMPTY

    ops.gas.chargeWasm(CHECK)
    const r = uintAt(input, 64)
    const s = uintAt(input, 96)
    if ((v !== 27n && v !== 28n) || !isScalar(r) || !isScalar(s)) return EMPTY

    ops.gas.chargeWasm(RECOVER)
    const recoveryId = Uint8Array.of(Number(v - 27n))
    const signature = concat(fromBigIntPadded(r, 32), fromBigIntPadded(s, 32), recoveryId)
    const key = recover(ops, bytesAt(input, 0, 32), signature)
    if (key === undefined) return EMPTY
    const address = new Uint8Array(32)
    address.set(ops.hash(KECCAK_256, key.subarray(1)).subarray(12), 12)
    return address
  },
}

function isScalar(value: bigint): boolean {
  return value > 0n && value < ORDER
}

function recover(
  ops: PrecompileOps,
  hash: Uint8Array,
  signature: Uint8Array,
): Uint8Array | undefined {
  try {
    return ops.recoverSecpPublicKey(hash, signature)
  } catch (error) {
    if (error instanceof SyscallError && error.errno === Errno.IllegalArgument) return undefined
    throw error
  }
}
