/** State of the singletons as their own constructors write it: whatever version the actors are of. */
import { cronStateCodec } from '../actors/cron/actor.ts'
import { type ActorId, Address } from '../address/address.ts'
import { EMPTY } from '../base/bytes.ts'
import { Executor } from '../fvm/executor.ts'
import type { Machine } from '../fvm/machine.ts'
import { address, bigint } from '../ipld/codec.ts'
import {
  CRON_ACTOR,
  DATACAP_ACTOR,
  REWARD_ACTOR,
  STORAGE_MARKET_ACTOR,
  STORAGE_POWER_ACTOR,
  SYSTEM_ACTOR,
  VERIFIED_REGISTRY_ACTOR,
} from '../protocol/builtin.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { METHOD_CONSTRUCTOR } from '../protocol/method.ts'

/** What mainnet's cron calls at the end of every epoch: power's OnEpochTickEnd, market's CronTick. */
const cronEntries = [
  { receiver: Address.id(STORAGE_POWER_ACTOR), method: 5n },
  { receiver: Address.id(STORAGE_MARKET_ACTOR), method: 9n },
]

/** Far more than any of them needs. */
const GAS_LIMIT = 10_000_000_000

/**
 * Runs the constructors on actors whose state is still empty.
 * @param registryRoot ID address of the verified registry's root key
 * @throws Error when one fails
 */
export function constructSingletons(machine: Machine, registryRoot: Address): void {
  const executor = new Executor(machine)
  const params: readonly [id: ActorId, params: Uint8Array][] = [
    [REWARD_ACTOR, bigint.encode(0n)],
    [CRON_ACTOR, cronStateCodec.encode({ entries: cronEntries })],
    [STORAGE_POWER_ACTOR, EMPTY],
    [STORAGE_MARKET_ACTOR, EMPTY],
    [VERIFIED_REGISTRY_ACTOR, address.encode(registryRoot)],
    [DATACAP_ACTOR, address.encode(Address.id(VERIFIED_REGISTRY_ACTOR))],
  ]
  for (const [id, encoded] of params) {
    const { receipt, failure } = executor.apply(
      {
        version: 0n,
        from: Address.id(SYSTEM_ACTOR),
        to: Address.id(id),
        nonce: 0n,
        value: 0n,
        gasLimit: GAS_LIMIT,
        gasFeeCap: 0n,
        gasPremium: 0n,
        method: METHOD_CONSTRUCTOR,
        params: encoded,
      },
      'implicit',
      0,
    )
    if (receipt.exitCode !== ExitCode.OK)
      throw new Error(`no genesis with these actors: ${failure}`)
  }
}
