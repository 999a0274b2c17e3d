/**
 * Which room of src/ may import which. The order is the picture's; a room imports only rooms that
 * stand before it.
 */
const protocol = ['base', 'address', 'ipld', 'protocol'] as const
const execution = [...protocol, 'eth', 'fvm', 'actors', 'wasm'] as const
const everything = [...execution, 'chain', 'index', 'shared', 'rpc'] as const

interface Room {
  readonly holds: string
  readonly imports: readonly string[]
  /** With `import type` only: the room knows the interface, never the thing. */
  readonly importsTypes?: readonly string[]
}

export const law: Readonly<Record<string, Room>> = {
  base: { holds: 'bytes, hex, varint, hashes, LRU', imports: [] },
  address: { holds: 'f0 to f4 and 0x addresses', imports: ['base'] },
  ipld: { holds: 'CIDs, codecs, blockstores, HAMT, AMT, KAMT', imports: ['base', 'address'] },
  protocol: {
    holds: 'messages, receipts, headers, exit codes, signatures, network parameters',
    imports: ['base', 'address', 'ipld'],
  },
  eth: { holds: 'translation between Ethereum and Filecoin, both ways', imports: protocol },
  fvm: { holds: 'executor, call manager, kernel, state tree, gas', imports: protocol },
  actors: { holds: 'built-in actors, the EVM among them', imports: [...protocol, 'fvm'] },
  wasm: { holds: 'actors that are WebAssembly', imports: [...protocol, 'fvm'] },
  chain: { holds: 'local chain, mempool, block production, genesis', imports: execution },
  index: {
    holds: 'what was mined, by number, hash, address, topic',
    imports: [...protocol, 'eth', 'chain'],
  },
  shared: {
    holds: 'the log of commits that several processes share; Redis',
    imports: ['base', 'address', 'ipld'],
  },
  rpc: {
    holds: 'methods, validation, errors, HTTP and WebSocket',
    imports: [...protocol, 'eth'],
    importsTypes: ['chain', 'index'],
  },
  node: { holds: 'composition, threads, configuration, log', imports: everything },
  cli: { holds: 'commands, banner, help', imports: ['base', 'address', 'protocol', 'node'] },
}

export interface Import {
  /** Paths under src/. */
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

/** The relative imports of one module. @param path under src/ */
export function importsOf(path: string, source: string): Import[] {
  const statements = source.matchAll(
    /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'(\.{1,2}\/[^']+)'/gm,
  )
  const calls = source.matchAll(/(typeof\s+)?\bimport\(\s*'(\.{1,2}\/[^']+)'/g)
  return [...statements, ...calls].map(([, type, target]) => ({
    from: path,
    to: new URL(target!, `file:///${path}`).pathname.slice(1),
    typeOnly: type !== undefined,
  }))
}

export function roomOf(path: string): string {
  return path.split('/')[0]!
}

/** @returns why the law forbids an import, or undefined where it does not */
export function violation({ from, to, typeOnly }: Import): string | undefined {
  const [room, target] = [roomOf(from), roomOf(to)]
  const rules = law[room]
  if (rules === undefined) return `${from}: there is no room ${room} in the law`
  if (room === target || rules.imports.includes(target)) return undefined
  const types = rules.importsTypes?.includes(target) ?? false
  if (types && typeOnly) return undefined
  return `${from} imports ${to}${types ? ' without `import type`' : ''}`
}

/**
 * A cycle among the imports as a list of files, the first one again at the end. Imports of types
 * are gone when the program runs and make no cycle.
 */
export function findCycle(imports: readonly Import[]): string[] | undefined {
  const edges = new Map<string, string[]>()
  for (const { from, to, typeOnly } of imports) {
    if (!typeOnly) edges.set(from, [...(edges.get(from) ?? []), to])
  }
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    path.push(file)
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next)
      if (cycle !== undefined) return cycle
    }
    path.pop()
    done.add(file)
    return undefined
  }
  for (const file of edges.keys()) {
    const cycle = visit(file)
    if (cycle !== undefined) return cycle
  }
  return undefined
}

/** The law as docs/architecture.md shows it. */
export function picture(): string {
  const rooms = Object.keys(law)
  const rows = Object.entries(law).map(([room, { holds, imports, importsTypes = [] }], index) => {
    const cells = rooms.slice(0, index).map((other) => {
      if (imports.includes(other)) return '■'
      return importsTypes.includes(other) ? 't' : '·'
    })
    const name = `${String.fromCharCode(97 + index)} ${room}`
    return `${name.padEnd(11)} ${cells.join(' ').padEnd(rooms.length * 2)} ${holds}`.trimEnd()
  })
  const letters = rooms.map((_, index) => String.fromCharCode(97 + index)).join(' ')
  return [`${''.padEnd(11)} ${letters}`, ...rows].join('\n')
}
