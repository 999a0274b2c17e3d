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
    base: 41_700,
    rows: {
      '2/16': 77_700,
      '2/23': 102_300,
      '3/0': 41_700,
      '3/16': 50_700,
      '3/21': 64_500,
      '4/0': 108_200,
      '4/16': 54_000,
      '4/23': 102_500,
      '7/18': 83_300,
      '7/23': 104_600,
      '8/0': 95_000,
      '8/23': 112_700,
      '9/0': 93_300,
      '9/16': 58_400,
      'GetClaims/0': 53_000,
      'RemoveExpiredAllocations/0': 72_600,
      'Receive/0': 86_900,
      'Receive/18': 41_700,
      'Receive/21': 59_000,
      'AddVerifiedClient/0': 101_200,
      'AddVerifiedClient/16': 64_600,
      'AddVerifiedClient/17': 54_400,
    },
    exits: {
      0: 64_400,
      16: 72_300,
      17: 65_800,
      18: 78_100,
      19: 171_900,
      20: 184_300,
      21: 109_000,
      22: 127_800,
      23: 95_300,
      24: 52_600,
    },
    read: { item: 2_020, array: 7_190 },
    written: { item: 2_290 },
    hash: 13_400,
    paramsByte: 79,
    call: 29_780,
    event: 54_830,
  }),
})
