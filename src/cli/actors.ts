/** `fevm actors info|get|install`: bundles of genuine actors, and actors of one's own. */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { nearest } from '../base/nearest.ts'
import { type BundleInfo, bundleInfos } from '../node/actors-info.ts'
import {
  ARCHIVE_BASE,
  actorsVersions,
  DownloadError,
  downloadActors,
} from '../node/actors-release.ts'
import { installActor } from '../node/install-actor.ts'
import { digits } from '../node/log.ts'
import { ConfigError, didYouMean } from '../node/read-config.ts'
import { actorsHelp } from './help.ts'
import { Exit, type Terminal } from './terminal.ts'

const options = {
  help: { type: 'boolean', short: 'h', default: false },
  network: { type: 'string' },
  out: { type: 'string', short: 'o' },
  url: { type: 'string', default: ARCHIVE_BASE },
  rpc: { type: 'string', default: 'http://127.0.0.1:8545' },
} as const

type Flags = ReturnType<typeof readCommandLine>['flags']
type Action = (what: string, flags: Flags, terminal: Terminal) => Promise<number>

const actions: Readonly<Record<string, Action>> = { info, get, install }

/** @throws ConfigError */
export async function actors(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { words, flags } = readCommandLine(argv)
  if (flags.help || words.length === 0) {
    terminal.out(actorsHelp(terminal))
    return flags.help ? Exit.OK : Exit.USAGE
  }
  const [name = '', what, ...rest] = words
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (action === undefined) {
    const suggestion = didYouMean(nearest(name, Object.keys(actions)))
    throw new ConfigError([`fevm actors has no ${name}${suggestion}`])
  }
  if (what === undefined || rest.length > 0) {
    throw new ConfigError([`fevm actors ${name} takes one argument`])
  }
  try {
    return await action(what, flags, terminal)
  } catch (error) {
    const { name: kind, message } = error as Error
    if (kind === 'BundleError') throw new ConfigError([`${what}: ${message}`])
    if (kind !== 'InstallError' && !(error instanceof DownloadError)) throw error
    terminal.err(`fevm: ${message}`)
    return Exit.FAILED
  }
}

async function info(file: string, { network }: Flags, { out }: Terminal): Promise<number> {
  for (const each of await bundleInfos(file, network)) out(infoText(each))
  return Exit.OK
}

function infoText({ root, manifest, release, actors }: BundleInfo): string {
  return [
    release ?? 'an unknown build',
    `  root ${root}, manifest ${manifest}`,
    '  type  name                  bytes  code',
    ...actors.map(
      ({ typeId, name, code, size }) =>
        `  ${String(typeId).padStart(4)}  ${name.padEnd(16)}  ${digits(size).padStart(9)}  ${code}`,
    ),
    '',
  ].join('\n')
}

async function get(wanted: string, { out, url }: Flags, terminal: Terminal): Promise<number> {
  const version = actorsVersions.find((known) => known === wanted)
  if (version === undefined) {
    throw new ConfigError([`no actors ${wanted}: there are ${actorsVersions.join(', ')}`])
  }
  const file = out ?? `${version}.tar.zst`
  const size = await downloadActors({ version, base: url, file })
  terminal.out(`${file}: ${digits(size)} bytes, checked. Run them: fevm dev --actors ${file}`)
  return Exit.OK
}

async function install(file: string, { rpc }: Flags, { out }: Terminal): Promise<number> {
  let module: Uint8Array
  try {
    module = new Uint8Array(await readFile(file))
  } catch (error) {
    throw new ConfigError([`${file}: ${(error as Error).message}`])
  }
  out(await installActor(rpc, module))
  return Exit.OK
}

function readCommandLine(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    return { words: positionals, flags: values }
  } catch (error) {
    if (error instanceof TypeError) throw new ConfigError([error.message])
    throw error
  }
}
