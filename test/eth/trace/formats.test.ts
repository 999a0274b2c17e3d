/** One tree of calls in every format. */

import { encodeErrorResult, parseAbi } from 'viem'
import { describe, expect, test } from 'vitest'
import { fromHex, to0x } from '../../../src/base/bytes.ts'
import type { ActorCall, TouchedAccount } from '../../../src/eth/trace/actor-call.ts'
import { gethError, parityError } from '../../../src/eth/trace/call-errors.ts'
import { callFrame } from '../../../src/eth/trace/call-tracer.ts'
import { evmCall } from '../../../src/eth/trace/evm-call.ts'
import { flatCalls } from '../../../src/eth/trace/flat-call-tracer.ts'
import { fourByteCounts } from '../../../src/eth/trace/four-byte-tracer.ts'
import { matchesTrace, parityTraces, placedTraces } from '../../../src/eth/trace/parity.ts'
import { prestate, prestateDiff } from '../../../src/eth/trace/prestate-tracer.ts'
import { stateDiff } from '../../../src/eth/trace/state-diff.ts'
import { structLogText } from '../../../src/eth/trace/struct-log.ts'
import { aCall, contractAt, framed, sender } from './actor-calls.ts'

const a = contractAt(0xa0)
const b = contractAt(0xb0)
const from = to0x(sender)
const [atA, atB] = [to0x(a.address), to0x(b.address)]

const tree = (said: Partial<ActorCall> = {}) =>
  evmCall(
    aCall(a, {
      params: framed('aabbccdd01'),
      value: 3n,
      calls: [
        aCall(b, { params: framed('aabbccdd'), calls: [aCall(a)] }),
        aCall(b, { params: framed('aabbccdd'), readOnly: true }),
      ],
      ...said,
    }),
    sender,
  )!

const place = {
  blockHash: new Uint8Array(32).fill(1),
  epoch: 9,
  transactionHash: new Uint8Array(32).fill(2),
  index: 4,
}

describe('Parity', () => {
  test('counts the ways down', () => {
    const traces = parityTraces(tree())
    expect(traces.map(({ traceAddress, subtraces }) => [traceAddress, subtraces])).toEqual([
      [[], 2],
      [[0], 1],
      [[0, 0], 0],
      [[1], 0],
    ])
    expect(traces[3]).toEqual({
      type: 'call',
      subtraces: 0,
      traceAddress: [1],
      action: {
        callType: 'staticcall',
        from: atA,
        to: atB,
        gas: '0x3e8',
        value: '0x0',
        input: '0xaabbccdd',
      },
      result: { gasUsed: '0x64', output: '0x' },
    })
    expect(parityTraces(undefined)).toEqual([])
  })

  test('says where a transaction stands', () => {
    expect(placedTraces(tree(), place)[0]).toMatchObject({
      blockHash: `0x${'01'.repeat(32)}`,
      blockNumber: 9,
      transactionHash: `0x${'02'.repeat(32)}`,
      transactionPosition: 4,
    })
  })

  test('is filtered by sender and recipient, each any of several', () => {
    const [first, second] = parityTraces(tree())
    const none = new Set<`0x${string}`>()
    expect(matchesTrace(first!, { from: none, to: none })).toBe(true)
    expect(matchesTrace(first!, { from: new Set([from, atB]), to: none })).toBe(true)
    expect(matchesTrace(second!, { from: new Set([from]), to: none })).toBe(false)
    expect(matchesTrace(second!, { from: new Set([atA]), to: new Set([atB]) })).toBe(true)
    expect(matchesTrace(second!, { from: new Set([atA]), to: new Set([atA]) })).toBe(false)
  })
})

test.each([
  [0, undefined, undefined],
  [7, 'out of gas', 'out of gas'],
  [5, 'vm error: SysErrInvalidReceiver(5)', 'vm error: SysErrInvalidReceiver(5)'],
  [18, 'actor error: ErrForbidden(18)', 'actor error: ErrForbidden(18)'],
  [25, 'actor error: ErrReadOnly(25)', 'write protection'],
  [33, 'Reverted', 'execution reverted'],
  [34, 'invalid instruction', 'invalid opcode: INVALID'],
  [35, 'undefined instruction', 'invalid opcode'],
  [36, 'stack underflow', 'stack underflow'],
  [37, 'stack overflow', 'stack limit reached'],
  [38, 'illegal memory access', 'illegal memory access'],
  [39, 'invalid jump destination', 'invalid jump destination'],
  [40, 'self destruct failed', 'self destruct failed'],
  [41, 'actor error: 41', 'actor error: 41'],
])('exit code %i of a contract: %s, %s', (exitCode, parity, geth) => {
  const call = { exitCode, hasEvmCodes: true }
  expect(parityError(call)).toBe(parity)
  expect(gethError(call)).toBe(geth)
  if (exitCode >= 33) {
    const native = { exitCode, hasEvmCodes: false }
    expect(parityError(native)).toBe(`actor error: ${exitCode}`)
    expect(gethError(native)).toBe(`actor error: ${exitCode}`)
  }
})

describe('callTracer', () => {
  const plain = { onlyTopCall: false, withLog: false }

  test('nests', () => {
    expect(callFrame(tree(), plain)).toEqual({
      from,
      gas: '0x3e8',
      gasUsed: '0x64',
      to: atA,
      input: '0xaabbccdd01',
      value: '0x3',
      type: 'CALL',
      calls: [
        {
          from: atA,
          gas: '0x3e8',
          gasUsed: '0x64',
          to: atB,
          input: '0xaabbccdd',
          value: '0x0',
          type: 'CALL',
          calls: [
            {
              from: atB,
              gas: '0x3e8',
              gasUsed: '0x64',
              to: atA,
              input: '0x',
              value: '0x0',
              type: 'CALL',
            },
          ],
        },
        {
          from: atA,
          gas: '0x3e8',
          gasUsed: '0x64',
          to: atB,
          input: '0xaabbccdd',
          type: 'STATICCALL',
        },
      ],
    })
    expect(callFrame(tree(), { ...plain, onlyTopCall: true })).not.toHaveProperty('calls')
  })

  const abi = parseAbi(['error Error(string)', 'error Panic(uint256)', 'error Other(uint256)'])
  test.each([
    ['text', encodeErrorResult({ abi, errorName: 'Error', args: ['not (today)'] }), 'not (today)'],
    [
      'panic',
      encodeErrorResult({ abi, errorName: 'Panic', args: [0x11n] }),
      'arithmetic underflow or overflow',
    ],
    ['custom error', encodeErrorResult({ abi, errorName: 'Other', args: [1n] }), undefined],
    ['nothing', '0x', undefined],
  ])('says why a call reverted: %s', (_, data, reason) => {
    const frame = callFrame(tree({ exitCode: 33, returned: framed(data) }), plain)
    expect(frame.error).toBe('execution reverted')
    expect(frame.revertReason).toBe(reason)
    expect(frame.output).toBe(data === '0x' ? undefined : data)
  })

  test('logs', () => {
    const log = {
      address: a.address,
      topics: [new Uint8Array(32)],
      data: Uint8Array.of(5),
      logIndex: 11,
      callsBefore: 1,
    }
    expect(callFrame(tree({ logs: [log] }), { ...plain, withLog: true }).logs).toEqual([
      {
        address: atA,
        topics: [`0x${'00'.repeat(32)}`],
        data: '0x05',
        index: '0xb',
        position: '0x1',
      },
    ])
    expect(callFrame(tree({ logs: [log] }), plain)).not.toHaveProperty('logs')
  })
})

describe('flatCallTracer', () => {
  const geths = { convertParityErrors: false }

  test('is a list in geth’s words', () => {
    const flat = flatCalls(tree({ exitCode: 7 }), place, geths)
    expect(flat.map(({ traceAddress }) => traceAddress)).toEqual([[], [0], [0, 0], [1]])
    expect(flat[0]).toMatchObject({ error: 'out of gas', subtraces: 2, transactionPosition: 4 })
    expect(flat[0]).not.toHaveProperty('result')
    expect(flat[1]!.result).toEqual({ gasUsed: '0x64', output: '0x' })
  })

  test('or in Parity’s', () => {
    const [first] = flatCalls(tree({ exitCode: 33 }), undefined, { convertParityErrors: true })
    expect(first).toMatchObject({ error: 'Reverted', blockHash: null, result: { output: '0x' } })
  })
})

test('4byteTracer counts selectors with the length of their arguments', () => {
  expect(fourByteCounts(tree())).toEqual({ '0xaabbccdd-1': 1, '0xaabbccdd-0': 2 })
})

describe('state', () => {
  const word = (last: number) => fromHex(last.toString(16).padStart(64, '0'))
  const hex = (last: number) => to0x(word(last))
  const none = new Uint8Array(0)
  const contract: TouchedAccount = {
    address: a.address,
    before: { balance: 5n, nonce: 1n, code: Uint8Array.of(0xfe) },
    after: { balance: 4n, nonce: 1n, code: Uint8Array.of(0xfe) },
    slots: [
      { slot: word(0), before: word(1), after: word(2) },
      { slot: word(1), before: word(7), after: word(7) },
      { slot: word(2), before: word(0), after: word(3) },
      { slot: word(3), before: word(4), after: word(0) },
    ],
  }
  const fresh: TouchedAccount = {
    address: b.address,
    before: undefined,
    after: { balance: 1n, nonce: 0n, code: none },
    slots: [],
  }
  const idle: TouchedAccount = {
    address: sender,
    before: { balance: 9n, nonce: 2n, code: none },
    after: { balance: 9n, nonce: 2n, code: none },
    slots: [],
  }
  const empty: TouchedAccount = {
    address: new Uint8Array(20),
    before: { balance: 0n, nonce: 0n, code: none },
    after: { balance: 0n, nonce: 0n, code: none },
    slots: [],
  }
  const accounts = [contract, fresh, idle, empty]
  const all = { diffMode: false, disableCode: false, disableStorage: false }
  const codeHash = '0xbcc90f2d6dada5b18e155c17a1c0a55920aae94f39857d39d0d8ed07ae8f228b'

  test('stateDiff has what changed', () => {
    expect(stateDiff(accounts)).toEqual({
      [atA]: {
        balance: { '*': { from: '0x5', to: '0x4' } },
        nonce: '=',
        code: '=',
        storage: {
          [hex(0)]: { '*': { from: hex(1), to: hex(2) } },
          [hex(2)]: { '*': { from: hex(0), to: hex(3) } },
          [hex(3)]: { '*': { from: hex(4), to: hex(0) } },
        },
      },
      [atB]: { balance: { '+': '0x1' }, nonce: { '+': '0x0' }, code: { '+': '0x' }, storage: {} },
    })
  })

  test('prestateTracer has all that was there', () => {
    const storage = { [hex(0)]: hex(1), [hex(1)]: hex(7), [hex(2)]: hex(0), [hex(3)]: hex(4) }
    expect(prestate(accounts, all)).toEqual({
      [atA]: { balance: '0x5', nonce: 1, code: '0xfe', codeHash, storage },
      [from]: { balance: '0x9', nonce: 2 },
    })
    const bare = { ...all, disableCode: true, disableStorage: true }
    expect(prestate([contract], bare)).toEqual({ [atA]: { balance: '0x5', nonce: 1, codeHash } })
  })

  test('in diff mode it has what changed, before and after', () => {
    expect(prestateDiff(accounts, { ...all, diffMode: true })).toEqual({
      pre: {
        [atA]: {
          balance: '0x5',
          nonce: 1,
          code: '0xfe',
          codeHash,
          storage: { [hex(0)]: hex(1), [hex(3)]: hex(4) },
        },
      },
      post: {
        [atA]: { balance: '0x4', storage: { [hex(0)]: hex(2), [hex(2)]: hex(3) } },
        [atB]: { balance: '0x1' },
      },
    })
    const gone = { ...idle, after: undefined }
    expect(prestateDiff([gone], { ...all, diffMode: true })).toEqual({
      pre: { [from]: { balance: '0x9', nonce: 2 } },
      post: {},
    })
  })
})

test('an instruction in the form of geth', () => {
  const place = { pc: 4, instruction: 'SSTORE', gas: 100, depth: 2 }
  const step = {
    ...place,
    stack: [0n, 255n],
    memory: new Uint8Array(64),
    returnData: Uint8Array.of(1),
  }
  const end = { gasCost: 30, error: 'out of gas', storage: new Map([[1n, 2n]]) }
  expect(JSON.parse(structLogText(step, end))).toEqual({
    pc: 4,
    op: 'SSTORE',
    gas: 100,
    gasCost: 30,
    depth: 2,
    error: 'out of gas',
    stack: ['0x0', '0xff'],
    memory: [`0x${'00'.repeat(32)}`, `0x${'00'.repeat(32)}`],
    returnData: '0x01',
    storage: { [`0x${'1'.padStart(64, '0')}`]: `0x${'2'.padStart(64, '0')}` },
  })
  const unwanted = { stack: undefined, memory: undefined, returnData: undefined }
  const bare = { gasCost: 30, error: undefined, storage: undefined }
  expect(structLogText({ ...place, ...unwanted }, bare)).toBe(
    '{"pc":4,"op":"SSTORE","gas":100,"gasCost":30,"depth":2}',
  )
})
