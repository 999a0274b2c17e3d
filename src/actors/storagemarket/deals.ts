/** What can be asked about deals. */
import { Amt } from '../../ipld/amt.ts'
import { bitField } from '../../ipld/bitfield.ts'
import { bigint, bool, type Codec, int64, link, list, tuple, uint64 } from '../../ipld/codec.ts'
import { Hamt } from '../../ipld/hamt.ts'
import { ExitCode } from '../../protocol/exit-code.ts'
import { methodNumber } from '../../protocol/method.ts'
import { batchReturn, batchReturnCodec } from '../batch-return.ts'
import { require } from '../checks.ts'
import { type Method, on } from '../define.ts'
import { mapOptions } from '../map.ts'
import type { Runtime } from '../runtime.ts'
import { UnsupportedActorError } from '../unsupported.ts'
import {
  type DealProposal,
  type DealState,
  dealProposalCodec,
  dealStateCodec,
  EPOCH_UNDEFINED,
  label,
  type StorageMarketState,
  storageMarketStateCodec,
} from './state.ts'

/** Exit code for a deal that is over: nothing is known of it any more. */
export const DEAL_EXPIRED = 32
/** Exit code for a deal that is in no sector yet. */
export const DEAL_NOT_ACTIVATED = 33

const SettleDealPayments = methodNumber('SettleDealPayments')

/** A question about one deal, answered from its proposal. */
function aboutProposal<R>(returns: Codec<R>, answer: (proposal: DealProposal) => R): Method {
  return on({
    params: uint64,
    returns,
    callers: 'any',
    run: (runtime, id) => answer(proposalOf(runtime, runtime.state(storageMarketStateCodec), id)),
  })
}

/** A question about one deal, answered from its state; undefined while it is not activated. */
function aboutState<R>(returns: Codec<R>, answer: (state: DealState | undefined) => R): Method {
  return on({
    params: uint64,
    returns,
    callers: 'any',
    run(runtime, id) {
      const state = runtime.state(storageMarketStateCodec)
      const deal = Amt.load(runtime.store, state.states, dealStateCodec).get(id)
      if (deal === undefined) proposalOf(runtime, state, id)
      const isOver = deal !== undefined && deal.slashed !== EPOCH_UNDEFINED
      require(!isOver, DEAL_EXPIRED, `deal ${id} expired`)
      return answer(deal)
    },
  })
}

/** By the name of the method. */
export const dealQuestions = {
  GetDealDataCommitment: aboutProposal(tuple({ data: link, size: uint64 }), (proposal) => ({
    data: proposal.pieceCid,
    size: proposal.pieceSize,
  })),
  GetDealClient: aboutProposal(uint64, ({ client }) => client.id!),
  GetDealProvider: aboutProposal(uint64, ({ provider }) => provider.id!),
  GetDealLabel: aboutProposal(label, (proposal) => proposal.label),
  GetDealTerm: aboutProposal(tuple({ start: int64, duration: int64 }), (proposal) => ({
    start: proposal.startEpoch,
    duration: duration(proposal),
  })),
  GetDealTotalPrice: aboutProposal(
    bigint,
    (proposal) => proposal.pricePerEpoch * duration(proposal),
  ),
  GetDealClientCollateral: aboutProposal(bigint, (proposal) => proposal.clientCollateral),
  GetDealProviderCollateral: aboutProposal(bigint, (proposal) => proposal.providerCollateral),
  GetDealVerified: aboutProposal(bool, ({ verified }) => verified),
  GetDealActivation: aboutState(tuple({ activated: int64, terminated: int64 }), (deal) => ({
    activated: deal?.sectorStart ?? EPOCH_UNDEFINED,
    terminated: deal?.slashed ?? EPOCH_UNDEFINED,
  })),
  GetDealSector: aboutState(uint64, (deal) => {
    require(deal !== undefined, DEAL_NOT_ACTIVATED, 'deal not yet activated')
    return deal.sector
  }),
} as const

/**
 * Pays providers up to now. Deals are published with providers only, which this chain does not run:
 * what can be settled is that there is no such deal.
 */
export const settleDealPayments = on({
  params: bitField,
  returns: tuple({
    results: batchReturnCodec,
    settlements: list(tuple({ payment: bigint, completed: bool })),
  }),
  callers: 'any',
  run(runtime, deals) {
    // asked for first, whatever there is to settle
    void runtime.network
    const exitCodes = runtime.transaction(storageMarketStateCodec, (state) => {
      const result: ExitCode[] = []
      for (const id of deals) {
        const found = Amt.load(runtime.store, state.proposals, dealProposalCodec).get(id)
        if (found !== undefined) {
          throw new UnsupportedActorError('storagemarket', SettleDealPayments)
        }
        result.push(DEAL_EXPIRED)
      }
      // both are read and written back, changed or not
      Amt.load(runtime.store, state.states, dealStateCodec)
      Hamt.load(runtime.store, state.providerSectors, link, mapOptions(runtime))
      return { state, result }
    })
    return { results: batchReturn(exitCodes), settlements: [] }
  },
})

function duration({ startEpoch, endEpoch }: DealProposal): bigint {
  return endEpoch - startEpoch
}

/** @throws ActorError DEAL_EXPIRED for a deal that was, USR_NOT_FOUND for one that never was */
function proposalOf(runtime: Runtime, state: StorageMarketState, id: bigint): DealProposal {
  const proposal = Amt.load(runtime.store, state.proposals, dealProposalCodec).get(id)
  const exitCode = id < state.nextDealId ? DEAL_EXPIRED : ExitCode.USR_NOT_FOUND
  require(proposal !== undefined, exitCode, `no such deal ${id}`)
  return proposal
}
