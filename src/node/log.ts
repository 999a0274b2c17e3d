/**
 * The node's log: events as data, printed as lines for people or as one JSON object each.
 */
export type LogEvent =
  | {
      readonly event: 'listening'
      readonly http: string
      readonly ws: string
      readonly chainId: number
    }
  | BlockEvent
  | TransactionEvent
  | {
      readonly event: 'rpc-error'
      readonly method: string
      readonly code: number
      readonly message: string
    }
  /** A contract printed it (console.log). */
  | { readonly event: 'console'; readonly line: string }
  /** The calls of a mined transaction, with --trace. */
  | { readonly event: 'trace'; readonly hash: string; readonly tree: string }
  | { readonly event: 'notice'; readonly message: string }
  | { readonly event: 'error'; readonly message: string; readonly stack?: string }
  | { readonly event: 'closed' }

export interface BlockEvent {
  readonly event: 'block'
  readonly epoch: number
  /** 0x */
  readonly hash: string
  /** Unix seconds. */
  readonly timestamp: number
  readonly transactions: number
  readonly gasUsed: number
  /** attoFIL per gas unit. */
  readonly baseFee: bigint
}

export interface TransactionEvent {
  readonly event: 'transaction'
  readonly epoch: number
  /** 0x, as the addresses. */
  readonly hash: string
  readonly from: string
  /** null: a creation. */
  readonly to: string | null
  /** Of the contract that a creation made. */
  readonly contract: string | null
  /** attoFIL */
  readonly value: bigint
  readonly gasLimit: number
  readonly gasUsed: number
  readonly status: 'ok' | 'failed'
  /** Why it failed: revert reason or exit code; empty on success. */
  readonly failure: string
}

export type Log = (event: LogEvent) => void
export type LogFormat = 'text' | 'json' | 'silent'

type Lines = { readonly [E in LogEvent as E['event']]: (event: E) => string }

/** Empty: nothing to print; the banner has said it. */
const lines: Lines = {
  listening: () => '',
  closed: () => 'stopped',
  block: ({ epoch, hash, transactions, gasUsed, baseFee }) =>
    `block ${epoch}  ${hash}  ${count(transactions, 'transaction')}, gas ${digits(gasUsed)}, base fee ${digits(baseFee)}`,
  transaction: (tx) => {
    const end = tx.to ?? (tx.contract === null ? 'new contract' : `new contract ${tx.contract}`)
    const value = tx.value === 0n ? '' : `, value ${tx.value} attoFIL`
    const gas = `gas ${digits(tx.gasUsed)} of ${digits(tx.gasLimit)}`
    const failure = tx.status === 'ok' ? '' : `\n    failed: ${tx.failure}`
    return `  ${tx.hash}  ${tx.from} → ${end}${value}, ${gas}${failure}`
  },
  'rpc-error': ({ method, code, message }) => `${method}: ${message} (${code})`,
  console: ({ line }) => `    console.log: ${line.replaceAll('\n', '\n    ')}`,
  trace: ({ tree }) => tree.replaceAll(/^/gm, '    '),
  notice: ({ message }) => message,
  error: ({ message, stack }) => `error: ${stack ?? message}`,
}

/**
 * @param out takes whole lines, also `error`'s in the JSON format, for it is one stream of events
 * @param errors takes the errors of the other formats
 * @param now for the time of JSON lines
 */
export function createLog(
  format: LogFormat,
  out: (line: string) => void,
  errors: (line: string) => void,
  now: () => Date = () => new Date(),
): Log {
  switch (format) {
    case 'json':
      return (event) => out(JSON.stringify({ time: now().toISOString(), ...event }, jsonValue))
    case 'silent':
      return (event) => {
        if (event.event === 'error') errors(lineOf(event))
      }
    case 'text':
      return (event) => {
        const line = lineOf(event)
        if (line !== '') (event.event === 'error' ? errors : out)(line)
      }
  }
}

function lineOf(event: LogEvent): string {
  // each entry takes its own event, which the compiler cannot follow through the lookup
  const line = lines[event.event] as (event: LogEvent) => string
  return line(event)
}

function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

/** 1234567 → 1,234,567 */
export function digits(number: number | bigint): string {
  return number.toString().replace(/\B(?=(\d{3})+$)/g, ',')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
