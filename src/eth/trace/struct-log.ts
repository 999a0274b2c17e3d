/** One instruction in the form of geth's default tracer. */
import { EMPTY, to0x } from '../../base/bytes.ts'
import { type Hex, toQuantity } from '../quantity.ts'

export interface StepOptions {
  readonly disableStack: boolean
  readonly disableStorage: boolean
  readonly enableMemory: boolean
  readonly enableReturnData: boolean
  /** Instructions to show; 0: all. */
  readonly limit: number
}

/** An instruction and the machine as it was before it. */
export interface Step {
  readonly pc: number
  readonly instruction: string
  /** Gas units left. */
  readonly gas: number
  /** What was gone when the next instruction of the same contract began, calls included. */
  readonly gasCost: number
  /** 1 for the first contract. */
  readonly depth: number
  readonly error: string | undefined
  /** The last word on top; as the following, undefined when it is not wanted. */
  readonly stack: readonly bigint[] | undefined
  readonly memory: Uint8Array | undefined
  readonly returnData: Uint8Array | undefined
  /** Slots of the contract that have been read or written so far; for SLOAD and SSTORE. */
  readonly storage: ReadonlyMap<bigint, bigint> | undefined
}

export interface StructLogJson {
  readonly pc: number
  readonly op: string
  readonly gas: number
  readonly gasCost: number
  readonly depth: number
  readonly error?: string
  readonly stack?: readonly Hex[]
  readonly returnData?: Hex
  readonly memory?: readonly Hex[]
  readonly storage?: Readonly<Record<Hex, Hex>>
}

export function structLog(step: Step): StructLogJson {
  const { pc, instruction, gas, gasCost, depth, error, stack, storage } = step
  const memory = step.memory ?? EMPTY
  const returnData = step.returnData ?? EMPTY
  return {
    pc,
    op: instruction,
    gas,
    gasCost,
    depth,
    ...(error === undefined ? {} : { error }),
    ...(stack === undefined ? {} : { stack: stack.map(toQuantity) }),
    ...(returnData.length === 0 ? {} : { returnData: to0x(returnData) }),
    ...(memory.length === 0 ? {} : { memory: words(memory) }),
    ...(storage === undefined ? {} : { storage: storageJson(storage) }),
  }
}

/** Memory grows by whole words. */
function words(memory: Uint8Array): Hex[] {
  return Array.from({ length: memory.length >> 5 }, (_, i) =>
    to0x(memory.subarray(i << 5, (i + 1) << 5)),
  )
}

function storageJson(storage: ReadonlyMap<bigint, bigint>): Record<Hex, Hex> {
  return Object.fromEntries([...storage].map(([slot, value]) => [word(slot), word(value)]))
}

function word(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}
