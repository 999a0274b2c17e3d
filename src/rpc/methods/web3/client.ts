import { z } from 'zod'
import { to0x } from '../../../base/bytes.ts'
import { keccak256 } from '../../../base/hash.ts'
import type { Context } from '../../context.ts'
import { methodFor } from '../../method.ts'
import { HashResult } from '../../result-schema.ts'
import { Data } from '../../schema.ts'

const method = methodFor<Pick<Context, 'clientVersion'>>()

export const web3_sha3 = method({
  summary: 'Keccak-256 of bytes.',
  params: { data: Data },
  result: HashResult,
  examples: [
    {
      name: 'hello world',
      params: ['0x68656c6c6f20776f726c64'],
      result: '0x47173285a8d7341e5e972fc677286384f802f8ef42a5ec5f03bbfa254cb01fad',
    },
  ],
  lotus: false,
  handle: (_context, { data }) => to0x(keccak256(data)),
})

export const web3_clientVersion = method({
  summary: 'Name and version of this server.',
  params: {},
  result: z.string(),
  examples: [{ name: 'version', params: [], result: 'fevm-gateway/0.1.0', varies: true }],
  handle: ({ clientVersion }) => clientVersion,
})
