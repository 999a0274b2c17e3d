/**
 * The sections of a module, decoded as far as instrumentation needs them, and the limits that the
 * FVM sets beyond the validity of WebAssembly: one memory, one table, single results, functions
 * as the only imports, constant offsets. Whether the bytes are a valid module at all, V8 decides.
 */
import { InvalidModuleError } from './errors.ts'
import { Op, ValueType } from './operators.ts'
import { Reader } from './reader.ts'

export const SectionId = {
  CUSTOM: 0,
  TYPE: 1,
  IMPORT: 2,
  FUNCTION: 3,
  TABLE: 4,
  MEMORY: 5,
  GLOBAL: 6,
  EXPORT: 7,
  START: 8,
  ELEMENT: 9,
  CODE: 10,
  DATA: 11,
  DATA_COUNT: 12,
} as const

export const ExternalKind = { FUNCTION: 0, TABLE: 1, MEMORY: 2, GLOBAL: 3 } as const

const valueTypes: ReadonlySet<number> = new Set(Object.values(ValueType))
export const FUNCREF = 0x70
export const FUNCTION_TYPE = 0x60

/** Pages of one instance: 512 MiB. */
export const MAX_PAGES = 8_192
const MAX_TABLE_ELEMENTS = 20_000

export interface FunctionType {
  readonly params: readonly number[]
  readonly results: readonly number[]
}

export interface FunctionImport {
  readonly module: string
  readonly name: string
  readonly type: number
}

export interface Limits {
  readonly min: number
  readonly max: number
}

export interface ElementSegment {
  /** undefined: passive or declared */
  readonly offset: Uint8Array | undefined
  readonly declared: boolean
  readonly functions: readonly number[]
}

export interface Export {
  readonly name: string
  readonly kind: number
  readonly index: number
}

export interface GlobalVariable {
  readonly type: number
  readonly mutable: boolean
  /** The constant operator that gives its first value. */
  readonly initial: Uint8Array
}

export interface ModuleLayout {
  readonly bytes: Uint8Array
  /** Contents of the sections that are copied as they are. */
  readonly sections: ReadonlyMap<number, Uint8Array>
  readonly types: readonly FunctionType[]
  readonly imports: readonly FunctionImport[]
  /** Type indices of the functions that the module defines. */
  readonly functions: readonly number[]
  readonly table: Limits | undefined
  readonly memory: Limits
  readonly globals: readonly GlobalVariable[]
  readonly exports: readonly Export[]
  readonly start: number | undefined
  readonly elements: readonly ElementSegment[]
  readonly bodies: readonly Reader[]
  readonly hasPassiveData: boolean
}

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

/** @throws InvalidModuleError */
export function decodeModule(bytes: Uint8Array): ModuleLayout {
  const reader = new Reader(bytes)
  for (const byte of HEADER) {
    if (reader.byte() !== byte) throw new InvalidModuleError('not a WebAssembly module')
  }
  const contents = new Map<number, Reader>()
  while (!reader.done) {
    const id = reader.byte()
    const section = reader.section()
    if (id === SectionId.CUSTOM) continue
    if (id > SectionId.DATA_COUNT) throw new InvalidModuleError(`section ${id} is not allowed`)
    contents.set(id, section)
  }
  const list = <T>(id: number, item: (reader: Reader) => T): T[] => {
    const section = contents.get(id)
    return section === undefined ? [] : section.list(item)
  }
  const sections = new Map(
    [...contents].map(([id, { at, end }]) => [id, bytes.subarray(at, end)] as const),
  )
  const imports = list(SectionId.IMPORT, readImport)
  const [table, ...moreTables] = list(SectionId.TABLE, readTable)
  const [memory, ...moreMemories] = list(SectionId.MEMORY, (section) => readLimits(section))
  if (moreTables.length + moreMemories.length > 0) {
    throw new InvalidModuleError('only one table and one memory are allowed')
  }
  if (table !== undefined && table.min > MAX_TABLE_ELEMENTS) {
    throw new InvalidModuleError(`table of ${table.min} elements`)
  }
  if (memory === undefined) throw new InvalidModuleError('module has no memory')
  if (memory.min > MAX_PAGES) throw new InvalidModuleError(`memory of ${memory.min} pages`)
  return {
    bytes,
    sections,
    types: list(SectionId.TYPE, readType),
    imports,
    functions: list(SectionId.FUNCTION, (section) => section.u32()),
    table: table && { min: table.min, max: Math.min(table.max, MAX_TABLE_ELEMENTS) },
    memory: { min: memory.min, max: Math.min(memory.max, MAX_PAGES) },
    globals: list(SectionId.GLOBAL, readGlobal),
    exports: list(SectionId.EXPORT, readExport),
    start: contents.get(SectionId.START)?.u32(),
    elements: list(SectionId.ELEMENT, readElements),
    bodies: list(SectionId.CODE, (section) => section.section()),
    hasPassiveData: list(SectionId.DATA, readIsPassive).includes(true),
  }
}

function readType(reader: Reader): FunctionType {
  if (reader.byte() !== FUNCTION_TYPE) throw new InvalidModuleError('type that is no function')
  const params = reader.list(readValueType)
  const results = reader.list(readValueType)
  if (results.length > 1) throw new InvalidModuleError('function with several results')
  return { params, results }
}

function readValueType(reader: Reader): number {
  const type = reader.byte()
  if (!valueTypes.has(type)) throw new InvalidModuleError(`value type ${type} is not allowed`)
  return type
}

function readImport(reader: Reader): FunctionImport {
  const module = reader.name()
  const name = reader.name()
  if (reader.byte() !== ExternalKind.FUNCTION) {
    throw new InvalidModuleError(`import ${module}.${name} is no function`)
  }
  return { module, name, type: reader.u32() }
}

function readTable(reader: Reader): Limits {
  if (reader.byte() !== FUNCREF) throw new InvalidModuleError('table that holds no functions')
  return readLimits(reader)
}

function readLimits(reader: Reader): Limits {
  const flags = reader.byte()
  if (flags > 1) throw new InvalidModuleError('shared and 64-bit memories are not allowed')
  const min = reader.u32()
  return { min, max: flags === 1 ? reader.u32() : Number.POSITIVE_INFINITY }
}

function readGlobal(reader: Reader): GlobalVariable {
  const type = readValueType(reader)
  const mutable = reader.byte() === 1
  const start = reader.at
  skipConstant(reader)
  return { type, mutable, initial: reader.bytes.subarray(start, reader.at - 1) }
}

function readExport(reader: Reader): Export {
  return { name: reader.name(), kind: reader.byte(), index: reader.u32() }
}

/**
 * One constant operator and `end`.
 * @returns the opcode
 */
function skipConstant(reader: Reader): number {
  const op = reader.byte()
  if (op === Op.I32_CONST || op === Op.I64_CONST) reader.skipInteger()
  else if (op === Op.F32_CONST) reader.skip(4)
  else if (op === Op.F64_CONST) reader.skip(8)
  else throw new InvalidModuleError(`operator ${op} in a constant expression`)
  if (reader.byte() !== Op.END) throw new InvalidModuleError('constant expression with operators')
  return op
}

function readOffset(reader: Reader): Uint8Array {
  const start = reader.at
  if (skipConstant(reader) !== Op.I32_CONST) throw new InvalidModuleError('offset is no constant')
  return reader.bytes.subarray(start, reader.at)
}

const PASSIVE = 1
const EXPLICIT_INDEX = 2
const EXPRESSIONS = 4

/** The flags say what follows: bit 0 passive or declared, 1 explicit table, 2 expressions. */
function readElements(reader: Reader): ElementSegment {
  const flags = reader.u32()
  if (flags >= EXPRESSIONS) throw new InvalidModuleError('element segment of expressions')
  const passive = (flags & PASSIVE) !== 0
  const explicit = (flags & EXPLICIT_INDEX) !== 0
  if (!passive && explicit) reader.u32()
  const offset = passive ? undefined : readOffset(reader)
  if (passive || explicit) {
    if (reader.byte() !== 0) throw new InvalidModuleError('element segment of other than functions')
  }
  return { offset, declared: passive && explicit, functions: reader.list((r) => r.u32()) }
}

/** Walks over one data segment. */
function readIsPassive(reader: Reader): boolean {
  const flags = reader.u32()
  const passive = (flags & PASSIVE) !== 0
  if ((flags & EXPLICIT_INDEX) !== 0) reader.u32()
  if (!passive) readOffset(reader)
  reader.skip(reader.u32())
  return passive
}
