/** The development chain as a person runs it: start, a request, Ctrl-C, and what can go wrong. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'

const running = new Set<ChildProcess>()

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})

function dev(argv: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'dev', ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  running.add(child)
  const lines = createInterface({ input: child.stdout })
  const collected: string[] = []
  lines.on('line', (line) => collected.push(line))
  const errors = text(child.stderr)
  const exit = once(child, 'exit').then(([code]) => code as number | null)
  return {
    child,
    lines: collected,
    /** The first match of a pattern in the output. */
    async until(pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const match = pattern.exec(collected.join('\n'))
        if (match !== null) return match
        const ended = exit.then(async (code) => {
          throw new Error(`ended with ${code}: ${await errors}`)
        })
        await Promise.race([once(lines, 'line'), ended])
      }
    },
    ended: async () => ({ code: await exit, err: await errors }),
  }
}

async function rpc(url: string, method: string, ...params: unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', body, headers })
  return ((await response.json()) as { result: unknown }).result
}

test('starts with a banner, answers, and Ctrl-C ends it with exit code 0', async () => {
  const node = dev(['--port', '0', '--chain-id', '314', '--accounts', '2'])
  const [, url] = await node.until(/Listening on (http:\/\/127\.0\.0\.1:\d+) and ws:/)
  expect(node.lines.join('\n')).toContain('0x70997970C51812dc3A010C7d01b50e0d17dc79C8')
  expect(await rpc(url!, 'eth_chainId')).toBe('0x13a')

  node.child.kill('SIGINT')
  // npm passes the same Ctrl-C on
  node.child.kill('SIGINT')
  expect(await node.ended()).toEqual({ code: 0, err: '' })
  expect(node.lines.at(-1)).toBe('stopped')
})

test('SIGTERM ends it too; --json-log prints nothing but lines of JSON', async () => {
  const node = dev(['--port=0', '--json-log'])
  const listening = JSON.parse((await node.until(/.*"event":"listening".*/))[0])
  expect(listening).toMatchObject({ event: 'listening', chainId: 31_415_926 })
  await rpc(listening.http, 'eth_getBalance', 'nobody')
  const [refused] = await node.until(/.*"event":"rpc-error".*/)
  expect(JSON.parse(refused)).toMatchObject({ method: 'eth_getBalance', code: -32602 })
  node.child.kill('SIGTERM')
  expect(await node.ended()).toEqual({ code: 0, err: '' })
  expect(node.lines.map((each) => JSON.parse(each).event)).toEqual([
    'listening',
    'rpc-error',
    'closed',
  ])
})

test('options from the environment and from a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fevm-test-'))
  const file = join(folder, 'fevm.json')
  await writeFile(file, JSON.stringify({ chainId: 314159, port: 1, balance: '7' }))
  const node = dev(['--config', file], { FEVM_PORT: '0' })
  const [, url] = await node.until(/Listening on (http:\S+) and/)
  expect(await rpc(url!, 'eth_chainId')).toBe('0x4cb2f')
  const balance = await rpc(url!, 'eth_getBalance', '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266')
  expect(BigInt(balance as string)).toBe(7n * 10n ** 18n)
  node.child.kill('SIGINT')
  expect((await node.ended()).code).toBe(0)
  await rm(folder, { recursive: true })
})

test('--state goes on where the last run ended, and keeps the chain id', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fevm-test-'))
  const state = join(folder, 'chain.state')
  const nobody = '0x00000000000000000000000000000000000000aa'
  const first = dev(['--port=0', '--state', state])
  const [, url] = await first.until(/Listening on (http:\S+) and/)
  await rpc(url!, 'anvil_setBalance', nobody, '0x7b')
  await rpc(url!, 'evm_mine')
  const head = await rpc(url!, 'eth_getBlockByNumber', 'latest', false)
  first.child.kill('SIGINT')
  expect(await first.ended()).toEqual({ code: 0, err: '' })

  const second = dev(['--port=0', '--state', state])
  const [, url2] = await second.until(/Listening on (http:\S+) and/)
  expect(await rpc(url2!, 'eth_getBlockByNumber', 'latest', false)).toEqual(head)
  expect(await rpc(url2!, 'eth_getBalance', nobody)).toBe('0x7b')
  second.child.kill('SIGINT')
  expect((await second.ended()).code).toBe(0)

  const other = await dev(['--port=0', '--load-state', state, '--chain-id=5']).ended()
  expect(other.code).toBe(2)
  expect(other.err).toContain('the saved chain has id 31415926: start it with --chain-id 31415926')
  await rm(folder, { recursive: true })
})

test('a state file that is not there, and a place where none can be saved', async () => {
  const missing = await dev(['--port=0', '--load-state', 'no-such.state']).ended()
  expect(missing).toMatchObject({
    code: 1,
    err: expect.stringContaining('there is no no-such.state'),
  })
  const nowhere = await dev(['--port=0', '--dump-state', 'no-such-folder/a.state']).ended()
  expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining('no-such-folder') })
})

test('a port that is taken is said, with what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const { code, err } = await dev(['--port', String(port), '--silent']).ended()
  expect(code).toBe(1)
  expect(err).toContain(`port ${port} of 127.0.0.1 is taken`)
  expect(err).toContain(`--port ${port + 1}`)
  other.close()
})

test('a mnemonic with a wrong checksum is wrong use', async () => {
  const words = 'test test test test test test test test test test test test'
  const { code, err } = await dev(['--mnemonic', words]).ended()
  expect(code).toBe(2)
  expect(err).toContain('fevm: --mnemonic: the checksum of the mnemonic is wrong')
})
