/** Instructions in the form of Parity's `vmTrace`. */
import type { Hex } from '../quantity.ts'

export interface VmTrace {
  readonly code: Hex
  readonly ops: readonly VmOperation[]
}

export interface VmOperation {
  readonly pc: number
  /** Gas that was gone when the next instruction of the same code began, calls included. */
  readonly cost: number
  /** null: the instruction failed. */
  readonly ex: VmEffect | null
  /** What ran in a call or creation. */
  readonly sub: VmTrace | null
}

export interface VmEffect {
  readonly mem: { readonly off: number; readonly data: Hex } | null
  /** Words on top of the stack that are new, the last one on top. */
  readonly push: readonly Hex[]
  readonly store: { readonly key: Hex; readonly val: Hex } | null
  /** Gas left. */
  readonly used: number
}

const NOTHING_PUSHED =
  /^(STOP|POP|JUMP|JUMPI|JUMPDEST|RETURN|REVERT|INVALID|SELFDESTRUCT|LOG\d|[ST]STORE|MSTORE8?|(CALLDATA|CODE|EXTCODE|RETURNDATA|M)COPY)$/

/** How many words on top of the stack an instruction leaves; of DUP and SWAP all that it moved. */
export function wordsLeft(instruction: string): number {
  const moved = /^(DUP|SWAP)(\d+)$/.exec(instruction)
  if (moved !== null) return Number(moved[2]) + 1
  return NOTHING_PUSHED.test(instruction) ? 0 : 1
}

/** Which operands are offset and size of the memory that it writes, counted from the top. */
const written: Readonly<Record<string, readonly [offset: number, size: number | 'word' | 'byte']>> =
  {
    MLOAD: [0, 'word'],
    MSTORE: [0, 'word'],
    MSTORE8: [0, 'byte'],
    CALLDATACOPY: [0, 2],
    CODECOPY: [0, 2],
    RETURNDATACOPY: [0, 2],
    MCOPY: [0, 2],
    EXTCODECOPY: [1, 3],
    CALL: [5, 6],
    DELEGATECALL: [4, 5],
    STATICCALL: [4, 5],
  }

/** @param stack before the instruction, the last word on top */
export function memoryWritten(
  instruction: string,
  stack: readonly bigint[],
): { readonly off: number; readonly size: number } | undefined {
  const operands = Object.hasOwn(written, instruction) ? written[instruction] : undefined
  if (operands === undefined) return undefined
  const at = (index: number) => Number(stack.at(-1 - index) ?? 0n)
  const [offset, size] = operands
  const length = size === 'word' ? 32 : size === 'byte' ? 1 : at(size)
  return length === 0 ? undefined : { off: at(offset), size: length }
}
