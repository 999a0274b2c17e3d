/** Which addresses are precompiles, and what a call to one does (fvm-evm spec 4 and 6). */
import { type EthAddress, toFilecoin } from '../../../address/eth-address.ts'
import { EMPTY } from '../../../base/bytes.ts'
import { ActorError } from '../../../fvm/errors.ts'
import { METHOD_SEND } from '../../../protocol/method.ts'
import type { CallKind } from '../call.ts'
import type { Frame } from '../frame.ts'
import { hostGas } from '../frame-gas.ts'
import { type FilecoinPrecompile, filecoinPrecompiles } from './filecoin.ts'
import { type Precompile, UNBOUND_CALL, UNBOUND_FILECOIN_CALL } from './precompile.ts'
import { ethereumPrecompiles } from './table.ts'

const FILECOIN_PREFIX = 0xfe
const P256VERIFY = 0x0100

export interface PrecompileCall {
  readonly kind: CallKind
  readonly target: EthAddress
  /** Gas operand of the call. */
  readonly gas: number
  readonly value: bigint
  readonly input: Uint8Array
}

/** 00…01 to 00…ff, fe…01 to fe…ff and 0x0100, whether anything is bound there or not. */
export function isReserved(address: EthAddress): boolean {
  for (let i = 1; i < 18; i++) if (address[i] !== 0) return false
  const prefix = address[0]!
  const last = (address[18]! << 8) | address[19]!
  if (prefix === 0 && last === P256VERIFY) return true
  return (prefix === 0 || prefix === FILECOIN_PREFIX) && last > 0 && last <= 0xff
}

export function isPrecompile(address: EthAddress): boolean {
  return isReserved(address) && find(address) !== undefined
}

type Found =
  | { readonly ethereum: Precompile; readonly filecoin?: never }
  | { readonly filecoin: FilecoinPrecompile; readonly ethereum?: never }

/** For reserved addresses only. */
function find(address: EthAddress): Found | undefined {
  const last = (address[18]! << 8) | address[19]!
  if (address[0] === FILECOIN_PREFIX) {
    const filecoin = filecoinPrecompiles[last]
    return filecoin && { filecoin }
  }
  const ethereum = ethereumPrecompiles[last]
  return ethereum && { ethereum }
}

/** A failure costs the caller nothing but what was spent: it answers 0 and no data. */
export function callPrecompile(
  frame: Frame,
  call: PrecompileCall,
): { success: boolean; data: Uint8Array } {
  const { runtime } = frame
  const found = find(call.target)
  let output: Uint8Array | undefined = EMPTY
  if (found === undefined) {
    const isFilecoin = call.target[0] === FILECOIN_PREFIX
    runtime.kernel.gas.chargeWasm(isFilecoin ? UNBOUND_FILECOIN_CALL : UNBOUND_CALL)
  } else if (found.ethereum !== undefined) output = found.ethereum.run(runtime.kernel, call.input)
  else output = orFailure(() => found.filecoin.run(frame, call))
  if (output !== undefined && call.value !== 0n) {
    const options = { value: call.value }
    runtime.wasm(hostGas.precompileValue)
    const transferred = orFailure(() => {
      runtime.call(toFilecoin(call.target), METHOD_SEND, undefined, options)
      return EMPTY
    })
    if (transferred === undefined) output = undefined
  }
  return { success: output !== undefined, data: output ?? EMPTY }
}

/** Errors of sends are failures of the precompile; of anything else, of the frame. */
function orFailure(run: () => Uint8Array | undefined): Uint8Array | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof ActorError) return undefined
    throw error
  }
}
