/**
 * The kinds of values that options have. Each reads one text, wherever it stood (a configuration
 * file may also have JSON numbers, booleans and arrays), and prints a value back as that text.
 */
import { z } from 'zod'

export interface OptionType<T> {
  /** Name of the value in help texts; empty for a switch, which takes no value. */
  readonly placeholder: string
  /** May be given several times on the command line. */
  readonly list?: true
  readonly schema: z.ZodType<T>
  print(value: T): string
}

/** @param read the value, or undefined when the text is none */
function textType<T>(
  placeholder: string,
  expected: string,
  read: (text: string) => T | undefined,
  print: (value: T) => string = String,
): OptionType<T> {
  const message = `expected ${expected}`
  const schema = z
    .union([z.string(), z.number().transform(String)], { error: message })
    .transform((text, context) => {
      const value = read(text.trim())
      if (value !== undefined) return value
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })
  return { placeholder, schema, print }
}

/** Off unless given. In the environment: 1, true, 0, false. */
export const flag: OptionType<boolean> = {
  placeholder: '',
  schema: z.union(
    [
      z.boolean(),
      z.enum(['1', 'true']).transform(() => true),
      z.enum(['0', 'false', '']).transform(() => false),
    ],
    { error: 'expected true or false' },
  ),
  print: String,
}

/** Decimal or 0x hex; `_` may group digits. */
export function integer(minimum: number, maximum: number, placeholder = 'n'): OptionType<number> {
  const range = maximum === Number.MAX_SAFE_INTEGER ? `, ${minimum} or more` : ''
  const expected = `a whole number${range || ` from ${minimum} to ${maximum}`}`
  return textType(placeholder, expected, (text) => {
    if (!/^(\d[\d_]*|0x[0-9a-f]+)$/i.test(text)) return undefined
    const value = Number(text.replaceAll('_', ''))
    return Number.isSafeInteger(value) && value >= minimum && value <= maximum ? value : undefined
  })
}

export const port = integer(0, 65_535, 'port')

const AMOUNT_UNITS: Readonly<Record<string, number>> = {
  attofil: 0,
  wei: 0,
  nanofil: 9,
  gwei: 9,
  fil: 18,
  ether: 18,
}

/**
 * An amount of attoFIL. Without a unit the number counts `defaultUnit`.
 *     100    2.5fil    1nanofil = 1gwei    100attofil = 100wei
 */
export function amount(defaultUnit: 'attofil' | 'fil', placeholder: string): OptionType<bigint> {
  const expected = `an amount of ${defaultUnit === 'fil' ? 'FIL' : 'attoFIL'}, or with a unit: 1.5fil, 2nanofil, 100attofil`
  const defaultDecimals = AMOUNT_UNITS[defaultUnit]!
  return textType(
    placeholder,
    expected,
    (text) => {
      const [, whole, fraction = '', unit] =
        /^(\d[\d_]*)(?:\.(\d+))? *([a-z]*)$/i.exec(text) ?? ([] as undefined[])
      if (whole === undefined || unit === undefined) return undefined
      const decimals = unit === '' ? defaultDecimals : AMOUNT_UNITS[unit.toLowerCase()]
      if (decimals === undefined || fraction.length > decimals) return undefined
      return BigInt(whole.replaceAll('_', '') + fraction.padEnd(decimals, '0'))
    },
    (value) => (value / 10n ** BigInt(defaultDecimals)).toString(),
  )
}

/** A non-negative number with an optional unit, in multiples of `units['']`. */
function measure(
  placeholder: string,
  expected: string,
  units: Readonly<Record<string, number>>,
  print: (value: number) => string,
): OptionType<number> {
  return textType(
    placeholder,
    expected,
    (text) => {
      const [, digits, unit] = /^(\d[\d_]*(?:\.\d+)?) *([a-z]*)$/i.exec(text) ?? []
      const factor = unit === undefined ? undefined : units[unit.toLowerCase()]
      if (digits === undefined || factor === undefined) return undefined
      const value = Math.round(Number(digits.replaceAll('_', '')) * factor)
      return value >= 1 && Number.isSafeInteger(value) ? value : undefined
    },
    print,
  )
}

/** Seconds, read as milliseconds. */
export const duration = measure(
  'seconds',
  'a time in seconds above 0, or with a unit: 0.5, 500ms, 2s, 1m',
  { '': 1000, ms: 1, s: 1000, m: 60_000, h: 3_600_000 },
  (milliseconds) => String(milliseconds / 1000),
)

/** Bytes. */
export const size = measure(
  'bytes',
  'a number of bytes above 0, or with a unit: 1048576, 512KiB, 1MiB',
  { '': 1, b: 1, kb: 1e3, mb: 1e6, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 },
  (bytes) => (bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20}MiB` : String(bytes)),
)

/** Unix seconds. */
export const timestamp = textType(
  'time',
  'Unix seconds or a date such as 2026-01-31T12:00:00Z',
  (text) => {
    if (/^\d{1,12}$/.test(text)) return Number(text)
    const milliseconds = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
    return milliseconds >= 0 ? Math.floor(milliseconds / 1000) : undefined
  },
)

export function text(placeholder: string, expected: string): OptionType<string> {
  return textType(placeholder, expected, (value) => (value === '' ? undefined : value))
}

/** Relative to the working directory. */
export const file = text('file', 'the path of a file')
export const directory = text('folder', 'the path of a folder')

export function oneOf<const T extends string>(...values: readonly T[]): OptionType<T> {
  const expected = values.join(' or ')
  return textType(values.join('|'), expected, (value) => values.find((known) => known === value))
}

/** Separated by commas, or a JSON array. */
export function list(placeholder: string): OptionType<readonly string[]> {
  const items = z
    .union([z.array(z.string()), z.string().transform((value) => value.split(','))], {
      error: 'expected a list separated by commas',
    })
    .transform((values) => values.map((value) => value.trim()).filter((value) => value !== ''))
  return { placeholder, list: true, schema: items, print: (values) => values.join(',') }
}

/** Words in lower case, one space apart; whether they are a mnemonic shows when keys are derived. */
export const mnemonic = textType('words', '12, 15, 18, 21 or 24 words', (value) => {
  const words = value.toLowerCase().split(/\s+/)
  return [12, 15, 18, 21, 24].includes(words.length) ? words.join(' ') : undefined
})
