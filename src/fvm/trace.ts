/** What a message did, for traces, error texts and the comparison of charge lists. */
import type { ActorId, Address } from '../address/address.ts'
import type { CID } from '../ipld/cid.ts'
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
  invoked?: { readonly id: ActorId; readonly code: CID }
  result?: CallTraceResult
  readonly calls: CallTrace[]
}

export type CallTraceResult =
  | { readonly exitCode: ExitCode; readonly value: Block | undefined; readonly gasUsed: number }
  | { readonly error: string; readonly gasUsed: number }

/** One step of the way an error took, the actor that failed first. */
export interface Frame {
  readonly actor: ActorId
  readonly method: MethodNum
  readonly exitCode: ExitCode
  readonly message: string
}
