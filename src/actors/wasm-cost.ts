/**
 * Modelled wasm gas of the built-in actors other than the EVM actor, fitted to runs of the genuine
 * v18 actors: the recorded scenarios, and random messages that both engines ran.
 *
 * How an invocation goes until its method starts is the runtime library's work and the same for
 * all actors. From there, decoding and encoding state is most of what they do, and costs by the
 * CBOR item. A method that ran costs the row of its number and exit code, and what the other
 * numbers of the table make of the work that it did; rows were fitted together with them, so a row
 * alone means nothing.
 */
import { type CborErrorKind, Major } from '../ipld/cbor.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { FIRST_EXPORTED_METHOD, methodNumber } from '../protocol/method.ts'
import type { WasmCost } from './define.ts'
import type { BlocksOfWork } from './runtime.ts'

export interface WasmCostTable {
  /** Gas of an invocation that no row describes: dispatch and nothing else. */
  readonly base: number
  /** `method/exitCode` to gas; the method by number, or by name if it is exported. */
  readonly rows: Readonly<Record<string, number>>
  /** Exit code to gas, for outcomes of the actor's methods that have no row. */
  readonly exits?: Readonly<Record<ExitCode, number>>
  readonly read?: BlockCost
  readonly written?: BlockCost
  /** Nodes of maps and arrays, where they cost other than what the actor keeps itself. */
  readonly nodesRead?: BlockCost
  readonly nodesWritten?: BlockCost
  /** Each key of a map that is hashed. */
  readonly hash?: number
  /** Each address that is looked up. */
  readonly address?: number
  readonly paramsByte?: number
  /** Each method that is called. */
  readonly call?: number
  readonly event?: number
  /** Each address that an error's text names in full: base32 with a checksum. */
  readonly addressNamed?: number
  /** The methods below 2^24 are open to contracts. */
  readonly unrestricted?: true
}

/** Of a block of CBOR that is read or written. */
interface BlockCost {
  readonly block?: number
  readonly item?: number
  /** On top of an item: an array; a string that is not empty. */
  readonly array?: number
  readonly string?: number
  readonly byte?: number
}

/** Until the method is chosen. */
const dispatchGas = {
  /** A number that no method has. */
  unknown: 41_800,
  /** A caller that must be built in, and is not. */
  refused: 54_350,
  /** Looking at the caller of a method below 2^24. */
  caller: 7_000,
  /** Params that are there are read before anything else. */
  params: 1_772,
} as const

/** Methods that do not get what they take. */
const paramsGas = {
  missing: 38_500,
  unexpected: 38_700,
  /** Looking at the caller comes before. */
  caller: 8_000,
  unreadable: {
    end: 48_700,
    rest: 53_000,
    type: 54_000,
    length: 64_000,
    content: 55_500,
  } satisfies Record<CborErrorKind, number>,
} as const

const NAMED_ADDRESS = /\b[ft][1-4][a-z0-9]{20,}/g

export function wasmCost(table: WasmCostTable): WasmCost {
  const { base, exits = {}, read = {}, written = {}, unrestricted = false } = table
  const { nodesRead = read, nodesWritten = written } = table
  const { hash = 0, address = 0, paramsByte = 0, call = 0, event = 0, addressNamed = 0 } = table
  const rows = new Map(Object.entries(table.rows).map(([row, gas]) => [numbered(row), gas]))
  return ({ method, exitCode, failure, paramsSize, runtime }) => {
    const isOpen = unrestricted || method >= FIRST_EXPORTED_METHOD
    const work = runtime?.work
    const params = paramsSize > 0 ? dispatchGas.params : 0
    if (work?.stage === 'dispatch' && exitCode === ExitCode.USR_FORBIDDEN) {
      return dispatchGas.refused + params
    }
    if (work?.stage === 'dispatch' && exitCode === ExitCode.USR_UNHANDLED_MESSAGE) {
      return dispatchGas.unknown + (isOpen ? 0 : dispatchGas.caller) + params
    }
    const caller = isOpen ? 0 : paramsGas.caller
    if (work?.stage === 'params' && exitCode === ExitCode.USR_ILLEGAL_ARGUMENT) {
      return (params === 0 ? paramsGas.missing : paramsGas.unexpected + params) + caller
    }
    if (work?.unreadable !== undefined) {
      return paramsGas.unreadable[work.unreadable] + params + caller + paramsByte * paramsSize
    }
    let gas = rows.get(`${method}/${exitCode}`) ?? exits[exitCode] ?? base + params
    gas += paramsByte * paramsSize
    if (work === undefined) return gas
    gas += hash * work.hashes + address * work.addresses + call * work.calls + event * work.events
    gas += blocksGas(work.read, read, nodesRead) + blocksGas(work.written, written, nodesWritten)
    if (addressNamed > 0) gas += addressNamed * (failure.match(NAMED_ADDRESS)?.length ?? 0)
    return gas
  }
}

/** The row of an exported method by its number. */
function numbered(row: string): string {
  const [method = '', exitCode] = row.split('/')
  return /^[0-9]+$/.test(method) ? row : `${methodNumber(method)}/${exitCode}`
}

function blocksGas({ states, nodes }: BlocksOfWork, state: BlockCost, node: BlockCost): number {
  let gas = 0
  for (const block of states) gas += blockGas(block, state)
  for (const block of nodes) gas += blockGas(block, node)
  return gas
}

/** Items are tags and containers too. */
function blockGas(data: Uint8Array, cost: BlockCost): number {
  const { block = 0, item = 0, array = 0, string = 0, byte = 0 } = cost
  let gas = block + byte * data.length
  for (let at = 0; at < data.length; ) {
    const head = data[at++]!
    const [major, info] = [head >> 5, head & 31]
    let value = info
    if (info >= 24) {
      value = 0
      for (const end = at + (1 << (info - 24)); at < end; at++) value = value * 256 + data[at]!
    }
    gas += item
    if (major === Major.ARRAY) gas += array
    if (major === Major.BYTES || major === Major.TEXT) {
      at += value
      if (value > 0) gas += string
    }
  }
  return gas
}
