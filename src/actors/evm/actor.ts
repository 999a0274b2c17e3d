/** The EVM actor: a contract's state and the methods by which it is reached (FIP-0054). */
import { Address } from '../../address/address.ts'
import { isMaskedId } from '../../address/eth-address.ts'
import { concat, EMPTY, fromBigIntPadded, fromHex } from '../../base/bytes.ts'
import { type CID, Codec } from '../../ipld/cid.ts'
import { bytes, fixedBytes, link, nullable } from '../../ipld/codec.ts'
import { EvmExitCode, ExitCode } from '../../protocol/exit-code.ts'
import { FIRST_CONTRACT_METHOD, InvokeEVM, type MethodNum } from '../../protocol/method.ts'
import { defineActor, type Method, on, onNothing } from '../define.ts'
import { abort, type IpldBlock, type Runtime } from '../runtime.ts'
import { constructorParams } from './create-params.ts'
import { analyze } from './engine/code.ts'
import { analyzed, execute, type FrameOutput } from './frame.ts'
import { frameGas } from './frame-gas.ts'
import {
  GetBytecode,
  GetBytecodeHash,
  GetStorageAt,
  InvokeContractDelegate,
  Resurrect,
} from './methods.ts'
import { bytesAt, uintAt } from './precompiles/input.ts'
import {
  delegateCallParams,
  EMPTY_CODE_HASH,
  evmStateCodec,
  getStorageAtParams,
  u256Bytes,
} from './state.ts'
import { isDead, System } from './system.ts'

/** Selector of handle_filecoin_method(uint64,uint64,bytes). */
const NATIVE_METHOD_SELECTOR = fromHex('868e10c4')

/** InvokeEVM takes calldata as a CBOR byte string, as a raw block, or none. */
const invokeEvm: Method = {
  callers: 'any',
  invoke(runtime, params) {
    const calldata = params === undefined ? EMPTY : decodeCalldata(params)
    return { codec: Codec.CBOR, data: bytes.encode(invokeContract(runtime, calldata)) }
  },
}

export const evm = defineActor({
  name: 'evm',
  restrictInternal: false,
  methods: {
    // Constructor
    1: on({
      params: constructorParams,
      callers: 'init',
      run(runtime, { creator, initcode }) {
        runtime.wasm(frameGas.constructor)
        initialize(System.create(runtime), creator, initcode)
      },
    }),
    [String(Resurrect)]: on({
      params: constructorParams,
      callers: 'eam',
      run(runtime, { creator, initcode }) {
        runtime.wasm(frameGas.resurrect)
        initialize(System.resurrect(runtime), creator, initcode)
      },
    }),
    [String(GetBytecode)]: onNothing({
      callers: 'any',
      returns: nullable(link),
      // as DAG-CBOR, so that the caller may open the block
      returnsCodec: Codec.DAG_CBOR,
      run(runtime) {
        runtime.wasm(frameGas.getBytecode)
        const state = runtime.state(evmStateCodec)
        return isDead(runtime, state) ? null : state.bytecode
      },
    }),
    [String(GetBytecodeHash)]: onNothing({
      callers: 'any',
      returns: fixedBytes(32),
      run(runtime) {
        runtime.wasm(frameGas.getBytecodeHash)
        const state = runtime.state(evmStateCodec)
        return isDead(runtime, state) ? EMPTY_CODE_HASH : state.bytecodeHash
      },
    }),
    [String(GetStorageAt)]: on({
      params: getStorageAtParams,
      returns: u256Bytes,
      callers: 'system',
      run(runtime, { key }) {
        runtime.wasm(frameGas.getStorageAt)
        return System.load(runtime).storage(key) ?? EMPTY
      },
    }),
    [String(InvokeContractDelegate)]: on({
      params: delegateCallParams,
      paramsCodec: Codec.DAG_CBOR,
      returns: bytes,
      callers: 'self',
      run(runtime, { code, input, caller, value }) {
        runtime.wasm(frameGas.delegate)
        return invoke(System.load(runtime), code, input, caller, value)
      },
    }),
    [String(InvokeEVM)]: invokeEvm,
  },
  fallback: handleFilecoinMethod,
  wasm: () => 0,
})

/** Calldata as params carry it. */
function decodeCalldata(params: IpldBlock): Uint8Array {
  if (params.codec === Codec.RAW) return params.data
  if (params.codec === Codec.CBOR || params.codec === Codec.DAG_CBOR) {
    return bytes.decode(params.data)
  }
  throw abort(ExitCode.USR_SERIALIZATION, `cannot decode calldata with codec ${params.codec}`)
}

function initialize(system: System, creator: Uint8Array, initcode: Uint8Array): void {
  const { runtime } = system
  const { receiver, value } = runtime.message
  const address = system.ethAddress(receiver)
  if (isMaskedId(address)) {
    const message = `contract ${Address.id(receiver)} doesn't have an eth address`
    throw abort(ExitCode.USR_FORBIDDEN, message)
  }
  if (initcode.length > 0) {
    const code = analyze(initcode)
    const output = execute(system, { code, calldata: EMPTY, address, caller: creator, value })
    if (output.reverted) throw reverted('constructor reverted', output)
    system.setBytecode(output.data)
  }
  system.flush()
}

function invokeContract(runtime: Runtime, calldata: Uint8Array): Uint8Array {
  runtime.wasm(frameGas.invoke)
  const system = System.load(runtime)
  if (system.bytecode === undefined) return EMPTY
  const caller = system.ethAddress(runtime.message.caller)
  return invoke(system, system.bytecode.cid, calldata, caller, runtime.message.value)
}

function invoke(
  system: System,
  codeCid: CID,
  calldata: Uint8Array,
  caller: Uint8Array,
  value: bigint,
): Uint8Array {
  const { runtime } = system
  const bytecode = runtime.getBlock(codeCid)
  if (bytecode.length === 0) return EMPTY
  const address = system.ethAddress(runtime.message.receiver)
  if (calldata.length > 0) {
    runtime.wasm(frameGas.calldata + frameGas.calldataByte * calldata.length)
  }
  const code = analyzed(codeCid, bytecode)
  const output = execute(system, { code, calldata, address, caller, value })
  if (output.data.length > 0) {
    runtime.wasm(frameGas.output + frameGas.outputByte * output.data.length)
  }
  if (output.reverted) throw reverted('contract reverted', output)
  system.flush()
  return output.data
}

function reverted(message: string, { data }: FrameOutput) {
  return abort(EvmExitCode.REVERTED, message, { codec: Codec.CBOR, data: bytes.encode(data) })
}

/** Any other method reaches Solidity as handle_filecoin_method (fvm-evm spec 5). */
function handleFilecoinMethod(
  runtime: Runtime,
  method: MethodNum,
  params: IpldBlock | undefined,
): IpldBlock | undefined {
  if (method < FIRST_CONTRACT_METHOD) {
    throw abort(ExitCode.USR_UNHANDLED_MESSAGE, `invalid method: ${method}`)
  }
  const data = params?.data ?? EMPTY
  const words = [method, BigInt(params?.codec ?? 0), 96n, BigInt(data.length)]
  const calldata = concat(
    NATIVE_METHOD_SELECTOR,
    ...words.map((word) => fromBigIntPadded(word, 32)),
    data,
    new Uint8Array((32 - (data.length % 32)) % 32),
  )
  return nativeReturn(invokeContract(runtime, calldata))
}

/** (uint32 exitCode, uint64 codec, bytes data), or nothing at all. */
function nativeReturn(output: Uint8Array): IpldBlock | undefined {
  if (output.length === 0) return undefined
  const exitCode = boundedUint(output, 0, 32, 'exit code not a u32')
  const codec = boundedUint(output, 32, 64, 'returned codec not a u64')
  const offset = Number(boundedUint(output, 64, 32, 'invalid return value offset'))
  const length = Number(boundedUint(output, offset, 32, 'return length is too large'))
  let block: IpldBlock | undefined
  if (codec === BigInt(Codec.CBOR)) {
    block = { codec: Codec.CBOR, data: bytesAt(output, offset + 32, length).slice() }
  } else if (codec !== 0n || length > 0) {
    throw abort(ExitCode.USR_SERIALIZATION, `unsupported codec: ${codec}`)
  }
  if (exitCode === 0n) return block
  throw abort(Number(exitCode), 'EVM contract explicitly exited with a non-zero exit code', block)
}

function boundedUint(output: Uint8Array, offset: number, bits: number, error: string): bigint {
  const value = uintAt(output, offset)
  if (value >> BigInt(bits) !== 0n) throw abort(ExitCode.USR_SERIALIZATION, error)
  return value
}
