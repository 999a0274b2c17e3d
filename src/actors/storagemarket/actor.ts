/**
 * f05, where clients and providers agree on deals. Without providers: balances, and what can be
 * asked about deals.
 */
import { Amt, amtV3 } from '../../ipld/amt.ts'
import { link } from '../../ipld/codec.ts'
import { Hamt } from '../../ipld/hamt.ts'
import { methodNumber } from '../../protocol/method.ts'
import { defineActor, onNothing } from '../define.ts'
import { MAP_BIT_WIDTH, mapOptions } from '../map.ts'
import type { Runtime } from '../runtime.ts'
import { unsupportedMethods } from '../unsupported.ts'
import { wasmCost } from '../wasm-cost.ts'
import { addBalance, getBalance, withdrawBalance } from './balances.ts'
import { dealQuestions, settleDealPayments } from './deals.ts'
import {
  BALANCES_BIT_WIDTH,
  dealProposalCodec,
  dealStateCodec,
  EPOCH_UNDEFINED,
  PROPOSALS_BIT_WIDTH,
  STATES_BIT_WIDTH,
  storageMarketStateCodec,
} from './state.ts'

const questions = Object.fromEntries(
  Object.entries(dealQuestions).map(([name, method]) => [String(methodNumber(name)), method]),
)

export const storagemarket = defineActor({
  name: 'storagemarket',
  restrictInternal: true,
  methods: {
    // Constructor
    1: onNothing({
      callers: 'system',
      run: (runtime) => runtime.createState(storageMarketStateCodec, emptyMarket(runtime)),
    }),
    2: addBalance,
    3: withdrawBalance,
    [String(methodNumber('AddBalance'))]: addBalance,
    [String(methodNumber('WithdrawBalance'))]: withdrawBalance,
    [String(methodNumber('GetBalance'))]: getBalance,
    [String(methodNumber('SettleDealPayments'))]: settleDealPayments,
    ...questions,
  },
  fallback: unsupportedMethods('storagemarket', {
    internal: [4, 5, 6, 7, 9],
    exported: ['PublishStorageDeals', 'SectorContentChanged'],
  }),
  wasm: wasmCost({
    base: 41_900,
    rows: {
      '2/16': 62_900,
      '3/0': 68_100,
      '3/16': 81_300,
      'GetBalance/16': 76_900,
      'WithdrawBalance/16': 73_200,
      'GetDealActivation/17': 41_900,
      'GetDealSector/17': 43_300,
    },
    exits: {
      0: 56_500,
      16: 53_600,
      17: 62_700,
      18: 70_000,
      22: 48_900,
    },
    read: { item: 520, array: 9_790 },
    written: { item: 3_610 },
    hash: 16_360,
    address: 3_570,
    paramsByte: 26,
  }),
})

function emptyMarket(runtime: Runtime) {
  const { store } = runtime
  const emptyMap = (bitWidth = MAP_BIT_WIDTH) =>
    Hamt.empty(store, link, mapOptions(runtime, bitWidth)).flush()
  const proposals = Amt.empty(store, dealProposalCodec, amtV3(PROPOSALS_BIT_WIDTH)).flush()
  const states = Amt.empty(store, dealStateCodec, amtV3(STATES_BIT_WIDTH)).flush()
  const pendingProposals = emptyMap()
  const balances = emptyMap(BALANCES_BIT_WIDTH)
  return {
    proposals,
    states,
    pendingProposals,
    escrow: balances,
    locked: balances,
    nextDealId: 0n,
    dealOpsByEpoch: emptyMap(),
    lastCron: EPOCH_UNDEFINED,
    totalClientLockedCollateral: 0n,
    totalProviderLockedCollateral: 0n,
    totalClientStorageFee: 0n,
    pendingDealAllocationIds: emptyMap(),
    providerSectors: emptyMap(),
  }
}
