/**
 * What the wasm execution of the EVM actor costs, for an actor that is not wasm.
 *
 * FEVM has no price per opcode: a frame pays for the wasm instructions that the genuine actor
 * (built-in actors v18) executes, at 4 gas each, plus 0.4 gas per byte that it copies or fills and
 * 26,214.4 gas per page of memory. These numbers were measured on the genuine actor under the
 * instrumentation rules of network versions 18-28; where an opcode's cost depends on its operands,
 * a formula follows the actor's code (numbers of four or eight 64-bit limbs, schoolbook division,
 * square-and-multiply, a byte-wise comparison in EQ).
 *
 * Units: gas here, milligas in everything that is made from it. Kernel charges are no part of it,
 * with one exception that says so.
 */
import * as layout from './engine/layout.ts'
import { Opcode, type OpcodeName } from './engine/opcodes.ts'

/** Gas of an opcode on its cheapest path; the engine charges it before anything else. */
export const opcodeGas = {
  STOP: 0,
  ADD: 793,
  MUL: 2837,
  SUB: 780,
  DIV: 700,
  SDIV: 560,
  MOD: 530,
  SMOD: 750,
  ADDMOD: 590,
  MULMOD: 590,
  EXP: 1389,
  SIGNEXTEND: 705,
  LT: 945,
  GT: 969,
  SLT: 869,
  SGT: 869,
  EQ: 941,
  ISZERO: 625.5,
  AND: 617,
  OR: 617,
  XOR: 617,
  NOT: 633.5,
  BYTE: 805,
  SHL: 785,
  SHR: 797,
  SAR: 937,
  CLZ: 829.5,
  KECCAK256: 3093.8,
  ADDRESS: 1512,
  BALANCE: 2510,
  ORIGIN: 2990,
  CALLER: 1512,
  CALLVALUE: 2696.4,
  CALLDATALOAD: 969.5,
  CALLDATASIZE: 424,
  CALLDATACOPY: 1875.5,
  CODESIZE: 428,
  CODECOPY: 1883.5,
  GASPRICE: 9156.4,
  EXTCODESIZE: 3026.5,
  EXTCODECOPY: 4570.5,
  RETURNDATASIZE: 424,
  RETURNDATACOPY: 1883.5,
  EXTCODEHASH: 3346.5,
  BLOCKHASH: 1097.5,
  COINBASE: 420,
  TIMESTAMP: 512,
  NUMBER: 728,
  PREVRANDAO: 1708.8,
  GASLIMIT: 412,
  CHAINID: 512,
  SELFBALANCE: 3288.4,
  BASEFEE: 5776.4,
  POP: 300,
  MLOAD: 2078.3,
  MSTORE: 1405,
  MSTORE8: 661,
  SLOAD: 3084,
  SSTORE: 2528,
  JUMP: 604,
  JUMPI: 604,
  PC: 396,
  MSIZE: 424,
  GAS: 556,
  JUMPDEST: 224,
  TLOAD: 2588,
  TSTORE: 2528,
  MCOPY: 2243.5,
  PUSH0: 416,
  DUP1: 680,
  SWAP1: 676,
  LOG0: 3116,
  LOG1: 3116,
  LOG2: 3116,
  LOG3: 3116,
  LOG4: 3116,
  CREATE: 24_800,
  CALL: 0,
  RETURN: 800,
  DELEGATECALL: 0,
  CREATE2: 26_540,
  STATICCALL: 0,
  REVERT: 0,
  INVALID: 0,
  SELFDESTRUCT: 15_185,
} satisfies Record<OpcodeName, number>

/** PUSH1 .. PUSH32: up to eight bytes are read one by one, more as a byte string. */
const pushGas: readonly number[] = [
  ...[540, 580, 600, 620, 640, 660, 680, 700],
  ...Array.from({ length: 24 }, (_, i) => (i < 3 ? 1627.6 : 1641.1) + 0.4 * i),
]

type FormulaName = Extract<keyof typeof layout, `COST_${string}`>

/** Gas that operands add to the opcode's own. */
export const formulaGas = {
  COST_JUMPI_TAKEN: 56,

  // LT GT SLT SGT, by the number of equal limbs from the top
  COST_COMPARE_0: 0,
  COST_COMPARE_1: 35,
  COST_COMPARE_2: 70,
  COST_COMPARE_3: 104,
  COST_COMPARE_4: 72,
  /** SLT and SGT of operands with the same sign. */
  COST_SIGNED_COMPARE: 152,
  /** For each equal byte from the bottom. */
  COST_EQ_BYTE: 90.375,

  // shift amounts below 256 of values that are not 0, and for each limb that is not shifted out
  COST_SHL: 316,
  COST_SHL_LIMB: 176,
  COST_SHR: 244,
  COST_SHR_LIMB: 140,
  COST_SAR: 312,
  COST_SAR_LIMB: 120,
  COST_SAR_NEGATIVE: 564,

  /** BYTE and SIGNEXTEND with an index of one limb that is too large. */
  COST_ONE_LIMB_INDEX: 64,
  COST_BYTE: 140,
  // by the limb of the byte that is extended
  COST_SIGNEXTEND_0: 560,
  COST_SIGNEXTEND_1: 700,
  COST_SIGNEXTEND_2: 840,
  COST_SIGNEXTEND_3: 892,
  COST_CLZ_LIMB: 9,

  // DIV MOD SDIV SMOD by divisors that are not 0: dividend of fewer bits; divisor of up to 32
  // bits; of up to 64; of more limbs, of which the top bit is not set, for each limb of the
  // quotient, and for each limb subtracted then; for each operand below 0
  COST_DIV_LESS: 700,
  COST_DIV_SHORT: 3435,
  COST_DIV_WIDE: 6450,
  COST_DIV_LONG: 450,
  COST_DIV_SHIFT: 1400,
  COST_DIV_ROUND: 4450,
  COST_DIV_LIMB: 354,
  COST_DIV_NEGATE: 246,
  // the same for ADDMOD and MULMOD, whose numbers have eight limbs
  COST_MODULAR_LESS: 2310,
  COST_MODULAR_SHORT: 7895,
  COST_MODULAR_WIDE: 16_400,
  COST_MODULAR_LONG: 0,
  COST_MODULAR_SHIFT: 2400,
  COST_MODULAR_ROUND: 7200,
  COST_MODULAR_LIMB: 227,
  /** The product of MULMOD, and for each limb of its first factor. */
  COST_MULMOD: 4670,
  COST_MULMOD_LIMB: 1800,
  // exponents that are not 0, for each bit up to the highest, for each bit that is set
  COST_EXP_NONZERO: 80,
  COST_EXP_BIT: 1650,
  COST_EXP_ONE: 2262.4,

  COST_KECCAK_DATA: 300,
  /** Kernel: one syscall and the hashing of every byte. */
  COST_KECCAK_KERNEL: 14_000,
  COST_KECCAK_KERNEL_BYTE: 33,
  COST_CALLDATALOAD_DATA: 1161.6,
  /** *COPY, for each byte. */
  COST_COPY_BYTE: 0.4,

  // memory growth, see engine/assembly/memory.ts
  COST_MEMORY_EXPAND: 306,
  COST_MEMORY_FILL_BYTE: 0.4,
  COST_MEMORY_REALLOCATE: 1283,
  COST_MEMORY_MOVE_BYTE: 0.4,
  COST_HEAP_GROW: 3660,
  COST_HEAP_PAGE: 26_214.4,
} satisfies Record<Exclude<FormulaName, 'COST_COUNT'>, number>

/** Milligas of finding the jump destinations, charged with every frame. */
export const analysisGas = {
  /** For each opcode that is no PUSH1 .. PUSH32. */
  byte: 84_400,
  /** For each PUSH1 .. PUSH32, and for each of its bytes. */
  push: 92_000,
  pushByte: 400,
}

/** What an interpreter is made with. */
export interface EngineGas {
  /** Milligas by index of the cost table, see engine/layout.ts. */
  readonly costs: Uint32Array
}

export const engineGas: EngineGas = { costs: costTable() }

/** The genuine actor's heap when a frame starts. */
export interface Heap {
  /** Bytes that need no new page. */
  readonly free: number
  /** Pages of the actor's memory, and how many of them code and calldata asked for. */
  readonly pages: number
  readonly grown: number
}

const HEAP_PAGE = 65_536
/** The instance's own pages, and the one that the first allocation asks for. */
const FIRST_PAGES = 18
/** What is left of that page. */
const FIRST_FREE = 62_500

/** Code is there as a block and as a map of its opcodes, calldata as params and by itself. */
export function heapAt(codeLength: number, calldataLength: number): Heap {
  const { free, grown } = allocated(FIRST_FREE, 2 * codeLength + 2 * calldataLength)
  return { free, pages: FIRST_PAGES + grown, grown }
}

/** The heap after an allocation. */
export function allocated(free: number, size: number): { free: number; grown: number } {
  const grown = size > free ? Math.ceil((size - free) / HEAP_PAGE) : 0
  return { free: free + grown * HEAP_PAGE - size, grown }
}

/** Milligas of new pages. */
export function pageGas(pages: number): number {
  return 1_000 * pages * formulaGas.COST_HEAP_PAGE
}

function costTable(): Uint32Array {
  const costs = new Uint32Array(layout.COST_COUNT)
  const set = (index: number, gas: number) => {
    costs[index] = Math.round(gas * 1000)
  }
  for (const [name, gas] of Object.entries(opcodeGas)) set(Opcode[name as OpcodeName], gas)
  for (const [i, gas] of pushGas.entries()) set(Opcode.PUSH0 + 1 + i, gas)
  for (let i = 1; i < 16; i++) {
    set(Opcode.DUP1 + i, opcodeGas.DUP1)
    set(Opcode.SWAP1 + i, opcodeGas.SWAP1)
  }
  // biome-ignore lint/performance/noDynamicNamespaceImportAccess: all of the COST_ names are used
  for (const [name, gas] of Object.entries(formulaGas)) set(layout[name as FormulaName], gas)
  return costs
}
