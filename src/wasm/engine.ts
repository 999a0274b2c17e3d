/** Actors that are WebAssembly modules, behind the interface that native actors have. */
import { FatalError } from '../fvm/errors.ts'
import type { BlockId, Kernel } from '../fvm/kernel.ts'
import type { Actor, Footprint } from '../fvm/machine.ts'
import type { CID } from '../ipld/cid.ts'
import { type CodeCache, type CompiledModule, compile } from './compile.ts'
import { InvalidModuleError } from './errors.ts'
import { Instance, type MemoryImage } from './instance.ts'

/** Pages that instances may hold while they wait for their next use: 64 MiB. */
const MAX_IDLE_PAGES = 1_024

/** One for all bundles and users' actors of a thread. */
export class Engine {
  readonly #cache: CodeCache | undefined
  #idlePages = 0

  constructor(cache?: CodeCache) {
    this.#cache = cache
  }

  /**
   * An actor whose instances are used again and again. Only for code that can be trusted to stay
   * within the memory that it has asked for: beyond it, a used instance may hold zeros where a new
   * one would trap.
   */
  builtin(name: string, code: CID, bytes: Uint8Array): Actor {
    const idle: Instance[] = []
    let image: MemoryImage | undefined
    return new WasmActor(
      name,
      () => this.#compile(code, bytes),
      (compiled) => {
        const used = idle.pop()
        if (used === undefined || image === undefined) {
          const instance = new Instance(compiled.module, compiled.facts)
          image ??= instance.image()
          return instance
        }
        this.#idlePages -= used.pages
        used.reset(image)
        return used
      },
      (instance, { facts }) => {
        if (!facts.reusable || this.#idlePages + instance.pages > MAX_IDLE_PAGES) return
        this.#idlePages += instance.pages
        idle.push(instance)
      },
    )
  }

  /** An actor of a user's: each invocation has a new instance. */
  custom(code: CID, bytes: Uint8Array): Actor {
    return new WasmActor(
      String(code),
      () => this.#compile(code, bytes),
      ({ module, facts }) => new Instance(module, facts),
      () => {},
    )
  }

  #compile(code: CID, bytes: Uint8Array): CompiledModule {
    return compile(String(code), () => bytes, this.#cache)
  }
}

class WasmActor implements Actor {
  readonly name: string
  readonly #compile: () => CompiledModule
  readonly #acquire: (compiled: CompiledModule) => Instance
  readonly #release: (instance: Instance, compiled: CompiledModule) => void
  #compiled: CompiledModule | InvalidModuleError | undefined

  constructor(
    name: string,
    compile: () => CompiledModule,
    acquire: (compiled: CompiledModule) => Instance,
    release: (instance: Instance, compiled: CompiledModule) => void,
  ) {
    this.name = name
    this.#compile = compile
    this.#acquire = acquire
    this.#release = release
  }

  get footprint(): Footprint {
    const { memory, chargedElements } = this.#module().facts
    return { memoryPages: memory.min, tableElements: chargedElements }
  }

  invoke(kernel: Kernel, params: BlockId): BlockId {
    const compiled = this.#module()
    const instance = this.#acquire(compiled)
    try {
      const result = instance.run(kernel, params)
      this.#release(instance, compiled)
      return result
    } catch (error) {
      // after a fault nobody knows what the instance has left behind
      if (!(error instanceof Error)) this.#release(instance, compiled)
      throw error
    }
  }

  /** @throws FatalError for code that should never have been installed */
  #module(): CompiledModule {
    if (this.#compiled === undefined) {
      try {
        this.#compiled = this.#compile()
      } catch (error) {
        if (!(error instanceof InvalidModuleError)) throw error
        this.#compiled = error
      }
    }
    if (this.#compiled instanceof InvalidModuleError) throw new FatalError(this.#compiled.message)
    return this.#compiled
  }
}
