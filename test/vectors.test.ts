import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Vector } from './vectors/checks/vector.ts'
import { checks } from './vectors/checks.ts'

const files = [
  'address',
  'protocol',
  'eth-transactions',
  'eth',
  'trace',
  'evm-runs',
  'precompile-calls',
  'actor-runs',
]

describe.each(files)('%s', (file) => {
  const path = new URL(`vectors/${file}.json`, import.meta.url)
  const vectors: Vector[] = JSON.parse(readFileSync(path, 'utf8'))
  const kinds = new Set(vectors.map(({ kind }) => kind))

  test.each([...kinds])('%s', (kind) => {
    const check = checks[kind]
    expect(check, `no check for ${kind}`).toBeDefined()
    for (const vector of vectors) {
      if (vector.kind !== kind) continue
      try {
        check?.(vector)
      } catch (cause) {
        throw new Error(`differs: ${JSON.stringify(vector).slice(0, 2000)}`, { cause })
      }
    }
  })
})
