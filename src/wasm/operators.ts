/**
 * The operators that actors may use, with what they do to the operand stack and what they cost
 * beyond the usual 4 gas. Whatever is not here makes a module invalid: SIMD, threads, exceptions,
 * tail calls, reference instructions, typed select (fvm-wasm-instrument 0.4.0, FIP-0032).
 */

export const ValueType = { I32: 0x7f, I64: 0x7e, F32: 0x7d, F64: 0x7c } as const

/** The operators that are more than a row of {@link operators}. */
export const Op = {
  UNREACHABLE: 0x00,
  BLOCK: 0x02,
  LOOP: 0x03,
  IF: 0x04,
  ELSE: 0x05,
  END: 0x0b,
  BR: 0x0c,
  BR_IF: 0x0d,
  BR_TABLE: 0x0e,
  RETURN: 0x0f,
  CALL: 0x10,
  CALL_INDIRECT: 0x11,
  SELECT: 0x1b,
  LOCAL_GET: 0x20,
  LOCAL_SET: 0x21,
  LOCAL_TEE: 0x22,
  GLOBAL_GET: 0x23,
  GLOBAL_SET: 0x24,
  MEMORY_SIZE: 0x3f,
  MEMORY_GROW: 0x40,
  I32_CONST: 0x41,
  I64_CONST: 0x42,
  F32_CONST: 0x43,
  F64_CONST: 0x44,
  I32_EQ: 0x46,
  I32_GT_U: 0x4b,
  I64_LT_S: 0x53,
  F32_EQ: 0x5b,
  F64_EQ: 0x61,
  I32_ADD: 0x6a,
  I32_SUB: 0x6b,
  I64_SUB: 0x7d,
  I64_MUL: 0x7e,
  I64_EXTEND_I32_U: 0xad,
  I64_TRUNC_F64_S: 0xb0,
  F64_CONVERT_I64_S: 0xb9,
} as const

/** Operators with the prefix byte 0xfc stand behind the plain ones in {@link operators}. */
export const PREFIX = 0xfc
export const PREFIXED = 0x100

export const Prefixed = {
  MEMORY_INIT: PREFIXED + 8,
  DATA_DROP: PREFIXED + 9,
  MEMORY_COPY: PREFIXED + 10,
  MEMORY_FILL: PREFIXED + 11,
  TABLE_INIT: PREFIXED + 12,
  ELEM_DROP: PREFIXED + 13,
  TABLE_COPY: PREFIXED + 14,
  TABLE_GROW: PREFIXED + 15,
  TABLE_SIZE: PREFIXED + 16,
  TABLE_FILL: PREFIXED + 17,
} as const

/** What follows an opcode. */
export const Immediate = {
  NONE: 0,
  INDEX: 1,
  TWO_INDICES: 2,
  /** alignment and offset */
  MEMORY: 3,
  I32: 4,
  I64: 5,
  F32: 6,
  F64: 7,
  BLOCK_TYPE: 8,
  LABELS: 9,
} as const
export type Immediate = (typeof Immediate)[keyof typeof Immediate]

/** The type of a result that could be a NaN of any bits. */
export type NaNType = typeof ValueType.F32 | typeof ValueType.F64

export interface Operator {
  readonly immediate: Immediate
  readonly pops: number
  readonly pushes: number
  readonly free: boolean
  /** Milligas per unit of the topmost operand. */
  readonly linear: number
  readonly nan: NaNType | undefined
}

/** Milligas of an operator that is not free. */
export const OPERATOR_COST = 4_000

/** 0.4 gas per byte, of which a page has 65,536 and a table element takes 8. */
const BYTE_COST = 400
const TABLE_ELEMENT_COST = 8 * BYTE_COST
export const PAGE_COST = 65_536 * BYTE_COST

const { NONE, INDEX, TWO_INDICES, MEMORY, LABELS, BLOCK_TYPE } = Immediate

type Row = [first: number, last: number, pops: number, pushes: number, immediate?: Immediate]

// the stack effect of control operators depends on labels and types: see function-plan.ts
const rows: readonly Row[] = [
  [0x00, 0x01, 0, 0], // unreachable, nop
  [0x02, 0x03, 0, 0, BLOCK_TYPE], // block, loop
  [0x04, 0x04, 1, 0, BLOCK_TYPE], // if
  [0x05, 0x05, 0, 0], // else
  [0x0b, 0x0b, 0, 0], // end
  [0x0c, 0x0d, 0, 0, INDEX], // br, br_if
  [0x0e, 0x0e, 0, 0, LABELS], // br_table
  [0x0f, 0x0f, 0, 0], // return
  [0x10, 0x10, 0, 0, INDEX], // call
  [0x11, 0x11, 0, 0, TWO_INDICES], // call_indirect
  [0x1a, 0x1a, 1, 0], // drop
  [0x1b, 0x1b, 0, 0], // select
  [0x20, 0x20, 0, 1, INDEX], // local.get
  [0x21, 0x21, 1, 0, INDEX], // local.set
  [0x22, 0x22, 1, 1, INDEX], // local.tee
  [0x23, 0x23, 0, 1, INDEX], // global.get
  [0x24, 0x24, 1, 0, INDEX], // global.set
  [0x25, 0x25, 1, 1, INDEX], // table.get
  [0x26, 0x26, 2, 0, INDEX], // table.set
  [0x28, 0x35, 1, 1, MEMORY], // loads
  [0x36, 0x3e, 2, 0, MEMORY], // stores
  [0x3f, 0x3f, 0, 1, INDEX], // memory.size
  [0x40, 0x40, 1, 1, INDEX], // memory.grow
  [0x41, 0x41, 0, 1, Immediate.I32],
  [0x42, 0x42, 0, 1, Immediate.I64],
  [0x43, 0x43, 0, 1, Immediate.F32],
  [0x44, 0x44, 0, 1, Immediate.F64],
  [0x45, 0x45, 1, 1], // i32.eqz
  [0x46, 0x4f, 2, 1], // comparisons of i32
  [0x50, 0x50, 1, 1], // i64.eqz
  [0x51, 0x66, 2, 1], // comparisons of i64, f32, f64
  [0x67, 0x69, 1, 1], // i32 clz ctz popcnt
  [0x6a, 0x78, 2, 1], // i32 add … rotr
  [0x79, 0x7b, 1, 1], // i64 clz ctz popcnt
  [0x7c, 0x8a, 2, 1], // i64 add … rotr
  [0x8b, 0x91, 1, 1], // f32 abs neg ceil floor trunc nearest sqrt
  [0x92, 0x98, 2, 1], // f32 add sub mul div min max copysign
  [0x99, 0x9f, 1, 1], // f64 abs … sqrt
  [0xa0, 0xa6, 2, 1], // f64 add … copysign
  [0xa7, 0xc4, 1, 1], // conversions, sign extensions
  [PREFIXED + 0, PREFIXED + 7, 1, 1], // saturating truncations
  [Prefixed.MEMORY_INIT, Prefixed.MEMORY_INIT, 3, 0, TWO_INDICES],
  [Prefixed.DATA_DROP, Prefixed.DATA_DROP, 0, 0, INDEX],
  [Prefixed.MEMORY_COPY, Prefixed.MEMORY_COPY, 3, 0, TWO_INDICES],
  [Prefixed.MEMORY_FILL, Prefixed.MEMORY_FILL, 3, 0, INDEX],
  [Prefixed.TABLE_INIT, Prefixed.TABLE_INIT, 3, 0, TWO_INDICES],
  [Prefixed.ELEM_DROP, Prefixed.ELEM_DROP, 0, 0, INDEX],
  [Prefixed.TABLE_COPY, Prefixed.TABLE_COPY, 3, 0, TWO_INDICES],
  [Prefixed.TABLE_GROW, Prefixed.TABLE_GROW, 2, 1, INDEX],
  [Prefixed.TABLE_SIZE, Prefixed.TABLE_SIZE, 0, 1, INDEX],
  [Prefixed.TABLE_FILL, Prefixed.TABLE_FILL, 3, 0, INDEX],
]

/** unreachable nop block loop else end return drop */
const free: ReadonlySet<number> = new Set([0x00, 0x01, 0x02, 0x03, 0x05, 0x0b, 0x0f, 0x1a])

const linear: Readonly<Record<number, number>> = {
  [Op.MEMORY_GROW]: PAGE_COST,
  [Prefixed.MEMORY_INIT]: BYTE_COST,
  [Prefixed.MEMORY_COPY]: BYTE_COST,
  [Prefixed.MEMORY_FILL]: BYTE_COST,
  [Prefixed.TABLE_INIT]: TABLE_ELEMENT_COST,
  [Prefixed.TABLE_COPY]: TABLE_ELEMENT_COST,
  [Prefixed.TABLE_GROW]: TABLE_ELEMENT_COST,
  [Prefixed.TABLE_FILL]: TABLE_ELEMENT_COST,
}

/** Arithmetic; the other float operators move bits or give integers. */
function nanKind(op: number): Operator['nan'] {
  // ceil floor trunc nearest sqrt add sub mul div min max, and f32.demote_f64
  if ((op >= 0x8d && op <= 0x97) || op === 0xb6) return ValueType.F32
  // the same, and f64.promote_f32
  if ((op >= 0x9b && op <= 0xa5) || op === 0xbb) return ValueType.F64
  return undefined
}

/** By opcode. */
export const operators: readonly (Operator | undefined)[] = (() => {
  const table: (Operator | undefined)[] = new Array(PREFIXED + 18).fill(undefined)
  for (const [first, last, pops, pushes, immediate = NONE] of rows) {
    for (let op = first; op <= last; op++) {
      table[op] = {
        immediate,
        pops,
        pushes,
        free: free.has(op),
        linear: linear[op] ?? 0,
        nan: nanKind(op),
      }
    }
  }
  return table
})()
