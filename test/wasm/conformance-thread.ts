/**
 * Replays vectors of filecoin-project/fvm-test-vectors (class `message`, as Lotus's tvx extracts
 * them): one message each on the part of a real state that it touches.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import { Protocol } from '../../src/address/address.ts'
import { toHex, utf8 } from '../../src/base/bytes.ts'
import { Executor } from '../../src/fvm/executor.ts'
import { priceListOf } from '../../src/fvm/gas/price-list.ts'
import type { Externs, Machine } from '../../src/fvm/machine.ts'
import { StateTree } from '../../src/fvm/state-tree.ts'
import { MemoryBlockstore } from '../../src/ipld/blockstore.ts'
import { readCar } from '../../src/ipld/car.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'
import { messageCodec } from '../../src/protocol/message.ts'
import { type Bundle, loadBundle } from '../../src/wasm/bundle.ts'

interface Vector {
  readonly class: string
  /** gzip, base64 */
  readonly car: string
  readonly randomness?: readonly {
    readonly on: readonly [kind: 'beacon' | 'chain', epoch: number]
    readonly ret: string
  }[]
  readonly preconditions: {
    readonly variants: readonly { readonly epoch: number; readonly nv: number }[]
    readonly state_tree: { readonly root_cid: { readonly '/': string } }
  }
  readonly apply_messages: readonly { readonly bytes: string }[]
  readonly postconditions: {
    readonly state_tree: { readonly root_cid: { readonly '/': string } }
    readonly receipts: readonly {
      readonly exit_code: number
      readonly return: string
      readonly gas_used: number
    }[]
  }
}

export interface VectorResult {
  readonly name: string
  readonly networkVersion: number
  readonly differences: readonly string[]
}

/** What the reference runner adds to a message for its secp256k1 signature. */
const SIGNATURE_LENGTH = 69

const base64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

/** A number that JSON.parse would round. */
function exactly(name: string, text: string): bigint {
  return BigInt(new RegExp(`"${name}":\\s*(\\d+)`).exec(text)?.[1] ?? 0)
}

function externsOf({ randomness = [] }: Vector): Externs {
  const recorded = (kind: string, epoch: number) => {
    const found = randomness.find(({ on }) => on[0] === kind && on[1] === epoch)
    return found === undefined ? utf8('i_am_random_____i_am_random_____') : base64(found.ret)
  }
  return {
    beaconRandomness: (epoch) => recorded('beacon', epoch),
    chainRandomness: (epoch) => recorded('chain', epoch),
    tipsetCid: () => CID.of(Codec.DAG_CBOR, Uint8Array.of(0x80)),
  }
}

function run(name: string, text: string, { registry }: Bundle): VectorResult {
  const vector = JSON.parse(text) as Vector
  if (vector.class !== 'message') throw new Error(`${name}: class ${vector.class}`)
  const { preconditions, postconditions } = vector
  const [variant] = preconditions.variants
  const { epoch, nv: networkVersion } = variant!
  const store = new MemoryBlockstore()
  readCar(new Uint8Array(gunzipSync(base64(vector.car))), store)
  const machine: Machine = {
    store,
    tree: StateTree.load(store, CID.parse(preconditions.state_tree.root_cid['/'])),
    actors: registry,
    prices: priceListOf(networkVersion),
    network: {
      epoch,
      timestamp: epoch * 30,
      baseFee: exactly('basefee', text) || 100n,
      chainId: 0,
      networkVersion,
      circulatingSupply: exactly('circ_supply', text),
    },
    externs: externsOf(vector),
  }
  const executor = new Executor(machine)
  const differences: string[] = []
  const compare = (aspect: string, actual: unknown, expected: unknown) => {
    if (actual !== expected) differences.push(`${aspect}: ${actual} instead of ${expected}`)
  }
  for (const [index, { bytes }] of vector.apply_messages.entries()) {
    const encoded = base64(bytes)
    const message = messageCodec.decode(encoded)
    const signature = message.from.protocol === Protocol.SECP256K1 ? SIGNATURE_LENGTH : 0
    const { receipt, failure } = executor.apply(message, 'explicit', encoded.length + signature)
    const expected = postconditions.receipts[index]!
    compare(`exit code (${failure})`, receipt.exitCode, expected.exit_code)
    compare('return', toHex(receipt.returnData), toHex(base64(expected.return)))
    compare('gas used', receipt.gasUsed, expected.gas_used)
  }
  compare('state root', String(executor.flush()), postconditions.state_tree.root_cid['/'])
  return { name, networkVersion, differences }
}

const bundle = await loadBundle(workerData.bundle)
const results = readdirSync(workerData.vectors, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => run(file, readFileSync(join(workerData.vectors, file), 'utf8'), bundle))
parentPort!.postMessage(results)
