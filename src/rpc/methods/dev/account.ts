/** Accounts of the dev chain, changed by decree. */
import { z } from 'zod'
import { toFilecoin } from '../../../address/eth-address.ts'
import type { DevContext } from '../../context.ts'
import { answeringNull, Done, devMethodFor, refusingRange } from '../../dev-method.ts'
import { rpcError } from '../../errors.ts'
import { Address, Bool, Data, Quantity, Uint, Word } from '../../schema.ts'

const method = devMethodFor<Pick<DevContext, 'dev' | 'impersonation' | 'filters'>>()

const SOMEBODY = '0x00000000000000000000000000000000000000bb'

export const hardhat_setBalance = method({
  summary: 'Sets the balance of an account, in attoFIL.',
  params: { address: Address, balance: Quantity },
  result: Done,
  examples: [{ name: 'one FIL', params: [SOMEBODY, '0xde0b6b3a7640000'], result: true }],
  async handle({ dev }, { address, balance }) {
    await refusingRange(dev.setBalance(toFilecoin(address), balance))
    return true as const
  },
})

export const anvil_setBalance = answeringNull(hardhat_setBalance)

export const hardhat_setCode = method({
  summary: 'Sets the bytecode of an account.',
  params: { address: Address, code: Data },
  result: Done,
  examples: [{ name: 'stop', params: [SOMEBODY, '0x00'], result: true }],
  async handle({ dev }, { address, code }) {
    await refusingRange(dev.setCode(toFilecoin(address), code))
    return true as const
  },
})

export const anvil_setCode = answeringNull(hardhat_setCode)

export const hardhat_setNonce = method({
  summary: 'Sets the nonce of an account.',
  params: { address: Address, nonce: Uint },
  result: Done,
  examples: [
    { name: 'seven', params: ['0x00000000000000000000000000000000000000cc', '0x7'], result: true },
  ],
  async handle({ dev }, { address, nonce }) {
    await refusingRange(dev.setNonce(toFilecoin(address), BigInt(nonce)))
    return true as const
  },
})

export const anvil_setNonce = answeringNull(hardhat_setNonce)

export const hardhat_setStorageAt = method({
  summary: 'Sets one storage slot of a contract.',
  params: { address: Address, slot: Word, value: Word },
  result: Done,
  examples: [
    {
      name: 'slot 0',
      params: [SOMEBODY, '0x0', `0x${'00'.repeat(31)}01`],
      result: true,
      varies: true,
    },
  ],
  async handle({ dev }, { address, slot, value }) {
    await refusingRange(dev.setStorageAt(toFilecoin(address), slot, value))
    return true as const
  },
})

/** anvil answers true here as well. */
export const anvil_setStorageAt = hardhat_setStorageAt

export const hardhat_impersonateAccount = method({
  summary: 'Lets eth_sendTransaction send from an account without its key.',
  params: { address: Address },
  result: Done,
  examples: [{ name: 'any account', params: [SOMEBODY], result: true }],
  handle({ impersonation }, { address }) {
    impersonation.start(address)
    return true as const
  },
})

export const anvil_impersonateAccount = answeringNull(hardhat_impersonateAccount)

export const hardhat_stopImpersonatingAccount = method({
  summary: 'Ends an impersonation; false if there was none.',
  params: { address: Address },
  result: z.boolean(),
  examples: [{ name: 'nobody', params: [`0x${'dd'.repeat(20)}`], result: false }],
  handle: ({ impersonation }, { address }) => impersonation.stop(address),
})

export const anvil_stopImpersonatingAccount = answeringNull(hardhat_stopImpersonatingAccount)

export const anvil_autoImpersonateAccount = method({
  summary: 'Impersonates every account, or no longer does.',
  params: { on: Bool },
  result: z.null(),
  examples: [{ name: 'off', params: [false], result: null }],
  handle({ impersonation }, { on }) {
    impersonation.everybody = on
    return null
  },
})

/** viem always says `forking`, with nothing in it where no fork is meant. */
const ResetOptions = z
  .looseObject({
    forking: z
      .looseObject({ jsonRpcUrl: z.unknown().optional(), blockNumber: z.unknown().optional() })
      .nullish(),
  })
  .meta({ description: 'Hardhat’s and anvil’s forking options; they must be empty' })
  .optional()

export const hardhat_reset = method({
  summary: 'Starts a new chain from genesis; filters and impersonations end.',
  params: { options: ResetOptions },
  result: Done,
  examples: [{ name: 'new chain', params: [], result: true }],
  async handle({ dev, impersonation, filters }, { options }) {
    if (options?.forking?.jsonRpcUrl || options?.forking?.blockNumber) {
      throw rpcError('invalidParams', 'a running chain cannot be turned into a fork')
    }
    await dev.reset()
    impersonation.clear()
    filters.close()
    return true as const
  },
})

export const anvil_reset = answeringNull(hardhat_reset)
