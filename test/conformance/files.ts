/** Where sub-tests come from: the selection in this repository, or folders of the originals. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseStateTests, type SubTest } from './state-test.ts'

const vectors = join(import.meta.dirname, '../vectors')

/** A file of the selection: names of original files to their contents. */
export function* selected(file: string): Generator<SubTest> {
  const tests = JSON.parse(readFileSync(join(vectors, file), 'utf8')) as Record<string, unknown>
  for (const [name, json] of Object.entries(tests)) yield* parseStateTests(name, json)
}

/** Files that are not whole are passed over; snapshots of ethereum/tests lack two. */
export function* inFolder(folder: string): Generator<SubTest> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  for (const file of files.filter((name) => name.endsWith('.json')).sort()) {
    let json: unknown
    try {
      json = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    } catch (error) {
      if (error instanceof SyntaxError) continue
      throw error
    }
    yield* parseStateTests(file.slice(0, -'.json'.length), json)
  }
}
