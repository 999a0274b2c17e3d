/** What is in a bundle of actors, for people. */
import { readFile } from 'node:fs/promises'
import { builtinNames, typeId } from '../protocol/builtin.ts'
import { archivedBundles, BundleError, readBundle } from '../wasm/bundle.ts'
import { knownBundle } from '../wasm/known-bundles.ts'

export interface ActorInfo {
  readonly typeId: number
  readonly name: string
  readonly code: string
  /** Bytes. */
  readonly size: number
}

export interface BundleInfo {
  readonly root: string
  /** CID of the list of code CIDs, which the System actor's state has. */
  readonly manifest: string
  /** `v18 of mainnet, network version 28`; undefined: a build that nobody has released. */
  readonly release: string | undefined
  readonly actors: readonly ActorInfo[]
}

/**
 * @param network undefined: all that the file has
 * @throws BundleError when the file cannot be read as one
 */
export async function bundleInfos(
  file: string,
  network: string | undefined,
): Promise<BundleInfo[]> {
  let bytes: Uint8Array
  try {
    bytes = new Uint8Array(await readFile(file))
  } catch (error) {
    throw new BundleError((error as Error).message)
  }
  if (network !== undefined) return [await bundleInfo(bytes, network)]
  const infos: BundleInfo[] = []
  for (const each of (await archivedBundles(bytes)) ?? [bytes]) infos.push(await bundleInfo(each))
  return infos
}

async function bundleInfo(bytes: Uint8Array, network?: string): Promise<BundleInfo> {
  const { root, manifest, modules } = await readBundle(
    bytes,
    network === undefined ? {} : { network },
  )
  const known = knownBundle(root)
  return {
    root: String(root),
    manifest: String(manifest.dataCid),
    release:
      known && `${known.version} of ${known.network}, network version ${known.networkVersion}`,
    actors: builtinNames.map((name) => {
      const code = manifest.codes[name]
      return { typeId: typeId(name), name, code: String(code), size: modules.get(code.key)!.length }
    }),
  }
}
