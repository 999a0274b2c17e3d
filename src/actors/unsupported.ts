/**
 * Methods of built-in actors that are not written in TypeScript. Their actors exist in the state; a
 * call of one of these methods is a clear error, never a made-up answer.
 */
import type { BuiltinName } from '../protocol/builtin.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { type MethodNum, methodNumber } from '../protocol/method.ts'
import { type ActorSpec, defineActor } from './define.ts'
import { abort } from './runtime.ts'
import { wasmCost } from './wasm-cost.ts'

/** A message needs a method that this chain cannot run. */
export class UnsupportedActorError extends Error {
  override name = 'UnsupportedActorError'
  readonly actor: BuiltinName

  constructor(actor: BuiltinName, method: MethodNum) {
    super(
      `the ${actor} actor is not implemented natively (method ${method}): ` +
        'run with a bundle of genuine actors (--actors) to use it',
    )
    this.actor = actor
  }
}

/** Methods that an actor has beside its native ones: internal numbers, names of exported ones. */
interface Interface {
  readonly internal: readonly number[]
  readonly exported: readonly string[]
}

/** Behind an actor's methods table: what is left is not native, or does not exist. */
export function unsupportedMethods(
  name: BuiltinName,
  known: Interface,
): NonNullable<ActorSpec['fallback']> {
  const methods = new Set([...known.internal.map(BigInt), ...known.exported.map(methodNumber)])
  return (_runtime, method) => {
    if (methods.has(method)) throw new UnsupportedActorError(name, method)
    throw abort(ExitCode.USR_UNHANDLED_MESSAGE, `invalid method: ${method}`)
  }
}

export const storageminer = defineActor({
  name: 'storageminer',
  restrictInternal: true,
  methods: {},
  fallback: unsupportedMethods('storageminer', {
    internal: [
      1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 28, 30, 31, 32,
      34, 35, 36,
    ],
    exported: [
      'ChangeWorkerAddress',
      'ConfirmChangeWorkerAddress',
      'ChangePeerID',
      'ChangeMultiaddrs',
      'WithdrawBalance',
      'RepayDebt',
      'ChangeOwnerAddress',
      'ChangeBeneficiary',
      'GetBeneficiary',
      'GetOwner',
      'IsControllingAddress',
      'GetSectorSize',
      'GetAvailableBalance',
      'GetVestingFunds',
      'GetPeerID',
      'GetMultiaddrs',
      'MaxTerminationFee',
      'InitialPledge',
      'GenerateSectorLocation',
      'ValidateSectorStatus',
      'GetNominalSectorExpiration',
    ],
  }),
  wasm: wasmCost({ base: 41_700, rows: {} }),
})
