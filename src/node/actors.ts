/**
 * Which actors a chain runs: the native ones, or those of a bundle. The bundle is read once, in the
 * main thread; all others share its bytes.
 */
import { readFile } from 'node:fs/promises'
import type { CID } from '../ipld/cid.ts'
import type { LevelStore } from '../ipld/level.ts'
import { type BuiltinName, builtinNames, type Manifest, mainnetV18 } from '../protocol/builtin.ts'
import { ChainId, NETWORK_VERSION } from '../protocol/network.ts'
import { ACTORS, chainActors, SETTINGS } from './chain-records.ts'
import type { DevConfig } from './config.ts'
import { ConfigError } from './read-config.ts'

/** A bundle on its way between threads. */
export interface WireBundle {
  readonly modules: Readonly<Record<BuiltinName, { code: Uint8Array; module: Uint8Array }>>
  readonly networkVersion: number
}

export interface ChainActors {
  readonly manifest: Manifest
  readonly networkVersion: number
  /** undefined: native actors. */
  readonly bundle: GenuineActors | undefined
}

export interface GenuineActors {
  readonly root: CID
  /** `actors v18.0.0 of mainnet`, or what else is known of it. */
  readonly name: string
  readonly wire: WireBundle
}

/** Networks whose actors Lotus runs under a chain id; local networks have a build of their own. */
const networks: Readonly<Record<number, string>> = {
  [ChainId.MAINNET]: 'mainnet',
  [ChainId.CALIBRATION]: 'calibrationnet',
}
const LOCAL_NETWORK = 'devnet'

/** @throws ConfigError when the file is no bundle */
export async function chainActorsOf(
  config: Pick<DevConfig, 'actors' | 'actorsNetwork' | 'chainId'>,
): Promise<ChainActors> {
  const { actors, actorsNetwork, chainId } = config
  if (actors === undefined) {
    return { manifest: mainnetV18, networkVersion: NETWORK_VERSION, bundle: undefined }
  }
  const network = actorsNetwork ?? networks[chainId] ?? LOCAL_NETWORK
  const [{ readBundle }, { knownBundle }] = await Promise.all([
    import('../wasm/bundle.ts'),
    import('../wasm/known-bundles.ts'),
  ])
  try {
    const { root, manifest, modules } = await readBundle(new Uint8Array(await readFile(actors)), {
      network,
    })
    const known = knownBundle(root)
    const networkVersion = known?.networkVersion ?? NETWORK_VERSION
    return {
      manifest,
      networkVersion,
      bundle: {
        root,
        name:
          known === undefined ? `unknown actors ${root}` : `${known.version} of ${known.network}`,
        wire: { networkVersion, modules: shared(manifest, modules) },
      },
    }
  } catch (error) {
    throw new ConfigError([`--actors ${actors}: ${(error as Error).message}`])
  }
}

function shared(manifest: Manifest, modules: ReadonlyMap<string, Uint8Array>) {
  const entries = builtinNames.map((name) => {
    const { key, bytes } = manifest.codes[name]
    const module = modules.get(key)!
    const copy = new Uint8Array(new SharedArrayBuffer(module.length))
    copy.set(module)
    return [name, { code: bytes, module: copy }] as const
  })
  return Object.fromEntries(entries) as WireBundle['modules']
}

/**
 * A chain stays with the actors with which it began.
 * @throws ConfigError when the store holds a chain of others
 */
export function checkActors(store: LevelStore, { bundle }: ChainActors): void {
  if (store.meta(SETTINGS) === undefined) return
  const row = store.meta(ACTORS)
  const saved = row === undefined ? undefined : chainActors.decode(row)
  if (saved?.root.key === bundle?.root.key) return
  const fitting =
    saved === undefined
      ? 'start it without --actors'
      : `start it with that bundle: --actors <file>, and --actors-network if need be`
  const other = saved === undefined ? 'the native actors' : `the actors ${saved.name}`
  const given = bundle === undefined ? 'the native ones' : bundle.name
  throw new ConfigError([
    `the saved chain was made with ${other}, not with ${given}: ${fitting}, or take another --data-dir`,
  ])
}
