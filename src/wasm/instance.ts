/**
 * One instance of a module, and what happens at its border: gas that the module has spent is
 * charged before each syscall, what is left is given back after it.
 */
import { Errno, SyscallError, Trap } from '../fvm/errors.ts'
import type { BlockId, Kernel } from '../fvm/kernel.ts'
import { ActorMemory, BadArgument } from './actor-memory.ts'
import { type SyscallForm, syscallForms } from './early-syscalls.ts'
import type { ModuleFacts } from './instrument.ts'
import type { Argument, Syscall, SyscallTable } from './syscalls.ts'

const PAGE_SIZE = 65_536
const TABLE_ELEMENT_SIZE = 8

/** Bytes of all instances along one call stack. */
const MAX_MEMORY = 2 * 2 ** 30

/** Pages when real memory could not grow as it should have. */
const NO_HOST_MEMORY = -1

/** See `exportNames` in instrument.ts. */
interface Exports {
  readonly memory: WebAssembly.Memory
  readonly invoke: (params: BlockId) => BlockId
  readonly begin: (milligas: number, maxPages: number) => void
  readonly gas: () => number
  readonly set_gas: (milligas: number) => void
  readonly pages: () => number
  readonly start?: () => void
}

/** The instance whose code is running. Calls nest; whoever starts one puts it back. */
let running: Instance

const mapValues = <A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))

const importsOf = (syscalls: SyscallTable): WebAssembly.Imports =>
  mapValues(syscalls, (functions) => mapValues(functions, importOf))

const imports = {
  current: importsOf(syscallForms.current),
  early: importsOf(syscallForms.early),
} satisfies Record<SyscallForm, WebAssembly.Imports>

/** Parameters in full: V8 calls it several times faster than with a rest parameter. */
function importOf(syscall: Syscall) {
  const { result } = syscall
  type A = Argument
  return result > 0
    ? (at: A, a: A, b: A, c: A, d: A, e: A, f: A, g: A, h: A) =>
        running.answer(syscall, at as number, a, b, c, d, e, f, g, h)
    : (a: A, b: A, c: A, d: A, e: A, f: A, g: A, h: A) =>
        running.answer(syscall, 0, a, b, c, d, e, f, g, h)
}

/** The rest of the memory is zeros. */
export interface MemoryImage {
  readonly start: number
  readonly data: Uint8Array
}

export class Instance {
  readonly #facts: ModuleFacts
  readonly #exports: Exports
  readonly #memory: ActorMemory
  #kernel!: Kernel
  /** Milligas that the module had when it was last let run. */
  #granted = 0
  /** Bytes that the callers' instances hold, and this one's table. */
  #below = 0
  #starting = false
  #usedPages = 0

  /** @param module instrumented */
  constructor(module: WebAssembly.Module, facts: ModuleFacts) {
    this.#facts = facts
    this.#exports = new WebAssembly.Instance(module, imports[facts.syscalls])
      .exports as unknown as Exports
    this.#memory = new ActorMemory(this.#exports.memory)
  }

  /** Pages of real memory. */
  get pages(): number {
    return this.#exports.memory.buffer.byteLength / PAGE_SIZE
  }

  /**
   * @throws ActorError, OutOfGas, Trap or FatalError: the ways in which an actor ends
   * @throws RangeError when the stack of this thread is full
   */
  run(kernel: Kernel, params: BlockId): BlockId {
    const { memory, tableElements } = this.#facts
    this.#below = kernel.wasmMemory.used + tableElements * TABLE_ELEMENT_SIZE
    const budget = Math.floor((MAX_MEMORY - this.#below) / PAGE_SIZE)
    if (memory.min > budget) throw new Trap('failed to instantiate module: no memory left')
    this.#kernel = kernel
    this.#granted = kernel.gas.available
    this.#exports.begin(this.#granted, Math.min(memory.max, budget))
    const caller = running
    running = this
    try {
      if (this.#facts.hasStart) this.#start()
      const result = this.#exports.invoke(params)
      this.#settle()
      return result >>> 0
    } catch (error) {
      throw this.#ended(error)
    } finally {
      running = caller
      this.#usedPages = this.#exports.pages()
    }
  }

  /** What memory holds, from the first byte that is not zero to the last. */
  image(): MemoryImage {
    const bytes = new Uint8Array(this.#exports.memory.buffer)
    let [start, end] = [0, bytes.length]
    while (start < end && bytes[start] === 0) start++
    while (end > start && bytes[end - 1] === 0) end--
    return { start, data: bytes.slice(start, end) }
  }

  /** Memory as it was before it ran; {@link Exports.begin} does the same for globals. */
  reset({ start, data }: MemoryImage): void {
    const bytes = new Uint8Array(this.#exports.memory.buffer)
    bytes.fill(0, 0, start)
    bytes.set(data, start)
    bytes.fill(0, start + data.length, this.#usedPages * PAGE_SIZE)
  }

  /** Answers an import. */
  answer({ result, run }: Syscall, at: number, ...args: Argument[]): number {
    const kernel = this.#kernel
    const memory = this.#memory
    this.#settle()
    const pages = this.#exports.pages()
    kernel.wasmMemory.used = this.#below + pages * PAGE_SIZE
    memory.pages = this.#starting ? 0 : pages
    try {
      if (result > 0) memory.resultAt(at, result)
      run(kernel, memory, ...args)
      return 0
    } catch (error) {
      if (error instanceof SyscallError) return error.errno
      if (!(error instanceof BadArgument)) throw error
      kernel.chargeSyscall()
      return Errno.IllegalArgument
    } finally {
      this.#granted = kernel.gas.available
      this.#exports.set_gas(this.#granted)
    }
  }

  /**
   * A start function runs before the FVM knows the instance's memory. However it fails, the module
   * could not be instantiated.
   */
  #start(): void {
    this.#starting = true
    try {
      this.#exports.start!()
    } catch (error) {
      if (error instanceof Error) throw this.#ended(error)
      throw new Trap('failed to instantiate module')
    } finally {
      this.#starting = false
    }
  }

  /** What is to be thrown on: traps are charged for and get a name, the rest is what it is. */
  #ended(error: unknown): unknown {
    if (!(error instanceof WebAssembly.RuntimeError)) return error
    if (this.#exports.pages() === NO_HOST_MEMORY) {
      return new Error('this machine has not the memory that an actor may use', { cause: error })
    }
    this.#settle()
    return new Trap(error.message)
  }

  /** Charges what the module has spent since it was let run. @throws OutOfGas */
  #settle(): void {
    const left = this.#exports.gas()
    const spent = this.#granted - left
    this.#granted = left
    if (spent > 0) this.#kernel.gas.chargeWasm(spent)
  }
}
