/** Who may give DataCap, and to whom it is given. */
import { Address } from '../../address/address.ts'
import { concat, utf8 } from '../../base/bytes.ts'
import { address, bigint, type TypeOf, tuple } from '../../ipld/codec.ts'
import { VERIFIED_REGISTRY_ACTOR } from '../../protocol/builtin.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { accountSignature, isSignedBy } from '../account/authenticate.ts'
import { require, requireCaller, resolveExisting, resolveOrCreate } from '../checks.ts'
import { on } from '../define.ts'
import type { Runtime } from '../runtime.ts'
import { datacapBalance, destroyDatacap, mintDatacap } from './datacap.ts'
import { emitVerifierBalance } from './events.ts'
import { MINIMUM_ALLOCATION_SIZE } from './policy.ts'
import {
  loadVerifiers,
  ProposalIds,
  removalProposal,
  verifiedRegistryStateCodec,
  verifierAllowance,
  withVerifier,
} from './state.ts'

const { USR_ILLEGAL_ARGUMENT, USR_NOT_FOUND } = ExitCode

/** Whose allowance, in bytes. */
export const verifierParams = tuple({ address, allowance: bigint })

const removeRequest = tuple({ verifier: address, signature: accountSignature })
export const removeDataCapParams = tuple({
  client: address,
  amount: bigint,
  first: removeRequest,
  second: removeRequest,
})
export const removeDataCapReturn = tuple({ client: address, removed: bigint })

/** What verifiers sign begins with this, so that it is nothing else. */
const REMOVE_DATACAP_DOMAIN = utf8('fil_removedatacap:')

/** By the root key. */
export const addVerifier = on({
  params: verifierParams,
  callers: 'any',
  run(runtime, { address, allowance }) {
    requireAllowance(allowance)
    const id = resolveExisting(runtime, address)
    const verifier = Address.id(id)
    const { rootKey } = runtime.state(verifiedRegistryStateCodec)
    requireCaller(runtime, [rootKey])
    const isRoot = verifier.equals(rootKey)
    require(!isRoot, USR_ILLEGAL_ARGUMENT, 'the root key cannot be a verifier')
    const isClient = datacapBalance(runtime, verifier) > 0n
    require(!isClient, USR_ILLEGAL_ARGUMENT, `client ${verifier} cannot become a verifier`)
    runtime.transaction(verifiedRegistryStateCodec, (state) => ({
      state: withVerifier(runtime, state, verifier, allowance),
      result: undefined,
    }))
    emitVerifierBalance(runtime, id, allowance)
  },
})

/** By the root key. */
export const removeVerifier = on({
  params: address,
  callers: 'any',
  run(runtime, address) {
    const id = resolveOrCreate(runtime, address)
    runtime.transaction(verifiedRegistryStateCodec, (state) => {
      requireCaller(runtime, [state.rootKey])
      const verifiers = loadVerifiers(runtime, state)
      const removed = verifiers.delete(Address.id(id).bytes)
      require(removed !== undefined, USR_ILLEGAL_ARGUMENT, `${address} is no verifier`)
      return { state: { ...state, verifiers: verifiers.flush() }, result: undefined }
    })
    emitVerifierBalance(runtime, id, 0n)
  },
})

/** By a verifier, from its allowance. */
export const addVerifiedClient = on({
  params: verifierParams,
  callers: 'any',
  run(runtime, { address, allowance }) {
    requireAllowance(allowance)
    const id = resolveExisting(runtime, address)
    const client = Address.id(id)
    runtime.transaction(verifiedRegistryStateCodec, (state) => {
      const isRoot = client.equals(state.rootKey)
      require(!isRoot, USR_ILLEGAL_ARGUMENT, 'the root key cannot be a client')
      const verifier = Address.id(runtime.message.caller)
      const available = verifierAllowance(runtime, state, verifier)
      require(available !== undefined, USR_NOT_FOUND, `caller ${verifier} is no verifier`)
      const isVerifier = verifierAllowance(runtime, state, client) !== undefined
      require(!isVerifier, USR_ILLEGAL_ARGUMENT, `verifier ${client} cannot become a client`)
      const enough = available >= allowance
      require(enough, USR_ILLEGAL_ARGUMENT, `${allowance} is more than the allowed ${available}`)
      const left = available - allowance
      const next = withVerifier(runtime, state, verifier, left)
      emitVerifierBalance(runtime, runtime.message.caller, left, id)
      return { state: next, result: undefined }
    })
    mintDatacap(runtime, client, allowance)
  },
})

/** By the root key, on the request of two verifiers. */
export const removeVerifiedClientDataCap = on({
  params: removeDataCapParams,
  returns: removeDataCapReturn,
  callers: 'any',
  run(runtime, params) {
    const client = Address.id(resolveOrCreate(runtime, params.client))
    const first = Address.id(resolveExisting(runtime, params.first.verifier))
    const second = Address.id(resolveExisting(runtime, params.second.verifier))
    const differ = !first.equals(second)
    require(differ, USR_ILLEGAL_ARGUMENT, 'need requests of two different verifiers')

    const ids = runtime.transaction(verifiedRegistryStateCodec, (state) => {
      requireCaller(runtime, [state.rootKey])
      const isRegistry = params.client.equals(Address.id(VERIFIED_REGISTRY_ACTOR))
      require(!isRegistry, USR_ILLEGAL_ARGUMENT, 'cannot remove DataCap of the registry itself')
      for (const verifier of [first, second]) {
        const isVerifier = loadVerifiers(runtime, state).has(verifier.bytes)
        require(isVerifier, USR_NOT_FOUND, `${verifier} is no verifier`)
      }
      const proposals = new ProposalIds(runtime, state)
      const result = {
        first: proposals.next(first, client),
        second: proposals.next(second, client),
      }
      return { state: { ...state, removeDataCapProposalIds: proposals.flush() }, result }
    })
    // the numbers are used up before anybody is asked, and come back if this fails
    requireRequest(runtime, params.first, { client, amount: params.amount, id: { id: ids.first } })
    requireRequest(runtime, params.second, {
      client,
      amount: params.amount,
      id: { id: ids.second },
    })

    const balance = datacapBalance(runtime, client)
    const removed = balance < params.amount ? balance : params.amount
    destroyDatacap(runtime, client, removed)
    return { client, removed }
  },
})

function requireAllowance(allowance: bigint): void {
  const message = `allowance ${allowance} is below the smallest deal`
  require(allowance >= MINIMUM_ALLOCATION_SIZE, USR_ILLEGAL_ARGUMENT, message)
}

function requireRequest(
  runtime: Runtime,
  { verifier, signature }: TypeOf<typeof removeRequest>,
  proposal: TypeOf<typeof removalProposal>,
): void {
  const message = concat(REMOVE_DATACAP_DOMAIN, removalProposal.encode(proposal))
  const authentic = isSignedBy(runtime, verifier, signature, message)
  require(authentic, USR_ILLEGAL_ARGUMENT, 'proposal authentication failed')
}
