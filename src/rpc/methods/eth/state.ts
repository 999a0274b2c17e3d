/** What an account is in a state. Across null rounds the state is that of the tipset before. */
import { toFilecoin } from '../../../address/eth-address.ts'
import { to0x } from '../../../base/bytes.ts'
import { toQuantity } from '../../../eth/quantity.ts'
import { stateBlock } from '../../blocks.ts'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'
import { DataResult, HashResult, QuantityResult } from '../../result-schema.ts'
import { Address, type BlockRef, latestByDefault, Word } from '../../schema.ts'

type Slice = Pick<Context, 'chain' | 'index'>

const method = methodFor<Slice>()

const NOBODY = '0x00000000000000000000000000000000000000aa'

function stateAt({ chain, index }: Slice, block: BlockRef) {
  return chain.state(stateBlock(index, block))
}

export const eth_getBalance = method({
  summary: 'Balance of an account, in attoFIL.',
  params: { address: Address, block: latestByDefault },
  result: QuantityResult,
  examples: [{ name: 'unknown account', params: [NOBODY, 'latest'], result: '0x0' }],
  handle(context, { address, block }) {
    return toQuantity(stateAt(context, block).actor(toFilecoin(address))?.balance ?? 0n)
  },
})

export const eth_getTransactionCount = method({
  summary: 'Nonce of an account: of its next transaction, of a contract for its next creation.',
  description: 'With `pending` the transactions in the pool count too.',
  params: { address: Address, block: latestByDefault },
  result: QuantityResult,
  examples: [{ name: 'unknown account', params: [NOBODY, 'latest'], result: '0x0' }],
  async handle(context, { address, block }) {
    const account = toFilecoin(address)
    return 'tag' in block && block.tag === 'pending'
      ? toQuantity(await context.chain.pendingNonce(account))
      : toQuantity(stateAt(context, block).nonce(account))
  },
})

export const eth_getCode = method({
  summary: 'Bytecode of a contract; empty for everything else.',
  params: { address: Address, block: latestByDefault },
  result: DataResult,
  examples: [{ name: 'no contract', params: [NOBODY, 'latest'], result: '0x' }],
  handle: (context, { address, block }) => to0x(stateAt(context, block).code(toFilecoin(address))),
})

export const eth_getStorageAt = method({
  summary: 'One storage slot of a contract; zeros for everything else.',
  params: { address: Address, slot: Word, block: latestByDefault },
  result: HashResult,
  examples: [
    { name: 'no contract', params: [NOBODY, '0x0', 'latest'], result: `0x${'00'.repeat(32)}` },
  ],
  handle: (context, { address, slot, block }) =>
    to0x(stateAt(context, block).storageAt(toFilecoin(address), slot)),
})
