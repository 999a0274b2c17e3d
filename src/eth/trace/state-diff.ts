/** What a message changed, in the form of Parity's `stateDiff`. */
import { to0x } from '../../base/bytes.ts'
import { type Hex, toQuantity } from '../quantity.ts'
import type { AccountState, TouchedAccount } from './actor-call.ts'

/** `=` unchanged, `+` new, `-` gone, `*` another value. */
export type Delta<T> =
  | '='
  | { readonly '+': T }
  | { readonly '-': T }
  | { readonly '*': { readonly from: T; readonly to: T } }

export interface AccountDiff {
  readonly balance: Delta<Hex>
  readonly nonce: Delta<Hex>
  readonly code: Delta<Hex>
  readonly storage: Readonly<Record<Hex, Delta<Hex>>>
}

export type StateDiff = Readonly<Record<Hex, AccountDiff>>

/** @param before, after undefined: there is no such value */
export function delta<T extends string | number>(
  before: T | undefined,
  after: T | undefined,
): Delta<T> {
  if (before === after) return '='
  if (before === undefined) return { '+': after! }
  if (after === undefined) return { '-': before }
  return { '*': { from: before, to: after } }
}

/** Accounts that did not change are left out. */
export function stateDiff(accounts: readonly TouchedAccount[]): StateDiff {
  const diff: Record<Hex, AccountDiff> = {}
  for (const account of accounts) {
    const changes = accountDiff(account)
    if (hasChanges(changes)) diff[to0x(account.address)] = changes
  }
  return diff
}

function accountDiff({ before, after, slots }: TouchedAccount): AccountDiff {
  const of = (show: (state: AccountState) => Hex) =>
    delta(before && show(before), after && show(after))
  const storage: Record<Hex, Delta<Hex>> = {}
  for (const { slot, before: from, after: to } of slots) {
    // a new contract's slots are new, those of an existing one had a value all along
    const change = delta(before && to0x(from), after && to0x(to))
    if (change !== '=' && !isNewZero(change)) storage[to0x(slot)] = change
  }
  return {
    balance: of(({ balance }) => toQuantity(balance)),
    nonce: of(({ nonce }) => toQuantity(nonce)),
    code: of(({ code }) => to0x(code)),
    storage,
  }
}

function hasChanges({ balance, nonce, code, storage }: AccountDiff): boolean {
  return balance !== '=' || nonce !== '=' || code !== '=' || Object.keys(storage).length > 0
}

const ZERO_WORD: Hex = `0x${'00'.repeat(32)}`

function isNewZero(change: Delta<Hex>): boolean {
  return typeof change === 'object' && '+' in change && change['+'] === ZERO_WORD
}
