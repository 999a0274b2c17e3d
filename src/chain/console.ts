/** Listens for contracts that print. */
import { equal } from '../base/bytes.ts'
import { CONSOLE_ADDRESS, consoleLine } from '../eth/console-log.ts'
import type { CodeObserver } from '../fvm/trace.ts'

/** @param print is told each line, also of what reverts later */
export function consoleObserver(print: (line: string) => void): CodeObserver {
  return {
    onCall(target, input) {
      if (!equal(target, CONSOLE_ADDRESS)) return
      const line = consoleLine(input)
      if (line !== undefined) print(line)
    },
  }
}

/** Lines that one message may print; a loop must not fill the memory. */
const MOST_LINES = 1_000

export class ConsoleLines {
  #lines: string[] = []

  readonly print = (line: string): void => {
    if (this.#lines.length < MOST_LINES) this.#lines.push(line)
    else if (this.#lines.length === MOST_LINES) this.#lines.push('(more lines are left out)')
  }

  /** What was printed since the last time. */
  take(): readonly string[] {
    const lines = this.#lines
    this.#lines = []
    return lines
  }
}
