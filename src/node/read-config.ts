/**
 * Reads a table of options from where they may stand, the strongest first:
 * command line, environment (FEVM_…), configuration file, default.
 */
import { nearest } from '../base/nearest.ts'
import { environmentName, flagName, type Options, type Values } from './option.ts'

/** Wrong use of options; every line of `problems` is one fault, said to the person who made it. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

export interface ConfigSources {
  /** Values by option key, as the command line gave them; a switch is true. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The text of a configuration file, a JSON object of option keys, and its name for messages. */
  readonly file?: { readonly name: string; readonly text: string }
}

/** @throws ConfigError naming everything that is wrong, with the place where it stood. */
export function readConfig<O extends Options>(options: O, sources: ConfigSources): Values<O> {
  const problems: string[] = []
  const fileValues = sources.file === undefined ? {} : readFile(options, sources.file, problems)

  const values: Record<string, unknown> = {}
  const places: Record<string, string> = {}
  for (const [key, { type, default: defaultValue }] of Object.entries(options)) {
    const variable = environmentName(key)
    const given = [
      { place: `--${flagName(key)}`, value: sources.flags[key] },
      { place: variable, value: sources.environment[variable] },
      { place: `${sources.file?.name}: ${key}`, value: fileValues[key] },
    ].find(({ value }) => value !== undefined)
    if (given === undefined) {
      values[key] = defaultValue
      continue
    }
    const parsed = type.schema.safeParse(given.value)
    if (parsed.success) values[key] = parsed.data
    else problems.push(`${given.place} ${shown(given.value)}: ${parsed.error.issues[0]!.message}`)
    // a switch that is switched off contradicts nothing
    if (parsed.success && parsed.data !== false) places[key] = given.place
  }

  for (const [key, { conflicts = [] }] of Object.entries(options)) {
    for (const other of conflicts) {
      if (key in places && other in places) {
        problems.push(`${places[key]} and ${places[other]} cannot be used together`)
      }
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return values as Values<O>
}

function readFile(
  options: Options,
  { name, text }: { name: string; text: string },
  problems: string[],
): Record<string, unknown> {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    throw new ConfigError([`${name}: not JSON (${(error as SyntaxError).message})`])
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new ConfigError([`${name}: expected a JSON object of options`])
  }
  const known = Object.keys(options)
  for (const key of Object.keys(content)) {
    if (known.includes(key)) continue
    problems.push(`${name}: unknown option ${key}${didYouMean(nearest(key, known))}`)
  }
  return content as Record<string, unknown>
}

export function didYouMean(suggestion: string | undefined): string {
  return suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`
}

function shown(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
}
