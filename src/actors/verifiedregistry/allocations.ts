/** DataCap that clients set aside for pieces, until a provider claims it or the time is over. */
import { Address } from '../../address/address.ts'
import { bigint, bool, int64, link, list, type TypeOf, tuple, uint64 } from '../../ipld/codec.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { batchReturn, batchReturnCodec } from '../batch-return.ts'
import { int64Result, require } from '../checks.ts'
import { on } from '../define.ts'
import { FRC46_TOKEN_TYPE, frc46TokenReceived, receiveParams } from '../receiver.ts'
import type { Runtime } from '../runtime.ts'
import { burnDatacap, toBytes, transferDatacap } from './datacap.ts'
import { emitAllocation, emitClaim } from './events.ts'
import { removeExpired } from './expired.ts'
import {
  MAXIMUM_EXPIRATION,
  MAXIMUM_TERM,
  MINIMUM_ALLOCATION_SIZE,
  MINIMUM_TERM,
} from './policy.ts'
import {
  type Allocation,
  type Claim,
  loadAllocations,
  loadClaims,
  type VerifiedRegistryState,
  verifiedRegistryStateCodec,
} from './state.ts'

const { USR_ILLEGAL_ARGUMENT, USR_FORBIDDEN, USR_NOT_FOUND } = ExitCode

const allocationRequest = tuple({
  provider: uint64,
  data: link,
  size: uint64,
  termMin: int64,
  termMax: int64,
  expiration: int64,
})
const extensionRequest = tuple({ provider: uint64, claim: uint64, termMax: int64 })
/** What the sender of DataCap wants for it. */
export const allocationRequests = tuple({
  allocations: list(allocationRequest),
  extensions: list(extensionRequest),
})
export const allocationsResponse = tuple({
  allocationResults: batchReturnCodec,
  extensionResults: batchReturnCodec,
  newAllocations: list(uint64),
})

/** No ids: all that have expired. */
export const removeExpiredAllocationsParams = tuple({ client: uint64, ids: list(uint64) })
export const removeExpiredAllocationsReturn = tuple({
  considered: list(uint64),
  results: batchReturnCodec,
  recovered: bigint,
})

const allocationClaim = tuple({ client: uint64, id: uint64, data: link, size: uint64 })
export const claimAllocationsParams = tuple({
  sectors: list(tuple({ sector: uint64, expiry: int64, claims: list(allocationClaim) })),
  allOrNothing: bool,
})
export const claimAllocationsReturn = tuple({
  results: batchReturnCodec,
  /** Bytes claimed, per sector that succeeded. */
  claimedSpace: list(bigint),
})

/** The registry was given DataCap: it becomes allocations and longer claims, or is refused. */
export const receive = on({
  params: receiveParams,
  returns: allocationsResponse,
  callers: 'datacap',
  run(runtime, { type, payload }) {
    const epoch = BigInt(runtime.network.epoch)
    require(type === FRC46_TOKEN_TYPE, USR_ILLEGAL_ARGUMENT, `invalid token type ${type}`)
    const received = frc46TokenReceived.decode(payload)
    const isMine = received.to === runtime.message.receiver
    require(isMine, USR_ILLEGAL_ARGUMENT, `tokens are for f0${received.to}`)
    const requests = allocationRequests.decode(received.operatorData)
    const client = BigInt(received.from)

    const allocations = requests.allocations.map((request): Allocation => {
      requireValidAllocation(request, epoch)
      requireMiner(runtime, request.provider)
      return { client, ...request }
    })
    const claims = loadClaims(runtime, runtime.state(verifiedRegistryStateCodec))
    const extended = requests.extensions.map(({ provider, claim: id, termMax }) => {
      const claim = claims.get(provider, id)
      require(claim !== undefined, USR_NOT_FOUND, `no claim ${id} for provider ${provider}`)
      requireValidExtension(claim, termMax, epoch)
      return { id, claim: { ...claim, termMax } }
    })

    const extensionTotal = sum(extended.map(({ claim }) => claim.size))
    const total = extensionTotal + sum(allocations.map(({ size }) => size))
    const bytes = toBytes(received.amount)
    const matches = total === bytes
    require(matches, USR_ILLEGAL_ARGUMENT, `requested ${total} bytes, received ${bytes}`)
    // what is spent on allocations is burnt when they are claimed, or goes back
    burnDatacap(runtime, extensionTotal)
    const newAllocations = runtime.transaction(verifiedRegistryStateCodec, (state) => {
      const inserted = insertAllocations(runtime, state, allocations)
      for (const [index, allocation] of allocations.entries()) {
        emitAllocation(runtime, 'allocation', inserted.ids[index]!, allocation)
      }
      const next = updateClaims(runtime, inserted.state, extended)
      for (const { id, claim } of extended) emitClaim(runtime, 'claim-updated', id, claim)
      return { state: next, result: inserted.ids }
    })
    return {
      allocationResults: batchReturn(allocations.map(() => ExitCode.OK)),
      extensionResults: batchReturn(extended.map(() => ExitCode.OK)),
      newAllocations,
    }
  },
})

/** By anybody; the DataCap goes back to the client. */
export const removeExpiredAllocations = on({
  params: removeExpiredAllocationsParams,
  returns: removeExpiredAllocationsReturn,
  callers: 'any',
  run(runtime, { client, ids }) {
    const epoch = BigInt(runtime.network.epoch)
    const hasExpired = ({ expiration }: Allocation) => epoch >= expiration
    let recovered = 0n
    const removed = runtime.transaction(verifiedRegistryStateCodec, (state) => {
      const allocations = loadAllocations(runtime, state)
      const result = removeExpired(allocations, client, ids, hasExpired, (id, allocation) => {
        emitAllocation(runtime, 'allocation-removed', id, allocation)
        recovered += allocation.size
      })
      return { state: { ...state, allocations: allocations.flush() }, result }
    })
    transferDatacap(runtime, Address.id(client), recovered)
    return { ...removed, recovered }
  },
})

/** By a provider that has stored the pieces. Claims of a sector succeed or fail together. */
export const claimAllocations = on({
  params: claimAllocationsParams,
  returns: claimAllocationsReturn,
  callers: { type: 'storageminer' },
  run(runtime, { sectors, allOrNothing }) {
    require(sectors.length > 0, USR_ILLEGAL_ARGUMENT, 'no claims')
    const provider = BigInt(runtime.message.caller)
    const { exitCodes, claimedSpace } = runtime.transaction(verifiedRegistryStateCodec, (state) => {
      const claims = loadClaims(runtime, state)
      const allocations = loadAllocations(runtime, state)
      const claimedSpace: bigint[] = []
      const exitCodes = sectors.map((sector) => {
        const found = claimable(runtime, allocations, provider, sector)
        if (typeof found === 'number') return found
        for (const { id, claim } of found) {
          const isNew = claims.setIfAbsent(provider, id, claim)
          require(isNew, USR_ILLEGAL_ARGUMENT, `claim ${id} already exists`)
          emitClaim(runtime, 'claim', id, claim)
          allocations.delete(claim.client, id)
        }
        claimedSpace.push(sum(found.map(({ claim }) => claim.size)))
        return ExitCode.OK
      })
      const next = { ...state, allocations: allocations.flush() }
      return { state: { ...next, claims: claims.flush() }, result: { exitCodes, claimedSpace } }
    })
    const results = batchReturn(exitCodes)
    const accepted = !allOrNothing || results.failures.length === 0
    require(accepted, USR_ILLEGAL_ARGUMENT, 'some claims failed, and all or nothing was asked for')
    burnDatacap(runtime, sum(claimedSpace))
    return { results, claimedSpace }
  },
})

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n)
}

/** The claims that a sector makes, or why it may not. */
function claimable(
  runtime: Runtime,
  allocations: ReturnType<typeof loadAllocations>,
  provider: bigint,
  { sector, expiry, claims }: TypeOf<typeof claimAllocationsParams>['sectors'][number],
): readonly { id: bigint; claim: Claim }[] | ExitCode {
  const found: { id: bigint; claim: Claim }[] = []
  for (const { client, id, data, size } of claims) {
    const allocation = allocations.get(client, id)
    if (allocation === undefined) return USR_NOT_FOUND
    const termStart = BigInt(runtime.network.epoch)
    const lifetime = int64Result(expiry - termStart)
    const matches =
      provider === allocation.provider &&
      client === allocation.client &&
      data.equals(allocation.data) &&
      size === allocation.size
    const inTime =
      termStart <= allocation.expiration &&
      lifetime >= allocation.termMin &&
      lifetime <= allocation.termMax
    if (!matches || !inTime) return USR_FORBIDDEN
    const { expiration: _, ...terms } = allocation
    found.push({ id, claim: { ...terms, termStart, sector } })
  }
  return found
}

function requireValidAllocation(
  { size, termMin, termMax, expiration }: TypeOf<typeof allocationRequest>,
  epoch: bigint,
): void {
  const isValid =
    size >= MINIMUM_ALLOCATION_SIZE &&
    termMin >= MINIMUM_TERM &&
    termMax <= MAXIMUM_TERM &&
    termMin <= termMax &&
    expiration >= epoch &&
    expiration <= epoch + MAXIMUM_EXPIRATION
  const asked = `${size} bytes for ${termMin} to ${termMax} epochs, expiring at ${expiration}`
  require(isValid, USR_ILLEGAL_ARGUMENT, `allocation out of limits: ${asked}`)
}

/** DataCap for somebody who is no provider would be stuck until it expires. */
function requireMiner(runtime: Runtime, provider: bigint): void {
  // no actor has a higher id, and looking for one costs the same
  const highest = BigInt(Number.MAX_SAFE_INTEGER)
  const code = runtime.codeOf(Number(provider < highest ? provider : highest))
  const isMiner = code !== undefined && runtime.builtinType(code) === 'storageminer'
  require(isMiner, USR_ILLEGAL_ARGUMENT, `provider ${provider} is not a miner`)
}

function requireValidExtension(claim: Claim, termMax: bigint, epoch: bigint): void {
  const limit = epoch + MAXIMUM_TERM - claim.termStart
  require(termMax <= limit, USR_ILLEGAL_ARGUMENT, `term ${termMax} exceeds the maximum ${limit}`)
  const isLonger = termMax > claim.termMax
  require(isLonger, USR_ILLEGAL_ARGUMENT, `term ${termMax} is not longer than ${claim.termMax}`)
  const isOver = epoch > claim.termStart + claim.termMax
  require(!isOver, USR_FORBIDDEN, 'claim has expired')
}

function insertAllocations(
  runtime: Runtime,
  state: VerifiedRegistryState,
  added: readonly Allocation[],
): { state: VerifiedRegistryState; ids: bigint[] } {
  if (added.length === 0) return { state, ids: [] }
  const allocations = loadAllocations(runtime, state)
  const ids = added.map((_, index) => state.nextAllocationId + BigInt(index))
  for (const [index, allocation] of added.entries()) {
    allocations.set(allocation.client, ids[index]!, allocation)
  }
  const nextAllocationId = state.nextAllocationId + BigInt(added.length)
  return { state: { ...state, allocations: allocations.flush(), nextAllocationId }, ids }
}

function updateClaims(
  runtime: Runtime,
  state: VerifiedRegistryState,
  updated: readonly { id: bigint; claim: Claim }[],
): VerifiedRegistryState {
  if (updated.length === 0) return state
  const claims = loadClaims(runtime, state)
  for (const { id, claim } of updated) claims.set(claim.provider, id, claim)
  return { ...state, claims: claims.flush() }
}
