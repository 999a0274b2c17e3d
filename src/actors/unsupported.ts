/**
 * Built-in actors that have no native implementation. Their code CIDs stand in the state tree, and
 * what does not depend on their code (value transfers, unknown methods) works; a call of one of
 * their methods is a clear error, never a made-up answer.
 */

import type { Actor } from '../fvm/machine.ts'
import type { BuiltinName } from '../protocol/builtin.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { methodNumber } from '../protocol/method.ts'
import { defineActor } from './define.ts'
import { abort } from './runtime.ts'
import { wasmCost } from './wasm-cost.ts'

/** A message needs an actor that this chain does not run. */
export class UnsupportedActorError extends Error {
  override name = 'UnsupportedActorError'
  readonly actor: BuiltinName

  constructor(actor: BuiltinName, method: bigint) {
    super(
      `the ${actor} actor is not implemented natively (method ${method}): ` +
        'run with a built-in actors bundle to use it',
    )
    this.actor = actor
  }
}

/** Methods of an actor: the highest internal number, and the names of the exported ones. */
interface Interface {
  readonly internal: number
  readonly exported: readonly string[]
}

export function unsupportedActor(name: BuiltinName, known: Interface): Actor {
  const exported = new Set(known.exported.map(methodNumber))
  return defineActor({
    name,
    restrictInternal: true,
    methods: {},
    fallback(_runtime, method) {
      if (method <= BigInt(known.internal) || exported.has(method)) {
        throw new UnsupportedActorError(name, method)
      }
      throw abort(ExitCode.USR_UNHANDLED_MESSAGE, `invalid method: ${method}`)
    },
    wasm: wasmCost({ base: 41_700, rows: {} }),
  })
}

export const unsupportedActors = {
  storagepower: unsupportedActor('storagepower', {
    internal: 9,
    exported: [
      'CreateMiner',
      'NetworkRawPower',
      'MinerRawPower',
      'MinerCount',
      'MinerConsensusCount',
      'MinerPower',
    ],
  }),
  storageminer: unsupportedActor('storageminer', {
    internal: 36,
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
  storagemarket: unsupportedActor('storagemarket', {
    internal: 9,
    exported: [
      'AddBalance',
      'WithdrawBalance',
      'PublishStorageDeals',
      'GetBalance',
      'GetDealDataCommitment',
      'GetDealClient',
      'GetDealProvider',
      'GetDealLabel',
      'GetDealTerm',
      'GetDealTotalPrice',
      'GetDealClientCollateral',
      'GetDealProviderCollateral',
      'GetDealVerified',
      'GetDealActivation',
      'GetDealSector',
      'SettleDealPayments',
      'SectorContentChanged',
    ],
  }),
} as const
