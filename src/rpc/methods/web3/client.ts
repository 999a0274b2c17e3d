import { z } from 'zod'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'

const method = methodFor<Pick<Context, 'clientVersion'>>()

export const web3_clientVersion = method({
  summary: 'Name and version of this server.',
  params: {},
  result: z.string(),
  examples: [{ name: 'version', params: [], result: 'fevm-gateway/0.1.0', varies: true }],
  handle: ({ clientVersion }) => clientVersion,
})
