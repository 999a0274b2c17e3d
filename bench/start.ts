/**
 * What does a start cost? Time from the command to the first answer, and resident memory then, of the
 * default chain and, with a bundle, of one that runs it: first on an empty folder, then again. Least
 * and median of several.
 * Usage: npm run build && npx tsx bench/start.ts [v18.tar.zst]
 * Another build next to it: FEVM_PROGRAM=/other/dist/cli/main.js npx tsx bench/start.ts
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const [bundle] = process.argv.slice(2)
const program =
  process.env.FEVM_PROGRAM ?? fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const ROUNDS = 5

interface Start {
  readonly milliseconds: number
  /** Resident set, MiB; undefined where the system does not say. */
  readonly memory: number | undefined
}

async function start(...flags: string[]): Promise<Start> {
  const begun = performance.now()
  const argv = [program, 'dev', '--port=0', '--json-log', ...flags]
  const node = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve, reject) => {
    node.on('exit', (code) => reject(new Error(`the node ended with ${code}`)))
    createInterface({ input: node.stdout }).on('line', (line) => {
      const { http } = JSON.parse(line)
      if (http !== undefined) resolve(http)
    })
  })
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] })
  await (
    await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  ).text()
  const milliseconds = performance.now() - begun
  const memory = residentMemory(node.pid!)
  const ended = new Promise((resolve) => node.once('exit', resolve))
  node.kill('SIGTERM')
  await ended
  return { milliseconds, memory }
}

function residentMemory(pid: number): number | undefined {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
  } catch {
    return undefined
  }
}

function row(name: string, starts: readonly Start[]) {
  const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!
  const times = starts.map(({ milliseconds }) => milliseconds)
  const memories = starts.flatMap(({ memory }) => memory ?? [])
  return {
    chain: name,
    'least ms': Math.round(Math.min(...times)),
    'median ms': Math.round(middle(times)),
    MiB: memories.length === 0 ? '?' : Math.round(middle(memories)),
  }
}

async function several(name: string, flags: () => string[]) {
  const starts: Start[] = []
  for (let i = 0; i < ROUNDS; i++) starts.push(await start(...flags()))
  return row(name, starts)
}

const rows = [await several('native actors', () => [])]
if (bundle !== undefined) {
  rows.push(await several('genuine actors, new', () => ['--actors', bundle]))
  const folder = mkdtempSync(join(tmpdir(), 'fevm-bench-'))
  const again = ['--actors', bundle, '--data-dir', folder]
  await start(...again)
  rows.push(await several('genuine actors, modules kept', () => again))
  rmSync(folder, { recursive: true })
}
console.table(rows)
