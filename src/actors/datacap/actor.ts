/**
 * f07: DataCap as a fungible token (FRC-46, FIP-0045). One token, 10^18 units, is a byte of
 * verified storage. Tokens move only to or from the governor, the verified registry.
 */
import { type ActorId, Address } from '../../address/address.ts'
import { EMPTY } from '../../base/bytes.ts'
import { ActorError } from '../../fvm/errors.ts'
import { Codec } from '../../ipld/cid.ts'
import { address, bigint, type TypeOf, text, tuple, uint64 } from '../../ipld/codec.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { require, requireCaller } from '../checks.ts'
import { defineActor, on, onNothing } from '../define.ts'
import {
  FRC46_TOKEN_TYPE,
  type Frc46TokenReceived,
  frc46TokenReceived,
  Receive,
  receiveParams,
} from '../receiver.ts'
import { abort, type Runtime } from '../runtime.ts'
import { wasmCost } from '../wasm-cost.ts'
import {
  allowanceParams,
  burnFromParams,
  burnFromReturn,
  burnParams,
  burnReturn,
  changeAllowanceParams,
  datacapMethods,
  destroyParams,
  mintParams,
  mintReturn,
  revokeAllowanceParams,
  TOKEN_PRECISION,
  transferFromParams,
  transferFromReturn,
  transferParams,
  transferReturn,
} from './interface.ts'
import {
  allowanceOf,
  balanceOf,
  changeAllowance,
  changeSupply,
  emptyToken,
  move,
  revokeAllowance,
  setAllowance,
  spendAllowance,
  type TokenState,
  tokenStateCodec,
} from './token.ts'

export const datacapStateCodec = tuple({
  /** Who mints and destroys: the verified registry. */
  governor: address,
  token: tokenStateCodec,
})
type DatacapState = TypeOf<typeof datacapStateCodec>

/** More than there can ever be: what the operators of a new verified client may spend. */
const INFINITE_ALLOWANCE = TOKEN_PRECISION * 10n ** 21n

const { USR_ILLEGAL_ARGUMENT, USR_FORBIDDEN, USR_NOT_FOUND } = ExitCode

const number = datacapMethods

export const datacap = defineActor({
  name: 'datacap',
  restrictInternal: true,
  methods: {
    // Constructor
    1: on({
      params: address,
      callers: 'system',
      run(runtime, governor) {
        const known = runtime.resolveAddress(governor) !== undefined
        require(known, USR_ILLEGAL_ARGUMENT, 'failed to resolve governor address')
        runtime.createState(datacapStateCodec, { governor, token: emptyToken(runtime) })
      },
    }),
    [String(number.Name)]: onNothing({ callers: 'any', returns: text, run: () => 'DataCap' }),
    [String(number.Symbol)]: onNothing({ callers: 'any', returns: text, run: () => 'DCAP' }),
    [String(number.Granularity)]: onNothing({
      callers: 'any',
      returns: uint64,
      run: () => TOKEN_PRECISION,
    }),
    [String(number.TotalSupply)]: onNothing({
      callers: 'any',
      returns: bigint,
      run: (runtime) => runtime.state(datacapStateCodec).token.supply,
    }),
    [String(number.Balance)]: on({
      params: address,
      returns: bigint,
      callers: 'any',
      run: (runtime, owner) => balanceAt(runtime, runtime.state(datacapStateCodec).token, owner),
    }),
    [String(number.Allowance)]: on({
      params: allowanceParams,
      returns: bigint,
      callers: 'any',
      run(runtime, { owner, operator }) {
        const { token } = runtime.state(datacapStateCodec)
        return allowanceBetween(runtime, token, owner, operator)
      },
    }),
    [String(number.IncreaseAllowance)]: on({
      params: changeAllowanceParams,
      returns: bigint,
      callers: 'any',
      run: (runtime, { operator, delta }) => adjustAllowance(runtime, operator, delta, delta),
    }),
    [String(number.DecreaseAllowance)]: on({
      params: changeAllowanceParams,
      returns: bigint,
      callers: 'any',
      run: (runtime, { operator, delta }) => adjustAllowance(runtime, operator, delta, -delta),
    }),
    [String(number.RevokeAllowance)]: on({
      params: revokeAllowanceParams,
      returns: bigint,
      callers: 'any',
      run: (runtime, params) =>
        changeToken(runtime, ({ token }) => {
          const operator = runtime.resolveAddress(params.operator)
          if (operator === undefined) return { token, result: 0n }
          const revoked = revokeAllowance(runtime, token, runtime.message.caller, operator)
          return { token: revoked.token, result: revoked.allowance }
        }),
    }),
    [String(number.Burn)]: on({
      params: burnParams,
      returns: burnReturn,
      callers: 'any',
      run: (runtime, { amount }) =>
        changeToken(runtime, ({ token }) => burn(runtime, token, callerOf(runtime), amount)),
    }),
    [String(number.BurnFrom)]: on({
      params: burnFromParams,
      returns: burnFromReturn,
      callers: 'any',
      run: (runtime, { owner, amount }) =>
        changeToken(runtime, ({ token }) => {
          requireAmount(amount)
          requireOther(runtime, owner)
          const id = ownerOf(runtime, owner)
          const spent = spendAllowance(runtime, token, id, runtime.message.caller, amount)
          const burnt = changeSupply(runtime, spent.token, id, -amount)
          const result = { balance: burnt.balance, allowance: spent.allowance }
          return { token: burnt.token, result }
        }),
    }),
    [String(number.Transfer)]: on({
      params: transferParams,
      returns: transferReturn,
      callers: 'any',
      run(runtime, params) {
        const from = callerOf(runtime)
        const to = resolveRecipient(runtime, params.to)
        const received = changeToken(runtime, ({ governor, token }) => {
          requireGovernor(governor, [to, from])
          requireAmount(params.amount)
          const ids = { from: idOf(runtime, from), to: idOf(runtime, to) }
          const moved = move(runtime, token, ids.from, ids.to, params.amount)
          return { token: moved, result: { ...params, ...ids, operator: ids.from } }
        })
        const { token } = runtime.state(datacapStateCodec)
        const recipientData = notify(runtime, to, received)
        const fromBalance = balanceAt(runtime, token, from)
        return { fromBalance, toBalance: balanceAt(runtime, token, to), recipientData }
      },
    }),
    [String(number.TransferFrom)]: on({
      params: transferFromParams,
      returns: transferFromReturn,
      callers: 'any',
      run(runtime, params) {
        const operator = runtime.message.caller
        const to = resolveRecipient(runtime, params.to)
        const received = changeToken(runtime, ({ governor, token }) => {
          requireGovernor(governor, [to])
          requireAmount(params.amount)
          requireOther(runtime, params.from)
          const ids = { from: ownerOf(runtime, params.from), to: idOf(runtime, to) }
          const spent = spendAllowance(runtime, token, ids.from, operator, params.amount)
          const moved = move(runtime, spent.token, ids.from, ids.to, params.amount)
          return { token: moved, result: { ...params, ...ids, operator } }
        })
        const { token } = runtime.state(datacapStateCodec)
        const recipientData = notify(runtime, to, received)
        const fromBalance = balanceAt(runtime, token, params.from)
        const toBalance = balanceAt(runtime, token, to)
        const allowance = allowanceBetween(runtime, token, params.from, Address.id(operator))
        return { fromBalance, toBalance, allowance, recipientData }
      },
    }),
    // by the governor only, and not of FRC-46
    [String(number.Mint)]: on({
      params: mintParams,
      returns: mintReturn,
      callers: 'any',
      run(runtime, { to, amount, operators }) {
        const received = changeToken(runtime, ({ governor, token: before }) => {
          requireCaller(runtime, [governor])
          const operator = idOf(runtime, governor)
          const minted = outcomeOf(() => {
            requireAmount(amount)
            const owner = idOf(runtime, to)
            return { owner, ...changeSupply(runtime, before, owner, amount) }
          })
          // the genuine actor looks at how the minting went after it has set all allowances
          const allowed = outcomeOf(() =>
            operators.reduce((token, delegate) => {
              const ids = { owner: idOf(runtime, to), operator: idOf(runtime, delegate) }
              return setAllowance(runtime, token, ids.owner, ids.operator, INFINITE_ALLOWANCE)
            }, minted.value?.token ?? before),
          )
          if (allowed.value === undefined) {
            if (minted.value === undefined) throw allowed.error
            // and panics when it forgets that somebody is to be told of new tokens
            throw abort(ExitCode.USR_ASSERTION_FAILED, `${to} was not told of its tokens`)
          }
          if (minted.value === undefined) throw minted.error
          const from = runtime.message.receiver
          const { owner } = minted.value
          const result = { from, to: owner, operator, amount, operatorData: EMPTY }
          return { token: allowed.value, result }
        })
        const { token } = runtime.state(datacapStateCodec)
        const recipientData = notify(runtime, to, received)
        return { balance: balanceAt(runtime, token, to), supply: token.supply, recipientData }
      },
    }),
    // by the governor only, and not of FRC-46
    [String(number.Destroy)]: on({
      params: destroyParams,
      returns: burnReturn,
      callers: 'any',
      run: (runtime, { owner, amount }) =>
        changeToken(runtime, ({ governor, token }) => {
          requireCaller(runtime, [governor])
          return burn(runtime, token, owner, amount)
        }),
    }),
  },
  wasm: wasmCost({
    base: 41_800,
    rows: {
      'Name/0': 46_010,
      'Transfer/0': 0,
      'Transfer/16': 50_600,
      'Transfer/18': 23_080,
      'Transfer/19': 66_590,
      'Transfer/21': 7_200,
      'TotalSupply/0': 0,
      'Mint/0': 40_920,
      'Mint/16': 54_110,
      'Mint/17': 73_950,
      'Mint/18': 9_720,
      'Mint/23': 13_500,
      'Mint/24': 128_870,
      'Mint/33': 21_040,
      'Burn/0': 32_080,
      'Burn/16': 53_270,
      'Burn/19': 49_390,
      'DecreaseAllowance/0': 26_460,
      'DecreaseAllowance/17': 44_920,
      'DecreaseAllowance/25': 26_180,
      'IncreaseAllowance/0': 33_430,
      'IncreaseAllowance/17': 46_740,
      'IncreaseAllowance/25': 33_610,
      'Symbol/0': 45_960,
      'Destroy/0': 30_490,
      'Destroy/16': 54_950,
      'Destroy/17': 58_400,
      'Destroy/18': 6_870,
      'Destroy/19': 65_340,
      'RevokeAllowance/0': 14_100,
      'BurnFrom/16': 38_110,
      'BurnFrom/19': 78_970,
      'Balance/0': 3_850,
      'TransferFrom/16': 46_270,
      'TransferFrom/18': 33_600,
      'TransferFrom/19': 84_160,
      'Granularity/0': 46_190,
      'Allowance/0': 6_270,
    },
    exits: {
      0: 60_730,
      21: 28_050,
      22: 18_310,
    },
    read: { item: 4_970, string: 9_940 },
    nodesRead: { block: 24_000, item: 3_680, string: 3_600 },
    written: { item: 50, string: 5_040 },
    nodesWritten: { block: 63_450, string: 6_650 },
    paramsByte: 247,
  }),
})

/** Loads the books, lets `change` give the next ones, and stores those. */
function changeToken<R>(
  runtime: Runtime,
  change: (state: DatacapState) => { token: TokenState; result: R },
): R {
  return runtime.transaction(datacapStateCodec, (state) => {
    const { token, result } = change(state)
    return { state: { ...state, token }, result }
  })
}

function callerOf(runtime: Runtime): Address {
  return Address.id(runtime.message.caller)
}

function balanceAt(runtime: Runtime, token: TokenState, owner: Address): bigint {
  const id = runtime.resolveAddress(owner)
  return id === undefined ? 0n : balanceOf(runtime, token, id)
}

function allowanceBetween(
  runtime: Runtime,
  token: TokenState,
  owner: Address,
  operator: Address,
): bigint {
  const ownerId = runtime.resolveAddress(owner)
  if (ownerId === undefined) return 0n
  const operatorId = runtime.resolveAddress(operator)
  return operatorId === undefined ? 0n : allowanceOf(runtime, token, ownerId, operatorId)
}

function adjustAllowance(
  runtime: Runtime,
  operator: Address,
  amount: bigint,
  delta: bigint,
): bigint {
  return changeToken(runtime, ({ token }) => {
    require(amount >= 0n, USR_ILLEGAL_ARGUMENT, `allowance change ${amount} is negative`)
    const id = idOf(runtime, operator)
    const changed = changeAllowance(runtime, token, runtime.message.caller, id, delta)
    return { token: changed.token, result: changed.allowance }
  })
}

function burn(runtime: Runtime, token: TokenState, owner: Address, amount: bigint) {
  requireAmount(amount)
  const burnt = changeSupply(runtime, token, idOf(runtime, owner), -amount)
  return { token: burnt.token, result: { balance: burnt.balance } }
}

/** What comes of it, or the actor error that comes instead. */
function outcomeOf<T>(run: () => T): { value: T } | { value: undefined; error: ActorError } {
  try {
    return { value: run() }
  } catch (error) {
    if (error instanceof ActorError) return { value: undefined, error }
    throw error
  }
}

function requireAmount(amount: bigint): void {
  require(amount >= 0n, USR_ILLEGAL_ARGUMENT, `amount ${amount} is negative`)
  const whole = amount % TOKEN_PRECISION === 0n
  require(whole, USR_ILLEGAL_ARGUMENT, `amount ${amount} is not a multiple of ${TOKEN_PRECISION}`)
}

function requireGovernor(governor: Address, parties: readonly Address[]): void {
  const allowed = parties.some((party) => party.equals(governor))
  require(allowed, USR_FORBIDDEN, `transfer is only allowed with the governor ${governor}`)
}

/** Nobody is the operator of what is his own. */
function requireOther(runtime: Runtime, owner: Address): void {
  const isCaller = runtime.resolveAddress(owner) === runtime.message.caller
  require(!isCaller, USR_ILLEGAL_ARGUMENT, `operator is the same as the owner ${owner}`)
}

/** Of somebody who must have allowed something, hence exist. */
function ownerOf(runtime: Runtime, owner: Address): ActorId {
  const id = runtime.resolveAddress(owner)
  const message = `${owner} has not allowed anything`
  require(id !== undefined, ExitCode.USR_INSUFFICIENT_FUNDS, message)
  return id
}

function resolveRecipient(runtime: Runtime, to: Address): Address {
  const id = runtime.resolveAddress(to)
  require(id !== undefined, USR_ILLEGAL_ARGUMENT, `cannot resolve ${to}`)
  return Address.id(id)
}

/**
 * While the state is being changed nothing can be sent, so nobody's account can be made. The
 * genuine actor tries, and asks a second time.
 */
function idOf(runtime: Runtime, who: Address): ActorId {
  const id = runtime.resolveAddress(who) ?? runtime.resolveAddress(who)
  require(id !== undefined, USR_NOT_FOUND, `${who} does not exist`)
  return id
}

/** Tells a recipient of its tokens. @returns what it answers */
function notify(
  runtime: Runtime,
  recipient: Address,
  received: Omit<Frc46TokenReceived, 'tokenData'>,
): Uint8Array {
  const payload = frc46TokenReceived.encode({ ...received, tokenData: EMPTY })
  const data = receiveParams.encode({ type: FRC46_TOKEN_TYPE, payload })
  try {
    return runtime.call(recipient, Receive, { codec: Codec.CBOR, data })?.data ?? EMPTY
  } catch (error) {
    // the recipient's exit code passes through, what it says does not
    if (error instanceof ActorError) throw abort(error.exitCode, error.message)
    throw error
  }
}
