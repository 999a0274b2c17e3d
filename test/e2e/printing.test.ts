/** What a node prints of contracts: console.log always, calls with --trace. */
import { encodeFunctionData, numberToHex } from 'viem'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { devOptions } from '../../src/node/config.ts'
import { startDevNode } from '../../src/node/dev.ts'
import { createLog, type LogEvent } from '../../src/node/log.ts'
import { readConfig } from '../../src/node/read-config.ts'
import { contracts } from '../contracts/compile.ts'
import { rpcCall } from './node.ts'

const { Printing } = contracts('Printing.sol')
const events: LogEvent[] = []
const config = readConfig(devOptions, {
  flags: { port: '0', readers: '1', trace: true },
  environment: {},
})
const node = await startDevNode(config, (event) => events.push(event))
afterAll(() => node.close())
beforeEach(() => {
  events.length = 0
})

const rpc = <T>(method: string, ...params: unknown[]) => rpcCall<T>(node.httpUrl, method, params)
const [from] = await rpc<string[]>('eth_accounts')
const calling = (functionName: string, ...args: unknown[]) =>
  encodeFunctionData({ abi: Printing!.abi, functionName, args })
const hash = await rpc('eth_sendTransaction', { from, data: Printing!.bytecode })
const { contractAddress: to } = await rpc<{ contractAddress: string }>(
  'eth_getTransactionReceipt',
  hash,
)
const printed = () => events.flatMap((event) => (event.event === 'console' ? [event.line] : []))
const SPOKEN = [
  'hello',
  'number 7 of',
  '0x000000000000000000000000000000000000000a true text 7',
  '-5',
  '0xc0ffee',
]

test('a mined transaction prints after its line, once', async () => {
  await rpc('eth_sendTransaction', { from, to, data: calling('speak', 7n) })
  expect(printed()).toEqual(SPOKEN)
  const kinds = events.map(({ event }) => event)
  expect(kinds.indexOf('console')).toBe(kinds.indexOf('transaction') + 1)
})

test('so does a call; an estimate only when it fails', async () => {
  await rpc('eth_call', { from, to, data: calling('speak', 7n) })
  expect(printed()).toEqual(SPOKEN)
  events.length = 0
  await rpc('eth_estimateGas', { from, to, data: calling('speak', 7n) })
  expect(printed()).toEqual([])
  await expect(rpc('eth_estimateGas', { from, to, data: calling('fail') })).rejects.toThrow()
  expect(printed()).toEqual(['before the end'])
})

test('what reverts has printed all the same', async () => {
  const gas = numberToHex(100_000_000)
  await rpc('eth_sendTransaction', { from, to, data: calling('fail'), gas })
  expect(printed()).toEqual(['before the end'])
})

test('--trace prints calls, events and reverts as a tree', async () => {
  const tree = async (name: string, ...args: unknown[]) => {
    const gas = numberToHex(100_000_000)
    const sent = await rpc('eth_sendTransaction', { from, to, gas, data: calling(name, ...args) })
    const found = () =>
      events.flatMap((event) => (event.event === 'trace' && event.hash === sent ? [event] : []))
    await expect.poll(found).toHaveLength(1)
    return found()[0]!.tree
  }
  const spoken = await tree('speak', 7n)
  const seven = '7'.padStart(64, '0')
  expect(spoken.split('\n')).toEqual([
    expect.stringMatching(new RegExp(`^\\[\\d+\\] ${to}::[0-9a-f]{8}\\(${seven}\\)$`)),
    expect.stringMatching(new RegExp(`^  ├─ emit ${to} topics \\[0x\\w+, 0x${seven}\\] data 0x$`)),
    `  └─ ← 0x${seven}`,
  ])
  expect(await tree('fail')).toMatch(/\n {2}└─ ← reverted: Error\(at the end\)$/)
})

test('lines for people', () => {
  const lines: string[] = []
  const log = createLog('text', (line) => lines.push(line), fail)
  log({ event: 'console', line: 'one\ntwo' })
  log({ event: 'trace', hash: '0x', tree: '[1] 0xaa\n  └─ ← 0x' })
  expect(lines).toEqual(['    console.log: one\n    two', '    [1] 0xaa\n      └─ ← 0x'])
})

function fail(line: string): never {
  throw new Error(line)
}
