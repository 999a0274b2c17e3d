/** Accounts with an f1 or f3 address. State `[address]`. */
import { Protocol } from '../../address/address.ts'
import { SyscallError } from '../../fvm/errors.ts'
import { address, bool, tuple } from '../../ipld/codec.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { acceptExported, defineActor, on, onNothing } from '../define.ts'
import { abort } from '../runtime.ts'
import { wasmCost } from '../wasm-cost.ts'
import { AuthenticateMessage, authenticateMessageParams } from './authenticate.ts'

export const accountStateCodec = tuple({ address })

export const PubkeyAddress = 2n

/** Signature type that an address's keys make. */
const signatureTypes: Readonly<Record<number, 1 | 2>> = {
  [Protocol.SECP256K1]: 1,
  [Protocol.BLS]: 2,
}

export const account = defineActor({
  name: 'account',
  restrictInternal: true,
  methods: {
    // Constructor
    1: on({
      params: address,
      callers: 'system',
      run(runtime, key) {
        if (signatureTypes[key.protocol] === undefined) {
          const message = `address must use BLS or SECP protocol, got ${key.protocol}`
          throw abort(ExitCode.USR_ILLEGAL_ARGUMENT, message)
        }
        runtime.createState(accountStateCodec, { address: key })
      },
    }),
    [String(PubkeyAddress)]: onNothing({
      callers: 'any',
      returns: address,
      run: (runtime) => runtime.state(accountStateCodec).address,
    }),
    [String(AuthenticateMessage)]: on({
      params: authenticateMessageParams,
      returns: bool,
      callers: 'any',
      run(runtime, { signature, message }) {
        const signer = runtime.state(accountStateCodec).address
        const type = signatureTypes[signer.protocol]
        if (type === undefined) {
          throw abort(ExitCode.USR_ILLEGAL_STATE, `account address ${signer} has no key`)
        }
        let valid = false
        try {
          valid = runtime.kernel.verifySignature(type, signature, signer, message)
        } catch (error) {
          if (!(error instanceof SyscallError)) throw error
        }
        if (!valid) throw abort(ExitCode.USR_ILLEGAL_ARGUMENT, 'signature invalid')
        return true
      },
    }),
  },
  fallback: acceptExported,
  wasm: wasmCost({
    base: 43_468,
    rows: {
      '1/0': 76_737,
      '1/18': 57_902,
      '2/0': 69_366,
      '2643134072/0': 67_395,
      '2643134072/16': 68_702,
      '2643134072/20': 58_522,
      '2643134072/21': 66_342,
      '3/22': 48_883,
    },
  }),
})
