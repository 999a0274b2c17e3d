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
import { FIRST_EXPORTED_METHOD } from '../protocol/method.ts'
import type { WasmCost } from './define.ts'

export interface WasmCostTable {
  /** Gas of an invocation that no row describes: dispatch and nothing else. */
  readonly base: number
  /** `method/exitCode` to gas. */
  readonly rows: Readonly<Record<string, number>>
  /** Each CBOR item, and each byte, of a state block that is read. */
  readonly itemRead?: number
  readonly byteRead?: number
  readonly itemWritten?: number
  readonly blockWritten?: number
  /** Each key of a map that is hashed. */
  readonly hash?: number
  /** Each address that is looked up. */
  readonly address?: number
  readonly paramsByte?: number
  /** A method that lacks its params, where that is not what the method's number says. */
  readonly missingParams?: number
}

/** Reading a params block at all, whatever is in it, when no row says what it costs. */
const PARAMS = 1_772
/** A method that lacks its params; methods of the restricted API first look at the caller. */
const MISSING_PARAMS = 38_500
const MISSING_PARAMS_RESTRICTED = 46_600

export function wasmCost(table: WasmCostTable): WasmCost {
  const { rows, base, itemRead = 0, byteRead = 0, itemWritten = 0, blockWritten = 0 } = table
  const { hash = 0, address = 0, paramsByte = 0, missingParams } = table
  return ({ method, exitCode, paramsSize, runtime }) => {
    if (exitCode === ExitCode.USR_ILLEGAL_ARGUMENT && paramsSize === 0) {
      const restricted = method < FIRST_EXPORTED_METHOD
      return missingParams ?? (restricted ? MISSING_PARAMS_RESTRICTED : MISSING_PARAMS)
    }
    let gas = rows[`${method}/${exitCode}`] ?? base + (paramsSize > 0 ? PARAMS : 0)
    gas += paramsByte * paramsSize
    if (runtime === undefined) return gas
    const { read, written, hashes, addresses } = runtime.work
    gas += hash * hashes + address * addresses + blockWritten * written.length
    for (const block of read) gas += itemRead * cborItems(block) + byteRead * block.length
    for (const block of written) gas += itemWritten * cborItems(block)
    return gas
  }
}

/** How many items a CBOR block is made of, tags and containers included. */
function cborItems(block: Uint8Array): number {
  let items = 0
  for (let at = 0; at < block.length; items++) {
    const head = block[at++]!
    const [major, info] = [head >> 5, head & 31]
    let value = info
    if (info >= 24) {
      value = 0
      for (const end = at + (1 << (info - 24)); at < end; at++) value = value * 256 + block[at]!
    }
    if (major === Major.BYTES || major === Major.TEXT) at += value
  }
  return items
}
