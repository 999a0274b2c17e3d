/** How well files of recorded scenarios are reproduced: in each respect, and how near in gas. */
import {
  type Aspect,
  aspects,
  type Difference,
  type MeasuredStep,
  type Unsupported,
} from './replay.ts'

/** One message's gas next to the recorded; 0.01 is one percent too much. */
export interface GasError {
  readonly scenario: string
  readonly index: number
  readonly note: string
  readonly total: number
  /** Of the part spent on wasm instructions; undefined where there is none, or no saying. */
  readonly wasm: number | undefined
}

export interface ScenarioReport {
  readonly name: string
  readonly messages: number
  /** Messages that could not run, with the reason. */
  readonly skipped: readonly { readonly index: number; readonly reason: string }[]
  readonly differing: readonly {
    readonly index: number
    readonly note: string
    readonly differences: readonly Difference[]
  }[]
  readonly gas: readonly GasError[]
}

export function reportOf(
  name: string,
  steps: Iterable<MeasuredStep | Unsupported>,
): ScenarioReport {
  const skipped: ScenarioReport['skipped'][number][] = []
  const differing: ScenarioReport['differing'][number][] = []
  const gas: GasError[] = []
  let messages = 0
  for (const step of steps) {
    messages++
    if ('reason' in step) {
      skipped.push(step)
      continue
    }
    const { index, note, differences } = step
    if (differences.length > 0) differing.push({ index, note, differences })
    const error = gasError(name, step)
    if (error !== undefined) gas.push(error)
  }
  return { name, messages, skipped, differing, gas }
}

/** Messages that were refused, or that used up their limit, have nothing to compare. */
function gasError(
  scenario: string,
  { index, note, expected, applied }: MeasuredStep,
): GasError | undefined {
  const { gasUsed } = applied.receipt
  if (expected.gasUsed === 0 || gasUsed === 0) return undefined
  const comparable = !applied.ranOut && expected.wasmMilligas > 0
  const wasm = comparable ? applied.wasmMilligas / expected.wasmMilligas - 1 : undefined
  return { scenario, index, note, total: gasUsed / expected.gasUsed - 1, wasm }
}

/** The line of one file. */
export function scenarioLine({ name, messages, skipped, differing, gas }: ScenarioReport): string {
  const agree = messages - skipped.length - differing.length
  const skips = skipped.length === 0 ? '' : `, ${skipped.length} skipped`
  const total = range(gas.map((error) => error.total))
  const wasm = range(gas.flatMap((error) => error.wasm ?? []))
  const counts = `${agree}/${messages} agree${skips}`
  return `${name.padEnd(24)} ${counts.padEnd(24)} gas ${total.padEnd(17)} wasm part ${wasm}`
}

/** What differs and what was skipped, a line each. */
export function problemLines({ name, skipped, differing }: ScenarioReport): string[] {
  return [
    ...skipped.map(({ index, reason }) => `${name} ${index}: skipped, ${reason}`),
    ...differing.flatMap(({ index, note, differences }) =>
      differences.map(
        ({ aspect, expected, actual }) =>
          `${name} ${index} ${note}\n  ${aspect}: expected ${expected}\n  ${' '.repeat(aspect.length)}       got ${actual}`,
      ),
    ),
  ]
}

/** All files together. @param worst how many of the messages that are furthest off to name */
export function summaryLines(reports: readonly ScenarioReport[], worst: number): string[] {
  const messages = sum(reports.map((report) => report.messages))
  const skipped = sum(reports.map((report) => report.skipped.length))
  const gas = reports.flatMap((report) => report.gas)
  return [
    `${messages} messages in ${reports.length} scenarios, ${skipped} skipped`,
    ...aspects.map((aspect) => {
      const differ = sum(reports.map((report) => countDiffering(report, aspect)))
      return `  ${aspect.padEnd(16)} ${differ === 0 ? 'all agree' : `${differ} differ`}`
    }),
    distributionLine('gas used', gas, (error) => error.total),
    distributionLine('wasm part', gas, (error) => error.wasm),
    ...worstLines('gas used', gas, (error) => error.total, worst),
    ...worstLines('wasm part', gas, (error) => error.wasm, worst),
  ]
}

function countDiffering({ differing }: ScenarioReport, aspect: Aspect): number {
  return differing.filter(({ differences }) => differences.some((each) => each.aspect === aspect))
    .length
}

type Of = (error: GasError) => number | undefined

const PERCENTILES = [50, 90, 99, 100]

function distributionLine(title: string, gas: readonly GasError[], of: Of): string {
  const errors = gas.flatMap((error) => of(error) ?? []).map(Math.abs)
  const sorted = errors.sort((a, b) => a - b)
  const parts = PERCENTILES.map((percentile) => {
    const at = Math.min(sorted.length - 1, Math.floor((percentile / 100) * sorted.length))
    return `${percentile === 100 ? 'max' : `p${percentile}`} ${percent(sorted[at] ?? 0)}`
  })
  return `${title}: error of ${sorted.length} messages ${parts.join(', ')}`
}

function worstLines(title: string, gas: readonly GasError[], of: Of, count: number): string[] {
  const sized = gas.flatMap((error) => {
    const value = of(error)
    return value === undefined ? [] : [{ ...error, value }]
  })
  sized.sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
  const lines = sized
    .slice(0, count)
    .map(({ scenario, index, note, value }) => `  ${signed(value)} ${scenario} ${index} ${note}`)
  return lines.length === 0 ? [] : [`${title}, furthest off:`, ...lines]
}

function range(values: readonly number[]): string {
  if (values.length === 0) return '-'
  return `${signed(Math.min(...values))} .. ${signed(Math.max(...values))}`
}

function signed(fraction: number): string {
  return `${fraction < 0 ? '' : '+'}${percent(fraction)}`
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
