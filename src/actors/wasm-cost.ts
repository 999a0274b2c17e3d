/**
 * Modelled wasm gas of the small built-in actors, from recorded runs of the genuine v18 actors.
 * A row says what an invocation of a method costs that ends with an exit code; params add a little
 * for being read. Rows are medians where a cost depends on more than that.
 */
import type { WasmCost } from './define.ts'

export interface WasmCostTable {
  /** Gas of an invocation that no row describes: dispatch and nothing else. */
  readonly base: number
  /** `method/exitCode` to gas, params of the usual size included. */
  readonly rows: Readonly<Record<string, number>>
  /** Gas per byte of state read and written, for actors whose state has no fixed size. */
  readonly perByteRead?: number
  readonly perByteWritten?: number
}

/** Reading a params block at all, whatever is in it. */
const PARAMS = 1_772

export function wasmCost(table: WasmCostTable): WasmCost {
  return ({ method, exitCode, paramsSize, runtime }) => {
    const row = table.rows[`${method}/${exitCode}`]
    const traffic =
      (table.perByteRead ?? 0) * (runtime?.traffic.read ?? 0) +
      (table.perByteWritten ?? 0) * (runtime?.traffic.written ?? 0)
    return (row ?? table.base + (paramsSize > 0 ? PARAMS : 0)) + traffic
  }
}
