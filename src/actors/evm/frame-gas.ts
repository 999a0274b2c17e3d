/**
 * Modelled wasm gas of what the EVM actor does around the opcodes: entering a frame, decoding and
 * encoding state, the work behind calls. Gas units, measured on the genuine v18 actor; opcodes
 * themselves are in gas-model.ts.
 */
import type { KamtObserver } from '../../ipld/kamt.ts'

export const frameGas = {
  /** Entering a contract through InvokeEVM, its one-byte code not counted. */
  invoke: 93_660,
  /** The same through InvokeContractDelegate. */
  delegate: 102_200,
  constructor: 70_000,
  resurrect: 90_000,
  getBytecode: 75_280,
  getBytecodeHash: 68_473,
  getStorageAt: 80_000,
  /** A contract without code, or a dead one. */
  empty: 62_000,
  /** Params that are there, and each of their bytes. */
  calldata: 4_553,
  calldataByte: 0.4,
  /** A frame that returns or reverts with data. */
  output: 5_834,
  outputByte: 1.7,
  /** Writing the state block. */
  flush: 30_000,
  /** Reading the state again after a call that changed it. */
  reload: 45_000,
} as const

const kamtGas = {
  load: 3_000,
  loadValue: 11_700,
  loadLink: 9_050,
  write: 11_000,
  writeValue: 5_470,
  writeLink: 5_470,
} as const

/** What host opcodes cost beyond the cheapest path that gas-model.ts charges. */
export const hostGas = {
  balanceOfId: 2_250,
  balanceOfF410: 8_145,
  blockhash: 4_712,
  prevrandaoFirst: 15_000,
  sloadHit: 1_000,
  sstoreChanged: 3_000,
  logData: 6_600,
  logTopic: 4_780,
  callContract: 14_285,
  callContractReturn: 1_700,
  callWithInput: 1_400,
  callWithValue: 2_500,
  delegateContract: 67_700,
  delegateAccount: 4_266,
  extcodeAccount: 12_982,
  extcodeNative: 8_614,
  extcodeContract: 38_473,
  extcodeHashContract: 31_297,
  createFailed: 4_000,
} as const

export function kamtObserver(charge: (gas: number) => void): KamtObserver {
  return {
    onLoad(values, links) {
      charge(kamtGas.load + kamtGas.loadValue * values + kamtGas.loadLink * links)
    },
    onWrite(values, links) {
      charge(kamtGas.write + kamtGas.writeValue * values + kamtGas.writeLink * links)
    },
  }
}
