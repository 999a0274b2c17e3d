import { expect, test } from 'vitest'
import { createLog, type LogEvent, type LogFormat } from '../../src/node/log.ts'

const block: LogEvent = {
  event: 'block',
  epoch: 7,
  hash: '0xb1',
  timestamp: 1_700_000_000,
  transactions: 1,
  gasUsed: 1_234_567,
  baseFee: 100n,
}
const transaction: LogEvent = {
  event: 'transaction',
  epoch: 7,
  hash: '0x71',
  from: '0xa1',
  to: null,
  contract: '0xc1',
  value: 5n,
  gasLimit: 20_000,
  gasUsed: 10_000,
  status: 'failed',
  failure: 'execution reverted: no',
}

function logged(format: LogFormat, ...events: LogEvent[]) {
  const out: string[] = []
  const errors: string[] = []
  const log = createLog(
    format,
    (line) => out.push(line),
    (line) => errors.push(line),
    () => new Date('2026-01-31T12:00:00Z'),
  )
  for (const event of events) log(event)
  return { out, errors }
}

test('lines for people', () => {
  const rpcError: LogEvent = {
    event: 'rpc-error',
    method: 'eth_call',
    code: 3,
    message: 'reverted',
  }
  const error: LogEvent = { event: 'error', message: 'disk full' }
  expect(logged('text', block, transaction, rpcError, error)).toEqual({
    out: [
      'block 7  0xb1  1 transaction, gas 1,234,567, base fee 100',
      '  0x71  0xa1 → new contract 0xc1, value 5 attoFIL, gas 10,000 of 20,000\n    failed: execution reverted: no',
      'eth_call: reverted (3)',
    ],
    errors: ['error: disk full'],
  })
})

test('one line of JSON for each event, big numbers as decimal texts', () => {
  const { out, errors } = logged('json', block, { event: 'error', message: 'a\nb' })
  expect(errors).toEqual([])
  expect(out.map((line) => JSON.parse(line))).toEqual([
    { time: '2026-01-31T12:00:00.000Z', ...block, baseFee: '100' },
    { time: '2026-01-31T12:00:00.000Z', event: 'error', message: 'a\nb' },
  ])
  expect(out.every((line) => !line.includes('\n'))).toBe(true)
})

test('silent prints errors only', () => {
  const { out, errors } = logged('silent', block, transaction, { event: 'error', message: 'x' })
  expect(out).toEqual([])
  expect(errors).toEqual(['error: x'])
})
