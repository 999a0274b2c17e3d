/**
 * Calls between actors as the calls that Ethereum would have made (eth-rpc spec 6). What the EVM
 * actor does behind a DELEGATECALL or a CREATE becomes one call; its other plumbing is left out.
 */
import { type EthAddress, maskedId } from '../../address/eth-address.ts'
import { concat, EMPTY, equal } from '../../base/bytes.ts'
import { address, bigint, bytes, fixedBytes, link, tuple, uint64 } from '../../ipld/codec.ts'
import { EAM_ACTOR, INIT_ACTOR } from '../../protocol/builtin.ts'
import { EvmExitCode, ExitCode } from '../../protocol/exit-code.ts'
import {
  EamMethod,
  FIRST_CONTRACT_METHOD,
  InvokeEVM,
  METHOD_CONSTRUCTOR,
  METHOD_SEND,
} from '../../protocol/method.ts'
import { abiWords, HANDLE_FILECOIN_METHOD } from '../native-input.ts'
import { createReturnCodec } from '../receipt.ts'
import type { ActorCall, InvokedActor, MessageTrace, Payload, TracedLog } from './actor-call.ts'
import { contentOf, decoded } from './payload.ts'

export type EvmCallKind = 'call' | 'staticcall' | 'delegatecall' | 'create' | 'create2'

export interface EvmCall {
  readonly kind: EvmCallKind
  readonly from: EthAddress
  /** Of a creation the new contract, null when there is none. */
  readonly to: EthAddress | null
  /** attoFIL that the call moved. */
  readonly value: bigint
  /** CALLVALUE inside; a DELEGATECALL has its caller's. */
  readonly apparentValue: bigint
  /** Gas units. */
  readonly gas: number
  readonly gasUsed: number
  readonly input: Uint8Array
  /** Of a creation what it reverted with, or {@link UNKNOWN_CODE}. */
  readonly output: Uint8Array
  /** Code of the new contract, when it is known. */
  readonly deployed: Uint8Array | undefined
  readonly exitCode: ExitCode
  /** Whether exit codes from 33 on mean what they mean to the EVM. */
  readonly hasEvmCodes: boolean
  /** `callsBefore` counts `calls`. */
  readonly logs: readonly TracedLog[]
  readonly calls: readonly EvmCall[]
}

/** Stands for code that no trace shows: no contract can have it (EIP-3541). */
export const UNKNOWN_CODE = Uint8Array.of(0xfe)

/** A trace that no actor can have made: a fault of this program. */
export class TraceError extends Error {
  override name = 'TraceError'
}

const Exec = 2n
const Exec4 = 3n
const Resurrect = 2n
const GetBytecode = 3n
const InvokeContractDelegate = 6n

const execReturn = tuple({ idAddress: address, robustAddress: address })
const delegateCallParams = tuple({
  code: link,
  input: bytes,
  caller: fixedBytes(20),
  value: bigint,
})
const createParams = tuple({ initcode: bytes, nonce: uint64 })
const create2Params = tuple({ initcode: bytes, salt: fixedBytes(32) })

/** The calls of one actor, as far as they have been read. */
interface Scope {
  readonly caller: EthAddress
  readonly callerIsEvm: boolean
  /** The contract whose code was asked for last: a DELEGATECALL begins with it. */
  bytecodeOf: EthAddress | undefined
}

/**
 * @param sender of the message
 * @returns undefined when Ethereum would have made no call at all
 */
export function evmCall(call: ActorCall, sender: EthAddress): EvmCall | undefined {
  return read({ caller: sender, callerIsEvm: false, bytecodeOf: undefined }, call)
}

/** What a message asked for. */
export interface AskedCall {
  readonly from: EthAddress
  readonly to: EthAddress | null
  readonly value: bigint
  readonly gas: number
  readonly input: Uint8Array
}

/**
 * The first call as geth shows it: with the gas of the whole message, and there in any case. Where
 * none was made it is what the message asked for.
 */
export function topCall({ call, exitCode, gasUsed }: MessageTrace, asked: AskedCall): EvmCall {
  const made = call && evmCall(call, asked.from)
  if (made !== undefined) return { ...made, gas: asked.gas, gasUsed }
  return {
    ...asked,
    kind: asked.to === null ? 'create' : 'call',
    apparentValue: asked.value,
    gasUsed,
    output: EMPTY,
    deployed: undefined,
    exitCode,
    hasEvmCodes: false,
    logs: [],
    calls: [],
  }
}

function read(scope: Scope, call: ActorCall): EvmCall | undefined {
  const { invoked, method } = call
  if (invoked === undefined) return undefined
  if (method === InvokeEVM) return contractCall(scope, call, invoked)
  if (invoked.id === INIT_ACTOR && (method === Exec || method === Exec4)) {
    return nativeCreation(scope, call)
  }
  if (
    invoked.id === EAM_ACTOR &&
    method > EamMethod.Constructor &&
    method <= EamMethod.CreateExternal
  ) {
    return creation(scope, call)
  }
  // no contract can call these: the EVM itself does
  if (scope.callerIsEvm && method > METHOD_SEND && method < FIRST_CONTRACT_METHOD) {
    return plumbing(scope, call, invoked)
  }
  return nativeCall(scope, call, invoked)
}

/** Ethereum traces no calls that it refuses before they begin. */
function neverBegan({ exitCode }: ActorCall): boolean {
  return exitCode === ExitCode.SYS_INSUFFICIENT_FUNDS || exitCode === ExitCode.SYS_ASSERTION_FAILED
}

function contractCall(scope: Scope, call: ActorCall, invoked: InvokedActor): EvmCall {
  const input = contentOf(call.params)
  const output = contentOf(call.returned)
  if (input === undefined || output === undefined) return nativeCall(scope, call, invoked)
  return plainCall(scope, call, invoked, input, output)
}

/** Method numbers and codecs are shown in the form in which contracts make and take such calls. */
function nativeCall(scope: Scope, call: ActorCall, invoked: InvokedActor): EvmCall {
  const input = concat(HANDLE_FILECOIN_METHOD, payloadWords(call.method, call.params))
  const output = payloadWords(BigInt(call.exitCode), call.returned)
  return plainCall(scope, call, invoked, input, output)
}

function payloadWords(first: bigint, payload: Payload | undefined): Uint8Array {
  return abiWords(first, BigInt(payload?.codec ?? 0), payload?.data ?? EMPTY)
}

function plainCall(
  scope: Scope,
  call: ActorCall,
  invoked: InvokedActor,
  input: Uint8Array,
  output: Uint8Array,
): EvmCall {
  return {
    ...common(scope, call),
    kind: call.readOnly ? 'staticcall' : 'call',
    to: invoked.address,
    input,
    output,
    deployed: undefined,
    ...inside(call),
  }
}

/** Exec of f01: an actor that is no contract. */
function nativeCreation(scope: Scope, call: ActorCall): EvmCall | undefined {
  // the EVM does not trace creations that it refuses in read-only calls
  const construction = call.readOnly ? undefined : constructorIn(call)
  if (construction === undefined) return undefined
  const created = call.exitCode === ExitCode.OK ? returned(call, execReturn) : undefined
  return {
    ...common(scope, call),
    kind: 'create',
    to: created === undefined ? null : maskedId(created.idAddress.actorId!),
    input: UNKNOWN_CODE,
    output: created === undefined ? EMPTY : UNKNOWN_CODE,
    deployed: undefined,
    ...inside(construction),
  }
}

/** Create, Create2 and CreateExternal of f010. */
function creation(scope: Scope, call: ActorCall): EvmCall | undefined {
  const construction = call.readOnly ? undefined : contractConstructorIn(call)
  if (construction === undefined) return undefined
  const created = call.exitCode === ExitCode.OK ? returned(call, createReturnCodec) : undefined
  return {
    ...common(scope, call),
    kind: call.method === EamMethod.Create2 ? 'create2' : 'create',
    to: created?.ethAddress ?? null,
    input: initcodeOf(call),
    output: creationOutput(call, construction),
    deployed: construction.deployed,
    ...inside(construction),
  }
}

function creationOutput({ exitCode }: ActorCall, construction: ActorCall): Uint8Array {
  if (exitCode === ExitCode.OK) return UNKNOWN_CODE
  const reverted = exitCode === EvmExitCode.REVERTED ? contentOf(construction.returned) : undefined
  return reverted ?? EMPTY
}

function initcodeOf(call: ActorCall): Uint8Array {
  const initcode = initcodeIn(call)
  if (initcode === undefined) throw new TraceError('the EAM made a contract of no initcode')
  return initcode
}

function initcodeIn({ method, params }: ActorCall): Uint8Array | undefined {
  switch (method) {
    case EamMethod.Create:
      return decoded(createParams, params?.data)?.initcode
    case EamMethod.Create2:
      return decoded(create2Params, params?.data)?.initcode
    default:
      return contentOf(params)
  }
}

/** Under f010: the constructor behind f01, or Resurrect of a contract that had died. */
function contractConstructorIn({ calls }: ActorCall): ActorCall | undefined {
  for (const call of calls) {
    const found =
      call.invoked?.id === INIT_ACTOR
        ? constructorIn(call)
        : call.method === Resurrect
          ? call
          : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function constructorIn({ calls }: ActorCall): ActorCall | undefined {
  return calls.find(({ method }) => method === METHOD_CONSTRUCTOR)
}

/** A DELEGATECALL asks another contract for its code, then calls its own contract with that. */
function plumbing(scope: Scope, call: ActorCall, invoked: InvokedActor): EvmCall | undefined {
  if (call.method === GetBytecode) {
    scope.bytecodeOf = call.exitCode === ExitCode.OK ? invoked.address : undefined
    return undefined
  }
  if (call.method !== InvokeContractDelegate) return undefined
  const params = decoded(delegateCallParams, call.params?.data)
  const output = contentOf(call.returned)
  const to = scope.bytecodeOf
  if (params === undefined || output === undefined || to === undefined) {
    throw new TraceError('a delegate call without code, input or output')
  }
  if (!equal(scope.caller, invoked.address)) {
    throw new TraceError('a delegate call to another contract')
  }
  return {
    ...common(scope, call),
    kind: 'delegatecall',
    to,
    apparentValue: params.value,
    input: params.input,
    output,
    deployed: undefined,
    ...inside(call),
  }
}

function common({ caller }: Scope, call: ActorCall) {
  const { value, gasLimit, gasUsed, exitCode, invoked } = call
  return {
    from: caller,
    value,
    apparentValue: value,
    gas: gasLimit,
    gasUsed,
    exitCode,
    hasEvmCodes: invoked?.type === 'evm' || invoked?.id === EAM_ACTOR,
  }
}

/** What the code that ran did in turn. */
function inside(call: ActorCall): Pick<EvmCall, 'calls' | 'logs'> {
  const { invoked } = call
  if (invoked === undefined) return { calls: [], logs: [] }
  const scope: Scope = {
    caller: invoked.address,
    callerIsEvm: invoked.type === 'evm',
    bytecodeOf: undefined,
  }
  const calls: EvmCall[] = []
  /** How many calls are shown of the first so many. */
  const shown = [0]
  for (const inner of call.calls) {
    const made = neverBegan(inner) ? undefined : read(scope, inner)
    if (made !== undefined) calls.push(made)
    shown.push(calls.length)
  }
  const logs = call.logs.map((log) => ({ ...log, callsBefore: shown[log.callsBefore]! }))
  return { calls, logs }
}

function returned<T>(call: ActorCall, codec: { decode(data: Uint8Array): T }): T {
  const value = decoded(codec, call.returned?.data)
  if (value === undefined) throw new TraceError('a successful creation that returns nothing')
  return value
}
