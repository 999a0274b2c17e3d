/**
 * Runs the examples against a node of their own, started from dist/.
 *
 *     node scripts/examples.mjs             all
 *     node scripts/examples.mjs --light     without those that install packages of their own
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'examples')
const light = process.argv.includes('--light')

const examples = readdirSync(folder).filter(
  (name) =>
    existsSync(join(folder, name, 'run')) &&
    !(light && existsSync(join(folder, name, 'package.json'))),
)

const program = join(root, 'dist', 'cli', 'main.js')
const node = spawn(process.execPath, [program, 'dev', '--port', '0', '--json-log'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const lines = createInterface({ input: node.stdout })

function urlOfNode() {
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const { event, http, message } = JSON.parse(line)
      if (event === 'listening') resolve(http)
      if (event === 'error') console.error(`the node: ${message}`)
    })
    node.on('exit', (code) => reject(new Error(`the node ended with ${code}`)))
  })
}

function run(name, url) {
  console.log(`\nexamples/${name}`)
  const started = performance.now()
  const { status } = spawnSync(join(folder, name, 'run'), [], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, RPC_URL: url },
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(status === 0 ? `ok, ${seconds} s` : `FAILED with ${status}`)
  return status === 0
}

const url = await urlOfNode()
const results = examples.map((name) => run(name, url))
const ended = once(node, 'exit')
node.kill('SIGTERM')
const [code] = await ended
if (code !== 0) console.error(`the node ended with ${code}`)
process.exitCode = results.length > 0 && results.every(Boolean) && code === 0 ? 0 : 1
