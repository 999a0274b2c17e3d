/** The native actors behind the code CIDs of a bundle. */

import type { ActorRegistry } from '../fvm/machine.ts'
import type { BuiltinName, Manifest } from '../protocol/builtin.ts'
import type { MethodNum } from '../protocol/method.ts'
import { account } from './account/actor.ts'
import { cron } from './cron/actor.ts'
import { datacap } from './datacap/actor.ts'
import type { Method, NativeActor } from './define.ts'
import { eam } from './eam/actor.ts'
import { ethaccount } from './ethaccount/actor.ts'
import { evm } from './evm/actor.ts'
import { init } from './init/actor.ts'
import { multisig } from './multisig/actor.ts'
import { paymentchannel } from './paymentchannel/actor.ts'
import { placeholder } from './placeholder/actor.ts'
import { reward } from './reward/actor.ts'
import { storagemarket } from './storagemarket/actor.ts'
import { storagepower } from './storagepower/actor.ts'
import { system } from './system/actor.ts'
import { storageminer } from './unsupported.ts'
import { verifiedregistry } from './verifiedregistry/actor.ts'

const nativeActors = {
  system,
  init,
  cron,
  account,
  reward,
  placeholder,
  evm,
  eam,
  ethaccount,
  multisig,
  paymentchannel,
  datacap,
  verifiedregistry,
  storagepower,
  storagemarket,
  storageminer,
} satisfies Record<BuiltinName, NativeActor>

export function nativeRegistry(manifest: Manifest): ActorRegistry {
  return {
    manifest,
    byCode(code) {
      const name = manifest.nameOf(code)
      return name && nativeActors[name]
    },
    codeFor: (name) => manifest.codes[name],
  }
}

/** undefined: the actor has no such method, or it is not native. */
export function nativeMethod(actor: BuiltinName, method: MethodNum): Method | undefined {
  const { methods }: NativeActor = nativeActors[actor]
  return methods?.[String(method)]
}
