/**
 * Ethereum accounts. No state; the executor turns a placeholder into one when its first message is
 * valid, so the constructor is never called.
 */
import { f410Payload } from '../../address/eth-address.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { acceptExported, defineActor, onNothing } from '../define.ts'
import { abort } from '../runtime.ts'
import { wasmCost } from '../wasm-cost.ts'

export const ethaccount = defineActor({
  name: 'ethaccount',
  restrictInternal: true,
  methods: {
    // Constructor
    1: onNothing({
      callers: 'system',
      run(runtime) {
        const delegated = runtime.lookupDelegatedAddress(runtime.message.receiver)
        if (f410Payload(delegated) !== undefined) return
        throw abort(ExitCode.USR_ILLEGAL_ARGUMENT, 'invalid target for EthAccount creation')
      },
    }),
  },
  fallback: acceptExported,
  wasm: wasmCost({
    base: 43_308,
    rows: { '2/22': 48_723, '3/22': 48_723, '5/22': 48_723, '9/22': 48_723 },
  }),
})
