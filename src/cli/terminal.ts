/** What a command sees of the world that started it. */
export interface Terminal {
  /** Whole lines to standard output. */
  out(text: string): void
  /** Whole lines to standard error. */
  err(text: string): void
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Characters to a line. */
  readonly columns: number
  /** Emphasis, where the terminal can show it. */
  bold(text: string): string
}

/** Exit codes of the program. */
export const Exit = { OK: 0, FAILED: 1, USAGE: 2 } as const

const WIDEST = 100

export function processTerminal(): Terminal {
  const { stdout, env } = process
  const styled = stdout.isTTY && (env.NO_COLOR ?? '') === ''
  return {
    out: (text) => stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    environment: env,
    columns: Math.min(stdout.columns ?? WIDEST, WIDEST),
    bold: (text) => (styled ? `\x1b[1m${text}\x1b[22m` : text),
  }
}
