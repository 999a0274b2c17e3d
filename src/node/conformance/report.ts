/** Conformance as a test runner tells it: a line for each vector, then the counts. */
import type { FileResult } from './files.ts'
import type { Verdict } from './run.ts'

const marks = {
  agrees: 'ok      ',
  differs: 'FAILED  ',
  unproven: 'unproven',
  'not run': 'not run ',
} as const satisfies Record<Verdict, string>

export function resultLine({ file, verdict, milliseconds }: FileResult): string {
  return `${marks[verdict]}  ${file} (${Math.round(milliseconds)} ms)`
}

/** What differs, or why it was not run. */
export function reasonLines({ reasons }: FileResult): string[] {
  return reasons.map((reason) => `          ${reason}`)
}

export function summaryLines(results: readonly FileResult[], milliseconds: number): string[] {
  const of = (verdict: Verdict) => results.filter((result) => result.verdict === verdict)
  const unproven = of('unproven')
  const reasons = new Map<string, number>()
  for (const {
    reasons: [reason = ''],
  } of of('not run')) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
  return [
    '',
    `${of('agrees').length} of ${results.length} vectors exact, ${of('differs').length} failed, ${unproven.length} unproven, ${of('not run').length} not run, in ${(milliseconds / 1_000).toFixed(1)} s`,
    ...unproven.map(({ file }) => `  needs the verification of a proof, which is a SNARK: ${file}`),
    ...[...reasons].map(([reason, count]) => `  ${count} not run: ${reason}`),
  ]
}
