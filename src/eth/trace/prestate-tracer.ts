/** What a message found and, in diff mode, what it made of it: geth's `prestateTracer`. */
import { equal, to0x } from '../../base/bytes.ts'
import { keccak256 } from '../../base/hash.ts'
import { type Hex, toQuantity } from '../quantity.ts'
import type { AccountState, TouchedAccount, TouchedSlot } from './actor-call.ts'

export interface PrestateConfig {
  readonly diffMode: boolean
  readonly disableCode: boolean
  readonly disableStorage: boolean
}

export interface AccountJson {
  readonly balance?: Hex
  /** A JSON number, as in geth. */
  readonly nonce?: number
  readonly code?: Hex
  readonly codeHash?: Hex
  readonly storage?: Readonly<Record<Hex, Hex>>
}

export type AccountsJson = Readonly<Record<Hex, AccountJson>>

/** All accounts that the message looked at, as they were before. Empty ones are left out. */
export function prestate(
  accounts: readonly TouchedAccount[],
  config: PrestateConfig,
): AccountsJson {
  const pre: Record<Hex, AccountJson> = {}
  for (const { address, before, slots } of accounts) {
    if (before === undefined || isEmpty(before)) continue
    pre[to0x(address)] = accountJson(before, slots, config)
  }
  return pre
}

/**
 * Accounts that changed: whole as they were, and the parts that are different now. A new account
 * is in `post` only, one that is gone in `pre` only.
 */
export function prestateDiff(
  accounts: readonly TouchedAccount[],
  config: PrestateConfig,
): { readonly post: AccountsJson; readonly pre: AccountsJson } {
  const pre: Record<Hex, AccountJson> = {}
  const post: Record<Hex, AccountJson> = {}
  for (const { address, before, after, slots } of accounts) {
    const changed = config.disableStorage ? [] : slots.filter((slot) => !isSame(slot))
    const changes = accountChanges(before ?? NOTHING, after ?? NOTHING, changed, config)
    if (changes === undefined) continue
    const key = to0x(address)
    if (before !== undefined && !isEmpty(before)) {
      const nonZero = changed.filter((slot) => !isZero(slot.before))
      pre[key] = accountJson(before, nonZero, config)
    }
    if (after !== undefined) post[key] = changes
  }
  return { post, pre }
}

const NOTHING: AccountState = { balance: 0n, nonce: 0n, code: new Uint8Array(0) }

function isEmpty({ balance, nonce, code }: AccountState): boolean {
  return balance === 0n && nonce === 0n && code.length === 0
}

function accountJson(
  { balance, nonce, code }: AccountState,
  slots: readonly TouchedSlot[],
  { disableCode, disableStorage }: PrestateConfig,
): AccountJson {
  return {
    balance: toQuantity(balance),
    ...(nonce === 0n ? {} : { nonce: Number(nonce) }),
    ...(code.length === 0 || disableCode ? {} : { code: to0x(code) }),
    ...(code.length === 0 ? {} : { codeHash: to0x(keccak256(code)) }),
    ...(disableStorage ? {} : storageJson(slots, 'before')),
  }
}

/** undefined: nothing is different. */
function accountChanges(
  before: AccountState,
  after: AccountState,
  changed: readonly TouchedSlot[],
  { disableCode }: PrestateConfig,
): AccountJson | undefined {
  const sameCode = equal(before.code, after.code)
  const sameRest = before.balance === after.balance && before.nonce === after.nonce
  if (sameCode && sameRest && changed.length === 0) return undefined
  return {
    ...(before.balance === after.balance ? {} : { balance: toQuantity(after.balance) }),
    ...(before.nonce === after.nonce ? {} : { nonce: Number(after.nonce) }),
    ...(sameCode || disableCode ? {} : { code: to0x(after.code) }),
    ...(sameCode ? {} : { codeHash: to0x(keccak256(after.code)) }),
    ...storageJson(
      changed.filter((slot) => !isZero(slot.after)),
      'after',
    ),
  }
}

function storageJson(slots: readonly TouchedSlot[], when: 'before' | 'after'): AccountJson {
  if (slots.length === 0) return {}
  return { storage: Object.fromEntries(slots.map((slot) => [to0x(slot.slot), to0x(slot[when])])) }
}

function isSame({ before, after }: TouchedSlot): boolean {
  return equal(before, after)
}

function isZero(word: Uint8Array): boolean {
  return word.every((byte) => byte === 0)
}
