/**
 * Rewrites a module so that it pays for what it does and cannot outgrow its stack. The gas that
 * is charged is that of fvm-wasm-instrument 0.4.0 with the FVM's prices; how it is charged is
 * ours: the counter is the module's own and the charge stands inline, since V8 would not inline a
 * call. Nothing is renumbered: what is added comes last.
 *
 * Memory has a size of its own that `memory.size` and `memory.grow` see, so that an instance can be
 * used again although its real memory never shrinks.
 */

import type { SyscallForm } from './early-syscalls.ts'
import { InvalidModuleError } from './errors.ts'
import {
  type Edit,
  EMPTY_BLOCK,
  type FunctionPlan,
  LIMITER_COST,
  planFunction,
} from './function-plan.ts'
import {
  type ElementSegment,
  ExternalKind,
  FUNCREF,
  FUNCTION_TYPE,
  type FunctionType,
  type ModuleLayout,
  SectionId,
} from './module.ts'
import { type NaNType, OPERATOR_COST, Op, ValueType } from './operators.ts'
import { Writer } from './writer.ts'

/** Changes whenever the same module would be rewritten to other bytes. */
export const INSTRUMENTATION_VERSION = 1

/** Stack units of one instance. */
const MAX_STACK = 2_048

const { I32, I64, F32, F64 } = ValueType

/** What the rewritten module exports. */
export const exportNames = {
  memory: 'memory',
  invoke: 'invoke',
  /** (gas, most pages): the state of a new instance, memory apart */
  begin: 'begin',
  gas: 'gas',
  setGas: 'set_gas',
  pages: 'pages',
  /** The start function, to be called when gas is there to pay for it. */
  start: 'start',
} as const

/** What the host must know of a module, kept in a custom section of the rewritten one. */
export interface ModuleFacts {
  readonly memory: { readonly min: number; readonly max: number }
  /** Elements of the table, if it is exported as `table`: those are paid for. */
  readonly chargedElements: number
  readonly tableElements: number
  /** Nothing but memory and globals changes when it runs. */
  readonly reusable: boolean
  readonly hasStart: boolean
  readonly syscalls: SyscallForm
}

export const FACTS_SECTION = 'facts'

/** @throws InvalidModuleError */
export function instrument(module: ModuleLayout, syscalls: SyscallForm): Uint8Array {
  return new Instrumenter(module, syscalls).write()
}

/** @throws InvalidModuleError when the module has no function `invoke` of the right type */
function invokeIndex(module: ModuleLayout): number {
  const found = module.exports.find(
    ({ name, kind }) => name === 'invoke' && kind === ExternalKind.FUNCTION,
  )
  const memory = module.exports.some(
    ({ name, kind }) => name === 'memory' && kind === ExternalKind.MEMORY,
  )
  if (found === undefined || !memory) {
    throw new InvalidModuleError('module does not export `invoke` and `memory`')
  }
  const type = module.types[module.functions[found.index - module.imports.length] ?? -1]
  if (`${type?.params}>${type?.results}` !== `${I32}>${I32}`) {
    throw new InvalidModuleError('`invoke` does not take an i32 and give an i32')
  }
  return found.index
}

/** All that a rewritten module has; the start function is exported instead. */
const sectionOrder = [
  SectionId.TYPE,
  SectionId.IMPORT,
  SectionId.FUNCTION,
  SectionId.TABLE,
  SectionId.MEMORY,
  SectionId.GLOBAL,
  SectionId.EXPORT,
  SectionId.ELEMENT,
  SectionId.DATA_COUNT,
  SectionId.CODE,
  SectionId.DATA,
] as const

class Instrumenter {
  readonly #module: ModuleLayout
  readonly #syscalls: SyscallForm
  readonly #plans: readonly FunctionPlan[]
  readonly #types: FunctionType[]
  /** Function index to the index of the thunk that stands for it. */
  readonly #thunks = new Map<number, number>()
  /** Functions that are added, thunks first. */
  readonly #added: { readonly type: number; readonly body: Uint8Array }[] = []
  readonly #code = new Writer(1 << 20)
  readonly #firstAdded: number
  readonly #gas: number
  readonly #height: number
  readonly #pages: number
  readonly #maxPages: number
  #grow = 0

  constructor(module: ModuleLayout, syscalls: SyscallForm) {
    this.#module = module
    this.#syscalls = syscalls
    this.#types = [...module.types]
    if (module.bodies.length !== module.functions.length) {
      throw new InvalidModuleError('functions and bodies differ in number')
    }
    this.#plans = module.bodies.map((body, index) =>
      planFunction(module, this.#typeOf(module.imports.length + index), body),
    )
    this.#firstAdded = module.imports.length + module.functions.length
    const globals = module.globals.length
    this.#gas = globals
    this.#height = globals + 1
    this.#pages = globals + 2
    this.#maxPages = globals + 3
  }

  write(): Uint8Array {
    const { exports, start, elements } = this.#module
    const invoke = invokeIndex(this.#module)
    const functions = exports.filter(({ kind }) => kind === ExternalKind.FUNCTION)
    for (const { index } of functions) this.#addThunk(index)
    for (const segment of elements) for (const index of segment.functions) this.#addThunk(index)
    if (start !== undefined) this.#addThunk(start)
    const added = {
      [exportNames.invoke]: this.#entry(invoke),
      [exportNames.begin]: this.#addBegin(),
      [exportNames.gas]: this.#addGas(),
      [exportNames.setGas]: this.#addSetGas(),
      [exportNames.pages]: this.#addPages(),
      ...(start !== undefined && { [exportNames.start]: this.#entry(start) }),
    }
    this.#grow = this.#addGrow()

    const module = new Writer(this.#module.bytes.length * 2).raw(this.#module.bytes.subarray(0, 8))
    const rewritten: Readonly<Record<number, () => Uint8Array | undefined>> = {
      [SectionId.TYPE]: () => this.#typeSection(),
      [SectionId.FUNCTION]: () => this.#functionSection(),
      [SectionId.TABLE]: () => this.#tableSection(),
      [SectionId.GLOBAL]: () => this.#globalSection(),
      [SectionId.EXPORT]: () => exportSection(added),
      [SectionId.ELEMENT]: () => this.#elementSection(),
      [SectionId.CODE]: () => this.#codeSection(),
    }
    for (const id of sectionOrder) {
      const write = rewritten[id]
      const contents = write === undefined ? this.#module.sections.get(id) : write()
      if (contents !== undefined) module.section(id, contents)
    }
    const facts = new Writer().name(FACTS_SECTION).name(JSON.stringify(this.#facts()))
    return module.section(SectionId.CUSTOM, facts.bytes).bytes
  }

  #facts(): ModuleFacts {
    const { memory, table, exports, hasPassiveData, elements, start } = this.#module
    const exported = exports.some(
      ({ name, kind }) => name === 'table' && kind === ExternalKind.TABLE,
    )
    return {
      memory,
      tableElements: table?.min ?? 0,
      chargedElements: exported ? (table?.min ?? 0) : 0,
      reusable:
        !hasPassiveData &&
        elements.every(({ offset }) => offset !== undefined) &&
        this.#plans.every(({ changesTables }) => !changesTables),
      hasStart: start !== undefined,
      syscalls: this.#syscalls,
    }
  }

  #typeIndex(functionIndex: number): number {
    const { imports, functions } = this.#module
    return imports[functionIndex]?.type ?? functions[functionIndex - imports.length] ?? -1
  }

  #typeOf(functionIndex: number): FunctionType {
    const type = this.#module.types[this.#typeIndex(functionIndex)]
    if (type === undefined) throw new InvalidModuleError(`no function ${functionIndex}`)
    return type
  }

  #plan(functionIndex: number): FunctionPlan | undefined {
    return this.#plans[functionIndex - this.#module.imports.length]
  }

  /** What others call in place of a function: its thunk, or itself where it is imported. */
  #entry(functionIndex: number): number {
    return this.#thunks.get(functionIndex) ?? functionIndex
  }

  // --- functions that are added ---------------------------------------------------------------

  #add(params: readonly number[], results: readonly number[], body: Writer): number {
    return this.#addOfType(this.#types.push({ params, results }) - 1, body)
  }

  /** @returns the function's index */
  #addOfType(type: number, body: Writer): number {
    return this.#firstAdded + this.#added.push({ type, body: body.byte(Op.END).bytes }) - 1
  }

  /** Calls from outside and through the table pay for the stack in a function between. */
  #addThunk(functionIndex: number): void {
    const plan = this.#plan(functionIndex)
    if (plan === undefined || this.#thunks.has(functionIndex)) return
    const { params } = this.#typeOf(functionIndex)
    const body = new Writer().u32(0)
    this.#charge(body, (params.length + 1) * OPERATOR_COST + LIMITER_COST)
    for (let param = 0; param < params.length; param++) body.byte(Op.LOCAL_GET).u32(param)
    this.#call(body, functionIndex, plan.stackCost)
    this.#thunks.set(functionIndex, this.#addOfType(this.#typeIndex(functionIndex), body))
  }

  #addBegin(): number {
    const body = new Writer().u32(0)
    body.byte(Op.LOCAL_GET).u32(0).byte(Op.I64_TRUNC_F64_S)
    body.byte(Op.GLOBAL_SET).u32(this.#gas)
    body.byte(Op.LOCAL_GET).u32(1).byte(Op.GLOBAL_SET).u32(this.#maxPages)
    body.byte(Op.I32_CONST).signed(0).byte(Op.GLOBAL_SET).u32(this.#height)
    body.byte(Op.I32_CONST).signed(this.#module.memory.min).byte(Op.GLOBAL_SET).u32(this.#pages)
    for (const [index, { mutable, initial }] of this.#module.globals.entries()) {
      if (mutable) body.raw(initial).byte(Op.GLOBAL_SET).u32(index)
    }
    return this.#add([F64, I32], [], body)
  }

  #addGas(): number {
    const body = new Writer().u32(0)
    return this.#add([], [F64], body.byte(Op.GLOBAL_GET).u32(this.#gas).byte(Op.F64_CONVERT_I64_S))
  }

  #addSetGas(): number {
    const body = new Writer().u32(0).byte(Op.LOCAL_GET).u32(0).byte(Op.I64_TRUNC_F64_S)
    return this.#add([F64], [], body.byte(Op.GLOBAL_SET).u32(this.#gas))
  }

  #addPages(): number {
    return this.#add([], [I32], new Writer().u32(0).byte(Op.GLOBAL_GET).u32(this.#pages))
  }

  /**
   * `memory.grow` within the limit of the instance. Real memory grows only where an earlier use has
   * not grown it already; if it cannot, that is no result but a fault: pages becomes -1.
   */
  #addGrow(): number {
    const [more, old] = [0, 1]
    const body = new Writer().u32(1).u32(1).byte(I32)
    const get = (local: number) => body.byte(Op.LOCAL_GET).u32(local)
    get(more).byte(Op.GLOBAL_GET).u32(this.#maxPages)
    body.byte(Op.GLOBAL_GET).u32(this.#pages).byte(Op.LOCAL_TEE).u32(old)
    body.byte(Op.I32_SUB).byte(Op.I32_GT_U)
    body.byte(Op.IF).byte(EMPTY_BLOCK)
    body.byte(Op.I32_CONST).signed(-1).byte(Op.RETURN).byte(Op.END)
    get(more)
    get(old).byte(Op.I32_ADD).byte(Op.LOCAL_TEE).u32(more)
    body.byte(Op.MEMORY_SIZE).u32(0).byte(Op.I32_GT_U)
    body.byte(Op.IF).byte(EMPTY_BLOCK)
    get(more).byte(Op.MEMORY_SIZE).u32(0).byte(Op.I32_SUB).byte(Op.MEMORY_GROW).u32(0)
    body.byte(Op.I32_CONST).signed(-1).byte(Op.I32_EQ)
    body.byte(Op.IF).byte(EMPTY_BLOCK)
    body.byte(Op.I32_CONST).signed(-1).byte(Op.GLOBAL_SET).u32(this.#pages)
    body.byte(Op.UNREACHABLE).byte(Op.END).byte(Op.END)
    get(more).byte(Op.GLOBAL_SET).u32(this.#pages)
    get(old)
    return this.#add([I32], [I32], body)
  }

  // --- sections -------------------------------------------------------------------------------

  #typeSection(): Uint8Array {
    const section = new Writer().u32(this.#types.length)
    for (const { params, results } of this.#types) {
      section.byte(FUNCTION_TYPE).sized(Uint8Array.from(params)).sized(Uint8Array.from(results))
    }
    return section.bytes
  }

  #functionSection(): Uint8Array {
    const section = new Writer().u32(this.#module.functions.length + this.#added.length)
    for (const type of this.#module.functions) section.u32(type)
    for (const { type } of this.#added) section.u32(type)
    return section.bytes
  }

  #tableSection(): Uint8Array | undefined {
    const { table } = this.#module
    if (table === undefined) return undefined
    return new Writer().u32(1).byte(FUNCREF).u32(1).u32(table.min).u32(table.max).bytes
  }

  #globalSection(): Uint8Array {
    const { globals } = this.#module
    const section = new Writer().u32(globals.length + 4)
    for (const { type, mutable, initial } of globals) {
      section
        .byte(type)
        .byte(mutable ? 1 : 0)
        .raw(initial)
        .byte(Op.END)
    }
    section.byte(I64).byte(1).byte(Op.I64_CONST).signed(0).byte(Op.END)
    for (let count = 0; count < 3; count++) {
      section.byte(I32).byte(1).byte(Op.I32_CONST).signed(0).byte(Op.END)
    }
    return section.bytes
  }

  #elementSection(): Uint8Array | undefined {
    const { elements } = this.#module
    if (elements.length === 0) return undefined
    const section = new Writer().u32(elements.length)
    for (const segment of elements) {
      writeSegmentHead(section, segment)
      section.u32(segment.functions.length)
      for (const index of segment.functions) section.u32(this.#entry(index))
    }
    return section.bytes
  }

  #codeSection(): Uint8Array {
    const code = this.#code.clear().u32(this.#plans.length + this.#added.length)
    const body = new Writer(1 << 16)
    for (const [index, plan] of this.#plans.entries()) {
      this.#rewrite(body.clear(), plan, this.#typeOf(this.#module.imports.length + index))
      code.sized(body.bytes)
    }
    for (const added of this.#added) code.sized(added.body)
    return code.bytes
  }

  // --- code -----------------------------------------------------------------------------------

  #rewrite(out: Writer, plan: FunctionPlan, type: FunctionType): void {
    const { bytes } = this.#module
    const temporaries = new Temporaries(plan, type.params.length)
    out.u32(plan.locals.groups + temporaries.types.length)
    out.raw(bytes.subarray(plan.locals.start, plan.code))
    for (const local of temporaries.types) out.u32(1).byte(local)
    let at = plan.code
    for (const edit of plan.edits) {
      out.raw(bytes.subarray(at, edit.at))
      at = this.#edit(out, edit, temporaries) ?? edit.at
    }
    out.raw(bytes.subarray(at, plan.end))
  }

  /** @returns the end of what was replaced, if anything was */
  #edit(out: Writer, edit: Edit, temporaries: Temporaries): number | undefined {
    switch (edit.kind) {
      case 'charge':
        this.#charge(out, edit.milligas)
        return undefined
      case 'charge per unit':
        this.#chargePerUnit(out, edit.milligas, temporaries.index(I32))
        return undefined
      case 'canonical NaN':
        canonicalNaN(out, edit.nan, temporaries)
        return undefined
      case 'call':
        this.#call(out, edit.callee, this.#plan(edit.callee)!.stackCost)
        return edit.end
      case 'memory.size':
        out.byte(Op.GLOBAL_GET).u32(this.#pages)
        return edit.end
      case 'memory.grow':
        out.byte(Op.CALL).u32(this.#grow)
        return edit.end
    }
  }

  #charge(out: Writer, milligas: number): void {
    out.byte(Op.GLOBAL_GET).u32(this.#gas)
    out.byte(Op.I64_CONST).signed(milligas)
    this.#takeGas(out)
  }

  /** Price times the topmost operand, which stays. */
  #chargePerUnit(out: Writer, milligas: number, temporary: number): void {
    out.byte(Op.LOCAL_SET).u32(temporary)
    out.byte(Op.GLOBAL_GET).u32(this.#gas)
    out.byte(Op.LOCAL_GET).u32(temporary).byte(Op.I64_EXTEND_I32_U)
    out.byte(Op.I64_CONST).signed(milligas).byte(Op.I64_MUL)
    this.#takeGas(out)
    out.byte(Op.LOCAL_GET).u32(temporary)
  }

  /** gas = a - b; trap below zero. */
  #takeGas(out: Writer): void {
    out.byte(Op.I64_SUB).byte(Op.GLOBAL_SET).u32(this.#gas)
    out.byte(Op.GLOBAL_GET).u32(this.#gas).byte(Op.I64_CONST).signed(0).byte(Op.I64_LT_S)
    out.byte(Op.IF).byte(EMPTY_BLOCK).byte(Op.UNREACHABLE).byte(Op.END)
  }

  /** Call within the height of the stack. */
  #call(out: Writer, callee: number, cost: number): void {
    const addHeight = (op: number) => {
      out.byte(Op.GLOBAL_GET).u32(this.#height).byte(Op.I32_CONST).signed(cost)
      out.byte(op).byte(Op.GLOBAL_SET).u32(this.#height)
    }
    addHeight(Op.I32_ADD)
    out.byte(Op.GLOBAL_GET).u32(this.#height)
    out.byte(Op.I32_CONST).signed(MAX_STACK).byte(Op.I32_GT_U)
    out.byte(Op.IF).byte(EMPTY_BLOCK).byte(Op.UNREACHABLE).byte(Op.END)
    out.byte(Op.CALL).u32(callee)
    addHeight(Op.I32_SUB)
  }
}

function exportSection(functions: Readonly<Record<string, number>>): Uint8Array {
  const entries = Object.entries(functions)
  const section = new Writer().u32(entries.length + 1)
  section.name(exportNames.memory).byte(ExternalKind.MEMORY).u32(0)
  for (const [name, index] of entries) section.name(name).byte(ExternalKind.FUNCTION).u32(index)
  return section.bytes
}

function writeSegmentHead(section: Writer, { offset, declared }: ElementSegment): void {
  if (offset !== undefined) section.u32(0).raw(offset)
  else section.u32(declared ? 3 : 1).byte(0)
}

/** Locals that the added code needs. */
class Temporaries {
  readonly types: readonly number[]
  readonly #first: number

  constructor({ edits, locals }: FunctionPlan, params: number) {
    const types = edits.map((edit) => {
      if (edit.kind === 'charge per unit') return I32
      if (edit.kind === 'canonical NaN') return edit.nan
      return undefined
    })
    this.types = [...new Set(types)].filter((type) => type !== undefined)
    this.#first = params + locals.count
  }

  index(type: number): number {
    return this.#first + this.types.indexOf(type)
  }
}

const canonical: Readonly<Record<NaNType, Uint8Array>> = {
  [F32]: Uint8Array.of(Op.F32_CONST, 0, 0, 0xc0, 0x7f),
  [F64]: Uint8Array.of(Op.F64_CONST, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f),
}

/** x == x ? x : NaN. Processors disagree on the bits of a NaN, actors must not. */
function canonicalNaN(out: Writer, type: NaNType, temporaries: Temporaries): void {
  const temporary = temporaries.index(type)
  out.byte(Op.LOCAL_TEE).u32(temporary)
  out.raw(canonical[type])
  out.byte(Op.LOCAL_GET).u32(temporary)
  out.byte(Op.LOCAL_GET).u32(temporary)
  out.byte(type === F32 ? Op.F32_EQ : Op.F64_EQ).byte(Op.SELECT)
}
