/** Blocks and time of the dev chain. Parameters and answers are those of Hardhat and anvil. */
import { z } from 'zod'
import { toQuantity } from '../../../eth/quantity.ts'
import type { DevContext } from '../../context.ts'
import { answeringNull, Done, devMethodFor, refusingRange } from '../../dev-method.ts'
import { rpcError } from '../../errors.ts'
import { QuantityResult } from '../../result-schema.ts'
import { Bool, Quantity, Uint } from '../../schema.ts'

const method = devMethodFor<Pick<DevContext, 'dev'>>()

/** More would keep the chain busy for minutes. */
const MOST_BLOCKS = 100_000

function checkCount(count: number): void {
  if (count > MOST_BLOCKS) {
    throw rpcError('invalidParams', `at most ${MOST_BLOCKS} blocks at once, got ${count}`)
  }
}

const MineOptions = z
  .union(
    [
      Uint.transform((timestamp) => ({ timestamp, blocks: undefined })),
      z.object({
        timestamp: Uint.nullish().transform((time) => time ?? undefined),
        blocks: Uint.nullish().transform((count) => count ?? undefined),
      }),
    ],
    { error: 'expected a timestamp or {timestamp, blocks}' },
  )
  .meta({ description: 'Unix seconds of the block, or anvil’s {timestamp, blocks}' })
  .optional()

export const evm_mine = method({
  summary: 'Mines a block, also without transactions.',
  params: { options: MineOptions },
  result: z.literal('0x0'),
  examples: [{ name: 'one block', params: [], result: '0x0' }],
  async handle({ dev }, { options: { timestamp, blocks = 1 } = {} }) {
    checkCount(blocks)
    // 0: Hardhat's way of saying none
    if (timestamp) await refusingRange(dev.setNextBlockTimestamp(timestamp))
    await dev.mine(blocks)
    return '0x0' as const
  },
})

export const hardhat_mine = method({
  summary: 'Mines blocks, some seconds of chain time apart.',
  params: { count: Uint.optional(), interval: Uint.optional() },
  result: Done,
  examples: [{ name: 'three blocks', params: ['0x3', '0x3c'], result: true }],
  async handle({ dev }, { count = 1, interval }) {
    checkCount(count)
    // 0: viem's way of saying none
    await refusingRange(dev.mine(count, interval || undefined))
    return true as const
  },
})

export const anvil_mine = answeringNull(hardhat_mine)

export const fevm_skipEpochs = method({
  summary: 'Leaves null rounds: the next block comes so many heights later.',
  description: 'Real networks have heights without a block now and then; tools must bear it.',
  params: { count: Uint },
  result: Done,
  examples: [{ name: 'two null rounds', params: ['0x2'], result: true }],
  async handle({ dev }, { count }) {
    await refusingRange(dev.skipEpochs(count))
    return true as const
  },
})

export const evm_increaseTime = method({
  summary: 'Moves the clock of all later blocks by seconds.',
  description: 'Answers all seconds moved so far, in decimal, as Hardhat does.',
  params: { seconds: Uint },
  result: z.string().regex(/^-?\d+$/),
  examples: [{ name: 'an hour', params: [3600], result: '3600', varies: true }],
  async handle({ dev }, { seconds }) {
    return String(await refusingRange(dev.increaseTime(seconds)))
  },
})

export const anvil_increaseTime = evm_increaseTime

export const evm_setNextBlockTimestamp = method({
  summary: 'Time of the next block, in Unix seconds; it must be later than that of the newest.',
  params: { timestamp: Uint },
  result: z.string().regex(/^\d+$/),
  examples: [{ name: 'year 2100', params: [4102444800], result: '4102444800' }],
  async handle({ dev }, { timestamp }) {
    await refusingRange(dev.setNextBlockTimestamp(timestamp))
    return String(timestamp)
  },
})

export const anvil_setNextBlockTimestamp = evm_setNextBlockTimestamp

export const hardhat_setNextBlockBaseFeePerGas = method({
  summary: 'Base fee of the next block, in attoFIL per gas unit.',
  params: { baseFee: Quantity },
  result: Done,
  examples: [{ name: 'the minimum', params: ['0x64'], result: true }],
  async handle({ dev }, { baseFee }) {
    await refusingRange(dev.setNextBlockBaseFee(baseFee))
    return true as const
  },
})

export const anvil_setNextBlockBaseFeePerGas = answeringNull(hardhat_setNextBlockBaseFeePerGas)

export const evm_setAutomine = method({
  summary: 'Whether each transaction is mined at once.',
  params: { on: Bool },
  result: Done,
  examples: [{ name: 'on', params: [true], result: true }],
  async handle({ dev }, { on }) {
    await dev.setAutomine(on)
    return true as const
  },
})

export const anvil_setAutomine = answeringNull(evm_setAutomine)

export const hardhat_getAutomine = method({
  summary: 'Whether each transaction is mined at once.',
  params: {},
  result: z.boolean(),
  examples: [{ name: 'on', params: [], result: true }],
  handle: ({ dev }) => dev.automine(),
})

export const anvil_getAutomine = hardhat_getAutomine

export const evm_setIntervalMining = method({
  summary: 'Mines a block every so many milliseconds; 0 stops.',
  description: 'Milliseconds as in Hardhat; `anvil_setIntervalMining` takes seconds as in anvil.',
  params: { milliseconds: Uint },
  result: Done,
  examples: [{ name: 'stop', params: [0], result: true }],
  async handle({ dev }, { milliseconds }) {
    await dev.setIntervalMining(milliseconds)
    return true as const
  },
})

export const anvil_setIntervalMining = method({
  summary: 'Mines a block every so many seconds; 0 stops.',
  params: { seconds: Uint },
  result: z.null(),
  examples: [{ name: 'stop', params: [0], result: null }],
  async handle({ dev }, { seconds }) {
    await dev.setIntervalMining(seconds * 1000)
    return null
  },
})

export const evm_snapshot = method({
  summary: 'Remembers the state of the chain and answers a number for it.',
  params: {},
  result: QuantityResult,
  examples: [{ name: 'first', params: [], result: '0x1', varies: true }],
  handle: async ({ dev }) => toQuantity(await dev.snapshot()),
})

export const anvil_snapshot = evm_snapshot

export const evm_revert = method({
  summary: 'Goes back to a snapshot; it and all later ones are used up.',
  params: { snapshot: Uint },
  result: z.boolean(),
  examples: [{ name: 'no such snapshot', params: ['0xffff'], result: false }],
  handle: ({ dev }, { snapshot }) => dev.revert(snapshot),
})

export const anvil_revert = evm_revert
