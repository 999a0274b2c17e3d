/** Reads a command line against a table of options. */
import { parseArgs } from 'node:util'
import { nearest } from '../base/nearest.ts'
import { flagName, type Options } from '../node/option.ts'
import { ConfigError, didYouMean } from '../node/read-config.ts'

export interface Arguments {
  /** By option key, as text; switches are true; lists are arrays. */
  readonly flags: Readonly<Record<string, unknown>>
  /** -h, --help */
  readonly help: boolean
  /** --config */
  readonly configFile: string | undefined
}

/** Flags that every command has besides its options. */
const GENERAL = { help: { short: 'h' }, config: { short: 'c' } }

/** @throws ConfigError with every unknown flag, missing value and stray word. */
export function readArguments(options: Options, argv: readonly string[]): Arguments {
  const keys = new Map<string, string>()
  for (const [key, { aliases = [] }] of Object.entries(options)) {
    for (const name of [flagName(key), ...aliases]) keys.set(name, key)
  }
  const { tokens } = parseArgs({
    args: [...argv],
    options: parserOptions(options, keys),
    strict: false,
    tokens: true,
  })

  const problems: string[] = []
  const flags: Record<string, unknown> = {}
  let help = false
  let configFile: string | undefined
  for (const token of tokens) {
    if (token.kind === 'positional') problems.push(`unexpected argument: ${token.value}`)
    if (token.kind !== 'option') continue
    const { name, rawName, value, inlineValue } = token
    const key = keys.get(name)
    const type = key === undefined ? undefined : options[key]!.type
    const takesValue = name === 'config' || (type !== undefined && type.placeholder !== '')

    if (type === undefined && !Object.hasOwn(GENERAL, name)) {
      const known = [...keys.keys(), ...Object.keys(GENERAL)]
      const suggestion = rawName.startsWith('--') ? nearest(name, known) : undefined
      problems.push(`unknown option ${rawName}${didYouMean(suggestion && `--${suggestion}`)}`)
    } else if (takesValue && (value === undefined || (!inlineValue && isFlag(value)))) {
      problems.push(`${rawName} needs a value`)
    } else if (!takesValue && value !== undefined) {
      problems.push(`${rawName} takes no value`)
    } else if (name === 'help') help = true
    else if (name === 'config') configFile = value
    else if (type?.list) flags[key!] = [...((flags[key!] as string[]) ?? []), ...value!.split(',')]
    else flags[key!] = value ?? true
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return { flags, help, configFile }
}

/** `--port --silent`: the value of --port was forgotten. Negative numbers are values. */
function isFlag(value: string): boolean {
  return /^-(-|[a-z])/i.test(value)
}

function parserOptions(options: Options, keys: ReadonlyMap<string, string>) {
  const parser: Record<string, { type: 'string' | 'boolean'; short?: string }> = {
    help: { type: 'boolean', ...GENERAL.help },
    config: { type: 'string', ...GENERAL.config },
  }
  for (const [name, key] of keys) {
    const { type, short } = options[key]!
    parser[name] = { type: type.placeholder === '' ? 'boolean' : 'string' }
    if (short !== undefined && name === flagName(key)) parser[name].short = short
  }
  return parser
}
