/** The native actors behind the code CIDs of a bundle. */

import type { Actor, ActorRegistry } from '../fvm/machine.ts'
import type { BuiltinName, Manifest } from '../protocol/builtin.ts'
import { account } from './account/actor.ts'
import { cron } from './cron/actor.ts'
import { datacap } from './datacap/actor.ts'
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
} satisfies Record<BuiltinName, Actor>

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
