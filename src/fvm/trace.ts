/** What a message did, for traces, error texts and the comparison of charge lists. */
import type { ActorId, Address } from '../address/address.ts'
import type { CID } from '../ipld/cid.ts'
import type { StampedEvent } from '../protocol/event.ts'
import type { ExitCode } from '../protocol/exit-code.ts'
import type { MethodNum } from '../protocol/method.ts'
import type { Block } from './block.ts'

export interface CallTrace {
  readonly from: ActorId
  readonly to: Address
  readonly method: MethodNum
  readonly params: Block | undefined
  readonly value: bigint
  readonly readOnly: boolean
  /** Milligas the call may use. */
  readonly gasLimit: number
  /** Who ran, if anybody did. */
  invoked?: InvokedActor
  result?: CallTraceResult
  readonly calls: CallTrace[]
  /** What this call emitted, also when a failure took it back. */
  readonly events: TracedEvent[]
  /** Its part of the message's list of charges, with the parts of the calls that it made. */
  readonly charges: { readonly start: number; end: number }
}

export interface InvokedActor {
  readonly id: ActorId
  readonly code: CID
  readonly delegatedAddress: Address | null
}

export interface CallTraceResult {
  /** Of a call that reached no actor: the code with which a message would end. */
  readonly exitCode: ExitCode
  readonly value: Block | undefined
  /** Milligas. */
  readonly gasUsed: number
  /** Why no actor could be called. */
  readonly refusal: string | undefined
}

export interface TracedEvent {
  readonly event: StampedEvent
  /** How many calls its emitter had made before, in the same invocation. */
  readonly callsBefore: number
}

/** One step of the way an error took, the actor that failed first. */
export interface Frame {
  readonly actor: ActorId
  readonly method: MethodNum
  readonly exitCode: ExitCode
  readonly message: string
}

/**
 * What a trace wants to know of actors that interpret code of their own, the EVM actor's contracts.
 * What is absent costs nothing.
 */
export interface CodeObserver {
  /** A contract is about to read or write a slot of its storage. */
  readonly onStorage?: (contract: ActorId, slot: Uint8Array) => void
  /** A contract calls an address, whether anybody is there or not. */
  readonly onCall?: (target: Uint8Array, input: Uint8Array) => void
  readonly steps?: StepObserver
}

export interface StepObserver {
  enter(frame: CodeFrame): void
  /** Before each instruction. @returns false when it has seen enough of this frame */
  step(frame: CodeFrame): boolean
  /** @param exitCode OK unless the frame failed */
  leave(frame: CodeFrame, exitCode: ExitCode): void
}

/** A contract's code in the middle of its run. */
export interface CodeFrame {
  /** Whose storage the code works on. */
  readonly contract: ActorId
  /** Mnemonic of the next instruction. */
  readonly instruction: string
  /** Its offset in the code. */
  readonly pc: number
  /** Milligas left. */
  readonly gas: number
  /** The last word on top. */
  stack(): readonly bigint[]
  memory(): Uint8Array
  /** What the last call gave back. */
  returnData(): Uint8Array
}
