/** A reader thread: runs calls and estimates on any state, and can be stopped in the middle. */
import { parentPort, workerData } from 'node:worker_threads'
import { StateUnavailableError, type TraceOptions } from '../../chain/chain.ts'
import { estimateGas, MAINNET_CREATION_GAS, simulateCall } from '../../chain/simulate.ts'
import { type SimulationOptions, simulateBlocks } from '../../chain/simulate-blocks.ts'
import { traceCalls, traceMined } from '../../chain/trace.ts'
import { LevelIndex } from '../../index/level-index.ts'
import { OverlayBlockstore } from '../../ipld/blockstore.ts'
import { CID } from '../../ipld/cid.ts'
import { LevelStore } from '../../ipld/level.ts'
import { LevelBlockstore } from '../../ipld/level-blockstore.ts'
import type { WireBundle } from '../actors.ts'
import { USER_CODE } from '../chain-records.ts'
import { ThreadActors } from '../threads/actors.ts'
import { serve } from '../threads/calls.ts'
import {
  unwireBlockToSimulate,
  unwireCall,
  unwireNextTipset,
  type WireBlockToSimulate,
  type WireCall,
  type WireNextTipset,
  wireSimulation,
} from '../wire.ts'

export interface ReaderData {
  readonly directory: string
  readonly chainId: number
  readonly gasScale: number
  readonly cacheSize: number
  /** Estimates of deployments are to be as high as on mainnet. */
  readonly mainnetInitGas: boolean
  /** undefined: native actors. */
  readonly bundle: WireBundle | undefined
  /** Shared with the pool: requests behind the first and up to the second number are another's. */
  readonly withdrawn: Int32Array
}

const { directory, chainId, gasScale, cacheSize, bundle, mainnetInitGas, withdrawn } =
  workerData as ReaderData

const store = await LevelStore.open(directory)
const index = new LevelIndex(store)
const blocks = new LevelBlockstore(store, cacheSize)
const actors = await ThreadActors.open({
  bundle,
  directory,
  blocks,
  installed: () => store.meta(USER_CODE),
})
const input = {
  store: new OverlayBlockstore(blocks),
  actors: actors.registry,
  networkVersion: actors.networkVersion,
  chainId,
  gasScale,
  ...(mainnetInitGas && { creationGas: MAINNET_CREATION_GAS }),
  tipsets: { keyAtOrBefore: (epoch: number) => index.blockAtOrBefore(epoch)?.tipsetKey ?? [] },
}

function blockOf(hash: Uint8Array) {
  const block = index.blockByHash(hash)
  if (block === undefined) throw new StateUnavailableError('the block is gone')
  return block
}

export const readerMethods = {
  simulateBlocks: (
    blocks: readonly WireBlockToSimulate[],
    blockHash: Uint8Array,
    options: SimulationOptions,
  ) => {
    const wanted = blocks.map(unwireBlockToSimulate)
    return actors.run(() =>
      wireSimulation(simulateBlocks(input, blockOf(blockHash), wanted, options)),
    )
  },
  /** The root is given as well: an edit may have changed the block's since the call was made. */
  call: (request: WireCall, blockHash: Uint8Array, stateRoot: Uint8Array) => {
    const block = { ...blockOf(blockHash), stateRoot: CID.fromBytes(stateRoot) }
    return actors.run(() => simulateCall(input, unwireCall(request), block))
  },
  estimateGas: (request: WireCall, blockHash: Uint8Array, next: WireNextTipset | undefined) =>
    actors.run(() =>
      estimateGas(input, unwireCall(request), blockOf(blockHash), next && unwireNextTipset(next)),
    ),
  trace(blockHash: Uint8Array, place: number | undefined, options: TraceOptions) {
    const block = blockOf(blockHash)
    return actors.run(() => traceMined(input, block, index.transactions(block), place, options))
  },
  traceCalls: (requests: readonly WireCall[], blockHash: Uint8Array, options: TraceOptions) =>
    actors.run(() => traceCalls(input, requests.map(unwireCall), blockOf(blockHash), options)),
}
export type ReaderMethods = typeof readerMethods

const isWithdrawn = (id: number) =>
  id > Atomics.load(withdrawn, 0) && id <= Atomics.load(withdrawn, 1)

serve(parentPort!, readerMethods, isWithdrawn)('ready')
