/**
 * How fast are the genuine actors? First what it takes to get a module ready, then whole messages
 * on the genuine EVM actor, with instances that are used again and with new ones, next to the native
 * actors. Milliseconds, least and median.
 * Usage: npx tsx bench/wasm.ts v18.tar.zst|actors.car [part of a message's name]
 */

import { readFileSync } from 'node:fs'
import { encodeFunctionData, type Hex } from 'viem'
import { nativeRegistry } from '../src/actors/manifest.ts'
import { fromHex } from '../src/base/bytes.ts'
import type { ActorRegistry } from '../src/fvm/machine.ts'
import { CborReader, CborWriter } from '../src/ipld/cbor.ts'
import { builtinNames, EAM_ACTOR } from '../src/protocol/builtin.ts'
import { loadBundle } from '../src/wasm/bundle.ts'
import { prepare } from '../src/wasm/compile.ts'
import { Engine } from '../src/wasm/engine.ts'
import { World } from '../test/wasm/world.ts'
import { compile } from './solidity.ts'

const CREATE_EXTERNAL = 4n
const INVOKE_CONTRACT = 3844450837n

const [path, filter = ''] = process.argv.slice(2)
if (path === undefined) throw new Error('usage: npx tsx bench/wasm.ts BUNDLE [FILTER]')

const start = performance.now()
const modules = new Map<string, Uint8Array>()
/** Keeps the instrumented modules, as a node would on disk. */
const cache = {
  get: (key: string) => modules.get(key),
  put: (key: string, module: Uint8Array) => void modules.set(key, module),
}
const bundle = await loadBundle(path, { engine: new Engine(cache) })
console.log(`bundle read in ${(performance.now() - start).toFixed(0)} ms\n`)

console.log('actor                KiB  instrumented  instrument ms  compile ms')
for (const name of builtinNames) {
  const code = bundle.registry.codeFor(name)
  const raw = bundle.modules.get(code.key)!
  const instrument = timed(() => cache.put(`${code}-1`, prepare(raw)))
  const instrumented = cache.get(`${code}-1`)!
  const compile = timed(() => new WebAssembly.Module(instrumented))
  const kib = (bytes: Uint8Array) => String(Math.round(bytes.length / 1_024))
  console.log(
    name.padEnd(18) +
      kib(raw).padStart(6) +
      kib(instrumented).padStart(14) +
      instrument.toFixed(1).padStart(15) +
      compile.toFixed(1).padStart(12),
  )
}

function timed(run: () => unknown): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

const source = (file: string) =>
  readFileSync(new URL(`./contracts/${file}`, import.meta.url), 'utf8')
const { Token } = compile('Token.sol', source('Token.sol'))
const { Compute } = compile('Compute.sol', source('Compute.sol'))
if (Token === undefined || Compute === undefined) throw new Error('contracts have other names')

const bytes = (hex: Hex) => new CborWriter().bytes(fromHex(hex)).finish()

function deploy(world: World, bytecode: Hex): number {
  const { receipt } = world.call(EAM_ACTOR, { method: CREATE_EXTERNAL, params: bytes(bytecode) })
  if (receipt.exitCode !== 0) throw new Error(`deployment ended with ${receipt.exitCode}`)
  const reader = new CborReader(receipt.returnData)
  reader.array()
  return reader.uint()
}

const address = (last: number) => `0x${last.toString(16).padStart(40, '0')}` as const

type Contract = 'token' | 'compute'

interface Message {
  readonly name: string
  readonly rounds: number
  readonly to: Contract | 'eam'
  readonly method: bigint
  /** For a round. */
  readonly params: (round: number) => Uint8Array
}

function invoke(
  name: string,
  rounds: number,
  to: Contract,
  functionName: string,
  args: (round: number) => unknown[],
): Message {
  const { abi } = to === 'token' ? Token! : Compute!
  const params = (round: number) =>
    bytes(encodeFunctionData({ abi, functionName, args: args(round) }))
  return { name, rounds, to, method: INVOKE_CONTRACT, params }
}

const messages: Message[] = [
  { name: 'value only', rounds: 2_000, to: 'token', method: 0n, params: () => new Uint8Array(0) },
  invoke('balanceOf', 1_000, 'token', 'balanceOf', () => [address(1)]),
  invoke('ERC-20 transfer', 1_000, 'token', 'transfer', (round) => [
    address(0x1000 + (round % 97)),
    1n,
  ]),
  invoke('50 transfers in one', 100, 'token', 'transfers', () => [50n]),
  invoke('fibonacci 10,000', 50, 'compute', 'fibonacci', () => [10_000n]),
  invoke('Merkle root of 1,024', 20, 'compute', 'merkleRoot', () => [1_024n]),
  {
    name: 'deployment',
    rounds: 100,
    to: 'eam',
    method: CREATE_EXTERNAL,
    params: () => bytes(Token!.bytecode),
  },
]

/** Instances are new for each call. */
const custom = new Engine(cache)
const unpooled = new Map(
  builtinNames.map((name) => {
    const code = bundle.registry.codeFor(name)
    return [code.key, custom.custom(code, bundle.modules.get(code.key)!)] as const
  }),
)

const engines: Record<string, ActorRegistry> = {
  used: bundle.registry,
  new: { ...bundle.registry, byCode: (code) => unpooled.get(code.key) },
  native: nativeRegistry(bundle.manifest),
}

console.log(
  `\n${'message'.padEnd(22)}${'gas'.padStart(13)}${Object.keys(engines)
    .map((name) => name.padStart(16))
    .join('')}`,
)
const worlds = Object.values(engines).map((registry) => {
  const world = new World(() => registry)
  const token = deploy(world, Token.bytecode)
  const contracts = { token, compute: deploy(world, Compute.bytecode), eam: EAM_ACTOR }
  // gives the sender tokens and the receivers their slots
  const { method, params } = invoke('', 1, 'token', 'transfers', () => [100n])
  world.call(token, { method, params: params(0) })
  return { world, contracts }
})
for (const { name, rounds, to, method, params } of messages) {
  if (!name.includes(filter)) continue
  const blocks = Array.from({ length: rounds }, (_, round) => params(round))
  let gas = 0
  const cells = worlds.map(({ world, contracts }, index) => {
    const times = blocks.map((block) => {
      const options = { method, params: block, gasLimit: 10 ** 12 }
      const start = performance.now()
      const { receipt } = world.call(contracts[to], options)
      const elapsed = performance.now() - start
      if (receipt.exitCode !== 0) throw new Error(`${name}: exit ${receipt.exitCode}`)
      if (index === 0) gas = receipt.gasUsed
      return elapsed
    })
    times.sort((a, b) => a - b)
    return `${times[0]!.toFixed(3)} (${times[rounds >> 1]!.toFixed(3)})`
  })
  const row = [gas.toLocaleString('en').padStart(13), ...cells.map((cell) => cell.padStart(16))]
  console.log(name.padEnd(22) + row.join(''))
}
