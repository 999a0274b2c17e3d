import { z } from 'zod'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'
import { QuantityResult } from '../../result-schema.ts'

const method = methodFor<Pick<Context, 'chain'>>()

export const net_version = method({
  summary: 'Chain id in decimal.',
  params: {},
  result: z.string(),
  examples: [{ name: 'local network', params: [], result: '31415926' }],
  handle: ({ chain }) => String(chain.chainId),
})

export const net_peerCount = method({
  summary: 'Number of peers: 0, this server is no part of a peer-to-peer network.',
  params: {},
  result: QuantityResult,
  lotus: false,
  examples: [{ name: 'none', params: [], result: '0x0' }],
  handle: () => '0x0',
})

export const net_listening = method({
  summary: 'Always true.',
  params: {},
  result: z.literal(true),
  examples: [{ name: 'listening', params: [], result: true }],
  handle: () => true as const,
})
