import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findCycle, type Import, importsOf, law, violation } from './import-law.ts'

const src = join(import.meta.dirname, '../src')

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  // AssemblyScript is compiled apart and imports nothing of ours
  .filter((path) => path.endsWith('.ts') && !path.startsWith('actors/evm/engine/assembly/'))

const imports = files.flatMap((path) => importsOf(path, readFileSync(join(src, path), 'utf8')))

test('rooms import only what the law allows', () => {
  expect(imports.length).toBeGreaterThan(files.length)
  expect(imports.map(violation).filter((found) => found !== undefined)).toEqual([])
})

test('every room of the law comes after the rooms that it imports', () => {
  const rooms = Object.keys(law)
  for (const [room, { imports, importsTypes = [] }] of Object.entries(law)) {
    for (const other of [...imports, ...importsTypes]) {
      expect(rooms.slice(0, rooms.indexOf(room))).toContain(other)
    }
  }
})

test('no file imports itself by way of others', () => {
  expect(findCycle(imports)).toBeUndefined()
})

test('what is found, and what is not', () => {
  const source = [
    "import { a } from './b.ts'",
    "import type { B } from '../eth/c.ts'",
    'import {',
    '  type D,',
    "} from '../chain/d.ts'",
    "export { e } from './e.ts'",
    "import './f.ts'",
    "const g = await import('../index/g.ts')",
    "type H = typeof import('../chain/h.ts')",
    "import { readFileSync } from 'node:fs'",
  ].join('\n')
  const found = importsOf('rpc/a.ts', source)
  expect(found.map(({ to, typeOnly }) => [to, typeOnly])).toEqual([
    ['rpc/b.ts', false],
    ['eth/c.ts', true],
    ['chain/d.ts', false],
    ['rpc/e.ts', false],
    ['rpc/f.ts', false],
    ['index/g.ts', false],
    ['chain/h.ts', true],
  ])
  expect(found.map(violation).filter((each) => each !== undefined)).toEqual([
    'rpc/a.ts imports chain/d.ts without `import type`',
    'rpc/a.ts imports index/g.ts without `import type`',
  ])
  expect(violation({ from: 'fvm/a.ts', to: 'actors/b.ts', typeOnly: true })).toBe(
    'fvm/a.ts imports actors/b.ts',
  )
})

test('cycles are found', () => {
  const edge = (from: string, to: string): Import => ({ from, to, typeOnly: false })
  const chain = [edge('a', 'b'), edge('b', 'c'), edge('a', 'c')]
  expect(findCycle(chain)).toBeUndefined()
  expect(findCycle([...chain, edge('c', 'b')])).toEqual(['b', 'c', 'b'])
  expect(findCycle([...chain, { ...edge('c', 'b'), typeOnly: true }])).toBeUndefined()
})
