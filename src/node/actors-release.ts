/** Archives of the genuine actors: where they are, and whether what came is what was meant. */
import { createHash } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { type ActorsVersion, LOTUS_COMMIT, releases } from '../wasm/known-bundles.ts'

export type { ActorsVersion } from '../wasm/known-bundles.ts'

/** In the repository of Lotus, at a state that never changes. */
export const ARCHIVE_BASE = `https://raw.githubusercontent.com/filecoin-project/lotus/${LOTUS_COMMIT}/build/actors`

export const actorsVersions = Object.keys(releases) as readonly ActorsVersion[]

/** The message says what to do instead. */
export class DownloadError extends Error {
  override name = 'DownloadError'
}

export interface Download {
  readonly version: ActorsVersion
  /** Folder of archives on the web. */
  readonly base: string
  /** Where the archive is to be. */
  readonly file: string
}

/**
 * The file is there in full and checked, or not at all.
 * @returns its size
 * @throws DownloadError
 */
export async function downloadActors({ version, base, file }: Download): Promise<number> {
  const url = `${base}/${version}.tar.zst`
  const archive = await fetched(url, version)
  const digest = createHash('sha256').update(archive).digest('hex')
  const { sha256 } = releases[version]
  if (digest !== sha256) {
    throw new DownloadError(
      `${url} is not actors ${version}: its SHA-256 is ${digest}, not ${sha256}`,
    )
  }
  const partial = `${file}.partial`
  try {
    await writeFile(partial, archive)
    await rename(partial, file)
  } catch (error) {
    await rm(partial, { force: true })
    throw new DownloadError(`${file} cannot be written: ${(error as Error).message}`)
  }
  return archive.length
}

async function fetched(url: string, version: ActorsVersion): Promise<Uint8Array> {
  try {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`HTTP status ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  } catch (error) {
    const { message, cause } = error as Error
    const reason = cause instanceof Error ? cause.message : message
    throw new DownloadError(
      `${url} cannot be fetched: ${reason}. Without a network: a checkout of Lotus has the file as build/actors/${version}.tar.zst; give that to --actors`,
    )
  }
}
