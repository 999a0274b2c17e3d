import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { LevelStore } from '../../src/ipld/level.ts'

/** A directory that is removed after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'fevm-store-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

/** An empty store that is closed and removed after the test. */
export async function temporaryStore(): Promise<LevelStore> {
  const store = await LevelStore.open(await temporaryDirectory())
  onTestFinished(() => store.close())
  return store
}
