/**
 * Twenty transactions of all kinds, each shown in every format: field by field the shapes that
 * OpenEthereum's and geth's documentation give, and the same calls in all of them.
 */
import { numberToHex } from 'viem'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loggedErrors } from './dev-node.ts'
import {
  cell,
  gas,
  type Json,
  NOBODY,
  newCell,
  newTracing,
  tracing,
  tracingNode,
} from './tracing.ts'

const { rpc, alice, bob, send, tracer, target } = await tracingNode()
afterAll(() => expect(loggedErrors).toEqual([]))
const { contractAddress: doomed } = await send({ data: newCell(1n) })

const transactions: readonly (readonly [string, object])[] = [
  ['a transfer', { to: bob, value: '0x5' }],
  ['a transfer to somebody new', { to: NOBODY, value: '0x1' }],
  ['a call', { to: target, data: cell('set', 6n) }],
  ['a call with value', { to: target, data: cell('set', 7n), value: '0x2' }],
  ['a revert with text', { to: target, data: cell('fail', 0n) }],
  ['a revert with a custom error', { to: target, data: cell('fail', 1n) }],
  ['a failed assertion', { to: target, data: cell('fail', 2n) }],
  ['an invalid instruction', { to: target, data: cell('fail', 3n) }],
  ['no gas left', { to: target, data: cell('fail', 9n), gas: numberToHex(20_000_000) }],
  ['a deployment', { data: newCell(3n) }],
  ['a large deployment', { data: newTracing }],
  ['a deployment that reverts', { data: newCell(13n) }],
  ['call, creation, call', { to: tracer, data: tracing('callCreateCall', target) }],
  ['calls in calls', { to: tracer, data: tracing('nested', tracer, 2n) }],
  ['a delegatecall', { to: tracer, data: tracing('delegate', target, 4n) }],
  ['logs taken back', { to: tracer, data: tracing('logsTakenBack', target) }],
  ['CREATE2', { to: tracer, data: tracing('create2', `0x${'11'.repeat(32)}`) }],
  ['CREATE2 twice', { to: tracer, data: tracing('create2Twice', `0x${'22'.repeat(32)}`) }],
  ['a creation below that reverts', { to: tracer, data: tracing('createUnlucky') }],
  ['SELFDESTRUCT', { to: doomed, data: cell('destroy', bob) }],
]

const hex = z.string().regex(/^0x([0-9a-f]{2})*$/)
const quantity = z.string().regex(/^0x(0|[1-9a-f][0-9a-f]*)$/)
const address = z.string().regex(/^0x[0-9a-f]{40}$/)
const hash = z.string().regex(/^0x[0-9a-f]{64}$/)

/** https://openethereum.github.io/JSONRPC-trace-module */
const parityItem = z.object({
  type: z.enum(['call', 'create']),
  subtraces: z.int(),
  traceAddress: z.array(z.int()),
  error: z.string().optional(),
  blockHash: hash,
  blockNumber: z.int(),
  transactionHash: hash,
  transactionPosition: z.int(),
  action: z.union([
    z.strictObject({
      callType: z.enum(['call', 'staticcall', 'delegatecall']),
      from: address,
      to: address,
      gas: quantity,
      value: quantity,
      input: hex,
    }),
    z.strictObject({ from: address, gas: quantity, value: quantity, init: hex }),
  ]),
  result: z.union([
    z.strictObject({ gasUsed: quantity, output: hex }),
    z.strictObject({ address: address.optional(), gasUsed: quantity, code: hex }),
  ]),
})

/** https://geth.ethereum.org/docs/developers/evm-tracing/built-in-tracers */
const gethFrame: z.ZodType = z.strictObject({
  type: z.enum(['CALL', 'STATICCALL', 'DELEGATECALL', 'CREATE', 'CREATE2']),
  from: address,
  to: address.optional(),
  value: quantity.optional(),
  gas: quantity,
  gasUsed: quantity,
  input: hex,
  output: hex.optional(),
  error: z.string().optional(),
  revertReason: z.string().optional(),
  logs: z
    .array(
      z.strictObject({
        address,
        topics: z.array(hash),
        data: hex,
        index: quantity,
        position: quantity,
      }),
    )
    .optional(),
  get calls() {
    return z.array(gethFrame).optional()
  },
})

const structLogs = z.strictObject({
  gas: z.int(),
  failed: z.boolean(),
  returnValue: hex,
  structLogs: z.array(
    z.strictObject({
      pc: z.int(),
      op: z.string(),
      gas: z.int(),
      gasCost: z.int(),
      depth: z.int().min(1),
      error: z.string().optional(),
      stack: z.array(quantity).optional(),
      memory: z.array(z.string()).optional(),
      storage: z.record(z.string(), z.string()).optional(),
      returnData: hex.optional(),
    }),
  ),
})

interface Flat {
  readonly frame: Json
  readonly traceAddress: readonly number[]
}

function flattened(frame: Json, traceAddress: readonly number[] = []): Flat[] {
  const calls: Json[] = frame.calls ?? []
  const below = calls.flatMap((inner, i) => flattened(inner, [...traceAddress, i]))
  return [{ frame, traceAddress }, ...below]
}

describe.each(transactions)('%s', (_, fields) => {
  test('is the same in every format', async () => {
    const receipt = await send({ gas, ...fields })
    const { transactionHash, blockNumber } = receipt
    const parity = z.array(parityItem).parse(await rpc('trace_transaction', transactionHash))
    const trace = (options: object) => rpc('debug_traceTransaction', transactionHash, options)
    const frame: Json = gethFrame.parse(
      await trace({ tracer: 'callTracer', tracerConfig: { withLog: true } }),
    )
    const frames = flattened(frame)

    expect(frames.map(({ traceAddress }) => traceAddress)).toEqual(
      parity.map(({ traceAddress }) => traceAddress),
    )
    for (const [i, item] of parity.entries()) {
      const action = item.action as Json
      const result = item.result as Json
      const { frame: shown } = frames[i]!
      const creates = item.type === 'create'
      if (!creates) expect(shown.type).toBe(action.callType.toUpperCase())
      expect(/^CREATE2?$/.test(shown.type)).toBe(creates)
      expect(shown.from).toBe(action.from)
      expect(shown.to).toBe(creates ? result.address : action.to)
      expect(shown.input).toBe(creates ? action.init : action.input)
      expect(shown.gasUsed).toBe(result.gasUsed)
      expect(shown.error === undefined).toBe(item.error === undefined)
      if (!creates && item.error === undefined) expect(shown.output ?? '0x').toBe(result.output)
      // the first frame of geth has the limit of the whole message
      if (i > 0) expect(shown.gas).toBe(action.gas)
      if (action.callType !== 'delegatecall' && shown.value !== undefined) {
        expect(shown.value).toBe(action.value)
      }
      const below = frames.filter(
        ({ traceAddress: at }) => at.length === item.traceAddress.length + 1,
      )
      const own = below.filter(
        ({ traceAddress: at }) => at.slice(0, -1).join() === item.traceAddress.join(),
      )
      expect(item.subtraces).toBe(own.length)
    }

    // with its transaction and block
    expect(parity[0]).toMatchObject({
      transactionHash,
      transactionPosition: 0,
      blockNumber: Number(blockNumber),
      blockHash: receipt.blockHash,
      action: { from: alice },
      result: { gasUsed: receipt.gasUsed },
    })
    expect(parity[0]!.error === undefined).toBe(receipt.status === '0x1')
    const flat: Json[] = await trace({
      tracer: 'flatCallTracer',
      tracerConfig: { convertParityErrors: true },
    })
    expect(flat.map(({ traceAddress }) => traceAddress)).toEqual(
      parity.map(({ traceAddress }) => traceAddress),
    )
    expect(await rpc('trace_block', blockNumber)).toEqual(parity)
    for (const { traceAddress } of parity) {
      const path = traceAddress.map((step) => numberToHex(step))
      expect(await rpc('trace_get', transactionHash, path)).toEqual(
        parity.find((item) => item.traceAddress.join() === traceAddress.join()),
      )
    }

    // logs of frames that were not taken back are those of the receipt
    const logs = frames.flatMap(({ frame: { logs = [] } }) => logs)
    const byIndex = logs.toSorted((a: Json, b: Json) => Number(a.index) - Number(b.index))
    expect(byIndex.map(({ address, topics, data }: Json) => ({ address, topics, data }))).toEqual(
      receipt.logs.map(({ address, topics, data }: Json) => ({ address, topics, data })),
    )

    const steps = structLogs.parse(await trace({ limit: 2000 }))
    expect(steps.failed).toBe(receipt.status === '0x0')
    expect(numberToHex(steps.gas)).toBe(receipt.gasUsed)
  })
})
