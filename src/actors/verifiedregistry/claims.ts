/** DataCap that is in use: pieces that providers have stored. */
import { int64, list, tuple, uint64 } from '../../ipld/codec.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { batchReturn, batchReturnCodec } from '../batch-return.ts'
import { on } from '../define.ts'
import { emitClaim } from './events.ts'
import { removeExpired } from './expired.ts'
import { MAXIMUM_TERM } from './policy.ts'
import { type Claim, claimCodec, loadClaims, verifiedRegistryStateCodec } from './state.ts'

export const getClaimsParams = tuple({ provider: uint64, ids: list(uint64) })
export const getClaimsReturn = tuple({ results: batchReturnCodec, claims: list(claimCodec) })

export const extendClaimTermsParams = tuple({
  terms: list(tuple({ provider: uint64, id: uint64, termMax: int64 })),
})

/** No ids: all that have expired. */
export const removeExpiredClaimsParams = tuple({ provider: uint64, ids: list(uint64) })
export const removeExpiredClaimsReturn = tuple({
  considered: list(uint64),
  results: batchReturnCodec,
})

export const getClaims = on({
  params: getClaimsParams,
  returns: getClaimsReturn,
  callers: 'any',
  run(runtime, { provider, ids }) {
    const records = loadClaims(runtime, runtime.state(verifiedRegistryStateCodec))
    const found = ids.map((id) => records.get(provider, id))
    return {
      results: batchReturn(found.map((claim) => (claim ? ExitCode.OK : ExitCode.USR_NOT_FOUND))),
      claims: found.filter((claim) => claim !== undefined),
    }
  },
})

/** By the clients of the claims, up to what could have been allocated at first. */
export const extendClaimTerms = on({
  params: extendClaimTermsParams,
  returns: batchReturnCodec,
  callers: 'any',
  run(runtime, { terms }) {
    const caller = BigInt(runtime.message.caller)
    return runtime.transaction(verifiedRegistryStateCodec, (state) => {
      const claims = loadClaims(runtime, state)
      const exitCodes = terms.map(({ provider, id, termMax }) => {
        if (termMax > MAXIMUM_TERM) return ExitCode.USR_ILLEGAL_ARGUMENT
        const claim = claims.get(provider, id)
        if (claim === undefined) return ExitCode.USR_NOT_FOUND
        if (claim.client !== caller) return ExitCode.USR_FORBIDDEN
        if (termMax < claim.termMax) return ExitCode.USR_ILLEGAL_ARGUMENT
        const extended = { ...claim, termMax }
        claims.set(provider, id, extended)
        emitClaim(runtime, 'claim-updated', id, extended)
        return ExitCode.OK
      })
      return { state: { ...state, claims: claims.flush() }, result: batchReturn(exitCodes) }
    })
  },
})

/** By anybody. */
export const removeExpiredClaims = on({
  params: removeExpiredClaimsParams,
  returns: removeExpiredClaimsReturn,
  callers: 'any',
  run(runtime, { provider, ids }) {
    const epoch = BigInt(runtime.network.epoch)
    const hasExpired = ({ termStart, termMax }: Claim) => epoch >= termStart + termMax
    return runtime.transaction(verifiedRegistryStateCodec, (state) => {
      const claims = loadClaims(runtime, state)
      const result = removeExpired(claims, provider, ids, hasExpired, (id, claim) =>
        emitClaim(runtime, 'claim-removed', id, claim),
      )
      return { state: { ...state, claims: claims.flush() }, result }
    })
  },
})
