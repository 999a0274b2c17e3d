/**
 * Runs the tests under other releases of Node.js, which come as packages of npm:
 *
 *     node scripts/node-matrix.mjs            22 and 24
 *     node scripts/node-matrix.mjs 20 26 -- test/fvm
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const words = process.argv.slice(2)
const separator = words.indexOf('--')
const releases = separator < 0 ? words : words.slice(0, separator)
const filters = separator < 0 ? [] : words.slice(separator + 1)

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', cwd: root, ...options })
  if (error) throw error
  return status === 0
}

function testsPassUnder(release) {
  const folder = mkdtempSync(join(tmpdir(), `node-${release}-`))
  try {
    const install = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
    if (!run('npm', [...install, '--prefix', folder, `node@${release}`])) return false
    const bin = join(folder, 'node_modules', 'node', 'bin')
    const node = join(bin, 'node')
    run(node, ['--version'])
    // for the programs that tests start by name
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` }
    return run(node, ['node_modules/vitest/vitest.mjs', 'run', ...filters], { env })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const results = (releases.length > 0 ? releases : ['22', '24']).map((release) => {
  console.log(`\nNode.js ${release}`)
  return { release, passed: testsPassUnder(release) }
})

console.log()
for (const { release, passed } of results) {
  console.log(`Node.js ${release}: ${passed ? 'tests passed' : 'FAILED'}`)
}
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1
