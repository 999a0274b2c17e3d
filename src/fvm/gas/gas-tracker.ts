/**
 * Counts gas. The unit is milligas in plain numbers: limits stay below 2^53 milligas (9·10^12
 * gas), a thousand times the block gas limit, so every sum is exact.
 */
import { OutOfGas } from '../errors.ts'

/** Milligas in a gas. */
export const GAS = 1_000

/** The name of charges for instructions; all others are the kernel's. */
export const WASM_CHARGE = 'wasm'

const MAX_LIMIT = Number.MAX_SAFE_INTEGER

export interface GasCharge {
  readonly name: string
  readonly milligas: number
}

export class GasTracker {
  #limit: number
  #used = 0
  #wasm = 0
  #ranOut = false
  readonly #outer: { limit: number; used: number }[] = []
  /** Every charge by name, when asked for. */
  readonly charges: GasCharge[] | undefined

  /** @param limit gas */
  constructor(limit: number, trace = false) {
    this.#limit = Math.min(limit * GAS, MAX_LIMIT)
    this.charges = trace ? [] : undefined
  }

  /** Milligas left under the innermost limit. */
  get available(): number {
    return this.#limit - this.#used
  }

  /** Milligas used, of the innermost limit. */
  get used(): number {
    return this.#used
  }

  /** The part of all milligas that was spent on (modelled or metered) wasm instructions. */
  get wasm(): number {
    return this.#wasm
  }

  /** Whether any charge was refused, also under a limit that only ended a sub-call. */
  get ranOut(): boolean {
    return this.#ranOut
  }

  /** @throws OutOfGas */
  charge(name: string, milligas: number): void {
    this.charges?.push({ name, milligas })
    const used = this.#used + milligas
    if (used > this.#limit) {
      this.#used = this.#limit
      this.#ranOut = true
      throw new OutOfGas()
    }
    this.#used = used
  }

  /** Charges instructions. @throws OutOfGas */
  chargeWasm(milligas: number): void {
    this.#wasm += milligas
    this.charge(WASM_CHARGE, milligas)
  }

  /** Until {@link popLimit}, at most `milligas` may be used. */
  pushLimit(milligas: number): void {
    this.#outer.push({ limit: this.#limit, used: this.#used })
    this.#limit = Math.min(this.available, milligas)
    this.#used = 0
  }

  popLimit(): void {
    const outer = this.#outer.pop()
    if (outer === undefined) throw new Error('no gas limit to pop')
    this.#limit = outer.limit
    this.#used += outer.used
  }
}
