/** What stands at an f410 address before anybody owns it. Any method succeeds and does nothing. */
import { NO_BLOCK } from '../../fvm/kernel.ts'
import type { Actor } from '../../fvm/machine.ts'

/** Milligas of a function that returns at once. */
const WASM = 60_000

export const placeholder: Actor = {
  name: 'placeholder',
  invoke(kernel) {
    kernel.gas.chargeWasm(WASM)
    return NO_BLOCK
  },
}
