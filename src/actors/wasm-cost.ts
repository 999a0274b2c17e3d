/**
 * Modelled wasm gas of the built-in actors other than the EVM actor, fitted to recorded runs of
 * the genuine v18 actors.
 *
 * Decoding and encoding state is most of what they do, and costs by the CBOR item. An invocation
 * costs the row of its method and exit code, and what the other numbers of the table make of the
 * work that it did; rows were fitted together with them, so a row alone means nothing.
 */
import { Major } from '../ipld/cbor.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { FIRST_EXPORTED_METHOD, methodNumber } from '../protocol/method.ts'
import type { WasmCost } from './define.ts'

export interface WasmCostTable {
  /** Gas of an invocation that no row describes: dispatch and nothing else. */
  readonly base: number
  /** `method/exitCode` to gas; the method by number, or by name if it is exported. */
  readonly rows: Readonly<Record<string, number>>
  /** Exit code to gas, for outcomes of the actor's methods that have no row. */
  readonly exits?: Readonly<Record<ExitCode, number>>
  /** Each CBOR item of a state block that is read; on top of it, each array; and each byte. */
  readonly itemRead?: number
  readonly arrayRead?: number
  readonly byteRead?: number
  readonly itemWritten?: number
  readonly blockWritten?: number
  /** Each key of a map that is hashed. */
  readonly hash?: number
  /** Each address that is looked up. */
  readonly address?: number
  readonly paramsByte?: number
  /** Each method that is called. */
  readonly call?: number
  readonly event?: number
  /** A method that lacks its params, where that is not what the method's number says. */
  readonly missingParams?: number
}

/** Reading a params block at all, whatever is in it, when no row says what it costs. */
const PARAMS = 1_772
/** A method that lacks its params; methods of the restricted API first look at the caller. */
const MISSING_PARAMS = 38_500
const MISSING_PARAMS_RESTRICTED = 46_600

export function wasmCost(table: WasmCostTable): WasmCost {
  const { base, exits = {}, itemRead = 0, arrayRead = 0, byteRead = 0 } = table
  const { itemWritten = 0, blockWritten = 0, hash = 0, address = 0 } = table
  const { paramsByte = 0, call = 0, event = 0, missingParams } = table
  const rows = new Map(Object.entries(table.rows).map(([row, gas]) => [numbered(row), gas]))
  return ({ method, exitCode, paramsSize, runtime }) => {
    const exported = method >= FIRST_EXPORTED_METHOD
    if (exitCode === ExitCode.USR_ILLEGAL_ARGUMENT && paramsSize === 0) {
      return missingParams ?? (exported ? MISSING_PARAMS : MISSING_PARAMS_RESTRICTED)
    }
    const unknown = exported && exitCode === ExitCode.USR_UNHANDLED_MESSAGE
    const exit = unknown ? undefined : exits[exitCode]
    let gas = rows.get(`${method}/${exitCode}`) ?? exit ?? base + (paramsSize > 0 ? PARAMS : 0)
    gas += paramsByte * paramsSize
    if (runtime === undefined) return gas
    const { read, written, hashes, addresses, calls, events } = runtime.work
    gas += hash * hashes + address * addresses + blockWritten * written.length
    gas += call * calls + event * events
    for (const block of read) {
      const { items, arrays } = cborItems(block)
      gas += itemRead * items + arrayRead * arrays + byteRead * block.length
    }
    for (const block of written) gas += itemWritten * cborItems(block).items
    return gas
  }
}

/** The row of an exported method by its number. */
function numbered(row: string): string {
  const [method = '', exitCode] = row.split('/')
  return /^[0-9]+$/.test(method) ? row : `${methodNumber(method)}/${exitCode}`
}

/** How many items a CBOR block is made of, tags and containers included, and how many arrays. */
function cborItems(block: Uint8Array): { items: number; arrays: number } {
  let items = 0
  let arrays = 0
  for (let at = 0; at < block.length; items++) {
    const head = block[at++]!
    const [major, info] = [head >> 5, head & 31]
    let value = info
    if (info >= 24) {
      value = 0
      for (const end = at + (1 << (info - 24)); at < end; at++) value = value * 256 + block[at]!
    }
    if (major === Major.BYTES || major === Major.TEXT) at += value
    if (major === Major.ARRAY) arrays++
  }
  return { items, arrays }
}
