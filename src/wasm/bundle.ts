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

/** What a bundle holds. */
export interface BundleContent {
  readonly root: CID
  readonly manifest: Manifest
  /** The modules by the keys of their code CIDs. */
  readonly modules: ReadonlyMap<string, Uint8Array>
}

export interface Bundle extends BundleContent {
  /** Modules are compiled at their first use. */
  readonly registry: ActorRegistry
}

export interface ContentOptions {
  /** Which of the networks in an archive; code differs between networks. */
  readonly network?: string
}

export interface BundleOptions extends ContentOptions {
  readonly engine?: Engine
}

/**
 * @param source a `.car` file, or a `.tar.zst` archive with one per network
 * @throws BundleError when it is no bundle, or one of actors before v10
 */
export async function loadBundle(
  source: string | Uint8Array,
  { engine = new Engine(), ...options }: BundleOptions = {},
): Promise<Bundle> {
  const content = await readBundle(source, options)
  return { ...content, registry: bundleRegistry(content, engine) }
}

/** As {@link loadBundle}, without anything to run the modules. */
export async function readBundle(
  source: string | Uint8Array,
  { network = 'mainnet' }: ContentOptions = {},
): Promise<BundleContent> {
  const bytes = typeof source === 'string' ? await readFile(source) : source
  const car = isZstd(bytes) ? await carFor(network, bytes) : bytes
  const blocks = new MemoryBlockstore()
  const { root, codes } = readManifest(car, blocks)
  const modules = new Map(Object.values(codes).map((code) => [code.key, blockOf(blocks, code)]))
  return { root, manifest: new Manifest(codes), modules }
}

export function bundleRegistry(
  { manifest, modules }: Pick<BundleContent, 'manifest' | 'modules'>,
  engine: Engine,
): ActorRegistry {
  const actors = new Map<string, Actor>()
  for (const name of builtinNames) {
    const code = manifest.codes[name]
    actors.set(code.key, engine.builtin(name, code, modules.get(code.key)!))
  }
  return {
    manifest,
    byCode: (code) => actors.get(code.key),
    codeFor: (name) => manifest.codes[name],
  }
}

/** Networks whose actors a file has; undefined: it is no archive. */
export async function archivedNetworks(file: Uint8Array): Promise<string[] | undefined> {
  if (!isZstd(file)) return undefined
  const names = [...filesOf(await unzstd(file))].map(({ name }) => name)
  return names.flatMap((name) => /builtin-actors-(.+)\.car$/.exec(name)?.[1] ?? []).sort()
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

function readManifest(
  car: Uint8Array,
  blocks: MemoryBlockstore,
): { root: CID; codes: Record<BuiltinName, CID> } {
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
    const codes = Object.fromEntries(entries.map(({ name, code }) => [name, code]))
    return { root: root!, codes: codes as Record<BuiltinName, CID> }
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
