import { beforeEach, describe, expect, test } from 'vitest'
import { batchReturnCodec } from '../../src/actors/batch-return.ts'
import {
  datacapMethods,
  transferParams,
  transferReturn,
} from '../../src/actors/datacap/interface.ts'
import {
  allocationRequests,
  allocationsResponse,
  claimAllocationsParams,
  claimAllocationsReturn,
  removeExpiredAllocationsParams,
  removeExpiredAllocationsReturn,
} from '../../src/actors/verifiedregistry/allocations.ts'
import {
  extendClaimTermsParams,
  getClaimsParams,
  getClaimsReturn,
  removeExpiredClaimsParams,
  removeExpiredClaimsReturn,
} from '../../src/actors/verifiedregistry/claims.ts'
import {
  MAXIMUM_EXPIRATION,
  MAXIMUM_TERM,
  MINIMUM_ALLOCATION_SIZE,
  MINIMUM_TERM,
} from '../../src/actors/verifiedregistry/policy.ts'
import { removalProposal } from '../../src/actors/verifiedregistry/state.ts'
import {
  removeDataCapParams,
  removeDataCapReturn,
  verifierParams,
} from '../../src/actors/verifiedregistry/verifiers.ts'
import { Address } from '../../src/address/address.ts'
import { concat, EMPTY, toHex, utf8 } from '../../src/base/bytes.ts'
import { sha256 } from '../../src/base/hash.ts'
import { CID } from '../../src/ipld/cid.ts'
import { address, bigint, text, tuple, uint64 } from '../../src/ipld/codec.ts'
import { DATACAP_ACTOR, VERIFIED_REGISTRY_ACTOR } from '../../src/protocol/builtin.ts'
import { ExitCode } from '../../src/protocol/exit-code.ts'
import { methodNumber } from '../../src/protocol/method.ts'
import { type TestAccount, TestMachine } from './machine.ts'

const { USR_ILLEGAL_ARGUMENT, USR_NOT_FOUND, USR_FORBIDDEN, USR_ASSERTION_FAILED } = ExitCode

const registry = Address.id(VERIFIED_REGISTRY_ACTOR)
const token = Address.id(DATACAP_ACTOR)
const root = Address.id(80)
const MIB = MINIMUM_ALLOCATION_SIZE
const DCAP = 10n ** 18n
const PROVIDER = 5_000

const AddVerifier = 2n
const RemoveVerifier = 3n
const RemoveVerifiedClientDataCap = 7n
const ClaimAllocations = 9n

let machine: TestMachine
let verifier: TestAccount
let second: TestAccount
let client: TestAccount
let provider: Address

beforeEach(() => {
  machine = new TestMachine()
  ;[verifier, second, client] = machine.accounts as [TestAccount, TestAccount, TestAccount]
  provider = machine.put(PROVIDER, 'storageminer', tuple({ unused: uint64 }), { unused: 0n })
})

/** CID of a piece (fil-commitment-unsealed). */
function piece(name: string): CID {
  const prefix = Uint8Array.of(1, 0x81, 0xe2, 0x03, 0x92, 0x20, 0x20)
  return CID.fromBytes(concat(prefix, sha256(utf8(name))))
}

function addVerifier(who: Address, allowance: bigint, from = root): ExitCode {
  const params = verifierParams.encode({ address: who, allowance })
  return machine.exit({ from, to: registry, method: AddVerifier, params })
}

function addClient(who: Address, allowance: bigint, from = verifier): ExitCode {
  const method = methodNumber('AddVerifiedClient')
  const params = verifierParams.encode({ address: who, allowance })
  return machine.exit({ from: from.id, to: registry, method, params })
}

function datacapOf(owner: Address): bigint {
  const params = address.encode(owner)
  const answer = machine.ok({ from: root, to: token, method: datacapMethods.Balance, params })
  return bigint.decode(answer) / DCAP
}

interface Request {
  readonly size?: bigint
  readonly termMin?: bigint
  readonly termMax?: bigint
  readonly expiration?: bigint
  readonly provider?: bigint
}

function allocation({
  size = MIB,
  termMin = MINIMUM_TERM,
  termMax = MAXIMUM_TERM,
  expiration = BigInt(machine.epoch) + 100n,
  provider = BigInt(PROVIDER),
}: Request = {}) {
  return { provider, data: piece('data'), size, termMin, termMax, expiration }
}

type Requests = Parameters<typeof allocationRequests.encode>[0]

function transfer(requests: Partial<Requests>, bytes: bigint) {
  const operatorData = allocationRequests.encode({ allocations: [], extensions: [], ...requests })
  const params = transferParams.encode({ to: registry, amount: bytes * DCAP, operatorData })
  return { from: client.id, to: token, method: datacapMethods.Transfer, params }
}

/** @returns the ids of the new allocations */
function allocate(allocations: Requests['allocations']): readonly bigint[] {
  const bytes = allocations.reduce((sum, { size }) => sum + size, 0n)
  const { recipientData } = transferReturn.decode(machine.ok(transfer({ allocations }, bytes)))
  return allocationsResponse.decode(recipientData).newAllocations
}

function claim(ids: readonly bigint[], allOrNothing = false, lifetime = MINIMUM_TERM + 10n) {
  const expiry = BigInt(machine.epoch) + lifetime
  const own = { client: client.id.id!, data: piece('data'), size: MIB }
  const sectors = ids.map((id, index) => ({
    sector: BigInt(index),
    expiry,
    claims: [{ ...own, id }],
  }))
  const params = claimAllocationsParams.encode({ sectors, allOrNothing })
  return { from: provider, to: registry, method: ClaimAllocations, params }
}

/** Names of the events of a call. */
function eventTypes(applied: ReturnType<TestMachine['call']>): string[] {
  return applied.events.map(({ entries }) => text.decode(entries[0]!.value))
}

describe('verifiers', () => {
  test('are appointed by the root key', () => {
    expect(addVerifier(verifier.address, 10n * MIB, verifier.id)).toBe(USR_FORBIDDEN)
    expect(addVerifier(verifier.address, MIB - 1n)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(addVerifier(root, MIB)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(addVerifier(verifier.address, 10n * MIB)).toBe(ExitCode.OK)
  })

  test('are told of in events', () => {
    const params = verifierParams.encode({ address: verifier.id, allowance: 3n * MIB })
    const applied = machine.call({ from: root, to: registry, method: AddVerifier, params })
    expect(
      applied.events[0]!.entries.map(({ key, flags, value }) => [key, flags, toHex(value)]),
    ).toEqual([
      ['$type', 3, toHex(text.encode('verifier-balance'))],
      ['verifier', 3, toHex(uint64.encode(verifier.id.id!))],
      ['balance', 1, toHex(bigint.encode(3n * MIB))],
    ])
  })

  test('are no clients, and clients no verifiers', () => {
    addVerifier(verifier.id, 10n * MIB)
    addVerifier(second.id, 10n * MIB)
    expect(addClient(second.id, MIB)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(addClient(client.id, MIB)).toBe(ExitCode.OK)
    expect(addVerifier(client.id, MIB)).toBe(USR_ILLEGAL_ARGUMENT)
  })

  test('are dismissed', () => {
    addVerifier(verifier.id, 10n * MIB)
    const call = { from: root, to: registry, method: RemoveVerifier }
    expect(machine.exit({ ...call, params: address.encode(second.id) })).toBe(USR_ILLEGAL_ARGUMENT)
    machine.ok({ ...call, params: address.encode(verifier.address) })
    expect(addClient(client.id, MIB)).toBe(USR_NOT_FOUND)
  })
})

describe('clients', () => {
  test('get DataCap as far as the verifier’s own goes', () => {
    expect(addClient(client.id, MIB)).toBe(USR_NOT_FOUND)
    addVerifier(verifier.id, 3n * MIB)
    expect(addClient(client.address, 2n * MIB)).toBe(ExitCode.OK)
    expect(datacapOf(client.id)).toBe(2n * MIB)
    expect(addClient(client.id, 2n * MIB)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(addClient(client.id, MIB)).toBe(ExitCode.OK)
    expect(addClient(client.id, MIB)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(addClient(root, MIB)).toBe(USR_ILLEGAL_ARGUMENT)
  })

  test('lose it at the request of two verifiers', () => {
    addVerifier(verifier.id, 10n * MIB)
    addVerifier(second.id, 10n * MIB)
    addClient(client.id, 5n * MIB)
    const removal = (id: bigint, by = [verifier, second]) => {
      const proposal = { client: client.id, amount: 2n * MIB, id: { id } }
      const message = concat(utf8('fil_removedatacap:'), removalProposal.encode(proposal))
      const [first, other] = by.map((signer) => ({
        verifier: signer.address,
        signature: signer.sign(message),
      }))
      const fields = { client: client.address, amount: 2n * MIB, first: first!, second: other! }
      const params = removeDataCapParams.encode(fields)
      return { from: root, to: registry, method: RemoveVerifiedClientDataCap, params }
    }
    expect(machine.exit(removal(0n, [verifier, verifier]))).toBe(USR_ILLEGAL_ARGUMENT)
    expect(machine.exit(removal(0n, [verifier, client]))).toBe(USR_NOT_FOUND)
    expect(machine.exit({ ...removal(0n), from: verifier.id })).toBe(USR_FORBIDDEN)
    const removed = removeDataCapReturn.decode(machine.ok(removal(0n)))
    expect(removed).toEqual({ client: client.id, removed: 2n * MIB })
    // the same signatures do not count again
    expect(machine.exit(removal(0n))).toBe(USR_ILLEGAL_ARGUMENT)
    machine.ok(removal(1n))
    expect(removeDataCapReturn.decode(machine.ok(removal(2n))).removed).toBe(MIB)
    expect(datacapOf(client.id)).toBe(0n)
  })
})

describe('allocations', () => {
  beforeEach(() => {
    addVerifier(verifier.id, 1_000n * MIB)
    addClient(client.id, 100n * MIB)
  })

  test('take the DataCap that they need', () => {
    expect(allocate([allocation(), allocation({ size: 2n * MIB })])).toEqual([1n, 2n])
    expect(allocate([allocation()])).toEqual([3n])
    expect(datacapOf(client.id)).toBe(96n * MIB)
    expect(datacapOf(registry)).toBe(4n * MIB)
    const applied = machine.call(transfer({ allocations: [allocation()] }, MIB))
    expect(eventTypes(applied)).toEqual(['allocation'])
  })

  test.each<[string, () => Request]>([
    ['too small', () => ({ size: MIB - 1n })],
    ['too short', () => ({ termMin: MINIMUM_TERM - 1n })],
    ['too long', () => ({ termMax: MAXIMUM_TERM + 1n })],
    ['ending before they begin', () => ({ termMin: MINIMUM_TERM + 1n, termMax: MINIMUM_TERM })],
    ['expired', () => ({ expiration: BigInt(machine.epoch) - 1n })],
    ['expiring late', () => ({ expiration: BigInt(machine.epoch) + MAXIMUM_EXPIRATION + 1n })],
    ['for no provider', () => ({ provider: client.id.id! })],
    ['for nobody', () => ({ provider: 2n ** 63n })],
  ])('refused: %s', (_, request) => {
    const refused = allocation(request())
    const call = transfer({ allocations: [refused] }, refused.size)
    expect(machine.exit(call)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(datacapOf(client.id)).toBe(100n * MIB)
  })

  test('refused: for another amount than was sent', () => {
    const call = transfer({ allocations: [allocation()] }, 2n * MIB)
    expect(machine.exit(call)).toBe(USR_ILLEGAL_ARGUMENT)
  })

  test('go back to the client when nobody has claimed them in time', () => {
    const expiration = BigInt(machine.epoch) + 50n
    const [early] = allocate([allocation({ expiration })])
    const [late] = allocate([allocation()])
    const remove = (ids: readonly bigint[]) => {
      const params = removeExpiredAllocationsParams.encode({
        client: client.id.id!,
        ids: [...ids],
      })
      const method = methodNumber('RemoveExpiredAllocations')
      return { from: second.id, to: registry, method, params }
    }
    machine.epoch += 50
    const asked = machine.ok(remove([early!, late!, 77n]))
    expect(removeExpiredAllocationsReturn.decode(asked)).toEqual({
      considered: [early, late, 77n],
      results: {
        successCount: 1,
        failures: [
          { index: 1, exitCode: USR_FORBIDDEN },
          { index: 2, exitCode: USR_NOT_FOUND },
        ],
      },
      recovered: MIB,
    })
    expect(datacapOf(client.id)).toBe(99n * MIB)
    machine.epoch += 50
    expect(machine.exit(remove([late!, late!]))).toBe(USR_ASSERTION_FAILED)
    const all = removeExpiredAllocationsReturn.decode(machine.ok(remove([])))
    expect(all).toMatchObject({ considered: [late], recovered: MIB })
    expect(datacapOf(client.id)).toBe(100n * MIB)
  })

  test('become claims of the provider', () => {
    const ids = allocate([allocation(), allocation()])
    const applied = machine.call(claim([...ids, 9n]))
    expect(claimAllocationsReturn.decode(applied.receipt.returnData)).toEqual({
      results: { successCount: 2, failures: [{ index: 2, exitCode: USR_NOT_FOUND }] },
      claimedSpace: [MIB, MIB],
    })
    expect(eventTypes(applied)).toEqual(['claim', 'claim'])
    // what is claimed is used up
    expect(datacapOf(registry)).toBe(0n)
    expect(datacapOf(client.id)).toBe(98n * MIB)
  })

  test('are claimed by providers only, in time, for long enough', () => {
    const ids = allocate([allocation()])
    expect(machine.exit({ ...claim(ids), from: client.id })).toBe(USR_FORBIDDEN)
    expect(machine.exit(claim(ids, true, MINIMUM_TERM - 1n))).toBe(USR_ILLEGAL_ARGUMENT)
    const short = claimAllocationsReturn.decode(machine.ok(claim(ids, false, MINIMUM_TERM - 1n)))
    expect(short.results.failures).toEqual([{ index: 0, exitCode: USR_FORBIDDEN }])
    machine.epoch += 101
    const late = claimAllocationsReturn.decode(machine.ok(claim(ids)))
    expect(late.results.failures).toEqual([{ index: 0, exitCode: USR_FORBIDDEN }])
  })
})

describe('claims', () => {
  let id: bigint

  beforeEach(() => {
    addVerifier(verifier.id, 1_000n * MIB)
    addClient(client.id, 100n * MIB)
    ;[id] = allocate([allocation({ termMax: MINIMUM_TERM + 100n })]) as [bigint]
    machine.ok(claim([id]))
  })

  function claims() {
    const params = getClaimsParams.encode({ provider: BigInt(PROVIDER), ids: [id, 99n] })
    const method = methodNumber('GetClaims')
    return getClaimsReturn.decode(machine.ok({ from: client.id, to: registry, method, params }))
  }

  function extend(termMax: bigint, by = client) {
    const terms = [{ provider: BigInt(PROVIDER), id, termMax }]
    const params = extendClaimTermsParams.encode({ terms })
    const method = methodNumber('ExtendClaimTerms')
    const answer = machine.ok({ from: by.id, to: registry, method, params })
    return batchReturnCodec.decode(answer).failures[0]?.exitCode ?? ExitCode.OK
  }

  test('can be looked up', () => {
    const { results, claims: found } = claims()
    expect(results.failures).toEqual([{ index: 1, exitCode: USR_NOT_FOUND }])
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ client: client.id.id, termStart: BigInt(machine.epoch) })
  })

  test('are extended by their client', () => {
    expect(extend(MINIMUM_TERM + 200n, second)).toBe(USR_FORBIDDEN)
    expect(extend(MAXIMUM_TERM + 1n)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(extend(MINIMUM_TERM + 99n)).toBe(USR_ILLEGAL_ARGUMENT)
    expect(extend(MINIMUM_TERM + 200n)).toBe(ExitCode.OK)
    expect(claims().claims[0]!.termMax).toBe(MINIMUM_TERM + 200n)
  })

  test('are extended by whoever pays with DataCap, and that is burnt', () => {
    const extensions = [{ provider: BigInt(PROVIDER), claim: id, termMax: MAXIMUM_TERM }]
    const applied = machine.call(transfer({ extensions }, MIB))
    expect(applied.failure).toBe('')
    expect(eventTypes(applied)).toEqual(['claim-updated'])
    expect(claims().claims[0]!.termMax).toBe(MAXIMUM_TERM)
    expect(datacapOf(registry)).toBe(0n)
    expect(datacapOf(client.id)).toBe(98n * MIB)
    // not longer than before, not for longer than is allowed from now on
    expect(machine.exit(transfer({ extensions }, MIB))).toBe(USR_ILLEGAL_ARGUMENT)
    const longer = [{ ...extensions[0]!, termMax: MAXIMUM_TERM + 1n }]
    expect(machine.exit(transfer({ extensions: longer }, MIB))).toBe(USR_ILLEGAL_ARGUMENT)
  })

  test('are removed when they are over', () => {
    const params = removeExpiredClaimsParams.encode({ provider: BigInt(PROVIDER), ids: [] })
    const method = methodNumber('RemoveExpiredClaims')
    const remove = () =>
      removeExpiredClaimsReturn.decode(
        machine.ok({ from: second.id, to: registry, method, params }),
      )
    expect(remove()).toMatchObject({ considered: [] })
    machine.epoch += Number(MINIMUM_TERM) + 100
    expect(remove()).toMatchObject({ considered: [id], results: { successCount: 1 } })
    expect(claims().claims).toEqual([])
  })
})

test('takes tokens from the DataCap actor only', () => {
  const call = { from: client.id, to: registry, method: methodNumber('Receive'), params: EMPTY }
  expect(machine.exit(call)).toBe(USR_ILLEGAL_ARGUMENT)
  const empty = tuple({ type: uint64, payload: bigint }).encode({ type: 0n, payload: 0n })
  expect(machine.exit({ ...call, params: empty })).toBe(USR_FORBIDDEN)
  expect(machine.exit({ ...call, from: token, params: empty })).toBe(USR_ILLEGAL_ARGUMENT)
})
