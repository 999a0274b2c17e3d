/**
 * Well- and ill-typed calls, made from the OpenRPC document. Every answer is a valid JSON-RPC
 * response, of the shape that the document promises or with a code that it knows. How many:
 * FEVM_FUZZ_CALLS; from which seed: FEVM_FUZZ_SEED.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, expect, test } from 'vitest'
import { errorKinds } from '../../src/rpc/errors.ts'
import { devMethods } from '../../src/rpc/methods/dev.ts'
import { publicMethods } from '../../src/rpc/methods/public.ts'
import { openrpcDocument } from '../../src/rpc/openrpc.ts'
import { registryOf } from '../../src/rpc/registry.ts'
import { contracts } from '../contracts/compile.ts'
import { devNode, loggedErrors } from './dev-node.ts'
import { random, type Schema, Values } from './fuzz-values.ts'
import { post } from './server.ts'

const CALLS = Number(process.env.FEVM_FUZZ_CALLS ?? 400)
const SEED = Number(process.env.FEVM_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))
/** Enough for the growth of caches to be over. */
const MANY = 20_000
const BATCH = 20
const CALLS_PER_SNAPSHOT = 400

const { url, rpc, accounts } = await devNode({ callTimeout: '5s', readers: 2 })
afterAll(() => expect(loggedErrors).toEqual([]))

const registry = registryOf([...publicMethods, ...devMethods])
const document = openrpcDocument(registry) as unknown as {
  methods: { name: string; params: { name: string; required: boolean; schema: Schema }[] }[]
  components: { schemas: Record<string, Schema> }
}

/** They would go on mining, or undo what the test itself does. */
const LEFT_OUT = /setIntervalMining|reset|revert|snapshot|autoImpersonate/i
/** Numbers that are a duration or an amount of work: any valid one would take for ever. */
const SMALL = new Set(['count', 'blocks', 'interval', 'timeout', 'seconds', 'epochs', 'timestamp'])

const [alice, bob] = accounts as [string, string]
const { Emitter } = contracts('Emitter.sol')
const deployed = await rpc('eth_sendTransaction', { from: alice, data: Emitter!.bytecode })
const receipt = await rpc('eth_getTransactionReceipt', deployed)
const cid = await rpc('eth_getMessageCidByTransactionHash', deployed)
const filter = await rpc('eth_newFilter', {})
const strings = [
  ...[alice, bob, receipt.contractAddress, alice.toUpperCase().replace('0X', '0x')],
  '0xff00000000000000000000000000000000000064',
  `0x${'00'.repeat(19)}01`,
  ...[deployed, receipt.blockHash, `0x${'ab'.repeat(32)}`, filter],
  ...['latest', 'pending', 'safe', 'finalized', 'earliest', 'newHeads', 'logs', 'syncing'],
  ...['0x0', '0x1', '0x2', '0x5f5e100', '0x8ac7230489e80000', '1', '10', '0'],
  ...['0x', '0x00', '0x60006000fd', '0x4360005260206000f3', Emitter!.bytecode],
  ...[cid['/'], 'f01000', 't0100', 't410f2oekwcmo2pueydmaq53eic2i62crtbeyuzx2gmy'],
  `0x${'01'.repeat(65)}`,
]
const values = new Values(random(SEED), document.components.schemas, strings)
const methods = document.methods.filter(({ name }) => !LEFT_OUT.test(name))
const codes = new Set<number>(Object.values(errorKinds).map(({ code }) => code))

interface Sent {
  readonly request: unknown
  readonly method: string | undefined
  /** The only code that is right; undefined: that depends. */
  readonly code: number | undefined
}

function paramsOf({ params }: (typeof methods)[number]): unknown[] {
  const given = params.filter(({ required }) => required || values.chance(0.6))
  return given.map(({ name, schema }) =>
    SMALL.has(name) ? values.pick([0, 1, '0x1', 2]) : values.of(schema),
  )
}

function sent(id: number): Sent {
  const method = values.pick(methods)
  const { name } = method
  const params = paramsOf(method)
  const request = { jsonrpc: '2.0', id, method: name, params }
  const kind = values.below(10)
  if (kind < 5) return { request, method: name, code: undefined }
  if (kind < 8) {
    return { request: { ...request, params: values.spoilt(params) }, method: name, code: undefined }
  }
  if (kind === 8) {
    const required = method.params.filter(({ required }) => required).length
    const missing = params.slice(0, Math.max(0, required - 1))
    const code = required > 0 ? errorKinds.invalidParams.code : undefined
    return { request: { ...request, params: missing }, method: name, code }
  }
  return values.pick<() => Sent>([
    () => ({
      request: { ...request, method: `${name}x` },
      method: undefined,
      code: errorKinds.methodNotFound.code,
    }),
    () => ({
      request: { ...request, jsonrpc: '1.0' },
      method: name,
      code: errorKinds.invalidRequest.code,
    }),
    () => ({
      request: { ...request, params: 'text' },
      method: name,
      code: errorKinds.invalidRequest.code,
    }),
  ])()
}

function check({ request, method, code }: Sent, answer: Record<string, unknown>): void {
  const shown = () => `seed ${SEED}: ${JSON.stringify(request).slice(0, 2000)}`
  expect(answer, shown()).toMatchObject({ jsonrpc: '2.0', id: (request as { id: number }).id })
  const { result, error } = answer as {
    result?: unknown
    error?: { code: number; message: string }
  }
  expect('result' in answer, shown()).toBe(error === undefined)
  if (error !== undefined) {
    expect(codes, `${shown()}\n${error.message}`).toContain(error.code)
    expect(error.code, `${shown()}\n${error.message}`).not.toBe(errorKinds.internal.code)
    expect(error.message, shown()).not.toBe('')
    if (code !== undefined) expect(error.code, shown()).toBe(code)
    return
  }
  expect(code, shown()).toBeUndefined()
  const parsed = registry.get(method!)!.method.result.safeParse(result)
  expect(parsed.error?.issues ?? [], `${shown()}\n${JSON.stringify(result)}`).toEqual([])
}

test(`${CALLS} calls from seed ${SEED}`, { timeout: 60_000 + CALLS * 50 }, async () => {
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  let snapshot = await rpc('evm_snapshot')
  let memory = 0
  for (let done = 0; done < CALLS; done += BATCH) {
    if (done % CALLS_PER_SNAPSHOT === 0) {
      await rpc('evm_revert', snapshot)
      snapshot = await rpc('evm_snapshot')
      await rpc('evm_setAutomine', true)
    }
    if (done === Math.floor(CALLS / 2 / BATCH) * BATCH) memory = process.memoryUsage().heapUsed
    const batch = Array.from({ length: BATCH }, (_, i) => sent(done + i))
    // one by one, since in a batch a call that takes long would hide others
    const answers = await Promise.all(
      batch.map(async ({ request }) => (await post(url, request)).body),
    )
    for (const [i, each] of batch.entries()) check(each, answers[i])
  }
  const grown = (process.memoryUsage().heapUsed - memory) / 2 ** 20
  if (CALLS >= MANY) {
    console.log(
      `seed ${SEED}: longest stall ${(delay.max / 1e6).toFixed()} ms, heap grew by ${grown.toFixed()} MiB in the second half`,
    )
    expect(grown).toBeLessThan(150)
  }
})

test('what is no JSON-RPC at all is answered too', async () => {
  for (const [body, code] of [
    ['', errorKinds.parse.code],
    ['{', errorKinds.parse.code],
    ['[]', errorKinds.invalidRequest.code],
    ['7', errorKinds.invalidRequest.code],
    ['"text"', errorKinds.invalidRequest.code],
    ['[1]', errorKinds.invalidRequest.code],
  ] as const) {
    const answer = (await post(url, body)).body
    const { error } = Array.isArray(answer) ? answer[0] : answer
    expect(error.code, body).toBe(code)
  }
})
