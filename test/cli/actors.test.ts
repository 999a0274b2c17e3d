import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { actors } from '../../src/cli/actors.ts'
import { Exit } from '../../src/cli/terminal.ts'
import { devOptions } from '../../src/node/config.ts'
import { startDevNode } from '../../src/node/dev.ts'
import { readConfig } from '../../src/node/read-config.ts'
import { actorsBundle } from '../wasm/genuine-actors.ts'
import { recordingTerminal } from './recording-terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'fevm-actors-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function run(...argv: string[]) {
  const terminal = recordingTerminal()
  return { exit: await actors(argv, terminal), ...terminal.lines }
}

/** A place on the web that has one archive, and another that is none. */
const server = createServer(({ url = '' }, response) => {
  if (url === '/v17.tar.zst') response.end('not what it says')
  else if (actorsBundle !== undefined && url === `/${basename(actorsBundle)}`) {
    response.end(readFileSync(actorsBundle))
  } else response.writeHead(404).end()
}).listen(0, '127.0.0.1')
afterAll(() => server.close())
const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

describe('wrong use', () => {
  test.each([
    [['inof', 'x'], 'fevm actors has no inof (did you mean info?)'],
    [['info'], 'fevm actors info takes one argument'],
    [['get', 'v99'], 'no actors v99: there are v10, v11'],
    [['info', 'package.json'], 'package.json: not an actors bundle'],
    [['info', '/nowhere'], '/nowhere: ENOENT'],
    [['install', '/nowhere'], '/nowhere: ENOENT'],
    [['get', 'v18', '--nope'], "Unknown option '--nope'"],
  ])('%s', async (argv, message) => {
    await expect(run(...argv)).rejects.toThrow(message)
  })

  test('nothing at all', async () => {
    const { exit, out } = await run()
    expect(exit).toBe(Exit.USAGE)
    expect(out.join()).toContain('fevm actors get v18')
  })
})

describe('download', () => {
  const get = (version: string, url = base()) =>
    run('get', version, '--url', url, '--out', join(folder, 'bundle'))

  test('an archive with another checksum is not kept', async () => {
    const { exit, err } = await get('v17')
    expect(exit).toBe(Exit.FAILED)
    expect(err.join()).toContain('is not actors v17: its SHA-256 is')
    expect(readdirSync(folder)).toEqual([])
  })

  test('without a network it says where the file may be', async () => {
    const { exit, err } = await get('v16', 'http://127.0.0.1:1')
    expect(exit).toBe(Exit.FAILED)
    expect(err.join()).toMatch(
      /cannot be fetched.*Lotus has the file as build\/actors\/v16.tar.zst/,
    )
    expect((await get('v16')).err.join()).toContain('HTTP status 404')
  })

  test.skipIf(actorsBundle === undefined)('the right archive, and what is in it', async () => {
    const { exit, out } = await get('v18')
    expect(exit).toBe(Exit.OK)
    expect(out.join()).toContain('1,613,240 bytes, checked')
    const info = await run('info', join(folder, 'bundle'), '--network', 'mainnet')
    const [text] = info.out
    expect(text).toContain('v18 of mainnet, network version 28')
    expect(text).toMatch(/14 {2}evm +\d{3},\d{3} {2}bafk2bzacea57ib7fosqleehx5z6uvock/)
  })
})

describe('installation', () => {
  const module = join(import.meta.dirname, '../../package.json')

  test('nobody there', async () => {
    const { exit, err } = await run('install', module, '--rpc', 'http://127.0.0.1:1')
    expect(exit).toBe(Exit.FAILED)
    expect(err.join()).toContain('no node answers at http://127.0.0.1:1')
  })

  test('what the node says', async () => {
    const config = readConfig(devOptions, {
      flags: { port: '0', readers: '1', silent: true, maxBody: '10000' },
      environment: {},
    })
    const node = await startDevNode(config, () => {})
    afterAll(() => node.close())
    const refused = await run('install', module, '--rpc', node.httpUrl)
    expect(refused.err.join()).toContain('not a valid WebAssembly module')
    const large = join(import.meta.dirname, '../../package-lock.json')
    const tooLarge = await run('install', large, '--rpc', node.httpUrl)
    expect(tooLarge.err.join()).toMatch(/takes no request of \d+ bytes: start it with --max-body/)
  })
})
