/** The commands. Each is loaded when it is called, so that --version and --help answer at once. */
import { nearest } from '../base/nearest.ts'
import { ConfigError, didYouMean } from '../node/read-config.ts'
import { Exit, type Terminal } from './terminal.ts'

export interface Command {
  readonly summary: string
  /** @returns the exit code */
  run(argv: readonly string[], terminal: Terminal): Promise<number>
}

export const commands: Readonly<Record<string, Command>> = {
  dev: {
    summary: 'Run a local Filecoin EVM chain with an Ethereum JSON-RPC endpoint (the default).',
    run: async (argv, terminal) => (await import('./dev.ts')).dev(argv, terminal),
  },
  node: {
    summary: 'Serve one chain with several processes: fevm node --store redis://… --role ROLE.',
    run: async (argv, terminal) => (await import('./node.ts')).node(argv, terminal),
  },
  replay: {
    summary: 'Run recorded scenarios and compare what they did: fevm replay PATH...',
    run: async (argv, terminal) => (await import('./replay.ts')).replay(argv, terminal),
  },
  conformance: {
    summary: 'Run test vectors extracted from a chain: fevm conformance PATH... --actors BUNDLE.',
    run: async (argv, terminal) => (await import('./conformance.ts')).conformance(argv, terminal),
  },
  trace: {
    summary: 'List what a message paid for, charge by charge: fevm trace gas TX.',
    run: async (argv, terminal) => (await import('./trace.ts')).trace(argv, terminal),
  },
  actors: {
    summary: 'Show or download the genuine built-in actors, install actors of your own.',
    run: async (argv, terminal) => (await import('./actors.ts')).actors(argv, terminal),
  },
  help: {
    summary: 'Explain the program, or one command: fevm help dev.',
    run: async (argv, terminal) => (await import('./help.ts')).help(commands, argv, terminal),
  },
  version: {
    summary: 'Print the version, and what serves the cryptography.',
    run: async (argv, terminal) => (await import('./version.ts')).version(argv, terminal),
  },
}

/** @returns the exit code */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const { command, rest } = commandOf(argv)
    return await command.run(rest, terminal)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const problem of error.problems) terminal.err(`fevm: ${problem}`)
    terminal.err('Run `fevm help` to see what there is.')
    return Exit.USAGE
  }
}

/** Without a command it is `dev`, but `fevm --help` explains the whole program. */
function commandOf(argv: readonly string[]): { command: Command; rest: readonly string[] } {
  const [first, ...rest] = argv
  if (first === '--version' || first === '-V') return { command: commands.version!, rest }
  if (first === '--help' || first === '-h') return { command: commands.help!, rest }
  if (first === undefined || first.startsWith('-')) return { command: commands.dev!, rest: argv }
  const name = Object.keys(commands).find((known) => known === first)
  if (name !== undefined) return { command: commands[name]!, rest }
  const suggestion = nearest(first, Object.keys(commands))
  throw new ConfigError([`unknown command ${first}${didYouMean(suggestion)}`])
}
