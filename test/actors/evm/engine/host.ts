/** A small host for the engine's tests and benchmarks: storage in a map, logs in a list. */

import { analyze, type Code } from '../../../../src/actors/evm/engine/code.ts'
import {
  Exit,
  type Interpreter,
  type NetworkWords,
} from '../../../../src/actors/evm/engine/interpreter.ts'
import { Opcode } from '../../../../src/actors/evm/engine/opcodes.ts'
import { InterpreterPool } from '../../../../src/actors/evm/engine/pool.ts'
import { engineGas } from '../../../../src/actors/evm/gas-model.ts'
import { toHex } from '../../../../src/base/bytes.ts'

export const CONTRACT = new Uint8Array(20).fill(0xc0)
export const CALLER = new Uint8Array(20).fill(0xca)
export const VALUE = 0n
/** More than any test program uses, in milligas. */
export const PLENTY = 1e15

export const network: NetworkWords = {
  gasPrice: 7n,
  baseFee: 5n,
  timestamp: 1_700_000_000n,
  epoch: 1000,
  chainId: 1n,
}

export interface Log {
  topics: string[]
  data: string
}

/** What both engines must agree on. */
export interface Result {
  success: boolean
  output: Uint8Array
  /** Slot (hex) to word, without zeros. */
  storage: Map<string, bigint>
  logs: Log[]
}

export interface EngineResult extends Result {
  exit: number
  failure: number
  gasUsed: number
}

const IDENTITY = 4n

export const pool = new InterpreterPool(engineGas)

export function start(
  vm: Interpreter,
  code: Uint8Array | Code,
  calldata: Uint8Array = new Uint8Array(),
  gas: number = PLENTY,
): void {
  const analyzed = code instanceof Uint8Array ? analyze(code) : code
  vm.gas = gas
  vm.kernelGas = 0
  vm.start(analyzed, calldata, { address: CONTRACT, caller: CALLER, value: VALUE })
  vm.provide(network)
}

export function runEngine(
  code: Uint8Array | Code,
  calldata: Uint8Array = new Uint8Array(),
  gas: number = PLENTY,
): EngineResult {
  const vm = pool.acquire()
  start(vm, code, calldata, gas)
  const host = new Host(vm)
  const exit = host.run()
  const success = exit === Exit.STOP || exit === Exit.RETURN
  const output = exit === Exit.RETURN || exit === Exit.REVERT ? vm.output() : new Uint8Array()
  const result = {
    success,
    output,
    storage: success ? host.storageWords() : new Map<string, bigint>(),
    logs: success ? host.logs : [],
    exit,
    failure: exit === Exit.FAILED ? vm.failure : 0,
    gasUsed: gas - vm.gas,
  }
  pool.release(vm)
  return result
}

export class Host {
  readonly #vm: Interpreter
  readonly #storage = new Map<string, Uint8Array>()
  readonly #transient = new Map<string, Uint8Array>()
  readonly logs: Log[] = []

  constructor(vm: Interpreter) {
    this.#vm = vm
  }

  run(): number {
    for (;;) {
      const exit = this.#vm.run()
      if (exit !== Exit.HOST) return exit
      const answered = this.answer()
      if (answered !== Exit.HOST) return answered
    }
  }

  storageWords(): Map<string, bigint> {
    const words = new Map<string, bigint>()
    for (const [key, value] of this.#storage) {
      const hex = toHex(value)
      if (!/^0*$/.test(hex))
        words.set(Buffer.from(key, 'latin1').toString('hex'), BigInt(`0x${hex}`))
    }
    return words
  }

  answer(): number {
    const vm = this.#vm
    switch (vm.opcode) {
      case Opcode.SLOAD:
        return this.#load(this.#storage)
      case Opcode.SSTORE:
        return this.#store(this.#storage)
      case Opcode.TLOAD:
        return this.#load(this.#transient)
      case Opcode.TSTORE:
        return this.#store(this.#transient)
      case Opcode.ORIGIN:
        vm.pushBytes(CALLER)
        return Exit.HOST
      case Opcode.GAS:
        vm.push(BigInt(Math.floor(vm.gas / 1000)))
        return Exit.HOST
      case Opcode.SELFBALANCE:
        vm.push(VALUE)
        return Exit.HOST
      case Opcode.PREVRANDAO:
        vm.pushNumber(0)
        return Exit.HOST
      case Opcode.LOG0:
      case Opcode.LOG1:
      case Opcode.LOG2:
      case Opcode.LOG3:
      case Opcode.LOG4:
        return this.#log(vm.opcode - Opcode.LOG0)
      case Opcode.STATICCALL:
        return this.#identity()
      default:
        throw new Error(`no host for opcode ${vm.opcode}`)
    }
  }

  #load(from: Map<string, Uint8Array>): number {
    const vm = this.#vm
    const value = from.get(vm.peekKey(0))
    vm.drop(1)
    if (value === undefined) vm.pushNumber(0)
    else vm.pushBytes(value)
    return Exit.HOST
  }

  #store(to: Map<string, Uint8Array>): number {
    const vm = this.#vm
    to.set(vm.peekKey(0), vm.peekBytes(1))
    vm.drop(2)
    return Exit.HOST
  }

  #log(count: number): number {
    const vm = this.#vm
    const offset = vm.peekNumber(0)
    const size = vm.peekNumber(1)
    const exit = vm.expand(offset, size)
    if (exit !== Exit.HOST) return exit
    const topics: string[] = []
    for (let i = 0; i < count; i++) topics.push(toHex(vm.peekBytes(2 + i)))
    this.logs.push({ topics, data: toHex(vm.read(offset, size)) })
    vm.drop(2 + count)
    return Exit.HOST
  }

  /** STATICCALL of the identity precompile: the only callee there is. */
  #identity(): number {
    const vm = this.#vm
    if (vm.peek(1) !== IDENTITY) throw new Error('only the identity precompile can be called')
    const [offset, size, to, room] = [2, 3, 4, 5].map((i) => vm.peekNumber(i)) as Operands
    for (const exit of [vm.expand(offset, size), vm.expand(to, room)]) {
      if (exit !== Exit.HOST) return exit
    }
    const data = vm.read(offset, size)
    vm.setReturnData(data)
    vm.write(to, data.subarray(0, room))
    vm.drop(6)
    vm.pushBoolean(true)
    return Exit.HOST
  }
}

type Operands = [number, number, number, number]
