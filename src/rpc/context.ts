/** All that methods may use. Each module declares the slice that it needs with `Pick`. */
import type { NetworkPrefix } from '../address/address.ts'
import type { EthAddress } from '../address/eth-address.ts'
import type { Lru } from '../base/lru.ts'
import type { Chain, DevChain, HeadChange } from '../chain/chain.ts'
import type { Hash, TransactionRecord } from '../eth/records.ts'
import type { Index } from '../index/log-query.ts'
import type { Feed } from './feed.ts'
import type { FilterRegistry } from './filters.ts'
import type { Impersonation } from './impersonation.ts'
import type { Limits } from './limits.ts'
import type { Senders } from './send-transaction.ts'

export interface Context {
  readonly chain: Chain
  readonly index: Index
  readonly limits: Limits
  /** What `web3_clientVersion` answers. */
  readonly clientVersion: string
  /** Filecoin network version under which messages run; undefined: the newest. */
  readonly networkVersion?: number
  /** First letter of Filecoin addresses. */
  readonly networkPrefix: NetworkPrefix
  /** A fixed answer of `eth_gasPrice`, attoFIL per gas unit; undefined: as Lotus estimates it. */
  readonly gasPrice: bigint | undefined
  readonly accounts: DevAccounts
  /** Finished JSON of blocks, within a bound of characters. */
  readonly blockTexts: Lru<string, string>
  readonly filters: FilterRegistry
  readonly heads: Feed<HeadChange>
  readonly pendingTransactions: Feed<TransactionRecord>
}

/** What the methods of the dev chain use besides. */
export interface DevContext extends Context {
  readonly dev: DevChain
  readonly impersonation: Impersonation
  /** Whether blocks and transactions are logged. */
  readonly logging: { on: boolean }
  readonly senders: Senders
}

/** Accounts whose keys the server has. */
export interface DevAccounts {
  addresses(): readonly EthAddress[]
  /** r ‖ s ‖ recovery id (0 or 1), 65 bytes; undefined when the key is not here. */
  sign(address: EthAddress, hash: Hash): Uint8Array | undefined
}
