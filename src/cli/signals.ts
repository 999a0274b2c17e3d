/**
 * npm passes every signal on to a program that the terminal has already told, so each Ctrl-C
 * under npm comes twice, milliseconds apart: what follows closely is the same wish.
 */
const ECHO_MILLISECONDS = 500

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Resolves at the first Ctrl-C, SIGTERM or SIGHUP; a later one calls `force`. */
export function stopRequested(force: () => void): Promise<void> {
  return new Promise((resolve) => {
    let asked: number | undefined
    const onSignal = () => {
      const now = performance.now()
      if (asked === undefined) {
        asked = now
        resolve()
      } else if (now - asked > ECHO_MILLISECONDS) force()
    }
    for (const signal of signals) process.on(signal, onSignal)
  })
}
