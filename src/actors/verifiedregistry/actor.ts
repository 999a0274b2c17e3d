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
      '2/0': 44_500,
      '2/17': 66_000,
      '2/23': 102_200,
      '3/0': 41_700,
      '3/16': 47_200,
      '7/18': 80_200,
      '7/23': 104_200,
      '9/16': 58_500,
      '9/18': 82_100,
      '10/0': 55_700,
      'ExtendClaimTerms/0': 65_200,
      'GetClaims/0': 49_100,
      'RemoveExpiredClaims/0': 69_000,
      'Receive/16': 76_000,
      'Receive/18': 41_700,
      'AddVerifiedClient/16': 64_300,
      'AddVerifiedClient/17': 52_600,
    },
    exits: {
      0: 79_700,
      16: 72_800,
      17: 63_700,
      18: 73_100,
      19: 135_500,
      20: 173_600,
      21: 61_700,
      22: 113_700,
      23: 97_500,
      24: 41_700,
    },
    itemRead: 2_320,
    arrayRead: 7_080,
    itemWritten: 1_900,
    hash: 11_500,
    paramsByte: 81,
    call: 35_740,
    event: 69_050,
  }),
})
