/** A chain that runs the genuine built-in actors. */
import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { devOptions } from '../../src/node/config.ts'
import { startDevNode } from '../../src/node/dev.ts'
import { readConfig } from '../../src/node/read-config.ts'
import { rpcCall } from '../e2e/node.ts'
import { actorsBundle } from '../wasm/genuine-actors.ts'

const directory = await mkdtemp(join(tmpdir(), 'fevm-test-'))
afterAll(() => rm(directory, { recursive: true }))

async function withNode<T>(
  flags: Readonly<Record<string, unknown>>,
  use: (rpc: <R>(method: string, ...params: unknown[]) => Promise<R>) => Promise<T>,
): Promise<T> {
  const config = readConfig(devOptions, {
    flags: { port: '0', readers: '1', ...flags },
    environment: {},
  })
  const node = await startDevNode(config, (entry) => {
    if (entry.event === 'error') throw new Error(entry.message)
  })
  try {
    return await use((method, ...params) => rpcCall(node.httpUrl, method, params))
  } finally {
    await node.close()
  }
}

const SENDER = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
/** Returns 42: PUSH1 42, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN behind a copying constructor. */
const FORTY_TWO = '0x602a5f5260205ff3'
const DEPLOY = `0x67${FORTY_TWO.slice(2)}5f5260086018f3`

test('a file that is no bundle is refused with its name', async () => {
  const start = withNode({ actors: 'package.json' }, async () => {})
  await expect(start).rejects.toThrow('--actors package.json: not an actors bundle')
})

describe.skipIf(actorsBundle === undefined)('with a bundle', () => {
  const genuine = { actors: actorsBundle, dataDir: join(directory, 'chain') }

  test('deployments, calls, estimates and traces run on it', () =>
    withNode(genuine, async (rpc) => {
      expect(await rpc('eth_protocolVersion')).toBe('0x1c')
      const hash = await rpc<string>('eth_sendTransaction', { from: SENDER, data: DEPLOY })
      const receipt = await rpc<Record<string, string>>('eth_getTransactionReceipt', hash)
      expect(receipt).toMatchObject({ status: '0x1' })
      const to = receipt.contractAddress
      expect(await rpc('eth_getCode', to, 'latest')).toBe(FORTY_TWO)
      const answer = await rpc('eth_call', { to, data: '0x' }, 'latest')
      expect(answer).toBe(`0x${'2a'.padStart(64, '0')}`)
      const trace = await rpc<{ gasUsed: number; exitCode: number }>('fevm_traceMessage', hash)
      expect(trace).toMatchObject({ exitCode: 0, gasUsed: Number(receipt.gasUsed) })
    }))

  test('it goes on after a restart, and half-written modules are made again', async () => {
    const modules = join(genuine.dataDir, 'modules')
    const files = await readdir(modules)
    expect(files.every((file) => file.endsWith('.wasm'))).toBe(true)
    const [first] = files
    const whole = await readFile(join(modules, first!))
    await truncate(join(modules, first!), 1_000)
    await withNode(genuine, async (rpc) => {
      expect(await rpc('eth_blockNumber')).toBe('0x1')
      const transfer = { from: SENDER, to: SENDER, value: '0x1' }
      const hash = await rpc<string>('eth_sendTransaction', transfer)
      expect(await rpc('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
      // whatever module it was that was cut off, all of them run at some time
      await rpc('eth_sendTransaction', { from: SENDER, data: DEPLOY })
    })
    const again = await readFile(join(modules, first!))
    expect([whole.length, 1_000]).toContain(again.length)
    if (again.length > 1_000) expect(again.equals(whole)).toBe(true)
  })

  test('a chain keeps its actors', async () => {
    const start = (flags: object) => withNode({ ...genuine, ...flags }, async () => {})
    await expect(start({ actors: undefined })).rejects.toThrow(
      'made with the actors v18 of devnet, not with the native ones: start it with that bundle',
    )
    await expect(start({ actorsNetwork: 'mainnet' })).rejects.toThrow(
      'made with the actors v18 of devnet, not with v18 of mainnet',
    )
    const native = { dataDir: join(directory, 'native') }
    await withNode(native, async () => {})
    await expect(start(native)).rejects.toThrow(
      'made with the native actors, not with v18 of devnet: start it without --actors',
    )
    await expect(start({ actorsNetwork: 'nonet' })).rejects.toThrow('no builtin-actors-nonet.car')
  })

  test('a state file knows them too', async () => {
    const state = join(directory, 'chain.state')
    const { actors } = genuine
    await withNode({ actors, state }, (rpc) => rpc('evm_mine'))
    await expect(withNode({ state }, async () => {})).rejects.toThrow('made with the actors v18')
    await withNode({ actors, state }, async (rpc) => {
      expect(await rpc('eth_blockNumber')).toBe('0x1')
    })
  })
})
