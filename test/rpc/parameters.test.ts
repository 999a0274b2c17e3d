/** Wrong values for every parameter of every method: always error -32602, and at once. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Dispatcher } from '../../src/rpc/dispatch.ts'
import { defaultLimits } from '../../src/rpc/limits.ts'
import { devMethods } from '../../src/rpc/methods/dev.ts'
import { publicMethods } from '../../src/rpc/methods/public.ts'
import { entriesOf } from '../../src/rpc/openrpc.ts'
import { registryOf } from '../../src/rpc/registry.ts'
import { call } from './server.ts'

const registry = registryOf([...publicMethods, ...devMethods])
const reports: unknown[] = []
// no method gets as far as its context
const dispatcher = new Dispatcher({
  registry,
  context: undefined as never,
  limits: defaultLimits,
  report: (failure) => reports.push(failure),
})
const caller = { registry, connection: undefined, afterReply: () => {} }

async function ask(method: string, params: unknown) {
  const body = Buffer.from(JSON.stringify(call(method, params)))
  const { text } = await dispatcher.answer(body, caller)
  return JSON.parse(text!.toString())
}

/** The shortest of a few times: the machine may be busy with something else. */
async function timed<T>(work: () => Promise<T>): Promise<T & { milliseconds: number }> {
  let milliseconds = Infinity
  for (let attempt = 1; ; attempt++) {
    const start = performance.now()
    const result = await work()
    milliseconds = Math.min(milliseconds, performance.now() - start)
    if (milliseconds < 50 || attempt === 5) return { ...result, milliseconds }
  }
}

const hostile: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  2 ** 60,
  '',
  ' ',
  '0x',
  '0xg',
  '0x1g',
  '-0x1',
  '0x-1',
  '１',
  `0x${'f'.repeat(65)}`,
  `0x${'f'.repeat(100_000)}`,
  '9'.repeat(100_000),
  'x'.repeat(100_000),
  '\u0000',
  [],
  [[]],
  [null],
  {},
  { length: 1 },
  { toString: 'x' },
  JSON.parse('{"__proto__": {"from": "0x00"}}'),
  { from: 1 },
  { address: '0x' },
  { topics: {} },
  { topics: Array(5).fill(null) },
  { blockHash: '0x1' },
  { fromBlock: '10' },
]

const parameters = entriesOf(registry).flatMap(({ name, method }) =>
  method.parameters.map((parameter, position) => ({ name, method, parameter, position })),
)

describe.each(parameters.map((row) => [row.name, row.parameter.name, row] as const))(
  '%s: %s',
  (name, parameterName, { method, parameter: { schema, optional }, position }) => {
    /** The parameters in front as in the example, the one under test as given. */
    function paramsWith(value: unknown): unknown[] {
      const example = method.examples[0]!.params
      // null: an optional one that the example leaves out
      const before = Array.from({ length: position }, (_, i) => example[i] ?? null)
      return [...before, value, ...example.slice(position + 1)]
    }

    function isWrong(value: unknown): boolean {
      return !schema.safeParse(value === null && optional ? undefined : value).success
    }

    async function isRefused(value: unknown): Promise<void> {
      const { error, milliseconds } = await timed(() => ask(name, paramsWith(value)))
      expect(milliseconds).toBeLessThan(50)
      expect(error.code).toBe(-32602)
      expect(error.message).toMatch(`parameter '${parameterName}`)
      expect(error.message.length).toBeLessThan(400)
    }

    test('hostile values', async () => {
      for (const value of hostile.filter(isWrong)) await isRefused(value)
    })

    test('any JSON', async () => {
      const wrong = fc.jsonValue({ maxDepth: 3 }).filter(isWrong)
      if (fc.sample(fc.jsonValue(), 50).some(isWrong)) {
        await fc.assert(fc.asyncProperty(wrong, isRefused), { numRuns: 30 })
      }
    })

    test.skipIf(optional)('missing', async () => {
      const { error } = await ask(name, paramsWith(0).slice(0, position))
      expect(error.message).toContain(`missing parameter '${parameterName}'`)
    })
  },
)

test('no parameter brought out a bug', () => {
  expect(reports).toEqual([])
})
