import { describe, expect, test } from 'vitest'
import { call, post, startServer } from './server.ts'

const { url, journal, failures } = await startServer({ batchDeadline: 300 })

const answer = async (body: unknown) => (await post(url, body)).body

describe('a request', () => {
  test('is answered with its id', async () => {
    for (const id of [1, 0, -5, 1.5, 2 ** 53 - 1, 'a', '', '0x1', 'quote " and \n', null]) {
      expect(await answer(call('test_add', [1, 2], id))).toEqual({ jsonrpc: '2.0', id, result: 3 })
    }
  })

  test('without an id is executed and not answered', async () => {
    const body = { jsonrpc: '2.0', method: 'test_read', params: ['noted'] }
    expect(await post(url, body)).toMatchObject({ status: 204, body: undefined })
    expect(journal.done).toContain('noted')
  })

  test.each([
    ['no id that can be sent back', { jsonrpc: '2.0', id: {}, method: 'test_add' }],
    ['an id beyond 2^53', '{"jsonrpc":"2.0","id":12345678901234567890,"method":"test_add"}'],
    ['an infinite id', '{"jsonrpc":"2.0","id":1e999,"method":"test_add"}'],
    ['another protocol', { id: 1, method: 'test_add', params: [1] }],
    ['another version', { jsonrpc: '1.0', id: 1, method: 'test_add', params: [1] }],
    ['no method', { jsonrpc: '2.0', id: 1 }],
    ['a method that is no string', { jsonrpc: '2.0', method: 1, params: 'bar' }],
    ['parameters that are no list', { jsonrpc: '2.0', id: 1, method: 'test_add', params: 'bar' }],
  ])('with %s is invalid', async (_what, body) => {
    expect(await answer(body)).toMatchObject({ error: { code: -32600 } })
  })

  test('keeps its id in an error about the rest', async () => {
    expect(await answer({ id: 7, method: 'test_add' })).toMatchObject({ id: 7 })
    expect(await answer({ jsonrpc: '2.0', method: 1 })).toMatchObject({ id: null })
  })

  test.each([
    ['', 'empty body'],
    ['{', 'parse error'],
    ['{"jsonrpc":"2.0","id":1,"method":"test_add"', 'parse error'],
    ['undefined', 'parse error'],
    [Uint8Array.of(0x22, 0xff, 0x22), 'not UTF-8'],
    [Buffer.from('{"jsonrpc":"2.0","id":1,"method":"\xc3("}', 'latin1'), 'not UTF-8'],
  ])('that is not JSON is a parse error: %j', async (body, words) => {
    const { status, body: reply } = await post(url, body)
    expect(status).toBe(400)
    expect(reply).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32700 } })
    expect(reply.error.message).toContain(words)
  })

  test.each(['1', '"text"', 'null', 'true', '[]'])('that is %s is invalid', async (body) => {
    const { status, body: reply } = await post(url, body)
    expect(status).toBe(400)
    expect(reply).toMatchObject({ id: null, error: { code: -32600 } })
  })

  test('for an unknown method names the nearest one', async () => {
    const { error } = await answer(call('test_ad'))
    expect(error).toEqual({
      code: -32601,
      message:
        "method 'test_ad' not found: the method test_ad does not exist/is not available, did you mean 'test_add'?",
    })
    expect((await answer(call('somethingElse'))).error.message).not.toContain('did you mean')
    for (const name of ['__proto__', 'constructor', 'toString', '', 'x'.repeat(100_000)]) {
      expect(await answer(call(name))).toMatchObject({ error: { code: -32601 } })
    }
  })

  test('that meets a bug is answered without its insides, which are reported', async () => {
    const { error } = await answer(call('test_bug'))
    expect(error.code).toBe(-32603)
    expect(error.message).toMatch(/^internal error \(request [0-9a-f-]{36}\)$/)
    const failure = failures.at(-1)!
    expect(error.message).toContain(failure.requestId)
    expect(failure).toMatchObject({ method: 'test_bug', error: { message: /secret/ } })
  })
})

describe('parameters', () => {
  test.each([
    ['by position', ['0x2', 3]],
    ['by name', { b: 3, a: '0x2' }],
    ['with nulls behind', [2, 3, null, null]],
  ])('%s', async (_how, params) => {
    expect(await answer(call('test_add', params))).toMatchObject({ result: 5 })
  })

  test.each([[['0x2']], [['0x2', null]], [{ a: 2 }], [{ a: 2, b: null }]])(
    'may be left out when they have a default: %j',
    async (params) => {
      expect(await answer(call('test_add', params))).toMatchObject({ result: 3 })
    },
  )

  test('as a whole too', async () => {
    const latest = { result: '{"tag":"latest"}' }
    expect(await answer({ jsonrpc: '2.0', id: 1, method: 'test_block' })).toMatchObject(latest)
    expect(await answer(call('test_block', null))).toMatchObject(latest)
    expect(await answer(call('test_block', {}))).toMatchObject(latest)
  })

  const number = 'expected a number, 0x and hex digits or decimal'
  test.each([
    [[], `missing parameter 'a': ${number}, got nothing`],
    [['1g'], `invalid parameter 'a': ${number}, got "1g"`],
    [[null], `invalid parameter 'a': ${number}, got null`],
    [[-1], `invalid parameter 'a': ${number}, got -1`],
    [[1.5], `invalid parameter 'a': ${number}, got 1.5`],
    [[[]], `invalid parameter 'a': ${number}, got an array`],
    [[{}], `invalid parameter 'a': ${number}, got an object`],
    [
      ['y'.repeat(1000)],
      `invalid parameter 'a': ${number}, got "${'y'.repeat(50)}"… (1000 characters)`,
    ],
    [[1, 2, 3], 'too many parameters: got 3, expected (a, [b])'],
    [{ a: 1, c: 2 }, 'unknown parameter "c", expected (a, [b])'],
    [JSON.parse('{"a":1,"__proto__":{"b":5}}'), 'unknown parameter "__proto__", expected (a, [b])'],
  ])('%j: %s', async (params, message) => {
    expect((await answer(call('test_add', params))).error).toEqual({ code: -32602, message })
  })

  test.each([
    [
      { blockHash: '0x1' },
      'invalid parameter \'block.blockHash\': expected a hash, 0x and 64 hex digits, got "0x1"',
    ],
    [
      { blockNumber: 1, blockHash: `0x${'11'.repeat(32)}` },
      "invalid parameter 'block': cannot specify both blockNumber and blockHash, got an object",
    ],
    [
      {},
      "invalid parameter 'block': invalid block param: expected blockNumber or blockHash, got an object",
    ],
    [
      'newest',
      'invalid parameter \'block\': expected a block: latest, pending, safe, finalized, earliest, a number or a hash, got "newest"',
    ],
  ])('say where in an object they are wrong: %j', async (block, message) => {
    expect((await answer(call('test_block', [block]))).error.message).toBe(message)
  })
})

describe('a batch', () => {
  test('is answered in order, without notifications', async () => {
    const batch = [
      call('test_read', ['slow', 20], 'a'),
      { jsonrpc: '2.0', method: 'test_add', params: [1] },
      1,
      call('test_read', ['fast'], 'b'),
      call('nothing', [], 'c'),
    ]
    expect(await answer(batch)).toMatchObject([
      { id: 'a', result: 'slow' },
      { id: null, error: { code: -32600 } },
      { id: 'b', result: 'fast' },
      { id: 'c', error: { code: -32601 } },
    ])
  })

  test('runs reads together, and each write alone in its place', async () => {
    journal.done.length = 0
    await answer([
      call('test_read', ['first', 10]),
      call('test_read', ['second']),
      call('test_write', ['one']),
      call('test_write', ['two']),
      call('test_read', ['last']),
    ])
    expect(journal.done).toEqual([
      'second',
      'first',
      'one begins',
      'one ends',
      'two begins',
      'two ends',
      'last',
    ])
  })

  test('of notifications has no answer', async () => {
    const notification = { jsonrpc: '2.0', method: 'test_add', params: [1] }
    expect(await post(url, [notification, notification])).toMatchObject({ status: 204 })
  })

  test('that is too large is refused as a whole', async () => {
    journal.done.length = 0
    const { status, body } = await post(url, Array(10_000).fill(call('test_read', ['x'])))
    expect(status).toBe(400)
    expect(body).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: {
        code: -32600,
        message: 'batch too large: 10000 requests, at most 100 are allowed',
      },
    })
    expect(journal.done).toEqual([])
    expect(await answer(Array(100).fill(call('test_add', [1])))).toHaveLength(100)
  })

  test('that takes too long is answered as far as it came', async () => {
    const batch = [call('test_read', ['in time'], 1), call('test_read', ['late', 600], 2)]
    expect(await answer([...batch, call('test_write', ['never'], 3)])).toMatchObject([
      { id: 1, result: 'in time' },
      {
        id: 2,
        error: { code: -32002, message: 'request timed out: the batch took more than 0.3 s' },
      },
      { id: 3, error: { code: -32002 } },
    ])
  })

  test('whose answer is too long is answered as far as it fits', async () => {
    const { url } = await startServer({ response: 1000 })
    const { body } = await post(
      url,
      [1, 2, 3].map((id) => call('test_text', [400], id)),
    )
    expect(body).toMatchObject([
      { id: 1, result: /^x+$/ },
      { id: 2, result: /^x+$/ },
      { id: 3, error: { code: -32003 } },
    ])
  })
})
