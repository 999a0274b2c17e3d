/** What clients and providers have deposited in the market. */
import { Address } from '../../address/address.ts'
import type { CID } from '../../ipld/cid.ts'
import { address, bigint, list, tuple } from '../../ipld/codec.ts'
import { Hamt } from '../../ipld/hamt.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { METHOD_SEND } from '../../protocol/method.ts'
import { require, requireCaller } from '../checks.ts'
import { on } from '../define.ts'
import { mapOptions } from '../map.ts'
import { decodeBlock, type Runtime } from '../runtime.ts'
import { BALANCES_BIT_WIDTH, storageMarketStateCodec } from './state.ts'

const { USR_ILLEGAL_ARGUMENT } = ExitCode

/** ControlAddresses of the miner actor. */
const ControlAddresses = 2n
const controlAddressesReturn = tuple({ owner: address, worker: address, control: list(address) })

export const withdrawBalanceParams = tuple({ address, amount: bigint })
export const getBalanceReturn = tuple({ balance: bigint, locked: bigint })

/** Deposits the received value for anybody. */
export const addBalance = on({
  params: address,
  callers: 'any',
  run(runtime, party) {
    const { value } = runtime.message
    require(value > 0n, USR_ILLEGAL_ARGUMENT, 'balance to add must be greater than zero')
    const { nominal } = escrowOf(runtime, party)
    runtime.transaction(storageMarketStateCodec, (state) => {
      const escrow = loadBalances(runtime, state.escrow)
      change(escrow, nominal, value)
      return { state: { ...state, escrow: escrow.flush() }, result: undefined }
    })
  },
})

/** By the client, or by the provider's owner or worker. @returns what could be had, attoFIL */
export const withdrawBalance = on({
  params: withdrawBalanceParams,
  returns: bigint,
  callers: 'any',
  run(runtime, { address: party, amount }) {
    require(amount >= 0n, USR_ILLEGAL_ARGUMENT, `negative amount ${amount}`)
    const { nominal, recipient, approved } = escrowOf(runtime, party)
    requireCaller(runtime, approved)
    const withdrawn = runtime.transaction(storageMarketStateCodec, (state) => {
      const escrow = loadBalances(runtime, state.escrow)
      const locked = loadBalances(runtime, state.locked).get(nominal.bytes) ?? 0n
      const available = (escrow.get(nominal.bytes) ?? 0n) - locked
      const result = available < 0n ? 0n : available < amount ? available : amount
      if (result > 0n) change(escrow, nominal, -result)
      return { state: { ...state, escrow: escrow.flush() }, result }
    })
    runtime.call(recipient, METHOD_SEND, undefined, { value: withdrawn })
    return withdrawn
  },
})

export const getBalance = on({
  params: address,
  returns: getBalanceReturn,
  callers: 'any',
  run(runtime, party) {
    const key = Address.id(resolve(runtime, party)).bytes
    const state = runtime.state(storageMarketStateCodec)
    const escrow = loadBalances(runtime, state.escrow)
    const locked = loadBalances(runtime, state.locked)
    return { balance: escrow.get(key) ?? 0n, locked: locked.get(key) ?? 0n }
  },
})

interface Escrow {
  /** Under which address the balance is kept. */
  readonly nominal: Address
  /** Who gets what is withdrawn. */
  readonly recipient: Address
  /** Who may withdraw. */
  readonly approved: readonly Address[]
}

function escrowOf(runtime: Runtime, party: Address): Escrow {
  const id = resolve(runtime, party)
  const code = runtime.codeOf(id)
  require(code !== undefined, USR_ILLEGAL_ARGUMENT, `no code for ${party}`)
  const nominal = Address.id(id)
  if (runtime.builtinType(code) !== 'storageminer') {
    return { nominal, recipient: nominal, approved: [nominal] }
  }
  const answer = runtime.call(nominal, ControlAddresses, undefined)
  const { owner, worker } = decodeBlock(answer, controlAddressesReturn)
  return { nominal, recipient: owner, approved: [owner, worker] }
}

function resolve(runtime: Runtime, party: Address): number {
  const id = runtime.resolveAddress(party)
  require(id !== undefined, USR_ILLEGAL_ARGUMENT, `failed to resolve address ${party}`)
  return id
}

function loadBalances(runtime: Runtime, root: CID): Hamt<bigint> {
  return Hamt.load(runtime.store, root, bigint, mapOptions(runtime, BALANCES_BIT_WIDTH))
}

/** Nobody is listed with 0. */
function change(balances: Hamt<bigint>, party: Address, delta: bigint): void {
  const balance = (balances.get(party.bytes) ?? 0n) + delta
  if (balance === 0n) balances.delete(party.bytes)
  else balances.set(party.bytes, balance)
}
