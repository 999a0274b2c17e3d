/** The methods that every server has. A new file of methods gets a line here. */
import type { Context } from '../context.ts'
import type { MethodSet } from '../registry.ts'
import * as block from './eth/block.ts'
import * as call from './eth/call.ts'
import * as fee from './eth/fee.ts'
import * as filter from './eth/filter.ts'
import * as log from './eth/log.ts'
import * as messageId from './eth/message-id.ts'
import * as ethNetwork from './eth/network.ts'
import * as state from './eth/state.ts'
import * as subscription from './eth/subscription.ts'
import * as transaction from './eth/transaction.ts'
import * as address from './filecoin/address.ts'
import * as network from './net/network.ts'
import * as discovery from './rpc/discover.ts'
import * as client from './web3/client.ts'

export const publicMethods: readonly MethodSet<Context>[] = [
  {
    modules: [
      block,
      call,
      client,
      ethNetwork,
      fee,
      filter,
      log,
      messageId,
      network,
      state,
      subscription,
      transaction,
    ],
  },
  { prefix: 'Filecoin.', modules: [address] },
  { prefix: 'rpc.', modules: [discovery] },
]
