/** What stands behind an address, as EXTCODE* and DELEGATECALL tell it apart. */
import { Address } from '../../address/address.ts'
import { type EthAddress, toFilecoin } from '../../address/eth-address.ts'
import { EMPTY } from '../../base/bytes.ts'
import { SEND_READ_ONLY } from '../../fvm/kernel.ts'
import type { CID } from '../../ipld/cid.ts'
import { link, nullable } from '../../ipld/codec.ts'
import { decodeBlock, type Runtime } from '../runtime.ts'
import { hostGas } from './frame-gas.ts'
import { GetBytecode } from './methods.ts'
import { isPrecompile } from './precompiles/lookup.ts'
import type { System } from './system.ts'

export type CodeType =
  | { readonly kind: 'precompile' | 'native' | 'account' | 'missing' }
  | { readonly kind: 'evm'; readonly address: Address }

const ACCOUNTS: ReadonlySet<string | undefined> = new Set(['account', 'placeholder', 'ethaccount'])

export function codeTypeOf(runtime: Runtime, address: EthAddress): CodeType {
  if (isPrecompile(address)) {
    const { codeTypePrecompile, codeTypeFilecoinPrecompile } = hostGas
    runtime.wasm(address[0] === 0 ? codeTypePrecompile : codeTypeFilecoinPrecompile)
    return { kind: 'precompile' }
  }
  const filecoin = toFilecoin(address)
  if (filecoin.id === undefined) runtime.wasm(hostGas.codeTypeF410)
  const id = runtime.resolveAddress(filecoin)
  const code = id === undefined ? undefined : runtime.codeOf(id)
  if (id === undefined || code === undefined) return { kind: 'missing' }
  const type = runtime.builtinType(code)
  if (type === 'evm') return { kind: 'evm', address: Address.id(id) }
  const isAccount = ACCOUNTS.has(type)
  runtime.wasm(isAccount ? hostGas.codeTypeAccount : hostGas.codeTypeNative)
  return { kind: isAccount ? 'account' : 'native' }
}

/** CID of a contract's code, null for a dead one. A call to the contract, also to oneself. */
export function bytecodeCidOf(system: System, contract: Address): CID | null {
  const flags = SEND_READ_ONLY
  const returned = system.call(contract, GetBytecode, undefined, { flags })
  return decodeBlock(returned, nullable(link))
}

export function bytecodeOf(system: System, contract: Address): Uint8Array {
  system.runtime.wasm(hostGas.extcodeContract)
  const cid = bytecodeCidOf(system, contract)
  return cid === null ? EMPTY : system.runtime.getBlock(cid)
}
