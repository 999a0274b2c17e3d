/** Takes transactions out of the pool. */
import { z } from 'zod'
import { toFilecoin } from '../../../address/eth-address.ts'
import { to0x } from '../../../base/bytes.ts'
import type { DevContext } from '../../context.ts'
import { devMethodFor } from '../../dev-method.ts'
import { HashResult } from '../../result-schema.ts'
import { Address, Hash } from '../../schema.ts'

const method = devMethodFor<Pick<DevContext, 'dev'>>()

const UNKNOWN = `0x${'11'.repeat(32)}`
const NOBODY = '0x00000000000000000000000000000000000000aa'

export const hardhat_dropTransaction = method({
  summary: 'Takes a transaction out of the pool; false if it is not there.',
  params: { hash: Hash },
  result: z.boolean(),
  examples: [{ name: 'not there', params: [UNKNOWN], result: false }],
  handle: async ({ dev }, { hash }) => (await dev.drop(hash, undefined)).length > 0,
})

export const anvil_dropTransaction = method({
  summary: 'Takes a transaction out of the pool and answers its hash; null if it is not there.',
  params: { hash: Hash },
  result: HashResult.nullable(),
  examples: [{ name: 'not there', params: [UNKNOWN], result: null }],
  async handle({ dev }, { hash }) {
    const [dropped] = await dev.drop(hash, undefined)
    return dropped === undefined ? null : to0x(dropped)
  },
})

export const anvil_dropAllTransactions = method({
  summary: 'Empties the pool.',
  params: {},
  result: z.null(),
  examples: [{ name: 'empty', params: [], result: null }],
  async handle({ dev }) {
    await dev.drop(undefined, undefined)
    return null
  },
})

export const anvil_removePoolTransactions = method({
  summary: 'Takes all transactions of a sender out of the pool.',
  params: { address: Address },
  result: z.null(),
  examples: [{ name: 'nobody', params: [NOBODY], result: null }],
  async handle({ dev }, { address }) {
    await dev.drop(undefined, toFilecoin(address))
    return null
  },
})
