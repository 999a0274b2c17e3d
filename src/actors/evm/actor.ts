/** The EVM actor: a contract's state and the methods by which it is reached (FIP-0054). */
import { Address } from '../../address/address.ts'
import { isMaskedId } from '../../address/eth-address.ts'
import { concat, EMPTY, fromBigIntPadded, fromHex } from '../../base/bytes.ts'
import { type CID, Codec } from '../../ipld/cid.ts'
import { bytes, fixedBytes, link, nullable } from '../../ipld/codec.ts'
import { EvmExitCode, ExitCode } from '../../protocol/exit-code.ts'
import { FIRST_CONTRACT_METHOD, InvokeEVM, type MethodNum } from '../../protocol/method.ts'
import { defineActor, type Method, on, onNothing } from '../define.ts'
import { abort, decodeParams, type IpldBlock, type Runtime } from '../runtime.ts'
import { constructorParams } from './create-params.ts'
import { analyze } from './engine/code.ts'
import { analyzed, execute, type FrameOutput } from './frame.ts'
import {
  calldataGas,
  codeGas,
  failureGas,
  frameGas,
  type MethodGas,
  methodGas,
  returnGas,
  revertGas,
} from './frame-gas.ts'
import { heapAt, pageGas } from './gas-model.ts'
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
  type EvmState,
  evmStateCodec,
  getStorageAtParams,
  u256Bytes,
} from './state.ts'
import { isDead, System } from './system.ts'

/** Selector of handle_filecoin_method(uint64,uint64,bytes). */
const NATIVE_METHOD_SELECTOR = fromHex('868e10c4')

/** A method that pays for its entry before anything can fail. */
function charged({ entry, end }: MethodGas, method: Method): Method {
  return {
    ...method,
    invoke(runtime, params) {
      runtime.wasm(entry(params))
      const result = method.invoke(runtime, params)
      runtime.wasm(end)
      return result
    },
  }
}

/** InvokeEVM takes calldata as a CBOR byte string, as a raw block, or none. */
const invokeEvm: Method = {
  callers: 'any',
  invoke(runtime, params) {
    const calldata = params === undefined ? EMPTY : decodeCalldata(runtime, params)
    return { codec: Codec.CBOR, data: bytes.encode(invokeContract(runtime, calldata)) }
  },
}

export const evm = defineActor({
  name: 'evm',
  restrictInternal: false,
  observable: true,
  methods: {
    // Constructor
    1: charged(
      methodGas.construct,
      on({
        params: constructorParams,
        callers: 'init',
        run(runtime, { creator, initcode }) {
          initialize(System.create(runtime), creator, initcode)
        },
      }),
    ),
    [String(Resurrect)]: charged(
      methodGas.resurrect,
      on({
        params: constructorParams,
        callers: 'eam',
        run(runtime, { creator, initcode }) {
          initialize(System.resurrect(runtime), creator, initcode)
        },
      }),
    ),
    [String(GetBytecode)]: charged(
      methodGas.getBytecode,
      onNothing({
        callers: 'any',
        returns: nullable(link),
        // as DAG-CBOR, so that the caller may open the block
        returnsCodec: Codec.DAG_CBOR,
        run(runtime) {
          const state = loadState(runtime)
          if (isDead(runtime, state)) return null
          runtime.wasm(frameGas.bytecode)
          return state.bytecode
        },
      }),
    ),
    [String(GetBytecodeHash)]: charged(
      methodGas.getBytecodeHash,
      onNothing({
        callers: 'any',
        returns: fixedBytes(32),
        run(runtime) {
          const state = loadState(runtime)
          return isDead(runtime, state) ? EMPTY_CODE_HASH : state.bytecodeHash
        },
      }),
    ),
    [String(GetStorageAt)]: charged(
      methodGas.getStorageAt,
      on({
        params: getStorageAtParams,
        returns: u256Bytes,
        callers: 'system',
        run: (runtime, { key }) => System.load(runtime).storage(key) ?? EMPTY,
      }),
    ),
    [String(InvokeContractDelegate)]: charged(
      methodGas.delegate,
      on({
        params: delegateCallParams,
        paramsCodec: Codec.DAG_CBOR,
        returns: bytes,
        callers: 'self',
        run: (runtime, { code, input, caller, value }) =>
          invoke(System.load(runtime), code, input, caller, value),
      }),
    ),
    [String(InvokeEVM)]: charged(methodGas.invoke, invokeEvm),
  },
  fallback: handleFilecoinMethod,
  wasm: failureGas,
})

function loadState(runtime: Runtime): EvmState {
  const state = runtime.state(evmStateCodec)
  if (state.transient !== null) runtime.wasm(frameGas.loadTransient)
  return state
}

/** Calldata as params carry it. */
function decodeCalldata(runtime: Runtime, params: IpldBlock): Uint8Array {
  if (params.codec === Codec.RAW) return params.data
  if (params.codec === Codec.CBOR || params.codec === Codec.DAG_CBOR) {
    return decodeParams(runtime, params, bytes)
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
    runtime.kernel.gas.chargeWasm(code.analysisCost)
    runtime.wasm(frameGas.runInitcode)
    const output = execute(system, { code, calldata: EMPTY, address, caller: creator, value })
    if (output.reverted) throw reverted(runtime, 'constructor reverted', output)
    runtime.wasm(codeGas(output.data.length))
    system.setBytecode(output.data)
  }
  system.flush()
}

function invokeContract(runtime: Runtime, calldata: Uint8Array): Uint8Array {
  const system = System.load(runtime)
  if (system.bytecode === undefined) {
    runtime.wasm(frameGas.dead)
    return EMPTY
  }
  runtime.wasm(frameGas.caller)
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
  const code = analyzed(codeCid, bytecode)
  runtime.kernel.gas.chargeWasm(
    code.analysisCost + pageGas(heapAt(bytecode.length, calldata.length).grown),
  )
  const address = system.ethAddress(runtime.message.receiver)
  runtime.wasm(frameGas.run + calldataGas(calldata.length) + (value > 0n ? frameGas.value : 0))
  const output = execute(system, { code, calldata, address, caller, value })
  if (output.reverted) throw reverted(runtime, 'contract reverted', output)
  runtime.wasm(returnGas(output.data.length))
  system.flush()
  return output.data
}

function reverted(runtime: Runtime, message: string, { data }: FrameOutput) {
  runtime.wasm(revertGas(data.length))
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
  const { entry, end } = methodGas.handleMethod
  runtime.wasm(entry(params))
  const data = params?.data ?? EMPTY
  const words = [method, BigInt(params?.codec ?? 0), 96n, BigInt(data.length)]
  const calldata = concat(
    NATIVE_METHOD_SELECTOR,
    ...words.map((word) => fromBigIntPadded(word, 32)),
    data,
    new Uint8Array((32 - (data.length % 32)) % 32),
  )
  const result = nativeReturn(invokeContract(runtime, calldata))
  runtime.wasm(end)
  return result
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
