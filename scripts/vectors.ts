/**
 * Runs files of test vectors, `{kind, input, expected}[]`, and prints by kind how many passed,
 * failed and were not handled: `npx tsx scripts/vectors.ts FILE…`. Exits with 1 when one failed.
 */
import { readFileSync } from 'node:fs'
import { inapplicable } from '../test/vectors/checks/reasons.ts'
import type { Vector } from '../test/vectors/checks/vector.ts'
import { checks } from '../test/vectors/checks.ts'

const files = process.argv.slice(2)
if (files.length === 0) {
  console.error('usage: tsx scripts/vectors.ts FILE…')
  process.exit(2)
}

interface Count {
  passed: number
  failed: number
  unhandled: number
}

const counts = new Map<string, Count>()
for (const file of files) {
  const vectors: Vector[] = JSON.parse(readFileSync(file, 'utf8'))
  for (const vector of vectors) count(vector)
}

function count(vector: Vector): void {
  const row = counts.get(vector.kind) ?? { passed: 0, failed: 0, unhandled: 0 }
  counts.set(vector.kind, row)
  const check = checks[vector.kind]
  if (check === undefined) {
    row.unhandled++
    return
  }
  try {
    check(vector)
    row.passed++
  } catch (error) {
    row.failed++
    console.error(`${vector.kind}: ${JSON.stringify(vector.input).slice(0, 300)}`)
    console.error(error instanceof Error ? `  ${error.message.replaceAll('\n', '\n  ')}` : error)
  }
}

const total: Count = { passed: 0, failed: 0, unhandled: 0 }
console.log(`${'kind'.padEnd(40)} passed failed not handled`)
for (const [kind, row] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
  print(kind, row)
  total.passed += row.passed
  total.failed += row.failed
  total.unhandled += row.unhandled
}
print('total', total)
for (const kind of counts.keys()) {
  const reason = inapplicable[kind]
  if (reason !== undefined) console.log(`not applicable: ${kind}: ${reason}`)
}
process.exitCode = total.failed > 0 ? 1 : 0

function print(kind: string, { passed, failed, unhandled }: Count): void {
  const numbers = `${String(passed).padStart(6)} ${String(failed).padStart(6)}`
  console.log(`${kind.padEnd(40)} ${numbers} ${String(unhandled).padStart(11)}`)
}
