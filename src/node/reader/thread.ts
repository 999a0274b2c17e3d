/** A reader thread: runs calls and estimates on any state, and can be stopped in the middle. */
import { parentPort, workerData } from 'node:worker_threads'
import { nativeRegistry } from '../../actors/manifest.ts'
import { StateUnavailableError, type TraceOptions } from '../../chain/chain.ts'
import { estimateGas, MAINNET_CREATION_GAS, simulateCall } from '../../chain/simulate.ts'
import { traceCalls, traceMined } from '../../chain/trace.ts'
import { LevelIndex } from '../../index/level-index.ts'
import { OverlayBlockstore } from '../../ipld/blockstore.ts'
import { LevelStore } from '../../ipld/level.ts'
import { LevelBlockstore } from '../../ipld/level-blockstore.ts'
import { mainnetV18 } from '../../protocol/builtin.ts'
import { serve } from '../threads/calls.ts'
import { unwireCall, unwireNextTipset, type WireCall, type WireNextTipset } from '../wire.ts'

export interface ReaderData {
  readonly directory: string
  readonly chainId: number
  readonly cacheSize: number
  readonly mainnetInitGas: boolean
}

const { directory, chainId, cacheSize, mainnetInitGas } = workerData as ReaderData

const store = await LevelStore.open(directory)
const index = new LevelIndex(store)
const input = {
  store: new OverlayBlockstore(new LevelBlockstore(store, cacheSize)),
  actors: nativeRegistry(mainnetV18),
  chainId,
  ...(mainnetInitGas && { creationGas: MAINNET_CREATION_GAS }),
  tipsets: { keyAtOrBefore: (epoch: number) => index.blockAtOrBefore(epoch)?.tipsetKey ?? [] },
}

function blockOf(hash: Uint8Array) {
  const block = index.blockByHash(hash)
  if (block === undefined) throw new StateUnavailableError('the block is gone')
  return block
}

export const readerMethods = {
  call: (request: WireCall, blockHash: Uint8Array) =>
    simulateCall(input, unwireCall(request), blockOf(blockHash)),
  estimateGas: (request: WireCall, blockHash: Uint8Array, next: WireNextTipset | undefined) =>
    estimateGas(input, unwireCall(request), blockOf(blockHash), next && unwireNextTipset(next)),
  trace(blockHash: Uint8Array, place: number | undefined, options: TraceOptions) {
    const block = blockOf(blockHash)
    return traceMined(input, block, index.transactions(block), place, options)
  },
  traceCalls: (requests: readonly WireCall[], blockHash: Uint8Array, options: TraceOptions) =>
    traceCalls(input, requests.map(unwireCall), blockOf(blockHash), options),
}
export type ReaderMethods = typeof readerMethods

serve(parentPort!, readerMethods)('ready')
