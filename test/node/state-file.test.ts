import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { toHex, utf8 } from '../../src/base/bytes.ts'
import { LevelStore } from '../../src/ipld/level.ts'
import { metaKey } from '../../src/ipld/level-table.ts'
import { loadState, StateFileError, saveState } from '../../src/node/state-file.ts'

let folder: string
const open: LevelStore[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fevm-test-'))
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()))
  await rm(folder, { recursive: true })
})

async function store(name: string): Promise<LevelStore> {
  const opened = await LevelStore.open(join(folder, name))
  open.push(opened)
  return opened
}

async function filled(name: string, rows: number): Promise<LevelStore> {
  const opened = await store(name)
  const batch = opened.batch()
  for (let row = 0; row < rows; row++) {
    batch.put(metaKey(`row ${row}`), new Uint8Array((row * 7919) % 500).fill(row))
  }
  batch.put(metaKey('big'), new Uint8Array(300_000).fill(7))
  batch.put(metaKey('empty'), new Uint8Array(0))
  await opened.commit(batch)
  return opened
}

async function contents(of: LevelStore): Promise<string[]> {
  const rows: string[] = []
  for await (const [name, value] of of.metaRows('')) rows.push(`${name} ${toHex(value)}`)
  return rows
}

test('what was saved is loaded', async () => {
  const path = join(folder, 'chain.state')
  const before = await filled('a', 15_000)
  await saveState(before, path)
  const after = await store('b')
  await loadState(after, path)
  expect(await contents(after)).toEqual(await contents(before))
})

test('the same rows make the same file', async () => {
  const paths = [join(folder, 'one'), join(folder, 'two')]
  for (const path of paths) await saveState(await filled(`of-${path.slice(-3)}`, 100), path)
  expect(await readFile(paths[0]!)).toEqual(await readFile(paths[1]!))
})

test('a file that is cut off is refused', async () => {
  const path = join(folder, 'chain.state')
  await saveState(await filled('a', 1000), path)
  await truncate(path, 2000)
  await expect(loadState(await store('b'), path)).rejects.toThrow(/damaged/)
})

test.each([
  ['hello', /is not a saved chain/],
  ['', /is not a saved chain/],
  ['fevm-gateway state 9\n', /is of another version \(fevm-gateway state 9, not/],
])('refused: a file with %j', async (content, message) => {
  const path = join(folder, 'other')
  await writeFile(path, utf8(content))
  const loading = loadState(await store('b'), path)
  await expect(loading).rejects.toThrow(StateFileError)
  await expect(loadState(open[0]!, path)).rejects.toThrow(message)
})

test('a file that is not there', async () => {
  await expect(loadState(await store('b'), join(folder, 'none'))).rejects.toThrow(/ENOENT/)
})
