import type { EngineGas } from '../gas-model.ts'
import { Interpreter } from './interpreter.ts'

/** Instances above this size are let go: linear memory never shrinks. */
const LARGEST_KEPT = 1 << 20
/** The depth of the deepest call stack. */
const MOST_KEPT = 1024

/** Interpreters for the frames of a call stack; making one takes some 60 microseconds. */
export class InterpreterPool {
  readonly #idle: Interpreter[] = []
  readonly #gas: EngineGas

  constructor(gas: EngineGas) {
    this.#gas = gas
  }

  acquire(): Interpreter {
    return this.#idle.pop() ?? new Interpreter(this.#gas)
  }

  release(interpreter: Interpreter): void {
    if (interpreter.footprint > LARGEST_KEPT || this.#idle.length >= MOST_KEPT) return
    this.#idle.push(interpreter)
  }
}
