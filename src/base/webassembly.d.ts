/**
 * The part of the WebAssembly JavaScript interface that we use. It is everywhere in Node.js, but
 * TypeScript declares it only in its DOM library, which a server has no other use for.
 */
declare namespace WebAssembly {
  type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'funcref' | 'externref'
  type ImportExportKind = 'function' | 'global' | 'memory' | 'table'
  // biome-ignore lint/complexity/noBannedTypes: an exported function has any signature
  type ExportValue = Function | Global | Memory | Table
  type Exports = Record<string, ExportValue>
  // biome-ignore lint/complexity/noBannedTypes: an imported function has any signature
  type ImportValue = Function | Global | Memory | Table | number | bigint
  type Imports = Record<string, Record<string, ImportValue>>

  class Module {
    constructor(bytes: Uint8Array)
    static exports(module: Module): { name: string; kind: ImportExportKind }[]
    static imports(module: Module): { module: string; name: string; kind: ImportExportKind }[]
  }

  class Instance {
    constructor(module: Module, imports?: Imports)
    readonly exports: Exports
  }

  class Memory {
    constructor(descriptor: { initial: number; maximum?: number })
    readonly buffer: ArrayBuffer
    /** @returns the size in pages before */
    grow(pages: number): number
  }

  class Global<T = number | bigint> {
    constructor(descriptor: { value: ValueType; mutable?: boolean }, value?: T)
    value: T
    valueOf(): T
  }

  class Table {
    constructor(descriptor: { element: 'anyfunc' | 'externref'; initial: number; maximum?: number })
    readonly length: number
    get(index: number): unknown
    set(index: number, value?: unknown): void
    grow(count: number): number
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  function validate(bytes: Uint8Array): boolean
  function compile(bytes: Uint8Array): Promise<Module>
}
