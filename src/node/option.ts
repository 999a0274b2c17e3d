/**
 * One option of a command, said once. The name of its command-line flag, environment variable and
 * key in a configuration file all come from its key in the table; help and docs from its texts.
 */
import type { OptionType } from './option-types.ts'

export const optionGroups = [
  'Server',
  'Chain',
  'Mining',
  'Accounts',
  'State',
  'Output',
  'Cluster',
] as const
export type OptionGroup = (typeof optionGroups)[number]

export interface Option<T = unknown, D extends T | undefined = T | undefined> {
  readonly group: OptionGroup
  readonly type: OptionType<T>
  /** Value where nothing is given. */
  readonly default: D
  /** What the default means, where the value does not say it. */
  readonly defaultText?: string
  /** One sentence or two. */
  readonly help: string
  /** Letter of the short flag. */
  readonly short?: string
  /** Other flags that mean the same, as other development chains have them. */
  readonly aliases?: readonly string[]
  /** Keys of options that contradict this one. */
  readonly conflicts?: readonly string[]
}

export type Options = Readonly<Record<string, Option>>

/** What a table of options is read into. */
export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T, infer D> ? Given<T, D> : never
}
type Given<T, D> = D extends undefined ? T | undefined : T

export function option<T, const D extends T | undefined = undefined>(
  definition: Omit<Option<T, D>, 'default'> & { readonly default?: D },
): Option<T, D> {
  return { ...definition, default: definition.default as D }
}

/** `chainId` → `chain-id`; the flag without its dashes. */
export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** `chainId` → `FEVM_CHAIN_ID`. */
export function environmentName(key: string): string {
  return `FEVM_${flagName(key).replaceAll('-', '_').toUpperCase()}`
}
