/**
 * What a message did, as the FVM saw it: calls between actors, state, instructions. Plain data,
 * since it comes from another thread; everything in this folder is made from it.
 */
import type { ActorId } from '../../address/address.ts'
import type { EthAddress } from '../../address/eth-address.ts'
import type { BuiltinName } from '../../protocol/builtin.ts'
import type { ExitCode } from '../../protocol/exit-code.ts'
import type { MethodNum } from '../../protocol/method.ts'
import type { LogRecord } from '../records.ts'

/** A message that was run again and watched. */
export interface MessageTrace {
  readonly exitCode: ExitCode
  readonly returnData: Uint8Array
  readonly gasUsed: number
  /** undefined: the message was refused before it called anybody. */
  readonly call: ActorCall | undefined
  /** All actors that it looked at, by id; when asked for. */
  readonly accounts: readonly TouchedAccount[] | undefined
  /** JSON text of the list of instructions; when asked for. */
  readonly steps: string | undefined
  /** JSON text of Parity's `vmTrace`; when asked for. */
  readonly vm?: string | undefined
}

export interface ActorCall {
  /** Bytes of the address that the caller wrote. */
  readonly to: Uint8Array
  /** Who ran; undefined when the call reached nobody. */
  readonly invoked: InvokedActor | undefined
  readonly method: MethodNum
  readonly params: Payload | undefined
  readonly value: bigint
  readonly readOnly: boolean
  /** Gas units. */
  readonly gasLimit: number
  readonly gasUsed: number
  readonly exitCode: ExitCode
  readonly returned: Payload | undefined
  /** Why nobody could be called. */
  readonly refusal: string | undefined
  /** In the order of emission, without what a failure took back. */
  readonly logs: readonly TracedLog[]
  readonly calls: readonly ActorCall[]
  /** Code of the contract whose constructor this was, if it is there after the message. */
  readonly deployed: Uint8Array | undefined
  /** When asked for. */
  readonly detail: CallDetail | undefined
}

export interface InvokedActor {
  readonly id: ActorId
  /** Its f410 address, else its masked id. */
  readonly address: EthAddress
  /** undefined: an actor that is not built in. */
  readonly type: BuiltinName | undefined
}

/** A block of data that an actor was given or gave back. */
export interface Payload {
  readonly codec: number
  readonly data: Uint8Array
}

export interface TracedLog extends LogRecord {
  /** How many calls the contract had made before. */
  readonly callsBefore: number
}

export interface CallDetail {
  /** JSON forms of params and return; undefined: their form is not known. */
  readonly params: unknown
  readonly returned: unknown
  /** Charges of this call itself, by name. */
  readonly charges: readonly ChargeSum[]
}

export interface ChargeSum {
  readonly name: string
  readonly count: number
  readonly milligas: number
}

/** An account before and after a message. */
export interface TouchedAccount {
  readonly address: EthAddress
  /** undefined: there was no actor. */
  readonly before: AccountState | undefined
  readonly after: AccountState | undefined
  /** Slots of its storage that were read or written. */
  readonly slots: readonly TouchedSlot[]
}

export interface AccountState {
  readonly balance: bigint
  readonly nonce: bigint
  /** Empty unless it is a living contract. */
  readonly code: Uint8Array
}

/** Of 32 bytes each. */
export interface TouchedSlot {
  readonly slot: Uint8Array
  readonly before: Uint8Array
  readonly after: Uint8Array
}
