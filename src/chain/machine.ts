/** The machine in which a local chain's messages run. */

import { priceListOf } from '../fvm/gas/price-list.ts'
import type { ActorRegistry, Machine, NetworkContext } from '../fvm/machine.ts'
import type { StateTree } from '../fvm/state-tree.ts'
import type { Blockstore } from '../ipld/blockstore.ts'
import { NETWORK_VERSION, TOTAL_FILECOIN } from '../protocol/network.ts'
import { type TipsetKey, tipsetKeyCid } from '../protocol/tipset.ts'
import { beaconDigest, ticketDigest } from './randomness.ts'

/** Finds earlier tipsets. */
export interface TipsetLookup {
  /** Key of the tipset at an epoch, or of the one before where that is a null round. */
  keyAtOrBefore(epoch: number): TipsetKey
}

export interface MachineInput {
  readonly store: Blockstore
  readonly tree: StateTree
  readonly actors: ActorRegistry
  readonly chainId: number
  /** {@link NETWORK_VERSION} unless the actors are older. */
  readonly networkVersion?: number | undefined
  readonly epoch: number
  readonly timestamp: number
  readonly baseFee: bigint
  readonly tipsets: TipsetLookup
  readonly gasScale?: number
}

export function localMachine(input: MachineInput): Machine {
  const { store, tree, actors, epoch, timestamp, baseFee, chainId, tipsets, gasScale = 1 } = input
  const { networkVersion = NETWORK_VERSION } = input
  const network: NetworkContext = {
    epoch,
    timestamp,
    baseFee,
    chainId,
    networkVersion,
    circulatingSupply: TOTAL_FILECOIN,
    gasScale,
  }
  return {
    store,
    tree,
    actors,
    prices: priceListOf(networkVersion),
    network,
    externs: {
      chainRandomness: ticketDigest,
      beaconRandomness: beaconDigest,
      tipsetCid: (at) => tipsetKeyCid(tipsets.keyAtOrBefore(at)),
    },
  }
}
