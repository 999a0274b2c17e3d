/** Help texts, printed from the tables of commands and options. */
import { nearest } from '../base/nearest.ts'
import { nodeOptions } from '../node/cluster/config.ts'
import { devOptions } from '../node/config.ts'
import {
  environmentName,
  flagName,
  type Option,
  type Options,
  optionGroups,
} from '../node/option.ts'
import { ConfigError, didYouMean } from '../node/read-config.ts'
import type { Command } from './commands.ts'
import { Exit, type Terminal } from './terminal.ts'

type Commands = Readonly<Record<string, Command>>

export async function help(
  commands: Commands,
  argv: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const [topic] = argv
  if (topic === undefined) terminal.out(programHelp(commands, terminal))
  else if (topic === 'dev') terminal.out(devHelp(terminal))
  else if (topic === 'node') terminal.out(nodeHelp(terminal))
  else if (topic === 'replay') terminal.out(replayHelp(terminal))
  else if (topic === 'trace') terminal.out(traceHelp(terminal))
  else if (topic === 'conformance') terminal.out(conformanceHelp(terminal))
  else if (topic === 'actors') terminal.out(actorsHelp(terminal))
  else if (Object.hasOwn(commands, topic))
    terminal.out(`fevm ${topic}: ${commands[topic]!.summary}`)
  else {
    const suggestion = didYouMean(nearest(topic, Object.keys(commands)))
    throw new ConfigError([`no help on ${topic}${suggestion}`])
  }
  return Exit.OK
}

type Page = Pick<Terminal, 'columns' | 'bold'>

function programHelp(commands: Commands, { columns, bold }: Page): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const)
  return [
    `${bold('fevm')} - an Ethereum JSON-RPC endpoint for Filecoin, with the FVM inside.`,
    '',
    bold('Usage'),
    '  fevm [command] [options]',
    '  npm start -- [options]            from a clone: the same as fevm dev [options]',
    '  npm run fevm -- [command] [options]',
    '',
    bold('Commands'),
    ...table(rows, columns),
    '',
    ...examples({ bold }),
    '',
    'Options of a command: fevm help dev, fevm help replay, fevm help actors.',
  ].join('\n')
}

function examples({ bold }: Pick<Page, 'bold'>): string[] {
  return [
    bold('Examples'),
    '  fevm                              a chain on http://127.0.0.1:8545, ten funded accounts',
    '  fevm --port 9000 --block-time 30  a block every 30 seconds, as on mainnet',
    '  fevm --chain-id 314 --network-prefix f',
    '                                    chain id and addresses of mainnet',
    '  fevm --state chain.state          go on where the last run ended',
    '  FEVM_PORT=9000 fevm --silent      options from the environment; print errors only',
    '  fevm --config fevm.json           options from a file: { "port": 9000, "accounts": 3 }',
  ]
}

function optionSections(options: Options, { columns, bold }: Page): string[] {
  return optionGroups.flatMap((group) => {
    const rows = Object.entries(options)
      .filter(([, option]) => option.group === group)
      .map(([key, option]) => [flagText(key, option), helpText(key, option)] as const)
    return rows.length === 0 ? [] : [bold(group), ...table(rows, columns), '']
  })
}

export function nodeHelp(page: Page): string {
  const { bold } = page
  return [
    `${bold('fevm node')} - one of several processes that serve one chain through a shared store.`,
    '',
    bold('Usage'),
    '  fevm node --store redis://HOST:PORT --role producer|replica [options]',
    '',
    ...optionSections(nodeOptions, page),
    'A replica needs no options of the chain: it has what the producer made. See docs/operations.md.',
  ].join('\n')
}

export function devHelp({ columns, bold }: Page): string {
  const sections = optionSections(devOptions, { columns, bold })
  return [
    `${bold('fevm dev')} - a local Filecoin EVM chain with an Ethereum JSON-RPC endpoint.`,
    '',
    bold('Usage'),
    '  fevm dev [options]',
    '',
    ...sections,
    bold('General'),
    ...table(
      [
        ['-c, --config <file>', 'JSON file of options: { "chainId": 314, "blockTime": 30 }.'],
        ['-h, --help', 'This page.'],
      ],
      columns,
    ),
    '',
    'An option on the command line is stronger than its environment variable, that is stronger',
    'than the file. Stop with Ctrl-C: requests in work are answered and the chain is saved.',
    '',
    ...examples({ bold }),
  ].join('\n')
}

export function replayHelp({ columns, bold }: Page): string {
  return [
    `${bold('fevm replay')} - runs recorded scenarios and compares all that the messages did.`,
    '',
    bold('Usage'),
    '  fevm replay [options] PATH...',
    '',
    'A path is a scenario (.json, .json.gz) or a folder of them. Exit codes, return data, events,',
    'state roots, the charges of the FVM and fees must be as recorded, or the command fails; of gas',
    'used and of its WebAssembly part, which is modelled, it prints how far off they are.',
    '',
    bold('Options'),
    ...table(
      [
        ['--gas', 'Name the messages whose gas is furthest off.'],
        [
          '--actors <bundle>',
          'Run these WebAssembly actors (.car, .tar.zst) instead of the native.',
        ],
        [
          '--compare <bundle>',
          'Compare the native actors with these, message by message and charge by charge, each message from the state that these have left; what is recorded does not matter.',
        ],
        ['-h, --help', 'This page.'],
      ],
      columns,
    ),
  ].join('\n')
}

export function traceHelp({ columns, bold }: Page): string {
  return [
    `${bold('fevm trace gas')} - lists what a message paid for: each call, each kind of charge, totals.`,
    '',
    bold('Usage'),
    '  fevm trace gas TX [--rpc <url>]',
    '  fevm trace gas FILE#N [--actors <bundle>]',
    '',
    'TX is the hash of a transaction or the CID of a message, which a running node looks up and runs',
    'again. FILE#N is message N, counted from 0, of a recorded scenario; with a bundle it runs on the',
    'native and on the genuine actors from the same state, side by side.',
    '',
    bold('Options'),
    ...table(
      [
        ['--rpc <url>', 'JSON-RPC endpoint of the node; http://127.0.0.1:8545.'],
        ['--actors <bundle>', 'The genuine actors: .car, or .tar.zst of Lotus.'],
        ['-h, --help', 'This page.'],
      ],
      columns,
    ),
  ].join('\n')
}

export function conformanceHelp({ columns, bold }: Page): string {
  return [
    `${bold('fevm conformance')} - runs test vectors that were extracted from a chain, to the unit of gas.`,
    '',
    bold('Usage'),
    '  fevm conformance PATH... --actors <bundle>',
    '',
    'A path is a vector (.json) in the format of filecoin-project/test-vectors, as `tvx extract` of',
    'Lotus makes it of a message, or a folder of them and of folders. Exit code, return data, gas used',
    'and the state root must be as recorded, or the command fails. Storage proofs are taken to be true;',
    'a vector that differs after that is reported as unproven. Vectors of class tipset, of network',
    'versions whose prices are not known and of other actors than the bundle holds are not run.',
    '',
    bold('Options'),
    ...table(
      [
        [
          '--actors <bundle>',
          'The built-in actors of the time: .car, or .tar.zst of Lotus (v10 for network version 18).',
        ],
        ['-h, --help', 'This page.'],
      ],
      columns,
    ),
  ].join('\n')
}

export function actorsHelp({ columns, bold }: Page): string {
  return [
    `${bold('fevm actors')} - the genuine built-in actors, and actors of your own.`,
    '',
    bold('Usage'),
    ...table(
      [
        ['fevm actors info FILE', 'List the actors of a bundle (.car, .tar.zst).'],
        ['fevm actors get v18', 'Download a released bundle, checked against its SHA-256.'],
        ['fevm actors install FILE', 'Install a WebAssembly module on a dev chain.'],
      ],
      columns,
    ),
    '',
    bold('Options'),
    ...table(
      [
        ['--network <network>', 'info: of an archive, this network only.'],
        ['-o, --out <file>', 'get: where to put it. [v18.tar.zst]'],
        ['--url <folder>', 'get: another place on the web that has the archives of Lotus.'],
        ['--rpc <url>', 'install: the node. [http://127.0.0.1:8545]'],
        ['-h, --help', 'This page.'],
      ],
      columns,
    ),
    '',
    'Without a network, a checkout of Lotus has the bundles: build/actors/v18.tar.zst. Then:',
    '  fevm dev --actors build/actors/v18.tar.zst',
  ].join('\n')
}

/** `-p, --port <port>` */
export function flagText(key: string, { short, type }: Option): string {
  const value = type.placeholder === '' ? '' : ` <${type.placeholder}>`
  return `${short === undefined ? '    ' : `-${short}, `}--${flagName(key)}${value}`
}

/** In words, as help and docs show it; empty for a switch. */
export function defaultText(option: Option): string {
  if (option.defaultText !== undefined) return option.defaultText
  return option.default === undefined || option.default === false
    ? ''
    : option.type.print(option.default)
}

function helpText(key: string, option: Option): string {
  const standard = defaultText(option)
  const origin =
    standard === '' ? environmentName(key) : `${environmentName(key)}, default: ${standard}`
  return `${option.help} [${origin}]`
}

const FIRST_COLUMN = 28

function table(rows: readonly (readonly [string, string])[], columns: number): string[] {
  return rows.flatMap(([left, right]) => {
    const [first = '', ...rest] = wrap(right, Math.max(30, columns - FIRST_COLUMN - 2))
    const lines = rest.map((line) => ' '.repeat(FIRST_COLUMN + 2) + line)
    const start = `  ${left}`.padEnd(FIRST_COLUMN + 1)
    return start.length > FIRST_COLUMN + 1
      ? [start, `${' '.repeat(FIRST_COLUMN + 2)}${first}`, ...lines]
      : [`${start} ${first}`, ...lines]
  })
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
