import type { Terminal } from '../../src/cli/terminal.ts'

/** A terminal that remembers. */
export function recordingTerminal(given: Partial<Terminal> = {}) {
  const lines = { out: [] as string[], err: [] as string[] }
  return {
    lines,
    out: (text: string) => void lines.out.push(text),
    err: (text: string) => void lines.err.push(text),
    environment: {},
    columns: 100,
    bold: (text: string) => text,
    ...given,
  }
}
