/** The development node's RPC server. */
import { ethKey } from '../address/eth-address.ts'
import { Lru } from '../base/lru.ts'
import type { LevelIndex } from '../index/level-index.ts'
import { sign } from '../protocol/crypto/secp256k1.ts'
import type { DevContext, DevAccounts as SigningAccounts } from '../rpc/context.ts'
import { Feed } from '../rpc/feed.ts'
import { type FilterRegistry, type FilterSources, Filters } from '../rpc/filters.ts'
import { createServer, type Server, type ServerOptions } from '../rpc/http.ts'
import { Impersonation } from '../rpc/impersonation.ts'
import { defaultLimits, type Limits } from '../rpc/limits.ts'
import { devMethods } from '../rpc/methods/dev.ts'
import { publicMethods } from '../rpc/methods/public.ts'
import { type Registry, registryOf } from '../rpc/registry.ts'
import { Senders } from '../rpc/send-transaction.ts'
import type { DevAccounts } from './accounts.ts'
import type { DevConfig } from './config.ts'
import type { LocalChainClient } from './local-chain-client.ts'
import type { Log } from './log.ts'
import { clientVersion } from './version.ts'

/** What the server takes from the configuration, of `fevm dev` and `fevm node` alike. */
export type ServerConfig = Pick<
  DevConfig,
  'maxBody' | 'maxBatch' | 'allowedHosts' | 'corsOrigins' | 'networkPrefix' | 'gasPrice'
>

export interface DevServerInput {
  readonly config: ServerConfig
  readonly chain: LocalChainClient
  readonly index: LevelIndex
  readonly accounts: DevAccounts
  readonly networkVersion: number
  readonly log: Log
  /** Turned off and on by the methods of the development chain. */
  readonly logging: { on: boolean }
  /** Undefined: all methods of a development chain. */
  readonly registry?: Registry<DevContext>
  readonly ready?: ServerOptions<DevContext>['ready']
  /** What `web3_clientVersion` answers; undefined: a name by which tools know a development chain. */
  readonly clientVersion?: string
  readonly filters?: (sources: FilterSources) => FilterRegistry
}

export async function devServer(input: DevServerInput): Promise<Server> {
  const { config, log } = input
  const context = devContext(input)
  const server = await createServer<DevContext>({
    registry: input.registry ?? registryOf<DevContext>([...publicMethods, ...devMethods]),
    ...(input.ready === undefined ? {} : { ready: input.ready }),
    context,
    limits: limitsOf(config),
    access: { hosts: [...config.allowedHosts], origins: [...config.corsOrigins] },
    report: ({ method, error }) =>
      log({
        event: 'error',
        message: `${method}: ${error instanceof Error ? error.message : String(error)}`,
        ...(error instanceof Error && error.stack ? { stack: error.stack } : {}),
      }),
    observe({ method, error }) {
      if (error === undefined) return
      log({ event: 'rpc-error', method, code: error.code, message: error.message })
    },
  })
  return {
    listen: (address) => server.listen(address),
    async close() {
      await server.close()
      context.heads.close()
      context.pendingTransactions.close()
    },
  }
}

function limitsOf({ maxBody, maxBatch }: ServerConfig): Limits {
  return {
    ...defaultLimits,
    body: maxBody,
    batch: maxBatch,
    // a chain of one's own is indexed as a whole
    logRange: Number.POSITIVE_INFINITY,
  }
}

/**
 * Hardhat's network helpers (loadFixture, time, mine, ...) refuse a node whose name begins neither
 * so nor with "hardhat"; OpenZeppelin's upgrades know by it that a chain is thrown away.
 */
const LIKE_ANVIL = 'anvil'

/** Characters of blocks' JSON that are kept: some 400 full blocks of a hundred transactions. */
const BLOCK_TEXTS = 32 << 20

function devContext(input: DevServerInput): DevContext {
  const { config, chain, index, accounts, networkVersion } = input
  const limits = limitsOf(config)
  const ignore = () => {}
  const makeFilters = input.filters ?? ((sources) => new Filters(sources))
  const heads = new Feed(chain.heads.bind(chain), ignore)
  const pendingTransactions = new Feed(chain.pendingTransactions.bind(chain), ignore)
  return {
    chain,
    dev: chain,
    index,
    limits,
    clientVersion: input.clientVersion ?? `${LIKE_ANVIL}/${clientVersion()}`,
    networkPrefix: config.networkPrefix,
    networkVersion,
    gasPrice: config.gasPrice,
    accounts: signingAccounts(accounts),
    blockTexts: new Lru(BLOCK_TEXTS),
    filters: makeFilters({ index, heads, pendingTransactions, limits }),
    heads,
    pendingTransactions,
    impersonation: new Impersonation(),
    logging: input.logging,
    senders: new Senders(),
  }
}

function signingAccounts({ ethereum }: DevAccounts): SigningAccounts {
  const keys = new Map(
    ethereum.map(({ ethAddress, privateKey }) => [ethKey(ethAddress), privateKey]),
  )
  return {
    addresses: () => ethereum.map(({ ethAddress }) => ethAddress),
    sign(address, hash) {
      const key = keys.get(ethKey(address))
      return key && sign(hash, key)
    },
  }
}
