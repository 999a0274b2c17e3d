/** What a multisig remembers (fvm-actors spec 4). */
import type { Address } from '../../address/address.ts'
import { encodeSignedVarint } from '../../base/varint.ts'
import type { CID } from '../../ipld/cid.ts'
import {
  address,
  bigint,
  bytes,
  int64,
  link,
  list,
  nullable,
  type TypeOf,
  tuple,
  uint64,
} from '../../ipld/codec.ts'
import { Hamt } from '../../ipld/hamt.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { int64Result, require } from '../checks.ts'
import { mapOptions } from '../map.ts'
import type { Runtime } from '../runtime.ts'

export const MAX_SIGNERS = 256

export const multisigStateCodec = tuple({
  /** Id addresses. */
  signers: list(address),
  threshold: uint64,
  nextTransactionId: int64,
  /** Amount that was locked at the start epoch, attoFIL. */
  initialBalance: bigint,
  startEpoch: int64,
  unlockDuration: int64,
  /** From transaction id to transaction. */
  pendingTransactions: link,
})
export type MultisigState = TypeOf<typeof multisigStateCodec>

const proposal = { to: address, value: bigint, method: uint64, params: bytes }

export const proposalCodec = tuple(proposal)

export const transactionCodec = tuple({
  ...proposal,
  /** Who approved, the proposer first. */
  approved: list(address),
})
export type Transaction = TypeOf<typeof transactionCodec>

const hashedProposal = tuple({ requester: nullable(address), ...proposal })

const BLAKE2B_256 = 0xb220

/** Names a proposal by its content, for approvals that a reorganisation must not misdirect. */
export function proposalHash(runtime: Runtime, transaction: Transaction): Uint8Array {
  const requester = transaction.approved[0] ?? null
  return runtime.hash(BLAKE2B_256, hashedProposal.encode({ ...transaction, requester }))
}

type Pending = Hamt<Transaction>

export function noPending(runtime: Runtime): CID {
  return Hamt.empty(runtime.store, transactionCodec, mapOptions(runtime)).flush()
}

export function loadPending(runtime: Runtime, state: MultisigState): Pending {
  return Hamt.load(runtime.store, state.pendingTransactions, transactionCodec, mapOptions(runtime))
}

/** The key of a transaction in the map of the pending ones. */
export const transactionKey = encodeSignedVarint

export function isSigner(state: MultisigState, who: Address): boolean {
  return state.signers.some((signer) => signer.equals(who))
}

/** Takes back what an address has approved; a transaction that nobody approves is dropped. */
export function withoutApprovals(
  runtime: Runtime,
  state: MultisigState,
  who: Address,
): MultisigState {
  const pending = loadPending(runtime, state)
  const approvedByWho = [...pending].filter(([, { approved }]) =>
    approved.some((approver) => approver.equals(who)),
  )
  for (const [key, transaction] of approvedByWho) {
    const approved = transaction.approved.filter((approver) => !approver.equals(who))
    if (approved.length > 0) pending.set(key, { ...transaction, approved })
    else pending.delete(key)
  }
  return { ...state, pendingTransactions: pending.flush() }
}

/** What is still locked after some epochs: linear, rounded up. */
export function amountLocked(state: MultisigState, elapsed: bigint): bigint {
  const { initialBalance, unlockDuration } = state
  if (elapsed >= unlockDuration) return 0n
  if (elapsed <= 0n) return initialBalance
  const numerator = initialBalance * (unlockDuration - elapsed)
  return (numerator + unlockDuration - 1n) / unlockDuration
}

/** @throws ActorError when the amount is more than the balance, or more than is unlocked */
export function requireAvailable(
  state: MultisigState,
  balance: bigint,
  amount: bigint,
  epoch: number,
): void {
  require(amount >= 0n, ExitCode.USR_ILLEGAL_ARGUMENT, `amount to spend ${amount} is negative`)
  const remaining = balance - amount
  const { USR_INSUFFICIENT_FUNDS } = ExitCode
  require(remaining >= 0n, USR_INSUFFICIENT_FUNDS, `balance ${balance} is less than ${amount}`)
  // nothing can always be spent, even if more is locked than there is
  if (amount === 0n) return
  const locked = amountLocked(state, int64Result(BigInt(epoch) - state.startEpoch))
  const message = `balance ${remaining} after spending is less than the locked ${locked}`
  require(remaining >= locked, USR_INSUFFICIENT_FUNDS, message)
}
