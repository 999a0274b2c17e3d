import { z } from 'zod'
import { methodFor } from '../../method.ts'
import { openrpcText } from '../../openrpc.ts'
import { RawJson } from '../../raw-json.ts'

const method = methodFor<object>()

export const discover = method({
  summary: 'The OpenRPC document: every method, its parameters, results and errors.',
  params: {},
  result: z.looseObject({ openrpc: z.string(), methods: z.array(z.unknown()) }),
  examples: [
    { name: 'document', params: [], result: { openrpc: '1.3.2', methods: [] }, varies: true },
  ],
  handle: (_context, _params, { registry }) => new RawJson(openrpcText(registry)),
})
