/** What came of a transaction, in terms that both machines know. */

export interface AccountOutcome {
  /** attoFIL, wei */
  readonly balance: bigint
  /** hex */
  readonly code: string
  /** Words in hex to words, without zeros. */
  readonly storage: ReadonlyMap<string, bigint>
}

export interface Outcome {
  readonly success: boolean
  /** Returned or reverted with, hex; of a creation nothing. */
  readonly output: string
  readonly logs: readonly {
    readonly address: string
    readonly topics: readonly string[]
    readonly data: string
  }[]
  /** By address, 40 hex digits. */
  readonly accounts: ReadonlyMap<string, AccountOutcome>
}

/** What differs, a line each. */
export function differences(
  ours: Outcome,
  theirs: Outcome,
  ignored: ReadonlySet<string>,
): string[] {
  const lines: string[] = []
  const compare = (what: string, a: unknown, b: unknown) => {
    const [left, right] = [text(a), text(b)]
    if (left !== right)
      lines.push(`${what}: ${left.slice(0, 200)} instead of ${right.slice(0, 200)}`)
  }
  compare('success', ours.success, theirs.success)
  compare('output', ours.output, theirs.output)
  compare('logs', ours.logs, theirs.logs)
  const none: AccountOutcome = { balance: 0n, code: '', storage: new Map() }
  for (const address of new Set([...ours.accounts.keys(), ...theirs.accounts.keys()])) {
    if (ignored.has(address)) continue
    const [a, b] = [ours.accounts.get(address) ?? none, theirs.accounts.get(address) ?? none]
    compare(`balance of ${address}`, a.balance, b.balance)
    compare(`code of ${address}`, a.code, b.code)
    compare(`storage of ${address}`, [...a.storage].sort(), [...b.storage].sort())
  }
  return lines
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? item.toString(16) : item))
}
