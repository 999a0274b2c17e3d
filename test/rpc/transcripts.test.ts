/**
 * Transcripts in the form of ethereum/execution-apis: what goes in (>>) and what must come out
 * (<<), byte for byte but for the order of members. All run on one fresh development node.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { devNode } from './dev-node.ts'
import { post } from './server.ts'

const folder = join(import.meta.dirname, 'io')
const { url, rpc } = await devNode()
// heights 1 and 4; 2 and 3 are null rounds
await rpc('evm_mine')
await rpc('fevm_skipEpochs', 2)
await rpc('evm_mine')

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.io'))
  .sort()

describe.each(files)('%s', (file) => {
  const exchanges = readFileSync(join(folder, file), 'utf8').matchAll(/^>> (.+)\n(?:<< (.+)\n?)?/gm)
  test.each([...exchanges].map(([, sent, expected]) => [sent!, expected]))(
    '%s',
    async (sent, expected) => {
      const { body } = await post(url, sent)
      expect(body).toEqual(expected === undefined ? undefined : JSON.parse(expected))
    },
  )
})
