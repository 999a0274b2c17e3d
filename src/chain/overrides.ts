/** What a simulation finds otherwise than the chain has it. Nothing of it is kept. */
import { isReserved } from '../actors/evm/precompiles/lookup.ts'
import type { Address } from '../address/address.ts'
import { f410Payload } from '../address/eth-address.ts'
import * as edits from './dev-edits.ts'

/** 32 bytes each; a value of zeros clears the slot. */
export type Slots = readonly (readonly [slot: Uint8Array, value: Uint8Array])[]

export interface AccountOverride {
  readonly address: Address
  /** attoFIL */
  readonly balance?: bigint
  /** The message nonce of an account, the EVM nonce of a contract. */
  readonly nonce?: bigint
  /** Runtime code; makes the account a contract. */
  readonly code?: Uint8Array
  /** All that the storage holds. */
  readonly state?: Slots
  /** Slots that differ; the others stay. */
  readonly stateDiff?: Slots
}

/** What contracts see of the tipset in which they run. */
export interface BlockOverrides {
  readonly epoch?: number
  /** Unix seconds. */
  readonly timestamp?: number
  /** attoFIL per gas unit, as BASEFEE answers it; calls stay free of fees. */
  readonly baseFee?: bigint
}

export interface Overrides {
  readonly accounts: readonly AccountOverride[]
  readonly block: BlockOverrides
}

/** @throws EditError when an override makes no sense for the actor that is there */
export function overrideAccounts(
  scope: edits.EditScope,
  accounts: readonly AccountOverride[],
): void {
  for (const override of accounts) {
    const { address, balance, nonce, code, state, stateDiff } = override
    if (code !== undefined) {
      refusePrecompile(address)
      edits.setCode(scope, address, code)
    }
    if (state !== undefined) edits.replaceStorage(scope, address, state)
    if (stateDiff !== undefined) edits.setSlots(scope, address, stateDiff)
    if (balance !== undefined) edits.setBalance(scope, address, balance)
    // last, since new code brings a nonce of its own
    if (nonce !== undefined) edits.setNonce(scope, address, nonce)
  }
}

/** The EVM answers a call to these addresses by itself, whatever lies there. */
function refusePrecompile(address: Address): void {
  const payload = f410Payload(address)
  if (payload !== undefined && isReserved(payload)) {
    throw new edits.EditError(
      `${address} is reserved for precompiles: contracts would not reach other code there`,
    )
  }
}
