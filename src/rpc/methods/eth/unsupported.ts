/** Methods of Ethereum that ask for what Filecoin does not have. They say so. */
import { z } from 'zod'
import { rpcError } from '../../errors.ts'
import { methodFor } from '../../method.ts'
import { Block } from '../../schema.ts'

const method = methodFor<unknown>()

export const eth_config = method({
  summary: 'Forks of Ethereum and their blob schedules (EIP-7910): always an error.',
  description:
    'Filecoin has network versions: `eth_protocolVersion`, `Filecoin.StateNetworkVersion`.',
  params: {},
  result: z.never(),
  lotus: false,
  examples: [{ name: 'none', params: [], result: null, varies: true }],
  handle() {
    throw rpcError('unsupported', 'Filecoin has network versions, not the forks of Ethereum')
  },
})

export const eth_getBlockAccessList = method({
  summary: 'Accounts and slots that a block touched (EIP-7928): always an error.',
  description: '`trace_replayBlockTransactions` with `stateDiff` has what changed.',
  params: { block: Block },
  result: z.never(),
  lotus: false,
  examples: [{ name: 'none', params: ['latest'], result: null, varies: true }],
  handle() {
    throw rpcError('unsupported', 'blocks of Filecoin have no access lists')
  },
})
