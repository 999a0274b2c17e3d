/** The methods that every server has. A new file of methods gets a line here. */
import type { Context } from '../context.ts'
import type { MethodSet } from '../registry.ts'
import * as raw from './debug/raw.ts'
import * as debugTrace from './debug/trace.ts'
import * as accessList from './eth/access-list.ts'
import * as block from './eth/block.ts'
import * as call from './eth/call.ts'
import * as capability from './eth/capability.ts'
import * as fee from './eth/fee.ts'
import * as filter from './eth/filter.ts'
import * as header from './eth/header.ts'
import * as limited from './eth/limited.ts'
import * as log from './eth/log.ts'
import * as messageId from './eth/message-id.ts'
import * as mining from './eth/mining.ts'
import * as ethNetwork from './eth/network.ts'
import * as proof from './eth/proof.ts'
import * as send from './eth/send.ts'
import * as simulate from './eth/simulate.ts'
import * as state from './eth/state.ts'
import * as subscription from './eth/subscription.ts'
import * as transaction from './eth/transaction.ts'
import * as uncle from './eth/uncle.ts'
import * as unsupported from './eth/unsupported.ts'
import * as message from './fevm/message.ts'
import * as address from './filecoin/address.ts'
import * as filecoinChain from './filecoin/chain.ts'
import * as filecoinState from './filecoin/state.ts'
import * as network from './net/network.ts'
import * as discovery from './rpc/discover.ts'
import * as traceBlock from './trace/block.ts'
import * as traceCall from './trace/call.ts'
import * as traceFilter from './trace/filter.ts'
import * as traceTransaction from './trace/transaction.ts'
import * as txpool from './txpool/pool.ts'
import * as client from './web3/client.ts'

export const publicMethods: readonly MethodSet<Context>[] = [
  {
    modules: [
      accessList,
      block,
      capability,
      call,
      client,
      debugTrace,
      ethNetwork,
      fee,
      filter,
      header,
      limited,
      log,
      message,
      messageId,
      mining,
      network,
      proof,
      raw,
      send,
      simulate,
      state,
      subscription,
      traceBlock,
      traceCall,
      traceFilter,
      traceTransaction,
      transaction,
      txpool,
      uncle,
      unsupported,
    ],
  },
  { prefix: 'Filecoin.', modules: [address, filecoinChain, filecoinState] },
  { prefix: 'rpc.', modules: [discovery] },
]
