/** The dev chain's clock. */
import { z } from 'zod'
import type { DevContext } from '../../context.ts'
import { devMethodFor, refusingRange } from '../../dev-method.ts'
import { Uint } from '../../schema.ts'

const method = devMethodFor<Pick<DevContext, 'dev'>>()

/** JavaScript's clients send milliseconds, as anvil takes for granted above this. */
const SECONDS_END = 1_000_000_000_000

export const anvil_setTime = method({
  summary: 'Sets the clock, in Unix seconds (or milliseconds, as JavaScript has them).',
  description:
    'Answers how many seconds the clock is now ahead of the wall clock. Blocks never go back in time: below that of the newest block, the next ones have the same time.',
  params: { timestamp: Uint },
  result: z.number(),
  examples: [{ name: 'year 2100', params: [4102444800], result: 1, varies: true }],
  handle: ({ dev }, { timestamp }) => {
    const seconds = timestamp < SECONDS_END ? timestamp : Math.floor(timestamp / 1000)
    return refusingRange(dev.setTime(seconds))
  },
})

export const evm_setTime = anvil_setTime

export const anvil_setBlockTimestampInterval = method({
  summary: 'Lets every block be so many seconds after the one before, whatever the time is.',
  params: { seconds: Uint },
  result: z.null(),
  examples: [{ name: 'as on mainnet', params: [30], result: null }],
  async handle({ dev }, { seconds }) {
    await dev.setTimestampInterval(seconds)
    return null
  },
})

export const anvil_removeBlockTimestampInterval = method({
  summary: 'Ends anvil_setBlockTimestampInterval.',
  params: {},
  result: z.boolean(),
  examples: [{ name: 'done', params: [], result: true }],
  async handle({ dev }) {
    await dev.setTimestampInterval(undefined)
    return true
  },
})
