/** Charges as a table: a section for each call, a row for each kind of charge, one or two engines. */
import type { ActorCallJson } from '../../eth/trace/message-trace.ts'
import { WASM_CHARGE } from '../../fvm/gas/gas-tracker.ts'
import type { GasTrace } from './gas-trace.ts'

/** Gas by engine, next to each other. */
type Row = readonly [name: string, gas: readonly number[]]

const NAME_WIDTH = 46
const GAS_WIDTH = 17

export function gasTraceLines(traces: readonly GasTrace[]): string[] {
  const engines = traces.map(({ engine }) => engine.padStart(GAS_WIDTH)).join('')
  const difference = traces.length > 1 ? 'difference'.padStart(GAS_WIDTH) : ''
  const calls = traces.map(({ call }) => call ?? undefined)
  const sections = callLines(calls, '')
  return [
    `${''.padEnd(NAME_WIDTH)}${engines}${difference}`,
    ...sections,
    '',
    ...rowLines(totals(calls), 'total '),
    ...rowLines([['gas used', traces.map(({ gasUsed }) => gasUsed)]], ''),
    `exit code ${[...new Set(traces.map(({ exitCode }) => exitCode))].join(' / ')}`,
  ]
}

function callLines(calls: readonly (ActorCallJson | undefined)[], indent: string): string[] {
  const known = calls.find((call) => call !== undefined)
  if (known === undefined) return []
  const deeper = `${indent}  `
  const inner = Math.max(...calls.map((call) => call?.calls.length ?? 0))
  return [
    `${indent}${titleOf(known)}`,
    ...rowLines(chargeRows(calls), deeper),
    ...Array.from({ length: inner }, (_, i) => i).flatMap((i) =>
      callLines(
        calls.map((call) => call?.calls[i]),
        deeper,
      ),
    ),
  ]
}

function titleOf({ to, actor, method, value, exitCode, exitName, error }: ActorCallJson): string {
  const name = `${actor?.type ?? 'actor'} ${to}`
  const called = method.name ?? (method.number === '0' ? 'Send' : `method ${method.number}`)
  const money = value === '0' ? '' : ` with ${value} attoFIL`
  const end = error ?? (exitCode === 0 ? '' : exitName)
  return `${name} ${called}${money}${end === '' ? '' : `: ${end}`}`
}

/** All kinds of charges that any engine has, in the order of the first one's. */
function chargeRows(calls: readonly (ActorCallJson | undefined)[]): Row[] {
  const names = new Set(calls.flatMap((call) => call?.charges.map(({ name }) => name) ?? []))
  return [...names].map((name) => {
    const own = calls.map((call) => call?.charges.find((charge) => charge.name === name))
    const counts = [...new Set(own.map((charge) => charge?.count ?? 0))]
    // how often a modelled actor pays for instructions means nothing
    const times = name === WASM_CHARGE ? '' : ` x ${counts.join(' / ')}`
    return [`${labelOf(name)}${times}`, own.map((charge) => charge?.gas ?? 0)]
  })
}

function labelOf(name: string): string {
  return name === WASM_CHARGE ? 'wasm instructions' : name
}

function totals(calls: readonly (ActorCallJson | undefined)[]): Row[] {
  const sum = (call: ActorCallJson | undefined, of: (name: string) => boolean): number =>
    (call?.charges ?? []).reduce((gas, charge) => gas + (of(charge.name) ? charge.gas : 0), 0) +
    (call?.calls ?? []).reduce((gas, inner) => gas + sum(inner, of), 0)
  return [
    ['kernel', calls.map((call) => sum(call, (name) => name !== WASM_CHARGE))],
    ['wasm instructions', calls.map((call) => sum(call, (name) => name === WASM_CHARGE))],
  ]
}

function rowLines(rows: readonly Row[], indent: string): string[] {
  return rows.map(([name, gas]) => {
    const [ours = 0, theirs] = gas
    const cells = gas.map((amount) => amountText(amount)).join('')
    return `${`${indent}${name}`.padEnd(NAME_WIDTH)}${cells}${differenceText(ours, theirs)}`
  })
}

function amountText(gas: number): string {
  return gas.toLocaleString('en-US', { maximumFractionDigits: 1 }).padStart(GAS_WIDTH)
}

function differenceText(ours: number, theirs: number | undefined): string {
  if (theirs === undefined) return ''
  if (Math.abs(ours - theirs) < 0.001) return '='.padStart(GAS_WIDTH)
  const sign = ours > theirs ? '+' : ''
  return `${sign}${((100 * (ours - theirs)) / theirs).toFixed(1)} %`.padStart(GAS_WIDTH)
}
