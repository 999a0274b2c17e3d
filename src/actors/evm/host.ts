/**
 * The opcodes that touch the FVM (fvm-evm spec 3 and 4). Operands lie on the engine's stack, the
 * first on top; each answer takes them off and pushes the result. Order matters: it is the order
 * of charges and of failures.
 */
import { Address } from '../../address/address.ts'
import { toFilecoin } from '../../address/eth-address.ts'
import { EMPTY } from '../../base/bytes.ts'
import { ActorError, SyscallError } from '../../fvm/errors.ts'
import { SEND_READ_ONLY } from '../../fvm/kernel.ts'
import { Codec } from '../../ipld/cid.ts'
import { fixedBytes } from '../../ipld/codec.ts'
import { EAM_ACTOR } from '../../protocol/builtin.ts'
import type { EventEntry } from '../../protocol/event.ts'
import { EvmExitCode, ExitCode } from '../../protocol/exit-code.ts'
import { METHOD_SEND } from '../../protocol/method.ts'
import { abort, decodeBlock, type IpldBlock } from '../runtime.ts'
import { callOpcode, delegateCallOpcode, staticCallOpcode } from './call.ts'
import { bytecodeOf, codeTypeOf } from './code-type.ts'
import { create2Params, createParams, createReturn } from './create-params.ts'
import { Opcode } from './engine/opcodes.ts'
import type { Frame } from './frame.ts'
import { hostGas } from './frame-gas.ts'
import { GetBytecodeHash } from './methods.ts'
import { unwrapBytes } from './returned-bytes.ts'
import { EMPTY_CODE_HASH, NATIVE_CODE, NATIVE_CODE_HASH } from './state.ts'

/** Answers one opcode; 'stop' ends the frame as STOP does. */
// biome-ignore lint/suspicious/noConfusingVoidType: nearly all of them return nothing
type Host = (frame: Frame) => 'stop' | void

const TOPIC_KEYS = ['t1', 't2', 't3', 't4'] as const
const DATA_KEY = 'd'
/** Key and value indexed. */
const INDEXED = 3
/** Epochs that BLOCKHASH looks back. */
const BLOCKHASH_WINDOW = 256
/** Epochs are signed 64-bit numbers. */
const MAX_EPOCH = (1n << 63n) - 1n

const EamCreate = 2n
const EamCreate2 = 3n

const hash32 = fixedBytes(32)

export const host: Readonly<Record<number, Host>> = {
  [Opcode.ORIGIN]({ engine, system }) {
    engine.pushBytes(system.ethAddress(system.runtime.message.origin))
  },

  [Opcode.BALANCE]({ engine, runtime }) {
    const address = toFilecoin(engine.peekAddress(0))
    engine.drop(1)
    if (address.id === undefined) runtime.wasm(hostGas.balanceF410)
    const id = runtime.resolveAddress(address)
    const balance = id === undefined ? undefined : runtime.balanceOf(id)
    if (balance !== undefined) runtime.wasm(hostGas.balanceFound + amountGas(balance))
    engine.push(balance ?? 0n)
  },

  [Opcode.SELFBALANCE]({ engine, runtime }) {
    const balance = runtime.kernel.currentBalance()
    runtime.wasm(amountGas(balance))
    engine.push(balance)
  },

  [Opcode.GAS]({ engine, runtime }) {
    const { kernel } = runtime
    engine.pushNumber(Math.floor(kernel.gasAvailable() / kernel.gasScale))
  },

  [Opcode.PREVRANDAO]({ engine, system }) {
    engine.pushBytes(system.randomness())
  },

  [Opcode.BLOCKHASH]({ engine, runtime }) {
    const wanted = engine.peek(0)
    engine.drop(1)
    if (wanted > MAX_EPOCH) {
      engine.pushNumber(0)
      return
    }
    const height = Number(wanted)
    const { epoch } = runtime.network
    if (height < epoch - BLOCKHASH_WINDOW || height >= epoch) {
      engine.pushNumber(0)
      return
    }
    runtime.wasm(hostGas.blockhash)
    engine.pushBytes(runtime.kernel.tipsetCid(height).digest)
  },

  [Opcode.EXTCODESIZE]({ engine, system }) {
    const address = engine.peekAddress(0)
    engine.drop(1)
    const type = codeTypeOf(system.runtime, address)
    if (type.kind === 'evm') engine.pushNumber(bytecodeOf(system, type.address).length)
    else engine.pushNumber(type.kind === 'native' ? NATIVE_CODE.length : 0)
  },

  [Opcode.EXTCODEHASH]({ engine, system }) {
    const address = engine.peekAddress(0)
    engine.drop(1)
    const type = codeTypeOf(system.runtime, address)
    if (type.kind !== 'evm' && type.kind !== 'missing') system.runtime.wasm(hostGas.extcodeHash)
    switch (type.kind) {
      case 'evm':
        engine.pushBytes(contractCodeHash(system, type.address))
        break
      case 'native':
        engine.pushBytes(NATIVE_CODE_HASH)
        break
      case 'missing':
        engine.pushNumber(0)
        break
      default:
        engine.pushBytes(EMPTY_CODE_HASH)
    }
  },

  [Opcode.EXTCODECOPY](frame) {
    const { engine, system } = frame
    const type = codeTypeOf(system.runtime, engine.peekAddress(0))
    const code =
      type.kind === 'evm'
        ? bytecodeOf(system, type.address)
        : type.kind === 'native'
          ? NATIVE_CODE
          : EMPTY
    const { offset, size } = frame.reserve(1, 3)
    engine.writePadded(offset, size, code, engine.peekNumber(2))
    engine.drop(4)
  },

  [Opcode.SLOAD]({ engine, system }) {
    const value = system.storage(engine.peekBytes(0))
    engine.drop(1)
    if (value === undefined) {
      engine.pushNumber(0)
    } else {
      system.runtime.wasm(hostGas.sloadHit)
      engine.pushBytes(value)
    }
  },

  [Opcode.SSTORE]({ engine, system }) {
    denyReadOnly(system.readOnly, 'store')
    system.setStorage(engine.peekBytes(0), engine.peekBytes(1))
    engine.drop(2)
  },

  [Opcode.TLOAD]({ engine, system }) {
    const value = system.transientStorage(engine.peekBytes(0))
    engine.drop(1)
    engine.pushBytes(value ?? EMPTY)
  },

  [Opcode.TSTORE]({ engine, system }) {
    denyReadOnly(system.readOnly, 'store')
    system.setTransientStorage(engine.peekBytes(0), engine.peekBytes(1))
    engine.drop(2)
  },

  [Opcode.LOG0]: (frame) => log(frame, 0),
  [Opcode.LOG1]: (frame) => log(frame, 1),
  [Opcode.LOG2]: (frame) => log(frame, 2),
  [Opcode.LOG3]: (frame) => log(frame, 3),
  [Opcode.LOG4]: (frame) => log(frame, 4),

  [Opcode.CALL]: callOpcode,
  [Opcode.DELEGATECALL]: delegateCallOpcode,
  [Opcode.STATICCALL]: staticCallOpcode,

  [Opcode.CREATE](frame) {
    const { engine, system } = frame
    denyReadOnly(system.readOnly, 'create')
    engine.setReturnData(EMPTY)
    const endowment = engine.peek(0)
    const { offset, size } = frame.reserve(1, 2)
    const params = createParams.encode({ initcode: engine.read(offset, size), nonce: system.nonce })
    engine.drop(3)
    create(frame, EamCreate, params, endowment)
  },

  [Opcode.CREATE2](frame) {
    const { engine, system } = frame
    denyReadOnly(system.readOnly, 'create2')
    const endowment = engine.peek(0)
    const salt = engine.peekBytes(3)
    const { offset, size } = frame.reserve(1, 2)
    const params = create2Params.encode({ initcode: engine.read(offset, size), salt })
    engine.drop(4)
    create(frame, EamCreate2, params, endowment)
  },

  [Opcode.SELFDESTRUCT]({ engine, system }) {
    denyReadOnly(system.readOnly, 'selfdestruct')
    const beneficiary = toFilecoin(engine.peekAddress(0))
    const { runtime } = system
    if (beneficiary.id === undefined) runtime.wasm(hostGas.callF410)
    const value = runtime.kernel.currentBalance()
    try {
      runtime.call(beneficiary, METHOD_SEND, undefined, { value })
    } catch (error) {
      if (!(error instanceof ActorError)) throw error
      const message = `failed to transfer funds to beneficiary ${beneficiary}: ${error.message}`
      throw abort(EvmExitCode.SELFDESTRUCT_FAILED, message)
    }
    system.markSelfdestructed()
    return 'stop'
  },
}

/** Taking over an amount from the kernel. */
function amountGas(amount: bigint): number {
  return amount === 0n ? 0 : hostGas.amount
}

function denyReadOnly(readOnly: boolean, what: string): void {
  if (readOnly) throw abort(ExitCode.USR_READ_ONLY, `${what} called while read-only`)
}

function contractCodeHash(system: Frame['system'], address: Address): Uint8Array {
  system.runtime.wasm(hostGas.extcodeHashContract)
  const flags = SEND_READ_ONLY
  return decodeBlock(system.call(address, GetBytecodeHash, undefined, { flags }), hash32)
}

/** LOGn: topics under t1..t4, then the data, if any, under d. */
function log(frame: Frame, topics: number): void {
  const { engine, system } = frame
  denyReadOnly(system.readOnly, 'log')
  const { offset, size } = frame.reserve(0, 1)
  const entries: EventEntry[] = []
  for (let i = 0; i < topics; i++) {
    const value = engine.peekBytes(2 + i)
    entries.push({ flags: INDEXED, key: TOPIC_KEYS[i]!, codec: Codec.RAW, value })
  }
  if (size > 0) {
    const value = engine.read(offset, size)
    entries.push({ flags: INDEXED, key: DATA_KEY, codec: Codec.RAW, value })
  }
  engine.drop(2 + topics)
  if (entries.length > 0) frame.runtime.wasm(hostGas.log + hostGas.logTopic * topics)
  if (size > 0) frame.runtime.wasm(hostGas.logData + hostGas.logDataByte * size)
  try {
    frame.runtime.kernel.emitEvent(entries)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw abort(ExitCode.USR_ASSERTION_FAILED, `failed to emit event: ${error.message}`)
  }
}

/** Deploys through the EAM; pushes the new address, or zero. */
function create(frame: Frame, method: bigint, params: Uint8Array, endowment: bigint): void {
  const { engine, system, runtime } = frame
  engine.setReturnData(EMPTY)
  if (endowment > runtime.kernel.currentBalance()) {
    engine.pushNumber(0)
    return
  }
  system.incrementNonce()
  runtime.wasm(hostGas.create)
  const gasLimit = Math.floor((63 * runtime.kernel.gasAvailable()) / 64)
  const block = { codec: Codec.CBOR, data: params }
  const eam = Address.id(EAM_ACTOR)
  let created: IpldBlock | undefined
  try {
    created = system.call(eam, method, block, { value: endowment, gasLimit })
  } catch (error) {
    if (!(error instanceof ActorError)) throw error
    engine.setReturnData(unwrapBytes(error.data))
    engine.pushNumber(0)
    return
  }
  runtime.wasm(hostGas.created)
  engine.pushBytes(decodeBlock(created, createReturn).ethAddress)
}
