/** From the bytes of a module to one that V8 runs, by way of those that are instrumented. */
import { type SyscallForm, syscallForms } from './early-syscalls.ts'
import { InvalidModuleError } from './errors.ts'
import {
  FACTS_SECTION,
  INSTRUMENTATION_VERSION,
  instrument,
  type ModuleFacts,
} from './instrument.ts'
import { decodeModule, type ModuleLayout, SectionId } from './module.ts'
import { ValueType } from './operators.ts'
import { Reader } from './reader.ts'
import type { SyscallTable } from './syscalls.ts'

/** Keeps instrumented modules; making one takes longer than all else that a first call does. */
export interface CodeCache {
  get(key: string): Uint8Array | undefined
  put(key: string, instrumented: Uint8Array): void
}

export interface CompiledModule {
  readonly module: WebAssembly.Module
  readonly facts: ModuleFacts
}

/**
 * Checks and rewrites a module.
 * @throws InvalidModuleError when it is not one that the FVM would run
 */
export function prepare(bytes: Uint8Array): Uint8Array {
  if (!WebAssembly.validate(bytes)) throw new InvalidModuleError('not a valid WebAssembly module')
  const module = decodeModule(bytes)
  return instrument(module, syscallsOf(module))
}

/**
 * @param code names the bytes in the cache
 * @throws InvalidModuleError
 */
export function compile(code: string, bytes: () => Uint8Array, cache?: CodeCache): CompiledModule {
  const key = `${code}-${INSTRUMENTATION_VERSION}`
  let instrumented = cache?.get(key)
  if (instrumented === undefined) {
    instrumented = prepare(bytes())
    cache?.put(key, instrumented)
  }
  try {
    return { module: new WebAssembly.Module(instrumented), facts: factsOf(instrumented) }
  } catch (cause) {
    // rewriting has made it larger than V8 allows
    if (!(cause instanceof WebAssembly.CompileError)) throw cause
    throw new InvalidModuleError(cause.message, { cause })
  }
}

function factsOf(module: Uint8Array): ModuleFacts {
  const reader = new Reader(module, 8)
  for (;;) {
    const id = reader.byte()
    const section = reader.section()
    if (id !== SectionId.CUSTOM || section.name() !== FACTS_SECTION) continue
    return JSON.parse(section.name())
  }
}

const letters: Readonly<Record<number, string>> = { [ValueType.I32]: 'i', [ValueType.I64]: 'I' }

/** Which form of the syscalls a module imports. @throws InvalidModuleError */
function syscallsOf(module: ModuleLayout): SyscallForm {
  const problem = importProblem(module, syscallForms.current)
  if (problem === undefined) return 'current'
  if (importProblem(module, syscallForms.early) === undefined) return 'early'
  throw new InvalidModuleError(problem)
}

/** Syscalls that the reference FVM has and every network has switched off. */
const switchedOff: Readonly<Record<string, string>> = {
  'actor.upgrade_actor': 'actors cannot be upgraded on any network',
  'actor.install_actor': 'actors cannot install code on any network',
}

/** V8 would link a function to an import of any type. */
function importProblem(
  { imports, types }: ModuleLayout,
  syscalls: SyscallTable,
): string | undefined {
  for (const { module, name, type } of imports) {
    const syscall = syscalls[module]?.[name]
    if (syscall === undefined) {
      const reason = switchedOff[`${module}.${name}`]
      return `no syscall ${module}.${name}${reason === undefined ? '' : `: ${reason}`}`
    }
    const { params, results } = types[type]!
    const signature = `${params.map((param) => letters[param]).join('')}>${results}`
    const pointer = syscall.result > 0 ? 'i' : ''
    if (signature !== `${pointer}${syscall.params}>${ValueType.I32}`) {
      return `${module}.${name} has another type`
    }
  }
  return undefined
}
