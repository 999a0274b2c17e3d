/** Wallets whose signers must agree. */
import { Address } from '../../address/address.ts'
import { equal } from '../../base/bytes.ts'
import { ActorError } from '../../fvm/errors.ts'
import { Codec } from '../../ipld/cid.ts'
import { address, bigint, bool, bytes, int64, list, tuple, uint, uint64 } from '../../ipld/codec.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { int64Result, require, resolveExisting, resolveOrCreate } from '../checks.ts'
import { acceptExported, defineActor, on } from '../define.ts'
import { Receive, receiveParams } from '../receiver.ts'
import type { Runtime } from '../runtime.ts'
import { wasmCost } from '../wasm-cost.ts'
import {
  isSigner,
  loadPending,
  MAX_SIGNERS,
  type MultisigState,
  multisigStateCodec,
  noPending,
  proposalCodec,
  proposalHash,
  requireAvailable,
  type Transaction,
  transactionKey,
  withoutApprovals,
} from './state.ts'

export const Propose = 2n
export const Approve = 3n
export const Cancel = 4n

const { USR_ILLEGAL_ARGUMENT, USR_FORBIDDEN, USR_NOT_FOUND, USR_ILLEGAL_STATE } = ExitCode

export const multisigConstructorParams = tuple({
  signers: list(address),
  threshold: uint64,
  unlockDuration: int64,
  startEpoch: int64,
})

const outcome = { applied: bool, exitCode: uint, returned: bytes }
export const proposeReturn = tuple({ id: int64, ...outcome })
export const approveReturn = tuple(outcome)

/** An empty hash means any proposal. */
export const transactionParams = tuple({ id: int64, proposalHash: bytes })

export const multisig = defineActor({
  name: 'multisig',
  restrictInternal: true,
  methods: {
    // Constructor
    1: on({
      params: multisigConstructorParams,
      callers: 'init',
      run(runtime, { signers, threshold, unlockDuration, startEpoch }) {
        require(signers.length > 0, USR_ILLEGAL_ARGUMENT, 'must have at least one signer')
        const tooMany = `cannot add more than ${MAX_SIGNERS} signers`
        require(signers.length <= MAX_SIGNERS, USR_ILLEGAL_ARGUMENT, tooMany)
        const ids = new Set<number>()
        for (const signer of signers) {
          const id = resolveExisting(runtime, signer)
          require(!ids.has(id), USR_ILLEGAL_ARGUMENT, `duplicate signer ${signer}`)
          ids.add(id)
        }
        const enough = threshold >= 1n && threshold <= BigInt(signers.length)
        require(enough, USR_ILLEGAL_ARGUMENT, `threshold ${threshold} of ${signers.length} signers`)
        require(unlockDuration >= 0n, USR_ILLEGAL_ARGUMENT, 'negative unlock duration')
        const pendingTransactions = noPending(runtime)
        const isLocked = unlockDuration !== 0n
        runtime.createState(multisigStateCodec, {
          signers: [...ids].map((id) => Address.id(id)),
          threshold,
          nextTransactionId: 0n,
          initialBalance: isLocked ? runtime.message.value : 0n,
          startEpoch: isLocked ? startEpoch : 0n,
          unlockDuration,
          pendingTransactions,
        })
      },
    }),
    [String(Propose)]: on({
      params: proposalCodec,
      returns: proposeReturn,
      callers: 'any',
      run(runtime, proposal) {
        const negative = `proposed value ${proposal.value} is negative`
        require(proposal.value >= 0n, USR_ILLEGAL_ARGUMENT, negative)
        const transaction = { ...proposal, approved: [] }
        const id = change(runtime, (state) => {
          requireSigner(state, callerOf(runtime))
          const pending = loadPending(runtime, state)
          const id = state.nextTransactionId
          const nextTransactionId = int64Result(id + 1n)
          pending.set(transactionKey(id), transaction)
          const pendingTransactions = pending.flush()
          return { state: { ...state, nextTransactionId, pendingTransactions }, result: id }
        })
        return { id, ...approve(runtime, id, transaction) }
      },
    }),
    [String(Approve)]: on({
      params: transactionParams,
      returns: approveReturn,
      callers: 'any',
      run(runtime, { id, proposalHash: expected }) {
        const { state, transaction } = change(runtime, (state) => {
          requireSigner(state, callerOf(runtime))
          const transaction = loadPending(runtime, state).get(transactionKey(id))
          require(transaction !== undefined, USR_NOT_FOUND, `no transaction ${id} to approve`)
          if (expected.length > 0) {
            const matches = equal(expected, proposalHash(runtime, transaction))
            require(matches, USR_ILLEGAL_ARGUMENT, 'hash does not match proposal')
          }
          return { state, result: { state, transaction } }
        })
        const executed = executeIfApproved(runtime, state, id, transaction)
        return executed.applied ? executed : approve(runtime, id, transaction)
      },
    }),
    [String(Cancel)]: on({
      params: transactionParams,
      callers: 'any',
      run(runtime, { id, proposalHash: expected }) {
        const caller = callerOf(runtime)
        change(runtime, (state) => {
          requireSigner(state, caller)
          const pending = loadPending(runtime, state)
          const transaction = pending.delete(transactionKey(id))
          require(transaction !== undefined, USR_NOT_FOUND, `no transaction ${id} to cancel`)
          const isProposer = transaction.approved[0]?.equals(caller) === true
          require(isProposer, USR_FORBIDDEN, "cannot cancel another signer's transaction")
          const actual = proposalHash(runtime, transaction)
          const matches = expected.length === 0 || equal(expected, actual)
          require(matches, USR_ILLEGAL_STATE, 'hash does not match proposal')
          const pendingTransactions = pending.flush()
          return { state: { ...state, pendingTransactions }, result: undefined }
        })
      },
    }),
    // AddSigner
    5: on({
      params: tuple({ signer: address, increaseThreshold: bool }),
      callers: 'self',
      run(runtime, { signer, increaseThreshold }) {
        const added = Address.id(resolveExisting(runtime, signer))
        changeState(runtime, (state) => {
          const tooMany = `cannot add more than ${MAX_SIGNERS} signers`
          require(state.signers.length < MAX_SIGNERS, USR_FORBIDDEN, tooMany)
          require(!isSigner(state, added), USR_FORBIDDEN, `${added} is already a signer`)
          const threshold = state.threshold + (increaseThreshold ? 1n : 0n)
          return { ...state, signers: [...state.signers, added], threshold }
        })
      },
    }),
    // RemoveSigner
    6: on({
      params: tuple({ signer: address, decreaseThreshold: bool }),
      callers: 'self',
      run(runtime, { signer, decreaseThreshold }) {
        const removed = Address.id(resolveOrCreate(runtime, signer))
        changeState(runtime, (state) => {
          requireSigner(state, removed)
          const left = BigInt(state.signers.length - 1)
          require(left > 0n, USR_FORBIDDEN, 'cannot remove the only signer')
          if (!decreaseThreshold) {
            const enough = left >= state.threshold
            require(enough, USR_ILLEGAL_ARGUMENT, `${left} signers are below the threshold`)
          } else {
            const isLowest = state.threshold < 2n
            require(!isLowest, USR_ILLEGAL_ARGUMENT, 'cannot decrease the threshold')
          }
          const threshold = state.threshold - (decreaseThreshold ? 1n : 0n)
          const purged = withoutApprovals(runtime, state, removed)
          return { ...purged, threshold, signers: othersThan(state, removed) }
        })
      },
    }),
    // SwapSigner
    7: on({
      params: tuple({ from: address, to: address }),
      callers: 'self',
      run(runtime, { from, to }) {
        const removed = Address.id(resolveOrCreate(runtime, from))
        const added = Address.id(resolveExisting(runtime, to))
        changeState(runtime, (state) => {
          requireSigner(state, removed)
          require(!isSigner(state, added), USR_ILLEGAL_ARGUMENT, `${added} is already a signer`)
          const signers = [...othersThan(state, removed), added]
          return withoutApprovals(runtime, { ...state, signers }, removed)
        })
      },
    }),
    // ChangeNumApprovalsThreshold
    8: on({
      params: tuple({ threshold: uint64 }),
      callers: 'self',
      run(runtime, { threshold }) {
        changeState(runtime, (state) => {
          const isValid = threshold > 0n && threshold <= BigInt(state.signers.length)
          require(isValid, USR_ILLEGAL_ARGUMENT, `threshold ${threshold} is not supported`)
          return { ...state, threshold }
        })
      },
    }),
    // LockBalance
    9: on({
      params: tuple({ startEpoch: int64, unlockDuration: int64, amount: bigint }),
      callers: 'self',
      run(runtime, { startEpoch, unlockDuration, amount }) {
        require(unlockDuration > 0n, USR_ILLEGAL_ARGUMENT, 'unlock duration must be positive')
        require(amount >= 0n, USR_ILLEGAL_ARGUMENT, 'amount to lock must be positive')
        changeState(runtime, (state) => {
          const isFirst = state.unlockDuration === 0n
          require(isFirst, USR_FORBIDDEN, 'modification of unlock disallowed')
          return { ...state, startEpoch, unlockDuration, initialBalance: amount }
        })
      },
    }),
    // tokens of any kind are welcome
    [String(Receive)]: on({ params: receiveParams, callers: 'any', run() {} }),
  },
  fallback: acceptExported,
  wasm: wasmCost({
    base: 43_750,
    rows: {
      '1/0': 39_500,
      '1/16': 53_660,
      '1/17': 64_880,
      '1/18': 57_630,
      '1/23': 60_990,
      '2/0': 53_150,
      '2/18': 73_180,
      '2/19': 130_010,
      '3/0': 78_290,
      '3/16': 76_500,
      '3/17': 63_190,
      '3/18': 66_380,
      '3/19': 139_260,
      '4/0': 55_070,
      '4/17': 63_700,
      '4/18': 66_180,
      '5/0': 60_020,
      '5/17': 61_110,
      '5/18': 59_320,
      '5/23': 57_200,
      '6/0': 64_700,
      '6/16': 60_100,
      '6/18': 58_640,
      '7/0': 66_210,
      '7/16': 57_610,
      '7/17': 55_570,
      '7/18': 61_050,
      '7/23': 51_670,
      '8/0': 57_240,
      '8/16': 59_500,
      '8/18': 55_330,
      '9/0': 65_310,
      '9/18': 64_070,
      'Receive/0': 46_890,
    },
    exits: {
      20: 80_830,
    },
    read: { item: 398, string: 4_130 },
    nodesRead: { item: 2_980, string: 4_540, byte: 51.2 },
    written: { item: 1_320, string: 6_160 },
    nodesWritten: { block: 32_610, item: 435, string: 2_090, byte: 119 },
    hash: 6_500,
    address: 10_400,
    paramsByte: 74.6,
    addressNamed: 30_430,
  }),
})

function change<R>(
  runtime: Runtime,
  next: (state: MultisigState) => { state: MultisigState; result: R },
): R {
  return runtime.transaction(multisigStateCodec, next)
}

function changeState(runtime: Runtime, next: (state: MultisigState) => MultisigState): void {
  change(runtime, (state) => ({ state: next(state), result: undefined }))
}

function callerOf(runtime: Runtime): Address {
  return Address.id(runtime.message.caller)
}

function requireSigner(state: MultisigState, who: Address): void {
  require(isSigner(state, who), USR_FORBIDDEN, `${who} is not a signer`)
}

function othersThan(state: MultisigState, who: Address): Address[] {
  return state.signers.filter((signer) => !signer.equals(who))
}

interface TransactionOutcome {
  readonly applied: boolean
  readonly exitCode: ExitCode
  readonly returned: Uint8Array
}

const PENDING: TransactionOutcome = {
  applied: false,
  exitCode: ExitCode.OK,
  returned: new Uint8Array(0),
}

/** Adds the caller's approval, and executes the transaction if that was the last one needed. */
function approve(runtime: Runtime, id: bigint, proposed: Transaction): TransactionOutcome {
  const caller = callerOf(runtime)
  const hasApproved = proposed.approved.some((approver) => approver.equals(caller))
  require(!hasApproved, USR_FORBIDDEN, `${caller} already approved this message`)
  const transaction = { ...proposed, approved: [...proposed.approved, caller] }
  const state = change(runtime, (before) => {
    const pending = loadPending(runtime, before)
    pending.set(transactionKey(id), transaction)
    const state = { ...before, pendingTransactions: pending.flush() }
    return { state, result: state }
  })
  return executeIfApproved(runtime, state, id, transaction)
}

/** A failing transaction is an outcome like any other: it was applied, and is gone. */
function executeIfApproved(
  runtime: Runtime,
  state: MultisigState,
  id: bigint,
  { to, value, method, params, approved }: Transaction,
): TransactionOutcome {
  if (BigInt(approved.length) < state.threshold) return PENDING
  const balance = runtime.kernel.currentBalance()
  requireAvailable(state, balance, value, runtime.network.epoch)
  changeState(runtime, (before) => {
    const pending = loadPending(runtime, before)
    pending.delete(transactionKey(id))
    return { ...before, pendingTransactions: pending.flush() }
  })
  const input = params.length === 0 ? undefined : { codec: Codec.CBOR, data: params }
  try {
    const returned = runtime.call(to, method, input, { value })
    return { ...PENDING, applied: true, returned: returned?.data ?? PENDING.returned }
  } catch (error) {
    if (!(error instanceof ActorError)) throw error
    const returned = error.data?.data ?? PENDING.returned
    return { applied: true, exitCode: error.exitCode, returned }
  }
}
