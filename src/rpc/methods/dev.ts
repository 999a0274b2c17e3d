/** The methods that the dev chain has besides; nobody else may register them. */
import type { DevContext } from '../context.ts'
import type { MethodSet } from '../registry.ts'
import * as account from './dev/account.ts'
import * as actor from './dev/actor.ts'
import * as history from './dev/history.ts'
import * as mining from './dev/mining.ts'
import * as node from './dev/node.ts'
import * as pool from './dev/pool.ts'
import * as refused from './dev/refused.ts'
import * as time from './dev/time.ts'
import * as wallet from './dev/wallet.ts'

export const devMethods: readonly MethodSet<DevContext>[] = [
  { modules: [account, actor, history, mining, node, pool, refused, time, wallet] },
]
