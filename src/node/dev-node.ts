/** A running development node, as the command line sees it; `dev.ts` makes one. */
import type { Chain, DevChain } from '../chain/chain.ts'
import type { DevAccounts } from './accounts.ts'
import type { DevConfig } from './config.ts'
import type { Log } from './log.ts'

export interface DevNode {
  /** `http://127.0.0.1:8545`, with the port that was really taken. */
  readonly httpUrl: string
  readonly wsUrl: string
  readonly accounts: DevAccounts
  /** Version and network of the genuine actors; undefined: the native ones run. */
  readonly actors: string | undefined
  readonly networkVersion: number
  /** Epoch of the newest block: 0 on a new chain, more on one that was loaded. */
  readonly epoch: number
  /** Base fee of the next block, attoFIL per gas unit. */
  readonly baseFee: bigint
  /** Rejects when a thread of the node dies; else stays pending. */
  readonly failed: Promise<never>
  /** Answers what is in work, saves the chain where asked to, ends all threads. */
  close(): Promise<void>
}

/** The same for a program that has it inside, which needs no wire to reach the chain. */
export interface EmbeddedDevNode extends DevNode {
  readonly chain: Chain & DevChain
}

export type StartDevNode = (config: DevConfig, log: Log) => Promise<DevNode>
