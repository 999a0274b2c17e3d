/**
 * How a native actor is written down: a table from method number to what the method takes, gives,
 * who may call it and what it does.
 */
import { type ActorId, Address } from '../address/address.ts'
import { ActorError } from '../fvm/errors.ts'
import type { Kernel } from '../fvm/kernel.ts'
import type { Actor } from '../fvm/machine.ts'
import { Codec } from '../ipld/cid.ts'
import type { Codec as CborCodec } from '../ipld/codec.ts'
import {
  type BuiltinName,
  DATACAP_ACTOR,
  EAM_ACTOR,
  INIT_ACTOR,
  STORAGE_MARKET_ACTOR,
  STORAGE_POWER_ACTOR,
  SYSTEM_ACTOR,
} from '../protocol/builtin.ts'
import { ExitCode } from '../protocol/exit-code.ts'
import { FIRST_EXPORTED_METHOD, type MethodNum } from '../protocol/method.ts'
import { abort, decodeParams, type IpldBlock, type Runtime, trampoline } from './runtime.ts'

const singletons = {
  system: SYSTEM_ACTOR,
  init: INIT_ACTOR,
  eam: EAM_ACTOR,
  power: STORAGE_POWER_ACTOR,
  market: STORAGE_MARKET_ACTOR,
  datacap: DATACAP_ACTOR,
} as const satisfies Record<string, ActorId>

/** Who may call: anybody, one singleton, the message's origin, the actor itself, or a kind of actor. */
export type Callers =
  | 'any'
  | 'origin'
  | 'self'
  | keyof typeof singletons
  | { readonly type: BuiltinName }

export interface Method {
  readonly callers: Callers
  /** How params and return are read; undefined: there are none, or they have no fixed form. */
  readonly params?: CborCodec<unknown>
  readonly returns?: CborCodec<unknown>
  invoke(runtime: Runtime, params: IpldBlock | undefined): IpldBlock | undefined
}

interface MethodSpec<P, R> {
  readonly callers: Callers
  readonly params: CborCodec<P>
  /** undefined: no return block at all. */
  readonly returns?: CborCodec<R>
  /** IPLD codec that the params must have; by default any that can be decoded. */
  readonly paramsCodec?: number
  readonly returnsCodec?: number
  run(runtime: Runtime, params: P): R
}

interface PlainMethodSpec<R> extends Omit<MethodSpec<never, R>, 'params' | 'paramsCodec' | 'run'> {
  run(runtime: Runtime): R
}

/** A method with params. */
export function on<P, R>(spec: MethodSpec<P, R>): Method {
  return {
    callers: spec.callers,
    params: spec.params as CborCodec<unknown>,
    ...(spec.returns && { returns: spec.returns as CborCodec<unknown> }),
    invoke(runtime, params) {
      if (params === undefined) {
        throw abort(ExitCode.USR_ILLEGAL_ARGUMENT, 'method expects arguments')
      }
      if (spec.paramsCodec !== undefined && params.codec !== spec.paramsCodec) {
        const message = `method expects parameters with codec ${spec.paramsCodec}`
        throw abort(ExitCode.USR_ILLEGAL_ARGUMENT, message)
      }
      const decoded = decodeParams(runtime, params, spec.params)
      runtime.work.stage = 'method'
      validateCaller(runtime, spec.callers)
      return toBlock(spec.run(runtime, decoded), spec.returns, spec.returnsCodec)
    },
  }
}

/** A method without params. */
export function onNothing<R>(spec: PlainMethodSpec<R>): Method {
  return {
    callers: spec.callers,
    ...(spec.returns && { returns: spec.returns as CborCodec<unknown> }),
    invoke(runtime, params) {
      if (params !== undefined) {
        throw abort(ExitCode.USR_ILLEGAL_ARGUMENT, 'method expects no arguments')
      }
      runtime.work.stage = 'method'
      validateCaller(runtime, spec.callers)
      return toBlock(spec.run(runtime), spec.returns, spec.returnsCodec)
    },
  }
}

/** Modelled wasm gas of one invocation; kernel charges come on top by themselves. */
export type WasmCost = (invocation: {
  readonly method: MethodNum
  readonly exitCode: ExitCode
  /** Why it failed; making the text takes instructions. */
  readonly failure: string
  readonly paramsSize: number
  readonly runtime: Runtime | undefined
}) => number

export interface ActorSpec {
  readonly name: BuiltinName
  /** By method number. */
  readonly methods: Readonly<Record<string, Method>>
  /** Numbers that no method has; by default exit code 22. */
  readonly fallback?: (
    runtime: Runtime,
    method: MethodNum,
    params: IpldBlock | undefined,
  ) => IpldBlock | undefined
  /**
   * Whether contracts are kept from methods below 2^24 (FIP-0050). The EVM actor and the EAM check
   * their callers themselves.
   */
  readonly restrictInternal: boolean
  readonly observable?: true
  readonly wasm: WasmCost
}

export interface NativeActor extends Actor {
  /** By method number. */
  readonly methods?: Readonly<Record<string, Method>>
}

export function defineActor(spec: ActorSpec): NativeActor {
  return {
    name: spec.name,
    methods: spec.methods,
    ...(spec.observable && { observable: true }),
    invoke(kernel: Kernel, paramsId) {
      let method: MethodNum = 0n
      let runtime: Runtime | undefined
      let paramsSize = 0
      const charge = (exitCode: ExitCode, failure: string) => {
        const gas = spec.wasm({ method, exitCode, failure, paramsSize, runtime })
        kernel.gas.chargeWasm(Math.round(gas * 1_000))
      }
      let result: number
      try {
        result = trampoline(kernel, paramsId, (started, params) => {
          runtime = started
          method = started.message.method
          paramsSize = params?.data.length ?? 0
          if (spec.restrictInternal) restrictInternal(started, method)
          const entry = spec.methods[String(method)]
          if (entry !== undefined) {
            started.work.stage = 'params'
            return entry.invoke(started, params)
          }
          if (spec.fallback !== undefined) return spec.fallback(started, method, params)
          throw abort(ExitCode.USR_UNHANDLED_MESSAGE, `invalid method: ${method}`)
        })
      } catch (error) {
        if (error instanceof ActorError) charge(error.exitCode, error.message)
        throw error
      }
      charge(ExitCode.OK, '')
      return result
    },
  }
}

/** Accounts of both kinds: any exported method succeeds and does nothing. */
export function acceptExported(_runtime: Runtime, method: MethodNum): undefined {
  if (method >= FIRST_EXPORTED_METHOD) return undefined
  throw abort(ExitCode.USR_UNHANDLED_MESSAGE, `invalid method: ${method}`)
}

function toBlock<R>(
  value: R,
  returns: CborCodec<R> | undefined,
  codec: number = Codec.CBOR,
): IpldBlock | undefined {
  return returns === undefined ? undefined : { codec, data: returns.encode(value) }
}

function validateCaller(runtime: Runtime, callers: Callers): void {
  if (callers === 'any') return
  const { caller, origin, receiver } = runtime.message
  if (typeof callers === 'object') {
    const code = runtime.codeOf(caller)
    if (code !== undefined && runtime.builtinType(code) === callers.type) return
    throw abort(ExitCode.USR_FORBIDDEN, `caller f0${caller} is not of type ${callers.type}`)
  }
  const expected =
    callers === 'origin' ? origin : callers === 'self' ? receiver : singletons[callers]
  if (caller === expected) return
  throw abort(ExitCode.USR_FORBIDDEN, `caller ${Address.id(caller)} is not one of supported`)
}

function restrictInternal(runtime: Runtime, method: MethodNum): void {
  if (method >= FIRST_EXPORTED_METHOD) return
  const { caller } = runtime.message
  const code = runtime.codeOf(caller)
  const type = code === undefined ? undefined : runtime.builtinType(code)
  if (type === undefined || type === 'evm') {
    throw abort(ExitCode.USR_FORBIDDEN, `caller f0${caller} of method ${method} must be built-in`)
  }
}
