/** Users' own actors on a dev chain: installed, made, called from messages and from Solidity. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  decodeFunctionResult,
  encodeFunctionData,
  type Address as Hex,
  hexToBytes,
  toHex,
} from 'viem'
import { afterAll, describe, expect, test } from 'vitest'
import { Address } from '../../src/address/address.ts'
import { toFilecoin } from '../../src/address/eth-address.ts'
import { concat } from '../../src/base/bytes.ts'
import { encodeVarint } from '../../src/base/varint.ts'
import { CID } from '../../src/ipld/cid.ts'
import { devOptions } from '../../src/node/config.ts'
import { startDevNode } from '../../src/node/dev.ts'
import { readConfig } from '../../src/node/read-config.ts'
import { Exec, execParams } from '../../src/protocol/init.ts'
import { contract } from '../contracts/compile.ts'
import { rpcCall } from '../e2e/node.ts'
import { actorsBundle } from '../wasm/genuine-actors.ts'
import { actor, wat } from '../wasm/wat.ts'

const directory = await mkdtemp(join(tmpdir(), 'fevm-test-'))
afterAll(() => rm(directory, { recursive: true }))

async function nodeWith(flags: Readonly<Record<string, unknown>>) {
  const config = readConfig(devOptions, {
    flags: { port: '0', readers: '1', maxBody: '32MiB', ...flags },
    environment: {},
  })
  const errors: string[] = []
  const node = await startDevNode(config, (entry) => {
    if (entry.event === 'error') errors.push(entry.message)
  })
  const rpc = <T>(method: string, ...params: unknown[]) => rpcCall<T>(node.httpUrl, method, params)
  return {
    rpc,
    chain: node.chain,
    async close() {
      await node.close()
      expect(errors).toEqual([])
    },
    install: (module: Uint8Array) => rpc<{ '/': string }>('fevm_installActor', toHex(module)),
    async make(code: { '/': string }) {
      const made = await rpc<{ actor: { id: number; ethAddress: string } }>('fevm_createActor', {
        code,
      })
      return made.actor
    },
    /** A message from the first dev account. @returns the receipt that Ethereum tools see */
    async send(to: Address, method: bigint, params: Uint8Array, gasLimit = 1_000_000_000) {
      const from = toFilecoin(hexToBytes(ALICE))
      const hash = await node.chain.submitUnsigned({
        version: 0n,
        from,
        to,
        nonce: await node.chain.pendingNonce(from),
        value: 0n,
        gasLimit,
        gasFeeCap: 10n ** 10n,
        gasPremium: 0n,
        method,
        params,
      })
      const trace = await rpc<{ exitCode: number; gasUsed: number }>(
        'fevm_traceMessage',
        toHex(hash),
      )
      return { ...trace, hash: toHex(hash) }
    },
  }
}

const ALICE = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const INIT = Address.id(1)
const NONE = new Uint8Array()
const EXPORTED = 16_777_216n
const filecoin = contract('Filecoin')

/** Answers the CBOR of 42. */
const fortyTwo = wat(`(module
  (import "ipld" "block_create" (func $create (param i32 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "\\18\\2a")
  (func (export "invoke") (param i32) (result i32)
    (drop (call $create (i32.const 0) (i64.const 0x51) (i32.const 8) (i32.const 2)))
    (i32.load (i32.const 0))))`)

/** Does its worst in any method but the constructor. */
const hostile = (body: string, rest = '') =>
  actor(
    `(call $context (i32.const 0)) drop
    (if (i64.eq (i64.load (i32.const 32)) (i64.const 1)) (then (return (i32.const 0))))
    ${body}`,
    `(import "vm" "message_context" (func $context (param i32) (result i32))) ${rest}`,
  )

/** Bytes that mean nothing. */
function customSection(size: number): Uint8Array {
  const content = new Uint8Array(size)
  return concat(Uint8Array.of(0), encodeVarint(BigInt(size)), content)
}

const askFortyTwo = (id: number) => ({
  abi: filecoin.abi,
  functionName: 'callActorById',
  args: [EXPORTED, 0n, 0n, 0n, '0x', BigInt(id)],
})

const kinds = [
  ['native', undefined],
  ['genuine', actorsBundle],
] as const

describe.each(kinds)('on the %s actors', (kind, bundle) => {
  test.skipIf(kind === 'genuine' && bundle === undefined)(
    'install, make, call, restart',
    async () => {
      const flags = { dataDir: join(directory, kind), actors: bundle }
      const code = CID.of(0x55, fortyTwo)
      let node = await nodeWith(flags)
      const exec = execParams.encode({ code, constructorParams: NONE })

      // what is not installed is forbidden, and stays so for whoever looks again
      const refused = await node.send(INIT, Exec, exec)
      expect(refused.exitCode).toBe(18)
      expect(await node.install(fortyTwo)).toEqual({ '/': String(code) })
      expect(await node.rpc('fevm_traceMessage', refused.hash)).toMatchObject({ exitCode: 18 })

      const made = await node.send(INIT, Exec, exec)
      expect(made.exitCode).toBe(0)
      const { id, ethAddress } = await node.make({ '/': String(code) })
      expect(ethAddress).toBe(`0xff${id.toString(16).padStart(38, '0')}`)
      const direct = await node.send(Address.id(id), EXPORTED, NONE)
      expect(direct).toMatchObject({ exitCode: 0, call: { return: { data: '0x182a' } } })

      const deployed = await node.rpc<string>('eth_sendTransaction', {
        from: ALICE,
        data: filecoin.bytecode,
      })
      const { contractAddress } = await node.rpc<{ contractAddress: Hex }>(
        'eth_getTransactionReceipt',
        deployed,
      )
      const ask = async () => {
        const data = encodeFunctionData(askFortyTwo(id))
        const answer = await node.rpc<Hex>('eth_call', { to: contractAddress, data }, 'latest')
        return decodeFunctionResult({ ...askFortyTwo(id), data: answer })
      }
      expect(await ask()).toEqual([0n, 0x51n, '0x182a'])
      await node.close()

      node = await nodeWith(flags)
      // the reader meets the actor before anybody has loaded anything
      expect(await ask()).toEqual([0n, 0x51n, '0x182a'])
      expect(await node.rpc('fevm_traceMessage', direct.hash)).toMatchObject({ exitCode: 0 })
      expect((await node.send(Address.id(id), EXPORTED, NONE)).exitCode).toBe(0)
      await node.close()
    },
  )
})

describe('on one chain', async () => {
  const node = await nodeWith({})
  afterAll(() => node.close())

  test('what is installed survives evm_revert and hardhat_reset', async () => {
    const snapshot = await node.rpc('evm_snapshot')
    await node.rpc('hardhat_mine', '0x5')
    const code = await node.install(fortyTwo)
    expect((await node.make(code)).id).toBeGreaterThan(99)
    await node.rpc('evm_revert', snapshot)
    expect((await node.make(code)).id).toBeGreaterThan(99)
    await node.rpc('hardhat_reset')
    expect((await node.make(code)).id).toBeGreaterThan(99)
  })

  test('base64 is taken as well, other text is not', async () => {
    const text = Buffer.from(fortyTwo).toString('base64')
    expect(await node.rpc('fevm_installActor', text)).toEqual(await node.install(fortyTwo))
    await expect(node.rpc('fevm_installActor', 'no module!')).rejects.toThrow(
      'expected a WebAssembly module',
    )
  })

  test('without automine it says the message', async () => {
    await node.rpc('evm_setAutomine', false)
    const code = await node.install(fortyTwo)
    const pending = await node.rpc('fevm_createActor', { code })
    expect(pending).toMatchObject({ transactionHash: expect.stringMatching(/^0x/), actor: null })
    await node.rpc('evm_setAutomine', true)
    await node.rpc('evm_mine')
  })

  test.each([
    [
      'unknown import',
      actor('i32.const 0', '(import "env" "print" (func))'),
      /no syscall env.print/,
    ],
    ['SIMD', actor('v128.const i64x2 0 0 drop i32.const 0'), /value type|operator fd/],
    [
      'upgrade',
      actor(
        'i32.const 0',
        '(import "actor" "upgrade_actor" (func (param i32 i32 i32) (result i32)))',
      ),
      /actors cannot be upgraded/,
    ],
    ['no module', new Uint8Array(10), /not a valid WebAssembly module/],
    [
      'too much memory',
      wat(
        '(module (memory (export "memory") 8193) (func (export "invoke") (param i32) (result i32) i32.const 0))',
      ),
      /memory of 8193 pages/,
    ],
  ])('refused: %s', async (_, module, reason) => {
    await expect(node.install(module)).rejects.toThrow(reason)
  })

  test.each([
    [
      'memory bomb',
      hostile('(loop $more (drop (memory.grow (i32.const 100))) (br $more)) i32.const 0'),
      7,
    ],
    ['infinite loop', hostile('(loop $again (br $again)) i32.const 0'), 7],
    [
      'deep recursion',
      hostile(
        '(call $f (i32.const 0))',
        '(func $f (param i32) (result i32) (call $f (local.get 0)))',
      ),
      4,
    ],
    ['10 MB', concat(hostile('i32.const 0'), customSection(10 * 2 ** 20)), 0],
  ])('ends as it must: %s', async (_, module, exitCode) => {
    const { id } = await node.make(await node.install(module))
    const outcome = await node.send(Address.id(id), 2n, NONE, 1_000_000_000)
    expect(outcome.exitCode).toBe(exitCode)
    if (exitCode === 7) expect(outcome.gasUsed).toBe(1_000_000_000)
  })

  test('a start function runs at each invocation, the constructor as well', async () => {
    const trap = wat(
      '(module (memory (export "memory") 1) (func $start unreachable) (start $start) (func (export "invoke") (param i32) (result i32) i32.const 0))',
    )
    const code = await node.install(trap)
    await expect(node.make(code)).rejects.toThrow('no actor was made: exit code')
  })

  test('and the chain lives', async () => {
    const hash = await node.rpc('eth_sendTransaction', { from: ALICE, to: ALICE, value: '0x1' })
    expect(await node.rpc('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
  })
})
