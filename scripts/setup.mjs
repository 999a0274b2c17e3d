/**
 * Makes a clone ready to run: the right Node.js, the packages of the lock file, a fresh build.
 * Needs nothing but Node.js. When all is in place it only looks (some 10 ms) and says nothing.
 *
 *     node scripts/setup.mjs          packages and build
 *     node scripts/setup.mjs --dev    packages only; tests run the sources
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const lockFile = join(root, 'package-lock.json')
const installedStamp = join(modules, '.fevm-lock-hash')
const dist = join(root, 'dist')
const builtStamp = join(dist, '.sources-hash')

/** ES modules can be `require`d from these on, which the program needs. */
const OLDEST = { 20: 19, 22: 12 }

class SetupError extends Error {}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const fits = major in OLDEST ? minor >= OLDEST[major] : major >= 23
  if (fits) return
  throw new SetupError(
    `fevm-gateway needs Node.js 20.19, 22.12 or anything newer; this is ${process.version}.\n` +
      'Install a newer one (nodejs.org, or `nvm install 22`), then run the command again.',
  )
}

function install() {
  const wanted = hash(readFileSync(lockFile))
  if (read(installedStamp) === wanted) return
  if (!isInstalled()) {
    say('Installing the packages (npm ci). This happens once and takes about 30 seconds ...')
    const started = performance.now()
    const exit = npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'])
    if (exit !== 0) {
      throw new SetupError(
        'Installing the packages failed; npm says why above. Mostly it is the network, a proxy or\n' +
          'the registry: the packages must be downloaded once. After that no network is needed.\n' +
          `Try again, or run \`npm ci\` in ${root} yourself.`,
      )
    }
    say(`Packages installed in ${seconds(started)} s.`)
  }
  writeFileSync(installedStamp, wanted)
}

/** Whether what npm noted about node_modules is what the lock file asks for. */
function isInstalled() {
  const noted = read(join(modules, '.package-lock.json'))
  if (noted === undefined) return false
  const has = JSON.parse(noted).packages
  return Object.entries(JSON.parse(readFileSync(lockFile, 'utf8')).packages).every(
    ([path, { version, optional }]) =>
      // optional packages may be for other platforms
      path === '' || (has[path] === undefined ? optional === true : has[path].version === version),
  )
}

function build() {
  const sources = sourcesHash()
  if (read(builtStamp) === sources) return
  say('Building ...')
  rmSync(dist, { recursive: true, force: true })
  const tsc = join(modules, 'typescript', 'bin', 'tsc')
  const { status, error } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (error) throw new SetupError(`The compiler could not be started: ${error.message}`)
  if (status !== 0) {
    throw new SetupError(
      'The build failed; the compiler says why above. In a clone without changes of your own that\n' +
        'is a bug: please report it.',
    )
  }
  writeFileSync(builtStamp, sources)
}

/** Names, sizes and times of everything the build reads: cheaper than the contents, as telling. */
function sourcesHash() {
  const lines = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map(describe)
  const folders = ['src']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) folders.push(path)
      else lines.push(describe(path))
    }
  }
  return hash(lines.sort().join('\n'))
}

function describe(path) {
  const { size, mtimeMs } = statSync(join(root, path))
  return `${path} ${size} ${mtimeMs}`
}

/** The npm that runs this script, on the same Node.js; else the one of the PATH. */
function npm(args) {
  const script = process.env.npm_execpath
  const isScript = script !== undefined && /\.c?js$/.test(script) && existsSync(script)
  const [command, first] = isScript ? [process.execPath, [script]] : ['npm', []]
  const { status, error } = spawnSync(command, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    // npm is a command file on Windows
    shell: !isScript && process.platform === 'win32',
  })
  if (error) throw new SetupError(`npm could not be started: ${error.message}`)
  return status
}

function hash(content) {
  return createHash('sha256').update(content).digest('hex')
}

/** @returns {string | undefined} */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

/** To standard error: standard output is the program's. */
function say(line) {
  console.error(line)
}

function seconds(since) {
  return Math.round((performance.now() - since) / 1000)
}

/** Ends the process with a message when the clone cannot be made ready. */
export function setup({ dev = false } = {}) {
  try {
    checkNode()
    install()
    if (!dev) build()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    console.error(`\n${error.message}\n`)
    process.exit(1)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setup({ dev: process.argv.includes('--dev') })
}
