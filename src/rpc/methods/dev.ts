/** The methods that the dev chain has besides; nobody else may register them. */
import type { DevContext } from '../context.ts'
import type { MethodSet } from '../registry.ts'
import * as account from './dev/account.ts'
import * as actor from './dev/actor.ts'
import * as mining from './dev/mining.ts'
import * as wallet from './dev/wallet.ts'

export const devMethods: readonly MethodSet<DevContext>[] = [
  { modules: [account, actor, mining, wallet] },
]
