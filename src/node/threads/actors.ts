/**
 * The actors of one thread: native ones or those of a bundle, and users' own. Nothing that runs
 * WebAssembly actors is loaded before there is one to run.
 */
import { join } from 'node:path'
import { nativeRegistry } from '../../actors/manifest.ts'
import { EngineMissingError, type InstalledCode, withUserActors } from '../../chain/user-actors.ts'
import type { Actor, ActorRegistry } from '../../fvm/machine.ts'
import type { Blockstore } from '../../ipld/blockstore.ts'
import { CID } from '../../ipld/cid.ts'
import { type BuiltinName, builtinNames, Manifest, mainnetV18 } from '../../protocol/builtin.ts'
import { NETWORK_VERSION } from '../../protocol/network.ts'
import type { Engine } from '../../wasm/engine.ts'
import type { WireBundle } from '../actors.ts'
import { userCode } from '../chain-records.ts'

export interface ThreadActorsInput {
  /** undefined: native actors. */
  readonly bundle: WireBundle | undefined
  /** The chain's folder, in which instrumented modules are kept. */
  readonly directory: string
  readonly blocks: Pick<Blockstore, 'get'>
  /** Reads the row of installed code. */
  readonly installed: () => Uint8Array | undefined
}

/** Folder of instrumented modules within that of a chain. */
const CACHE_FOLDER = 'modules'

export class ThreadActors {
  readonly registry: ActorRegistry
  readonly networkVersion: number
  readonly #input: ThreadActorsInput
  #engine: Engine | undefined
  #load: (code: CID) => Actor | undefined = () => undefined

  private constructor(input: ThreadActorsInput, builtin: ActorRegistry, engine?: Engine) {
    this.#input = input
    this.#engine = engine
    this.networkVersion = input.bundle?.networkVersion ?? NETWORK_VERSION
    this.registry = withUserActors(builtin, installedCode(input.installed), (code) =>
      this.#load(code),
    )
  }

  static async open(input: ThreadActorsInput): Promise<ThreadActors> {
    const { bundle } = input
    if (bundle === undefined) return new ThreadActors(input, nativeRegistry(mainnetV18))
    const [engine, { bundleRegistry }] = await Promise.all([
      newEngine(input.directory),
      import('../../wasm/bundle.ts'),
    ])
    return new ThreadActors(input, bundleRegistry(unwire(bundle), engine), engine)
  }

  /** Makes ready for users' actors. */
  async loadEngine(): Promise<void> {
    const { directory, blocks } = this.#input
    this.#engine ??= await newEngine(directory)
    const { customActors } = await import('../../wasm/custom-actors.ts')
    this.#load = customActors(blocks, this.#engine)
  }

  /** Runs work that may turn out to need users' actors; it must leave nothing behind if it does. */
  async run<T>(work: () => T): Promise<T> {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof EngineMissingError)) throw error
      await this.loadEngine()
      return work()
    }
  }
}

async function newEngine(directory: string): Promise<Engine> {
  const [{ Engine }, { codeCache }] = await Promise.all([
    import('../../wasm/engine.ts'),
    import('../code-cache.ts'),
  ])
  return new Engine(codeCache(join(directory, CACHE_FOLDER)))
}

function unwire({ modules }: WireBundle) {
  const codes = builtinNames.map((name) => [name, CID.fromBytes(modules[name].code)] as const)
  const manifest = new Manifest(Object.fromEntries(codes) as Record<BuiltinName, CID>)
  return {
    manifest,
    modules: new Map(codes.map(([name, { key }]) => [key, modules[name].module])),
  }
}

function installedCode(row: () => Uint8Array | undefined): InstalledCode {
  return {
    installedAt(code) {
      const encoded = row()
      if (encoded === undefined) return undefined
      return userCode.decode(encoded).find((entry) => entry.code.equals(code))?.epoch
    },
  }
}
