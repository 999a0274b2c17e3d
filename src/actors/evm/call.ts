/** CALL, DELEGATECALL and STATICCALL (fvm-evm spec 4). */
import { Address } from '../../address/address.ts'
import { toFilecoin } from '../../address/eth-address.ts'
import { EMPTY } from '../../base/bytes.ts'
import { ActorError, Errno, SyscallError } from '../../fvm/errors.ts'
import { SEND_READ_ONLY } from '../../fvm/kernel.ts'
import { Codec } from '../../ipld/cid.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { InvokeEVM } from '../../protocol/method.ts'
import { abort, type IpldBlock } from '../runtime.ts'
import { bytecodeCidOf, codeTypeOf } from './code-type.ts'
import type { Frame } from './frame.ts'
import { hostGas } from './frame-gas.ts'
import { InvokeContractDelegate } from './methods.ts'
import { callPrecompile, isReserved } from './precompiles/lookup.ts'
import { unwrapBytes } from './returned-bytes.ts'
import { delegateCallParams } from './state.ts'

export type CallKind = 'call' | 'delegatecall' | 'staticcall'

/** What Solidity's transfer and send give to a recipient: its stipend, scaled to Filecoin's gas. */
const TRANSFER_GAS_LIMIT = 10_000_000
const STIPEND = 2_300

interface CallResult {
  readonly success: boolean
  readonly data: Uint8Array
}

interface CallInput {
  readonly kind: CallKind
  /** Gas operand; beyond 2^53 only roughly, which is beyond any limit. */
  readonly gas: number
  /** 20 bytes. */
  readonly target: Uint8Array
  readonly value: bigint
  readonly input: Uint8Array
}

export const callOpcode = (frame: Frame) => call(frame, 'call', true)
export const delegateCallOpcode = (frame: Frame) => call(frame, 'delegatecall', false)
export const staticCallOpcode = (frame: Frame) => call(frame, 'staticcall', false)

/** Operands: gas, target, [value,] input offset and size, output offset and size. */
function call(frame: Frame, kind: CallKind, hasValue: boolean): void {
  const { engine, system } = frame
  const value = hasValue ? engine.peek(2) : 0n
  if (system.readOnly && value > 0n) {
    throw abort(ExitCode.USR_READ_ONLY, 'cannot transfer value when read-only')
  }
  const first = hasValue ? 3 : 2
  const { offset, size } = frame.reserve(first, first + 1)
  const request: CallInput = {
    kind,
    gas: Number(engine.peek(0)),
    target: engine.peekAddress(1),
    value,
    input: engine.read(offset, size),
  }
  const { success, data } = isReserved(request.target)
    ? callPrecompile(frame, request)
    : callActor(frame, request)
  engine.setReturnData(data)
  const output = frame.reserve(first + 2, first + 3)
  engine.write(output.offset, data.length > output.size ? data.subarray(0, output.size) : data)
  engine.drop(first + 4)
  engine.pushBoolean(success)
}

function callActor(frame: Frame, request: CallInput): CallResult {
  return request.kind === 'delegatecall' ? delegate(frame, request) : invoke(frame, request)
}

function invoke(frame: Frame, { kind, gas, target, value, input }: CallInput): CallResult {
  const { system, runtime } = frame
  runtime.kernel.observer?.onCall?.(target, input)
  const isTransfer = (gas === 0 && value > 0n) || (gas === STIPEND && value === 0n)
  const params = input.length === 0 ? undefined : { codec: Codec.RAW, data: input }
  const to = toFilecoin(target)
  runtime.wasm(
    hostGas.call +
      (to.id === undefined ? hostGas.callF410 : 0) +
      (params === undefined ? 0 : hostGas.callInput + hostGas.callInputByte * input.length) +
      (value === 0n ? 0 : hostGas.callValue),
  )
  try {
    // the limit is taken before the state is flushed
    const gasLimit = system.callGasLimit(isTransfer ? TRANSFER_GAS_LIMIT : system.asked(gas))
    const { exitCode, data } = system.send(to, InvokeEVM, params, {
      value,
      gasLimit,
      flags: kind === 'staticcall' ? SEND_READ_ONLY : 0,
    })
    const success = exitCode === ExitCode.OK
    runtime.wasm((success ? hostGas.callSuccess : 0) + returnGas(data))
    return { success, data: unwrapBytes(data) }
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    const isReadOnly = error.errno === Errno.ReadOnly && (system.readOnly || kind === 'staticcall')
    // an address without an actor is an account without code
    return { success: error.errno === Errno.NotFound || isReadOnly, data: EMPTY }
  }
}

/** Runs another contract's code on this one's state: a call to oneself with the code's CID. */
function delegate(frame: Frame, { gas, target, input }: CallInput): CallResult {
  const { system, runtime } = frame
  runtime.wasm(hostGas.delegate)
  const type = codeTypeOf(runtime, target)
  if (type.kind === 'account' || type.kind === 'missing') return { success: true, data: EMPTY }
  if (type.kind !== 'evm') return { success: false, data: EMPTY }
  runtime.wasm(hostGas.delegateContract + (input.length > 0 ? hostGas.delegateInput : 0))
  const code = bytecodeCidOf(system, type.address)
  if (code === null) return { success: true, data: EMPTY }
  runtime.wasm(hostGas.delegateCode)
  const { caller, value } = frame
  const data = delegateCallParams.encode({ code, input, caller, value })
  const params: IpldBlock = { codec: Codec.DAG_CBOR, data }
  try {
    const returned = system.call(
      Address.id(runtime.message.receiver),
      InvokeContractDelegate,
      params,
      { gasLimit: system.callGasLimit(system.asked(gas)) },
    )
    runtime.wasm(returnGas(returned))
    return { success: true, data: unwrapBytes(returned) }
  } catch (error) {
    if (!(error instanceof ActorError)) throw error
    runtime.wasm(returnGas(error.data))
    return { success: false, data: unwrapBytes(error.data) }
  }
}

function returnGas(block: IpldBlock | undefined): number {
  if (block === undefined) return 0
  const { length } = block.data
  const content = length > 1 ? hostGas.callReturnBytes + hostGas.callReturnByte * length : 0
  return hostGas.callReturn + content
}
