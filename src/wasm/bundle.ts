/**
 * Bundles of the genuine built-in actors, as Lotus and builtin-actors publish them. A bundle is a
 * CAR file whose root leads to the modules:
 *
 *     root [1, manifest]      manifest [[name, code]…] in the order of type ids
 */
import { readFile } from 'node:fs/promises'
import type { Actor, ActorRegistry } from '../fvm/machine.ts'
import { MemoryBlockstore } from '../ipld/blockstore.ts'
import { CarError, readCar } from '../ipld/car.ts'
import { CborError } from '../ipld/cbor.ts'
import type { CID } from '../ipld/cid.ts'
import { link, list, text, tuple, uint } from '../ipld/codec.ts'
import { type BuiltinName, builtinNames, Manifest } from '../protocol/builtin.ts'
import { filesOf, isZstd, unzstd } from './archive.ts'
import { Engine } from './engine.ts'

const VERSION = 1
const rootCodec = tuple({ version: uint, manifest: link })
const manifestCodec = list(tuple({ name: text, code: link }))

export class BundleError extends Error {
  override name = 'BundleError'
}

export interface Bundle {
  readonly manifest: Manifest
  /** Modules are compiled at their first use. */
  readonly registry: ActorRegistry
  /** The modules by the keys of their code CIDs. */
  readonly modules: ReadonlyMap<string, Uint8Array>
}

export interface BundleOptions {
  /** Which of the networks in an archive; code differs between networks. */
  readonly network?: string
  readonly engine?: Engine
}

/**
 * @param source a `.car` file, or a `.tar.zst` archive with one per network
 * @throws BundleError when it is no bundle, or one of actors before v10
 */
export async function loadBundle(
  source: string | Uint8Array,
  { network = 'mainnet', engine = new Engine() }: BundleOptions = {},
): Promise<Bundle> {
  const bytes = typeof source === 'string' ? await readFile(source) : source
  const car = isZstd(bytes) ? await carFor(network, bytes) : bytes
  const blocks = new MemoryBlockstore()
  const codes = readManifest(car, blocks)
  const manifest = new Manifest(codes)
  const modules = new Map<string, Uint8Array>()
  const actors = new Map<string, Actor>()
  for (const name of builtinNames) {
    const code = codes[name]
    const module = blockOf(blocks, code)
    modules.set(code.key, module)
    actors.set(code.key, engine.builtin(name, code, module))
  }
  return {
    manifest,
    modules,
    registry: {
      manifest,
      byCode: (code) => actors.get(code.key),
      codeFor: (name) => codes[name],
    },
  }
}

async function carFor(network: string, archive: Uint8Array): Promise<Uint8Array> {
  const wanted = `builtin-actors-${network}.car`
  const names: string[] = []
  for (const { name, data } of filesOf(await unzstd(archive))) {
    if (name.split('/').at(-1) === wanted) return data
    names.push(name)
  }
  throw new BundleError(`no ${wanted} among ${names.join(', ')}`)
}

function readManifest(car: Uint8Array, blocks: MemoryBlockstore): Record<BuiltinName, CID> {
  try {
    const [root] = readCar(car, blocks)
    const { version, manifest } = rootCodec.decode(blockOf(blocks, root!))
    if (version !== VERSION) throw new BundleError(`bundle version ${version} is not supported`)
    const entries = manifestCodec.decode(blockOf(blocks, manifest))
    // type ids are places in this list
    const names = entries.map(({ name }) => name).join(' ')
    if (names !== builtinNames.join(' ')) {
      throw new BundleError(`bundle of other actors than v10 and later have: ${names}`)
    }
    return Object.fromEntries(entries.map(({ name, code }) => [name, code])) as Record<
      BuiltinName,
      CID
    >
  } catch (cause) {
    if (cause instanceof CarError || cause instanceof CborError) {
      throw new BundleError(`not an actors bundle: ${cause.message}`, { cause })
    }
    throw cause
  }
}

function blockOf(blocks: MemoryBlockstore, cid: CID): Uint8Array {
  const data = blocks.get(cid)
  if (data === undefined) throw new BundleError(`bundle lacks ${cid}`)
  return data
}
