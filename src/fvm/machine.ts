/** All that a message's execution depends on, and the actors that can run in it. */
import type { Blockstore } from '../ipld/blockstore.ts'
import type { CID } from '../ipld/cid.ts'
import type { BuiltinName, Manifest } from '../protocol/builtin.ts'
import type { Epoch } from '../protocol/tipset.ts'
import type { PriceList } from './gas/price-list.ts'
import type { BlockId, Kernel } from './kernel.ts'
import type { ProofVerifier } from './proof-syscalls.ts'
import type { StateTree } from './state-tree.ts'
import type { CodeObserver } from './trace.ts'

/** The epoch in which messages run. */
export interface NetworkContext {
  readonly epoch: Epoch
  /** Unix seconds */
  readonly timestamp: number
  /** attoFIL per gas unit */
  readonly baseFee: bigint
  readonly chainId: number
  readonly networkVersion: number
  /** attoFIL */
  readonly circulatingSupply: bigint
  /** Above 1 on chains with Ethereum's gas only: see gas/gas-scale.ts. Undefined: 1. */
  readonly gasScale?: number
}

/** What the FVM asks of the chain around it. */
export interface Externs {
  /** 32-byte digest (kernel spec 7.1); `epoch` is not in the future. */
  chainRandomness(epoch: Epoch): Uint8Array
  beaconRandomness(epoch: Epoch): Uint8Array
  /** Key CID of the tipset at an epoch, or of the one before where that is a null round. */
  tipsetCid(epoch: Epoch): CID
}

/** What an instance has from the beginning, and is charged for. */
export interface Footprint {
  /** Pages of linear memory, 64 KiB each. */
  readonly memoryPages: number
  /** Elements of the table that is exported under the name `table`. */
  readonly tableElements: number
}

/** Code that runs behind a kernel: native TypeScript or WebAssembly. */
export interface Actor {
  readonly name: string
  /** What its module asks for; native actors ask for what their genuine counterparts do. */
  readonly footprint?: Footprint | undefined
  /** Tells the machine's observer of the code that it interprets. */
  readonly observable?: true
  /**
   * The shape of a WebAssembly actor's export: the id of the params block goes in, the id of the
   * return block comes out, {@link NO_BLOCK} for none.
   * @throws ActorError to end with an exit code
   */
  invoke(kernel: Kernel, params: BlockId): BlockId
}

export interface ActorRegistry {
  readonly manifest: Manifest
  byCode(code: CID): Actor | undefined
  codeFor(name: BuiltinName): CID
}

export interface Machine {
  readonly store: Blockstore
  readonly tree: StateTree
  readonly actors: ActorRegistry
  readonly prices: PriceList
  readonly network: NetworkContext
  readonly externs: Externs
  readonly observer?: CodeObserver
  /** Without one, every storage proof is accepted. */
  readonly proofs?: ProofVerifier
}
