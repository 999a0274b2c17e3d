/**
 * One walk over a function's operators finds what instrumentation needs: the height of its stack
 * frame, and where gas is charged. Both follow fvm-wasm-instrument 0.4.0 to the letter, quirks
 * included, since consensus depends on them; the quirks are marked.
 */
import { InvalidModuleError } from './errors.ts'
import type { FunctionType, ModuleLayout } from './module.ts'
import {
  Immediate,
  type NaNType,
  OPERATOR_COST,
  Op,
  type Operator,
  operators,
  PREFIX,
  PREFIXED,
  Prefixed,
} from './operators.ts'
import type { Reader } from './reader.ts'

/** Stack units that a call takes besides values and locals. */
const ACTIVATION_FRAME = 2

/**
 * Operators that the stack limiter adds around a call of a function that the module defines: 8
 * before it and 4 behind it are paid for like the module's own.
 */
export const LIMITER_COST = 12 * OPERATOR_COST

/** Where a function is changed; offsets are those of the operator that the change is about. */
export type Edit =
  | { readonly kind: 'charge'; readonly at: number; readonly milligas: number }
  | { readonly kind: 'charge per unit'; readonly at: number; readonly milligas: number }
  | { readonly kind: 'call'; readonly at: number; readonly end: number; readonly callee: number }
  | { readonly kind: 'memory.size' | 'memory.grow'; readonly at: number; readonly end: number }
  | { readonly kind: 'canonical NaN'; readonly at: number; readonly nan: NaNType }

export interface FunctionPlan {
  /** Stack units that a call takes: declaration groups of locals and the greatest height. */
  readonly stackCost: number
  /** Offsets of the declarations of locals behind their count, and of the first operator. */
  readonly locals: { readonly groups: number; readonly start: number; readonly count: number }
  readonly code: number
  readonly end: number
  /** In order of their offsets. */
  readonly edits: readonly Edit[]
  /** Whether tables or segments are changed, so that an instance cannot be used again. */
  readonly changesTables: boolean
}

/** @throws InvalidModuleError for operators that are not allowed */
export function planFunction(module: ModuleLayout, type: FunctionType, body: Reader): FunctionPlan {
  const groups = body.u32()
  const start = body.at
  let count = 0
  for (let group = 0; group < groups; group++) {
    count += body.u32()
    body.byte()
  }
  const code = body.at
  const height = new HeightCounter(type.results.length)
  const gas = new GasCounter(code)
  const edits: Edit[] = gas.edits
  const imports = module.imports.length
  const typeOf = (index: number) => {
    const found = module.types[index]
    if (found === undefined) throw new InvalidModuleError(`no type ${index}`)
    return found
  }
  let changesTables = false
  /** Value of the i32.const that came last, if nothing came since. */
  let constant: number | undefined

  while (!body.done) {
    const at = body.at
    let op = body.byte()
    if (op === PREFIX) op = PREFIXED + body.u32()
    const operator = operators[op]
    if (operator === undefined) {
      throw new InvalidModuleError(`operator ${op.toString(16)} at ${at} is not allowed`)
    }
    height.observe()
    const before: number | undefined = constant
    constant = undefined

    let cost = operator.free ? 0 : OPERATOR_COST
    if (operator.linear > 0) {
      if (before === undefined) {
        edits.push({ kind: 'charge per unit', at, milligas: operator.linear })
      } else if (before < 0) {
        throw new InvalidModuleError('bulk operator with a negative argument')
      } else {
        cost += before * operator.linear
      }
    }

    switch (op) {
      case Op.BLOCK:
      case Op.LOOP:
      case Op.IF: {
        const arity = readBlockArity(body)
        height.pop(operator.pops)
        height.enter(arity, op === Op.LOOP ? 0 : arity)
        gas.add(cost)
        // a block's first operators belong to what stands in front of it
        gas.enter(op === Op.BLOCK ? gas.start : body.at, op === Op.LOOP)
        break
      }
      case Op.ELSE:
        // quirk: height and reachability of the first branch live on in the second
        gas.split(body.at)
        break
      case Op.END:
        height.leave()
        gas.leave(body.at)
        break
      case Op.UNREACHABLE:
        height.unreachable()
        break
      case Op.BR: {
        const label = body.u32()
        height.pop(height.arity(label))
        height.unreachable()
        gas.branch(cost, body.at, [label])
        break
      }
      case Op.BR_IF: {
        const label = body.u32()
        const arity = height.arity(label)
        height.pop(arity)
        height.pop(1)
        height.push(arity)
        gas.branch(cost, body.at, [label])
        break
      }
      case Op.BR_TABLE: {
        const labels = body.list((reader) => reader.u32())
        // quirk: the index is not popped
        height.pop(height.arity(body.u32()))
        height.unreachable()
        // quirk: the default label does not count as a branch
        gas.branch(cost, body.at, labels)
        break
      }
      case Op.RETURN:
        height.pop(type.results.length)
        height.unreachable()
        gas.branch(cost, body.at, [gas.depth])
        break
      case Op.CALL: {
        const callee = body.u32()
        const defined = callee >= imports
        const signature = typeOf(
          defined ? module.functions[callee - imports]! : module.imports[callee]!.type,
        )
        height.pop(signature.params.length)
        height.push(signature.results.length)
        gas.add(defined ? cost + LIMITER_COST : cost)
        if (defined) edits.push({ kind: 'call', at, end: body.at, callee })
        break
      }
      case Op.CALL_INDIRECT: {
        const signature = typeOf(body.u32())
        body.u32()
        height.pop(1)
        height.pop(signature.params.length)
        height.push(signature.results.length)
        gas.add(cost)
        break
      }
      case Op.SELECT:
        height.pop(2)
        height.pop(1)
        height.push(1)
        gas.add(cost)
        break
      default:
        if (op === Op.I32_CONST) constant = body.s32()
        else skipImmediate(body, operator)
        height.pop(operator.pops)
        height.push(operator.pushes)
        gas.add(cost)
        if (op === Op.MEMORY_SIZE) edits.push({ kind: 'memory.size', at, end: body.at })
        if (op === Op.MEMORY_GROW) edits.push({ kind: 'memory.grow', at, end: body.at })
        if (operator.nan !== undefined) {
          edits.push({ kind: 'canonical NaN', at: body.at, nan: operator.nan })
        }
        if (tableOperators.has(op)) changesTables = true
    }
  }
  return {
    stackCost: groups + height.max,
    locals: { groups, start, count },
    code,
    end: body.end,
    edits: edits.sort((a, b) => a.at - b.at || order[a.kind] - order[b.kind]),
    changesTables,
  }
}

/** Changes at one offset: what ends an operator, then charges, then what replaces the next. */
const order = {
  'canonical NaN': 0,
  charge: 1,
  'charge per unit': 2,
  call: 3,
  'memory.size': 3,
  'memory.grow': 3,
} as const satisfies Record<Edit['kind'], number>

const tableOperators: ReadonlySet<number> = new Set([
  0x26, // table.set
  Prefixed.DATA_DROP,
  Prefixed.TABLE_INIT,
  Prefixed.ELEM_DROP,
  Prefixed.TABLE_COPY,
  Prefixed.TABLE_GROW,
  Prefixed.TABLE_FILL,
])

/** Type of a block without a value. */
export const EMPTY_BLOCK = 0x40

function readBlockArity(body: Reader): number {
  const type = body.byte()
  if (type === EMPTY_BLOCK) return 0
  if (type >= 0x7c && type <= 0x7f) return 1
  throw new InvalidModuleError(`block type ${type} is not allowed`)
}

/** Log2 of the greatest alignment, 8 bytes; higher bits would name another memory. */
const MAX_ALIGNMENT = 3

function skipImmediate(body: Reader, { immediate }: Operator): void {
  switch (immediate) {
    case Immediate.INDEX:
      body.u32()
      break
    case Immediate.TWO_INDICES:
      body.u32()
      body.u32()
      break
    case Immediate.MEMORY:
      if (body.u32() > MAX_ALIGNMENT) throw new InvalidModuleError('alignment above 8 bytes')
      body.u32()
      break
    case Immediate.I64:
      body.skipInteger()
      break
    case Immediate.F32:
      body.skip(4)
      break
    case Immediate.F64:
      body.skip(8)
      break
  }
}

interface HeightFrame {
  polymorphic: boolean
  readonly endArity: number
  readonly branchArity: number
  readonly start: number
}

/** Height of the operand stack, and the greatest one in reachable code. */
class HeightCounter {
  max = 0
  #height = ACTIVATION_FRAME
  readonly #frames: HeightFrame[]
  #top: HeightFrame

  constructor(results: number) {
    this.#top = { polymorphic: false, endArity: results, branchArity: results, start: 0 }
    this.#frames = [this.#top]
  }

  observe(): void {
    if (this.#height > this.max && !this.#top.polymorphic) this.max = this.#height
  }

  push(count: number): void {
    this.#height += count
  }

  pop(count: number): void {
    if (count === 0) return
    if (this.#height === this.#top.start) {
      if (this.#top.polymorphic) return
      throw new InvalidModuleError('more values are popped than were pushed')
    }
    // quirk: behind an unreachable operator this may go below the start of the frame
    this.#height -= count
    if (this.#height < 0) throw new InvalidModuleError('stack underflow')
  }

  enter(endArity: number, branchArity: number): void {
    this.#top = { polymorphic: false, endArity, branchArity, start: this.#height }
    this.#frames.push(this.#top)
  }

  leave(): void {
    const { start, endArity } = this.#top
    this.#height = start + endArity
    this.#frames.pop()
    this.#top = this.#frames.at(-1) ?? this.#top
  }

  unreachable(): void {
    this.#top.polymorphic = true
  }

  arity(label: number): number {
    const frame = this.#frames[this.#frames.length - 1 - label]
    if (frame === undefined) throw new InvalidModuleError(`no label ${label}`)
    return frame.branchArity
  }
}

interface GasFrame {
  /** Index of the outermost frame that a branch from here leaves by its end. */
  lowestForwardTarget: number
  /** The metered block that operators are added to: its first operator, and milligas. */
  start: number
  cost: number
  readonly isLoop: boolean
}

/**
 * Divides a function into metered blocks: stretches of code that run as a whole or not at all,
 * traps aside, and are paid for at their start.
 */
class GasCounter {
  readonly edits: Edit[] = []
  readonly #frames: GasFrame[]
  #top: GasFrame

  constructor(start: number) {
    this.#top = { lowestForwardTarget: 0, start, cost: 0, isLoop: false }
    this.#frames = [this.#top]
  }

  /** Start of the active metered block. */
  get start(): number {
    return this.#top.start
  }

  /** The label of the function itself. */
  get depth(): number {
    return this.#frames.length - 1
  }

  add(cost: number): void {
    this.#top.cost += cost
  }

  enter(start: number, isLoop: boolean): void {
    this.#top = { lowestForwardTarget: this.#frames.length, start, cost: 0, isLoop }
    this.#frames.push(this.#top)
  }

  /** Ends the active metered block; the next one starts at `next`. */
  split(next: number): void {
    const { start, cost } = this.#top
    this.#top.start = next
    this.#top.cost = 0
    const outer = this.#frames[this.#frames.length - 2]
    // what a `block` shares with its surroundings is paid for there
    if (outer !== undefined && outer.start === start) outer.cost += cost
    else if (cost > 0) this.edits.push({ kind: 'charge', at: start, milligas: cost })
  }

  leave(next: number): void {
    this.split(next)
    const closed = this.#frames.pop()!
    const index = this.#frames.length
    const outer = this.#frames[index - 1]
    if (outer === undefined) return
    this.#top = outer
    outer.lowestForwardTarget = Math.min(outer.lowestForwardTarget, closed.lowestForwardTarget)
    if (closed.lowestForwardTarget < index) this.split(next)
  }

  branch(cost: number, next: number, labels: readonly number[]): void {
    this.add(cost)
    this.split(next)
    for (const label of labels) {
      const index = this.#frames.length - 1 - label
      const target = this.#frames[index]
      if (target === undefined) throw new InvalidModuleError(`no label ${label}`)
      if (target.isLoop) continue
      this.#top.lowestForwardTarget = Math.min(this.#top.lowestForwardTarget, index)
    }
  }
}
