/** Proof of work, which Ethereum had once and Filecoin never: constant answers. */
import { z } from 'zod'
import { ZERO_ETH_ADDRESS } from '../../../address/eth-address.ts'
import { to0x } from '../../../base/bytes.ts'
import { rpcError } from '../../errors.ts'
import { methodFor } from '../../method.ts'
import { AddressResult, QuantityResult } from '../../result-schema.ts'
import { Hash, Word } from '../../schema.ts'

const method = methodFor<unknown>()

const ZERO = `0x${'00'.repeat(32)}`

export const eth_mining = method({
  summary: 'Whether this node solves puzzles of proof of work; there are none.',
  params: {},
  result: z.literal(false),
  lotus: false,
  examples: [{ name: 'never', params: [], result: false }],
  handle: () => false as const,
})

export const eth_hashrate = method({
  summary: 'Hashes per second of a miner; always 0.',
  params: {},
  result: QuantityResult,
  lotus: false,
  examples: [{ name: 'none', params: [], result: '0x0' }],
  handle: () => '0x0',
})

export const eth_coinbase = method({
  summary: 'Who gets the fees: the zero address, as in every block and for every contract.',
  description: 'On Filecoin tips go to the miners of the tipset through the reward actor.',
  params: {},
  result: AddressResult,
  lotus: false,
  examples: [{ name: 'zero', params: [], result: `0x${'00'.repeat(20)}` }],
  handle: () => to0x(ZERO_ETH_ADDRESS),
})

export const eth_getWork = method({
  summary: 'A puzzle of proof of work: always an error.',
  params: {},
  result: z.array(z.string()).readonly(),
  lotus: false,
  examples: [{ name: 'none', params: [], result: [], varies: true }],
  handle() {
    throw rpcError('unsupported', 'Filecoin has no proof of work')
  },
})

export const eth_submitWork = method({
  summary: 'Takes the solution of a puzzle; false, for there are none.',
  params: { nonce: Word, powHash: Hash, mixDigest: Hash },
  result: z.literal(false),
  lotus: false,
  examples: [{ name: 'refused', params: ['0x0000000000000001', ZERO, ZERO], result: false }],
  handle: () => false as const,
})

export const eth_submitHashrate = method({
  summary: 'Takes the speed of a miner; false, for there are none.',
  params: { hashrate: Word, id: Hash },
  result: z.literal(false),
  lotus: false,
  examples: [{ name: 'refused', params: ['0x500000', ZERO], result: false }],
  handle: () => false as const,
})
