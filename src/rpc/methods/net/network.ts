import { z } from 'zod'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'

const method = methodFor<Pick<Context, 'chain'>>()

export const net_version = method({
  summary: 'Chain id in decimal.',
  params: {},
  result: z.string(),
  examples: [{ name: 'local network', params: [], result: '31415926' }],
  handle: ({ chain }) => String(chain.chainId),
})

export const net_listening = method({
  summary: 'Always true.',
  params: {},
  result: z.literal(true),
  examples: [{ name: 'listening', params: [], result: true }],
  handle: () => true as const,
})
