import type { GasTracker } from '../../../fvm/gas/gas-tracker.ts'
import type { Kernel } from '../../../fvm/kernel.ts'

/** What a precompile may touch; a kernel is one. */
export type PrecompileOps = Pick<Kernel, 'hash' | 'recoverSecpPublicKey'> & {
  readonly gas: Pick<GasTracker, 'chargeWasm'>
}

/**
 * One row of the table of Ethereum precompiles.
 *
 * `run` returns the output, or undefined for failure: the call then returns 0 with no data. It
 * charges the modelled wasm of the whole CALL, DELEGATECALL or STATICCALL opcode as the work goes
 * on, each step before it is done: a failed check costs what was done up to it, and a call that
 * cannot be paid runs out of gas before it takes time. Syscalls charge for themselves.
 *
 * The prices stand in each file in milligas. They were fitted to runs of the genuine actor, v18;
 * where only part of a price could be measured, its comment says how the rest was put together.
 */
export interface Precompile {
  readonly name: string
  run(ops: PrecompileOps, input: Uint8Array): Uint8Array | undefined
}

/** Milligas of a call to a reserved address that holds no precompile: success, no output. */
export const UNBOUND_CALL = 12_403_000
/** The same in the range of Filecoin's own. */
export const UNBOUND_FILECOIN_CALL = 8_450_000
