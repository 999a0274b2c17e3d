/**
 * Modelled wasm gas of what the EVM actor does around the opcodes: entering a frame, decoding and
 * encoding state, the work behind calls. Gas units, measured on the genuine v18 actor; opcodes
 * themselves are in gas-model.ts.
 */

import type { CborErrorKind } from '../../ipld/cbor.ts'
import { Codec } from '../../ipld/cid.ts'
import type { KamtObserver } from '../../ipld/kamt.ts'
import { EvmExitCode, ExitCode } from '../../protocol/exit-code.ts'
import type { WasmCost } from '../define.ts'
import type { IpldBlock } from '../runtime.ts'

/** What a method costs around its work. */
export interface MethodGas {
  /** From the start of the invocation to its first look at the state. */
  entry(params: IpldBlock | undefined): number
  /** From the last one to the end, when it does not fail. */
  readonly end: number
}

/** Each byte of params while they are read and decoded. */
const PARAMS_BYTE = 0.4

export const methodGas = {
  construct: { entry: needs(52_900, 0.8), end: 9_560 },
  resurrect: { entry: needs(59_000, 0.8), end: 23_500 },
  getBytecode: { entry: () => 60_000, end: 8_790 },
  getBytecodeHash: { entry: () => 60_000, end: 8_473 },
  getStorageAt: { entry: needs(42_700), end: 15_800 },
  delegate: { entry: needs(50_700), end: 6_124 },
  invoke: {
    entry(params) {
      if (params === undefined) return 38_572
      return (params.codec === Codec.RAW ? 40_456 : 41_477) + PARAMS_BYTE * params.data.length
    },
    end: 6_124,
  },
  handleMethod: { entry: (params) => (params === undefined ? 40_676 : 42_044), end: 6_124 },
} satisfies Record<string, MethodGas>

/** A method that cannot do without params: when they are missing, see `failureGas`. */
function needs(fixed: number, byte = PARAMS_BYTE): MethodGas['entry'] {
  return (params) => (params === undefined ? 0 : fixed + byte * params.data.length)
}

export const frameGas = {
  /** Reading the state block. */
  load: 23_616,
  /** GetBytecode of a contract that is not dead. */
  bytecode: 6_490,
  /** The state names transient storage. */
  loadTransient: 6_877,
  /** Finding that the contract is dead, and ending. */
  dead: 4_000,
  /** An address that is not a masked id. */
  f410: 1_823,
  /** Who calls. */
  caller: 1_978,
  /** Reading the code block, setting up the interpreter. */
  run: 11_726,
  runInitcode: 7_270,
  /** Calldata that is there; each byte from the 70th on, up to a limit. */
  calldata: 1_736,
  calldataByte: 11.4,
  calldataLong: 2_570,
  /** Value that comes with the call. */
  value: 2_208,
  /** Writing the state block. */
  flush: 25_000,
  /** Reading the state again after a call that changed it. */
  reload: 17_450,
} as const

/** What an invocation adds that fails, mostly the making of its error message. */
const failures: Partial<Record<ExitCode, number>> = {
  [ExitCode.USR_ILLEGAL_ARGUMENT]: 5_000,
  [ExitCode.USR_FORBIDDEN]: 7_200,
  [ExitCode.USR_SERIALIZATION]: 13_000,
  [ExitCode.USR_ASSERTION_FAILED]: 17_000,
  [ExitCode.USR_READ_ONLY]: 11_000,
  [EvmExitCode.REVERTED]: 5_661,
  [EvmExitCode.INVALID_INSTRUCTION]: 11_317,
  [EvmExitCode.UNDEFINED_INSTRUCTION]: 11_317,
  [EvmExitCode.STACK_UNDERFLOW]: 10_702,
  [EvmExitCode.STACK_OVERFLOW]: 10_702,
  [EvmExitCode.ILLEGAL_MEMORY_ACCESS]: 10_000,
  [EvmExitCode.BAD_JUMPDEST]: 14_500,
  [EvmExitCode.SELFDESTRUCT_FAILED]: 14_000,
}

/** A method that does not exist or lacks its params. */
const REFUSED = 38_628
const REFUSED_WITH_PARAMS = 40_404

/** Params that could not be read, by what is wrong with them. */
const unreadable: Record<CborErrorKind, number> = {
  end: 7_800,
  rest: 8_900,
  type: 15_500,
  length: 22_500,
  content: 13_000,
}

export const failureGas: WasmCost = ({ exitCode, paramsSize, runtime }) => {
  const { unreadable: kind } = runtime?.work ?? {}
  if (kind !== undefined) return unreadable[kind]
  if (exitCode === ExitCode.USR_UNHANDLED_MESSAGE) {
    return paramsSize === 0 ? REFUSED : REFUSED_WITH_PARAMS
  }
  if (exitCode === ExitCode.USR_ILLEGAL_ARGUMENT && paramsSize === 0) return REFUSED
  return failures[exitCode] ?? 0
}

/** Nodes of a storage map, the work of giving them back to the allocator included. */
const kamtGas = {
  load: 8_000,
  loadNonEmpty: 2_345,
  loadValue: 10_830,
  loadLink: 9_300,
  write: 16_000,
  writeValue: 5_900,
  writeLink: 7_900,
  /** A step from a node to its child, and each digit of the path between them. */
  descend: 2_400,
  descendDigit: 1_255,
  fork: 15_200,
  forkDigit: 1_990,
  split: 13_000,
  splitDigit: 710,
  liftDigit: 1_290,
} as const

/** What storing a value costs beyond finding its place. */
export const storeGas = {
  changed: 5_200,
  unchanged: 11_236,
  deleted: 6_000,
  absent: 0,
} as const

/** What host opcodes cost beyond the cheapest path that gas-model.ts charges. */
export const hostGas = {
  /** BALANCE of an address that is not a masked id; of an actor that exists; that has some. */
  balanceF410: 4_477,
  balanceFound: 2_728,
  amount: 3_600,
  blockhash: 5_320,
  prevrandaoFirst: 4_200,
  sloadHit: 4_376,
  /** A log that is not empty; its topics; its data. */
  log: 3_150,
  logTopic: 5_170,
  logData: 3_815,
  logDataByte: 0.65,

  /** CALL and STATICCALL of an actor; of one that has an address of its own. */
  call: 17_850,
  callF410: 1_964,
  callInput: 1_880,
  callInputByte: 0.45,
  callValue: 3_500,
  callSuccess: 7_752,
  /** Return data, as a byte string of CBOR; one that is not empty. */
  callReturn: 4_569,
  callReturnBytes: 1_900,
  callReturnByte: 2.3,
  delegate: 6_318,
  /** DELEGATECALL of a contract; of one that has code. */
  delegateContract: 24_030,
  delegateCode: 43_185,
  delegateInput: 1_750,
  /** What a call to a precompile adds when it hands over value. */
  precompileValue: 19_200,

  /** Finding out what stands behind an address; behind one that is not a masked id. */
  codeTypeF410: 4_693,
  /** A precompile; one of Filecoin's is told by its first byte. */
  codeTypePrecompile: 4_032,
  codeTypeFilecoinPrecompile: 650,
  codeTypeAccount: 8_302,
  codeTypeNative: 8_614,
  /** CREATE that reaches the EAM; that succeeds. */
  create: 7_700,
  created: 34_700,
  extcodeContract: 33_780,
  extcodeHashContract: 26_604,
  extcodeHash: 1_016,
} as const

/** Data that a frame ends with. */
const outputGas = {
  returned: 5_480,
  returnedByte: 1.2,
  reverted: 2_760,
  revertedByte: 0.85,
  code: 1_500,
  codeByte: 0.4,
} as const

export function calldataGas(size: number): number {
  if (size === 0) return 0
  const { calldata, calldataByte, calldataLong } = frameGas
  return calldata + Math.min(calldataLong, calldataByte * Math.max(0, size - 70))
}

export function returnGas(size: number): number {
  return size === 0 ? 0 : outputGas.returned + outputGas.returnedByte * size
}

/** The code that a constructor returns. */
export function codeGas(size: number): number {
  return size === 0 ? 0 : outputGas.code + outputGas.codeByte * size
}

export function revertGas(size: number): number {
  return size === 0 ? 0 : outputGas.reverted + outputGas.revertedByte * size
}

export function kamtObserver(charge: (gas: number) => void): KamtObserver {
  const { load, loadNonEmpty, loadValue, loadLink } = kamtGas
  return {
    onLoad(values, links) {
      const fixed = values + links > 0 ? load + loadNonEmpty : load
      charge(fixed + loadValue * values + loadLink * links)
    },
    onWrite(values, links) {
      charge(kamtGas.write + kamtGas.writeValue * values + kamtGas.writeLink * links)
    },
    onDescend(digits) {
      charge(kamtGas.descend + kamtGas.descendDigit * digits)
    },
    onFork(digits) {
      charge(kamtGas.fork + kamtGas.forkDigit * digits)
    },
    onSplit(digits) {
      charge(kamtGas.split + kamtGas.splitDigit * digits)
    },
    onLift(digits) {
      charge(kamtGas.liftDigit * digits)
    },
  }
}
