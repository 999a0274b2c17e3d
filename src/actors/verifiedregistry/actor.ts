/** f06, which hands out DataCap and keeps the books on its use (FIP-0003, FIP-0045). */
import { Address } from '../../address/address.ts'
import { address, bigint } from '../../ipld/codec.ts'
import { Hamt } from '../../ipld/hamt.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { methodNumber } from '../../protocol/method.ts'
import { require } from '../checks.ts'
import { defineActor, on } from '../define.ts'
import { mapOptions } from '../map.ts'
import { Receive } from '../receiver.ts'
import { wasmCost } from '../wasm-cost.ts'
import { claimAllocations, receive, removeExpiredAllocations } from './allocations.ts'
import { extendClaimTerms, getClaims, removeExpiredClaims } from './claims.ts'
import { verifiedRegistryStateCodec } from './state.ts'
import {
  addVerifiedClient,
  addVerifier,
  removeVerifiedClientDataCap,
  removeVerifier,
} from './verifiers.ts'

export const verifiedregistry = defineActor({
  name: 'verifiedregistry',
  restrictInternal: true,
  methods: {
    // Constructor
    1: on({
      params: address,
      callers: 'system',
      run(runtime, root) {
        const id = runtime.resolveAddress(root)
        require(id !== undefined, ExitCode.USR_ILLEGAL_ARGUMENT, 'root should be an ID address')
        const empty = () => Hamt.empty(runtime.store, bigint, mapOptions(runtime)).flush()
        const verifiers = empty()
        const records = empty()
        runtime.createState(verifiedRegistryStateCodec, {
          rootKey: Address.id(id),
          verifiers,
          removeDataCapProposalIds: verifiers,
          allocations: records,
          nextAllocationId: 1n,
          claims: records,
        })
      },
    }),
    2: addVerifier,
    3: removeVerifier,
    4: addVerifiedClient,
    7: removeVerifiedClientDataCap,
    8: removeExpiredAllocations,
    9: claimAllocations,
    10: getClaims,
    11: extendClaimTerms,
    12: removeExpiredClaims,
    [String(methodNumber('AddVerifiedClient'))]: addVerifiedClient,
    [String(methodNumber('RemoveExpiredAllocations'))]: removeExpiredAllocations,
    [String(methodNumber('GetClaims'))]: getClaims,
    [String(methodNumber('ExtendClaimTerms'))]: extendClaimTerms,
    [String(methodNumber('RemoveExpiredClaims'))]: removeExpiredClaims,
    [String(Receive)]: receive,
  },
  wasm: wasmCost({
    base: 41_800,
    rows: {
      '2/0': 77_300,
      '2/18': 33_400,
      '3/0': 55_800,
      '4/0': 173_700,
      '4/16': 32_300,
      '4/17': 28_300,
      '1752273514/0': 47_700,
      '2199871187/0': 27_400,
      '2421068268/0': 84_100,
      '2873373899/0': 53_300,
      '3726118371/21': 56_800,
      '3916220144/0': 165_600,
      '3916220144/17': 25_000,
    },
    itemRead: 6_360,
    itemWritten: 2_330,
    paramsByte: 186,
  }),
})
