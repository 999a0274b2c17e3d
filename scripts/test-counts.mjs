/**
 * Prints the counts of a test run from vitest's JSON report: `N passed, N failed`, after a line
 * with the number of those skipped.
 * Fails when a test failed, when none ran, and when there is no report.
 */
import { existsSync, readFileSync } from 'node:fs'

const [report] = process.argv.slice(2)

function counts() {
  // vitest did not get as far as a report
  if (report === undefined || !existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
  const run = JSON.parse(readFileSync(report, 'utf8'))
  // a file that cannot be loaded has no tests that could fail
  const broken = run.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  return {
    passed: run.numPassedTests,
    failed: run.numFailedTests + broken.length,
    skipped: run.numPendingTests + run.numTodoTests,
  }
}

const { passed, failed, skipped } = counts()
if (skipped > 0) console.log(`${skipped} skipped`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
