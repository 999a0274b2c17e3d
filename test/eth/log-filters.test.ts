import { describe, expect, test } from 'vitest'
import { matchesLog } from '../../src/eth/log-pattern.ts'
import { isTooManyLogs, type LogBound, logRange } from '../../src/eth/log-range.ts'

describe('ranges', () => {
  const epochs = { latest: 100, safe: 70, finalized: 40 }
  const tag = (name: 'latest' | 'pending' | 'safe' | 'finalized' | 'earliest') => ({ tag: name })
  const at = (number: number) => ({ number })

  test.each<[LogBound | undefined, LogBound | undefined, number, number]>([
    [undefined, undefined, 100, 100],
    [tag('earliest'), undefined, 0, 100],
    [tag('finalized'), tag('safe'), 40, 70],
    [at(5), tag('pending'), 5, 100],
    [at(5), at(5), 5, 5],
    // in the future: nothing so far
    [at(200), undefined, 200, 100],
    [at(200), tag('latest'), 200, 100],
  ])('%j to %j', (from, to, first, last) => {
    expect(logRange(from, to, epochs)).toEqual({ from: first, to: last })
  })

  test('an end before the start', () => {
    expect(() => logRange(at(9), at(8), epochs)).toThrow(
      'invalid epoch range: to block (8) must be after from block (9)',
    )
  })

  test('an answer from one tipset is never too long', () => {
    expect(isTooManyLogs(50_000, 1, 10_000)).toBe(false)
    expect(isTooManyLogs(10_001, 2, 10_000)).toBe(true)
    expect(isTooManyLogs(50_000, 2, 0)).toBe(false)
  })
})

describe('patterns', () => {
  const address = new Uint8Array(20).fill(1)
  const other = new Uint8Array(20).fill(2)
  const a = new Uint8Array(32).fill(3)
  const b = new Uint8Array(32).fill(4)
  const log = { address, topics: [a, b] }

  test.each([
    ['nothing asked', [], [], true],
    ['the address', [address], [], true],
    ['one of the addresses', [other, address], [], true],
    ['another address', [other], [], false],
    ['the first topic', [], [[a]], true],
    ['one of the first topics', [], [[b, a]], true],
    ['the topic elsewhere', [], [[b]], false],
    ['the second topic', [], [[], [b]], true],
    ['a third topic', [], [[], [], [a]], false],
    ['trailing wildcards', [], [[a], [], [], []], true],
    ['address and topic', [other], [[a]], false],
  ])('%s', (_, addresses, topics, expected) => {
    expect(matchesLog({ addresses, topics }, log)).toBe(expected)
  })
})
