/**
 * The books of a fungible token (FRC-46): who owns how much, and who may spend for whom. Each
 * function reads and writes the same blocks in the same order as the token library of the genuine
 * actor, for every one of them is charged. Unlike other actors it hashes the keys of its maps itself.
 */
import type { ActorId } from '../../address/address.ts'
import { encodeVarint } from '../../base/varint.ts'
import { bigint, type Codec, link, type TypeOf, tuple, uint } from '../../ipld/codec.ts'
import { Hamt } from '../../ipld/hamt.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { require } from '../checks.ts'
import type { Runtime } from '../runtime.ts'

export const tokenStateCodec = tuple({
  supply: bigint,
  /** From actor id to amount; nobody is listed with 0. */
  balances: link,
  /** From owner to a map from operator to amount; nobody is listed with 0 or with none. */
  allowances: link,
  /** Of all these maps. */
  bitWidth: uint,
})
export type TokenState = TypeOf<typeof tokenStateCodec>

export const TOKEN_BIT_WIDTH = 3

export function emptyToken(runtime: Runtime): TokenState {
  const empty = () => emptyMap(runtime, bigint, TOKEN_BIT_WIDTH).flush()
  return { supply: 0n, balances: empty(), allowances: empty(), bitWidth: TOKEN_BIT_WIDTH }
}

export function balanceOf(runtime: Runtime, token: TokenState, owner: ActorId): bigint {
  return loadBalances(runtime, token).get(actorKey(owner)) ?? 0n
}

/** @throws ActorError USR_INSUFFICIENT_FUNDS for more than the owner has */
export function changeBalance(
  runtime: Runtime,
  token: TokenState,
  owner: ActorId,
  delta: bigint,
): { token: TokenState; balance: bigint } {
  if (delta === 0n) return { token, balance: balanceOf(runtime, token, owner) }
  const balances = loadBalances(runtime, token)
  const key = actorKey(owner)
  const before = balances.get(key) ?? 0n
  const balance = before + delta
  const message = `cannot change the balance ${before} of f0${owner} by ${delta}`
  require(balance >= 0n, ExitCode.USR_INSUFFICIENT_FUNDS, message)
  if (balance === 0n) balances.delete(key)
  else balances.set(key, balance)
  return { token: { ...token, balances: balances.flush() }, balance }
}

/** Balance and supply together: minting and burning. */
export function changeSupply(
  runtime: Runtime,
  token: TokenState,
  owner: ActorId,
  delta: bigint,
): { token: TokenState; balance: bigint } {
  const changed = changeBalance(runtime, token, owner, delta)
  const supply = token.supply + delta
  require(supply >= 0n, ExitCode.USR_ILLEGAL_STATE, `negative supply ${supply}`)
  return { token: { ...changed.token, supply }, balance: changed.balance }
}

export function move(
  runtime: Runtime,
  token: TokenState,
  from: ActorId,
  to: ActorId,
  amount: bigint,
): TokenState {
  if (from !== to) {
    const taken = changeBalance(runtime, token, from, -amount).token
    return changeBalance(runtime, taken, to, amount).token
  }
  const balance = balanceOf(runtime, token, from)
  const message = `f0${from} has ${balance}, less than ${amount}`
  require(balance >= amount, ExitCode.USR_INSUFFICIENT_FUNDS, message)
  return token
}

export function allowanceOf(
  runtime: Runtime,
  token: TokenState,
  owner: ActorId,
  operator: ActorId,
): bigint {
  const allowances = loadOwnerAllowances(runtime, token, loadAllowances(runtime, token), owner)
  return allowances?.get(actorKey(operator)) ?? 0n
}

/** An allowance never falls below 0, whatever the change. */
export function changeAllowance(
  runtime: Runtime,
  token: TokenState,
  owner: ActorId,
  operator: ActorId,
  delta: bigint,
): { token: TokenState; allowance: bigint } {
  if (delta === 0n) return { token, allowance: allowanceOf(runtime, token, owner, operator) }
  const all = loadAllowances(runtime, token)
  let own = loadOwnerAllowances(runtime, token, all, owner)
  if (own === undefined) {
    if (delta < 0n) return { token, allowance: 0n }
    own = emptyMap(runtime, bigint, token.bitWidth)
  }
  const key = actorKey(operator)
  const changed = (own.get(key) ?? 0n) + delta
  const allowance = changed > 0n ? changed : 0n
  if (allowance === 0n) own.delete(key)
  else own.set(key, allowance)
  if (own.isEmpty) all.delete(actorKey(owner))
  else all.set(actorKey(owner), own.flush())
  return { token: { ...token, allowances: all.flush() }, allowance }
}

/** @returns what the operator was allowed before */
export function revokeAllowance(
  runtime: Runtime,
  token: TokenState,
  owner: ActorId,
  operator: ActorId,
): { token: TokenState; allowance: bigint } {
  const own = loadOwnerAllowances(runtime, token, loadAllowances(runtime, token), owner)
  if (own === undefined) return { token, allowance: 0n }
  const allowance = own.delete(actorKey(operator)) ?? 0n
  const root = own.isEmpty ? undefined : own.flush()
  const all = loadAllowances(runtime, token)
  if (root === undefined) all.delete(actorKey(owner))
  else all.set(actorKey(owner), root)
  return { token: { ...token, allowances: all.flush() }, allowance }
}

/** @param amount above 0 */
export function setAllowance(
  runtime: Runtime,
  token: TokenState,
  owner: ActorId,
  operator: ActorId,
  amount: bigint,
): TokenState {
  const all = loadAllowances(runtime, token)
  const own =
    loadOwnerAllowances(runtime, token, all, owner) ?? emptyMap(runtime, bigint, token.bitWidth)
  const key = actorKey(operator)
  own.get(key)
  own.set(key, amount)
  all.set(actorKey(owner), own.flush())
  return { ...token, allowances: all.flush() }
}

/** @throws ActorError USR_INSUFFICIENT_FUNDS for more than the operator may spend, or without any */
export function spendAllowance(
  runtime: Runtime,
  token: TokenState,
  owner: ActorId,
  operator: ActorId,
  amount: bigint,
): { token: TokenState; allowance: bigint } {
  const allowance = allowanceOf(runtime, token, owner, operator)
  const enough = allowance >= amount && (allowance > 0n || operator === owner)
  const message = `f0${operator} may spend ${allowance} for f0${owner}, not ${amount}`
  require(enough, ExitCode.USR_INSUFFICIENT_FUNDS, message)
  if (amount === 0n) return { token, allowance }
  return changeAllowance(runtime, token, owner, operator, -amount)
}

function actorKey(id: ActorId): Uint8Array {
  return encodeVarint(BigInt(id))
}

function emptyMap<V>(runtime: Runtime, values: Codec<V>, bitWidth: number): Hamt<V> {
  return Hamt.empty(runtime.store, values, { bitWidth })
}

function loadBalances(runtime: Runtime, { balances, bitWidth }: TokenState) {
  return Hamt.load(runtime.store, balances, bigint, { bitWidth })
}

function loadAllowances(runtime: Runtime, { allowances, bitWidth }: TokenState) {
  return Hamt.load(runtime.store, allowances, link, { bitWidth })
}

function loadOwnerAllowances(
  runtime: Runtime,
  { bitWidth }: TokenState,
  all: ReturnType<typeof loadAllowances>,
  owner: ActorId,
) {
  const root = all.get(actorKey(owner))
  return root && Hamt.load(runtime.store, root, bigint, { bitWidth })
}
