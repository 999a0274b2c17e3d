/** What anvil and Hardhat tell of themselves. */
import { z } from 'zod'
import { toFilecoin } from '../../../address/eth-address.ts'
import { to0x } from '../../../base/bytes.ts'
import { toQuantity } from '../../../eth/quantity.ts'
import { BLOCK_GAS_LIMIT } from '../../../protocol/network.ts'
import { headOf } from '../../blocks.ts'
import type { DevContext } from '../../context.ts'
import { devMethodFor, refusingRange } from '../../dev-method.ts'
import { HashResult, QuantityResult } from '../../result-schema.ts'
import { Address, Bool, FilecoinAddress, Quantity } from '../../schema.ts'

const method =
  devMethodFor<Pick<DevContext, 'chain' | 'index' | 'dev' | 'clientVersion' | 'logging'>>()

const SOMEBODY = '0x00000000000000000000000000000000000000bb'

export const hardhat_metadata = method({
  summary: 'The node, its chain and its newest block.',
  params: {},
  result: z.object({
    clientVersion: z.string(),
    chainId: z.number(),
    instanceId: HashResult,
    latestBlockNumber: z.number(),
    latestBlockHash: HashResult,
  }),
  examples: [{ name: 'fresh chain', params: [], result: {}, varies: true }],
  handle({ chain, index, clientVersion }) {
    const head = headOf(index)
    return {
      clientVersion,
      chainId: chain.chainId,
      // a chain is what its first block is
      instanceId: to0x(index.blockAt(0)?.hash ?? head.hash),
      latestBlockNumber: head.epoch,
      latestBlockHash: to0x(head.hash),
    }
  },
})

export const anvil_metadata = hardhat_metadata

export const anvil_nodeInfo = method({
  summary: 'The newest block, and how blocks are made.',
  params: {},
  result: z.object({
    currentBlockNumber: QuantityResult,
    currentBlockTimestamp: z.number(),
    currentBlockHash: HashResult,
    hardFork: z.string(),
    transactionOrder: z.literal('fees'),
    environment: z.object({
      baseFee: QuantityResult,
      chainId: z.number(),
      gasLimit: QuantityResult,
      gasPrice: QuantityResult,
    }),
    forkConfig: z.object({}),
  }),
  examples: [{ name: 'fresh chain', params: [], result: {}, varies: true }],
  async handle({ chain, index }) {
    const { epoch, timestamp, hash, nextBaseFee } = headOf(index)
    return {
      currentBlockNumber: toQuantity(epoch),
      currentBlockTimestamp: timestamp,
      currentBlockHash: to0x(hash),
      // of Ethereum's instruction sets the FEVM has that of Cancun, and later additions
      hardFork: 'cancun',
      transactionOrder: 'fees' as const,
      environment: {
        baseFee: toQuantity(nextBaseFee),
        chainId: chain.chainId,
        gasLimit: toQuantity(BLOCK_GAS_LIMIT),
        gasPrice: toQuantity(nextBaseFee + (await chain.premium())),
      },
      forkConfig: {},
    }
  },
})

export const hardhat_setLoggingEnabled = method({
  summary: 'Turns the lines about blocks and transactions on or off.',
  params: { on: Bool },
  result: z.literal(true),
  examples: [{ name: 'on', params: [true], result: true }],
  handle({ logging }, { on }) {
    logging.on = on
    return true as const
  },
})

export const anvil_setLoggingEnabled = method({
  summary: 'Turns the lines about blocks and transactions on or off.',
  params: { on: Bool },
  result: z.null(),
  examples: [{ name: 'on', params: [true], result: null }],
  handle({ logging }, { on }) {
    logging.on = on
    return null
  },
})

export const anvil_addBalance = method({
  summary: 'Adds to the balance of an account, in attoFIL.',
  params: { address: Address, amount: Quantity },
  result: z.null(),
  examples: [{ name: 'one FIL', params: [SOMEBODY, '0xde0b6b3a7640000'], result: null }],
  async handle({ chain, index, dev }, { address, amount }) {
    const account = toFilecoin(address)
    const { balance } = chain.state(headOf(index)).actor(account) ?? { balance: 0n }
    await refusingRange(dev.setBalance(account, balance + amount))
    return null
  },
})

/** FIL that a faucet gives unless told otherwise. */
const GIFT = 100n * 10n ** 18n

export const fevm_faucet = method({
  summary: 'Gives an account 100 FIL, or as many attoFIL as asked for; answers its new balance.',
  description:
    'Takes any address: 0x, f410, f1, f3, f0. One that nobody has used becomes an account with the balance.',
  params: {
    address: z.union([Address.transform(toFilecoin), FilecoinAddress]),
    amount: Quantity.optional(),
  },
  result: QuantityResult,
  examples: [{ name: 'a new account', params: [SOMEBODY], result: '0x56bc75e2d63100000' }],
  async handle({ chain, index, dev }, { address, amount = GIFT }) {
    const { balance } = chain.state(headOf(index)).actor(address) ?? { balance: 0n }
    await refusingRange(dev.setBalance(address, balance + amount))
    return toQuantity(balance + amount)
  },
})
