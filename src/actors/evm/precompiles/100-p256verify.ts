import { EMPTY, fromBigIntPadded } from '../../../base/bytes.ts'
import { isPublicKey, isSignature, verify } from '../../../protocol/crypto/p256.ts'
import type { Precompile } from './precompile.ts'

const LENGTH = 160

/** Below an unbound call's: this address is looked up before all others. */
const CALL = 9_100_000
const CHECK_SIGNATURE = 3_500_000
const CHECK_KEY = 67_000_000
const VERIFY = 104_954_000_000

/**
 *     hash (32) ‖ r (32) ‖ s (32) ‖ x (32) ‖ y (32) → 1 as 32 bytes
 *
 * EIP-7951. Never fails: whatever is not a valid signature gives empty output.
 */
export const p256Verify: Precompile = {
  name: 'p256Verify',
  run(ops, input) {
    ops.gas.chargeWasm(CALL)
    if (input.length !== LENGTH) return EMPTY

    ops.gas.chargeWasm(CHECK_SIGNATURE)
    const signature = input.subarray(32, 96)
    if (!isSignature(signature)) return EMPTY

    ops.gas.chargeWasm(CHECK_KEY)
    const key = input.subarray(96)
    if (!isPublicKey(key)) return EMPTY

    ops.gas.chargeWasm(VERIFY)
    return verify(input.subarray(0, 32), signature, key) ? fromBigIntPadded(1n, 32) : EMPTY
  },
}
