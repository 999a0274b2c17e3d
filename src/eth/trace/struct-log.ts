/** Instructions in the form of geth's default tracer. */
import { EMPTY, to0x, toHex } from '../../base/bytes.ts'

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
  /** 1 for the first contract. */
  readonly depth: number
  /** The last word on top; as the following, undefined when it is not wanted. */
  readonly stack: readonly bigint[] | undefined
  readonly memory: Uint8Array | undefined
  readonly returnData: Uint8Array | undefined
}

/** What is known when an instruction is over. */
export interface StepEnd {
  /** What was gone when the next instruction of the same contract began, calls included. */
  readonly gasCost: number
  readonly error: string | undefined
  /** Slots of the contract that have been read or written so far; for SLOAD and SSTORE. */
  readonly storage: ReadonlyMap<bigint, bigint> | undefined
}

/**
 * JSON text of one instruction. Put together by hand, since a trace has hundreds of thousands of
 * them: no mnemonic and no error has a character that JSON would have to escape.
 */
export function structLogText(step: Step, { gasCost, error, storage }: StepEnd): string {
  const { pc, instruction, gas, depth, stack, memory = EMPTY, returnData = EMPTY } = step
  let text = `{"pc":${pc},"op":"${instruction}","gas":${gas},"gasCost":${gasCost},"depth":${depth}`
  if (error !== undefined) text += `,"error":"${error}"`
  if (stack !== undefined) text += `,"stack":${stackText(stack)}`
  if (returnData.length > 0) text += `,"returnData":"${to0x(returnData)}"`
  if (memory.length > 0) text += `,"memory":${memoryText(memory)}`
  if (storage !== undefined) text += `,"storage":${storageText(storage)}`
  return `${text}}`
}

function stackText(stack: readonly bigint[]): string {
  let text = ''
  for (const word of stack) text += `${text === '' ? '' : ','}"0x${word.toString(16)}"`
  return `[${text}]`
}

/** Memory grows by whole words. */
function memoryText(memory: Uint8Array): string {
  const hex = toHex(memory)
  let text = ''
  for (let at = 0; at < hex.length; at += 64) {
    text += `${at === 0 ? '' : ','}"0x${hex.slice(at, at + 64)}"`
  }
  return `[${text}]`
}

function storageText(storage: ReadonlyMap<bigint, bigint>): string {
  const pairs = [...storage].map(([slot, value]) => `"${word(slot)}":"${word(value)}"`)
  return `{${pairs.join(',')}}`
}

function word(value: bigint): string {
  return `0x${value.toString(16).padStart(64, '0')}`
}
