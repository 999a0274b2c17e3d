/** Requests and contracts of people who mean no good. Everybody else must not even notice. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { encodeFunctionData, type Hex } from 'viem'
import { describe, expect, inject, test } from 'vitest'
import { contract } from '../contracts/compile.ts'
import { TestSocket } from '../rpc/websocket.ts'
import { expectUnfelt } from './bystander.ts'
import { nodeForFile, RpcFailure, TestNode } from './node.ts'
import { stranger, viem } from './viem.ts'

const node = await nodeForFile()
const alice = viem(node)
const MEBIBYTE = 1 << 20

const INVALID_REQUEST = -32600
const METHOD_NOT_FOUND = -32601
const INVALID_PARAMS = -32602
const PARSE_ERROR = -32700

interface Answer {
  readonly id?: unknown
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string }
}

async function post(
  body: string | Uint8Array<ArrayBuffer>,
): Promise<{ status: number; answer: Answer }> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(node.httpUrl, { method: 'POST', body, headers })
  return { status: response.status, answer: (await response.json()) as Answer }
}

const request = (method: string, params: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`
const repeated = (count: number, text: string) => Array(count).fill(text).join(',')

const bodies: readonly (readonly [
  name: string,
  body: string | Uint8Array<ArrayBuffer>,
  code: number,
])[] = [
  ['a mebibyte of [', '['.repeat(MEBIBYTE), INVALID_REQUEST],
  ['a mebibyte of {"a":', '{"a":'.repeat(MEBIBYTE / 5), INVALID_REQUEST],
  ['33 levels in a parameter', request('eth_call', '['.repeat(33)), INVALID_REQUEST],
  ['10,000 requests', `[${repeated(10_000, request('eth_chainId', '[]'))}]`, INVALID_REQUEST],
  ['10,000 numbers', `[${repeated(10_000, '1')}]`, INVALID_REQUEST],
  ['100,000 members', `{${repeated(100_000, '"a":1')}}`, INVALID_REQUEST],
  [
    'a number of a million digits',
    request('eth_call', `[${'9'.repeat(1_000_000)}]`),
    INVALID_PARAMS,
  ],
  [
    'a string of a million digits',
    request('eth_getBalance', `["0x${'f'.repeat(1e6)}"]`),
    INVALID_PARAMS,
  ],
  ['a method name of a mebibyte', request('x'.repeat(1_000_000), '[]'), METHOD_NOT_FOUND],
  ['the prototype’s methods', request('__proto__', '[]'), METHOD_NOT_FOUND],
  ['parameters by the prototype’s names', request('eth_call', '{"__proto__":1}'), INVALID_PARAMS],
  [
    'the prototype of a parameter',
    request('eth_gasPrice', '[null,{"__proto__":{}}]'),
    INVALID_PARAMS,
  ],
  ['nothing', '', PARSE_ERROR],
  ['half a request', '{"jsonrpc":"2.0"', PARSE_ERROR],
  ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0xfe, 0x22), PARSE_ERROR],
  ['half a surrogate, not UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), PARSE_ERROR],
  ['a zero byte', '\0', PARSE_ERROR],
  ['null', 'null', INVALID_REQUEST],
  ['a number', '12', INVALID_REQUEST],
  ['an empty batch', '[]', INVALID_REQUEST],
  ['no method', '{"jsonrpc":"2.0","id":1}', INVALID_REQUEST],
  ['no version', '{"id":1,"method":"eth_chainId"}', INVALID_REQUEST],
  ['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":1}', INVALID_REQUEST],
  ['parameters that are a string', request('eth_chainId', '"x"'), INVALID_REQUEST],
  ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}', INVALID_REQUEST],
  [
    'an id beyond all numbers',
    '{"jsonrpc":"2.0","id":1e999,"method":"eth_chainId"}',
    INVALID_REQUEST,
  ],
]

describe('bodies', () => {
  test.each(bodies)('over HTTP: %s', async (_name, body, code) => {
    const { status, answer } = await post(body)
    expect(answer.error?.code ?? 0).toBe(code)
    expect(status).toBeLessThan(500)
    expect(JSON.stringify(answer).length).toBeLessThan(1_000)
  })

  test('over a WebSocket: the same', async () => {
    const socket = await TestSocket.open(node.httpUrl)
    for (const [name, body, code] of bodies) {
      // the protocol itself forbids text that is not UTF-8
      if (typeof body !== 'string') continue
      socket.send(body)
      const answer = (await socket.next()) as Answer
      expect([name, answer.error?.code ?? 0]).toEqual([name, code])
    }
    socket.socket.destroy()
  })

  test('two mebibytes are refused before they are read', async () => {
    const { status, answer } = await post('['.repeat(2 * MEBIBYTE))
    expect([status, answer.error?.code]).toEqual([413, INVALID_REQUEST])
    const socket = await TestSocket.open(node.httpUrl)
    socket.send('['.repeat(2 * MEBIBYTE))
    await expect(socket.next()).rejects.toThrow('closed with 1009')
  })

  test('none of it holds others up', async () => {
    await expectUnfelt(node.httpUrl, async () => {
      for (const [, body] of bodies) await post(body)
      // the answer comes, and the connection ends, while the client is still writing
      await post('['.repeat(2 * MEBIBYTE)).catch(() => {})
    })
  })
})

/** What nobody expects in this place. */
const values: readonly unknown[] = [
  null,
  true,
  0,
  5,
  -1,
  1.5,
  2 ** 53,
  1e300,
  '',
  'x',
  '0x',
  '0x5',
  '5',
  '-0x1',
  '0xzz',
  ' 0x1',
  'latest',
  `0x${'f'.repeat(64)}`,
  `0x${'f'.repeat(66)}`,
  stranger(1),
  '\u0000',
  '💥',
  [],
  [[]],
  [null],
  Array(2_000).fill('0x1'),
  {},
  { a: { b: { c: {} } } },
  { from: 1, to: [], value: {} },
  { fromBlock: '0xff', toBlock: '0x1', topics: [[[]]] },
  { blockHash: 1 },
  { '/': 'bafy' },
]

test('whatever is in the place of any parameter of any method: an answer or a reason, no fault', async () => {
  // of its own: some of it is understood and obeyed
  const victim = await TestNode.start()
  const { methods } = await victim.rpc<OpenRpc>('rpc.discover')
  expect(methods.length).toBeGreaterThan(60)
  const failures: unknown[] = []
  for (const { name, params, examples } of methods) {
    const usual = examples[0]!.params.map(({ value }) => value)
    const given = [
      ...params.flatMap((_, place) => values.map((value) => usual.toSpliced(place, 1, value))),
      ...values.map((value) => [...usual, value]),
      ...values.map((value) => [value]),
    ].filter((each) => !keepsBusy.has(name) || each.every((value) => !(Number(value) > 1_000)))
    for (const { call, error } of await inBatches(victim.httpUrl, name, given)) {
      // -32603 is a fault of the node, which its log tells of
      if (error?.code === -32603 || error?.message === '') failures.push({ call, error })
    }
    // whatever was switched on
    await victim.rpc('evm_setIntervalMining', 0)
  }
  expect(failures).toEqual([])
  await victim.rpc('hardhat_reset')
  await victim.rpc('evm_setAutomine', true)
  const [from] = await victim.rpc<Hex[]>('eth_accounts')
  const hash = await victim.rpc('eth_sendTransaction', { from, to: stranger(1), value: '0x1' })
  expect(await victim.rpc('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
  await victim.stop()
})

async function inBatches(url: string, method: string, calls: readonly unknown[][]) {
  const answers: { call: string; error: Answer['error'] }[] = []
  for (let i = 0; i < calls.length; i += 50) {
    const batch = calls.slice(i, i + 50)
    const body = JSON.stringify(batch.map((params, id) => ({ jsonrpc: '2.0', id, method, params })))
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', body, headers })
    const texts = (await response.json()) as Answer[]
    expect(texts.map(({ id }) => id)).toEqual(batch.map((_, id) => id))
    texts.forEach(({ error }, place) => {
      answers.push({ call: `${method}(${JSON.stringify(batch[place]).slice(1, 200)}`, error })
    })
  }
  return answers
}

/** Mining so many blocks is not refused. */
const keepsBusy = new Set(['hardhat_mine', 'anvil_mine', 'evm_mine'])

interface OpenRpc {
  readonly methods: readonly {
    readonly name: string
    readonly params: readonly unknown[]
    readonly examples: readonly { readonly params: readonly { readonly value: unknown }[] }[]
  }[]
}

describe('contracts that are called', async () => {
  const hostile = await alice.deploy(contract('Hostile'))
  const OUT_OF_GAS = 2
  /** Genuine actors may take longer than a call may, where each level doubles the work. */
  const alsoFine = inject('actors') === undefined ? [] : [-32002]
  const REVERTED = 3
  const K = 1n << 10n

  const calls: readonly (readonly [name: string, args: bigint[], code: number | undefined])[] = [
    ['forever', [], OUT_OF_GAS],
    ['hashForever', [], OUT_OF_GAS],
    ['createForever', [], OUT_OF_GAS],
    ['recurse', [0n], undefined],
    ['fork', [], undefined],
    ['memoryBomb', [32n], OUT_OF_GAS],
    ['memoryBomb', [K * K], REVERTED],
    ['memoryBomb', [K * K * K * 4n - 64n], REVERTED],
    ['memoryTower', [(K * K) / 8n, 0n], undefined],
    ['hugeReturn', [K * K], REVERTED],
    ['hugeReturn', [K * K * 64n], REVERTED],
    ['hugeReturn', [K * K * K * K], REVERTED],
    ['hugeReason', [K * K], REVERTED],
    ['hugeReason', [K * K * 64n], REVERTED],
    ['modexp', [100_000n], undefined],
  ]

  test.each(calls)('%s(%s)', async (functionName, args, code) => {
    const data = encodeFunctionData({ ...hostile, functionName, args })
    const call = { to: hostile.address, data }
    await expectUnfelt(node.httpUrl, async () => {
      for (const method of ['eth_call', 'eth_estimateGas']) {
        const failure = await node.rpc(method, call).catch((error) => error)
        const got = failure instanceof RpcFailure ? failure.code : undefined
        expect([code, ...alsoFine]).toContain(got)
      }
    })
  })

  test('sent, they burn their sender’s gas and nothing else', async () => {
    const { wallet } = alice
    for (const [functionName, args] of calls) {
      const call = { ...hostile, functionName, args, gas: 1_000_000_000n }
      const receipt = await alice.receiptOf(await wallet.writeContract(call))
      expect(receipt.gasUsed).toBeLessThanOrEqual(1_000_000_000n)
    }
    expect(await alice.receiptOf(await wallet.sendTransaction({ to: stranger(1) }))).toMatchObject({
      status: 'success',
    })
  })

  test('a reason that is too long is the contract’s fault, and costs what was used', async () => {
    const call = { ...hostile, functionName: 'hugeReason', args: [K * K] }
    const why = alice.client.call({ to: hostile.address, data: encodeFunctionData(call) })
    await expect(why).rejects.toThrow(/ErrAssertionFailed\(24\)/)
    const receipt = await alice.receiptOf(
      await alice.wallet.writeContract({ ...call, gas: 1_000_000_000n }),
    )
    expect(receipt.gasUsed).toBeLessThan(100_000_000n)
  })

  test('initcode that never ends, or is nothing but jump targets', async () => {
    for (const code of ['5b600056', '5b'.repeat(60_000), 'fe', 'ef00', `60ff6000f3`]) {
      await node.rpc('eth_estimateGas', { data: `0x${code}` }).catch((error) => {
        expect([OUT_OF_GAS, REVERTED]).toContain(error.code)
      })
    }
  })

  test('ten at once wait for each other, not others for them', async () => {
    const data = encodeFunctionData({ ...hostile, functionName: 'hashForever', args: [] })
    await expectUnfelt(node.httpUrl, () =>
      Promise.allSettled(
        Array.from({ length: 10 }, () => node.rpc('eth_call', { to: hostile.address, data })),
      ),
    )
  })

  test('past the deadline a call is stopped, and others run on', async () => {
    const hasty = await TestNode.start('--call-timeout', '50ms')
    // RETURN of 256 MiB
    await hasty.rpc('hardhat_setCode', stranger(2), '0x63100000005ff3')
    await expect(hasty.rpc('eth_call', { to: stranger(2) })).rejects.toMatchObject({
      code: -32002,
      message: expect.stringMatching(/longer than 50 ms/),
    })
    // a new thread may be late once or twice itself
    const answer = () => hasty.rpc('eth_call', { to: stranger(1) })
    await expect.poll(() => answer().catch(() => undefined), { timeout: 20_000 }).toBe('0x')
    await hasty.stop()
  })
})

describe('connections', () => {
  const { hostname, port } = new URL(node.httpUrl)

  async function opened(text: string): Promise<Socket> {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(text)
    return socket
  }

  const halves = [
    'POST / HTTP/1.1\r\nhost: localhost\r\nx-',
    'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{"jsonrpc"',
    'GET / HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n',
    '',
  ]

  test('five hundred that never finish their request', async () => {
    const sockets = await Promise.all(
      Array.from({ length: 500 }, (_, index) => opened(halves[index % halves.length]!)),
    )
    await expectUnfelt(node.httpUrl, async () => {
      for (let i = 0; i < 20; i++) {
        for (const socket of sockets) socket.write('a')
        await node.rpc('eth_chainId')
      }
    })
    for (const socket of sockets) socket.destroy()
  })

  test('nonsense instead of HTTP, and headers without end', async () => {
    for (const text of [
      '\x16\x03\x01\x02\x00',
      'GET\r\n\r\n',
      `GET / HTTP/1.1\r\nx: ${'y'.repeat(1e5)}`,
    ]) {
      const socket = await opened(text)
      await new Promise((resolve) => socket.resume().once('close', resolve))
    }
    expect(await node.rpc('eth_chainId')).toBe('0x1df5e76')
  })

  test('a WebSocket that asks a thousand times and never reads', async () => {
    const socket = await TestSocket.open(node.httpUrl)
    socket.socket.pause()
    await expectUnfelt(node.httpUrl, async () => {
      for (let i = 0; i < 1_000; i++) socket.send(request('rpc.discover', '[]'))
      await node.rpc('eth_chainId')
    })
    socket.socket.destroy()
  })
})
