/** Composition of a cluster's node: a mirror of the shared log that serves, and may produce. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { deserialize, serialize } from 'node:v8'
import { ETHEREUM_GAS_SCALE } from '../../fvm/gas/gas-scale.ts'
import { LevelIndex } from '../../index/level-index.ts'
import { LevelStore } from '../../ipld/level.ts'
import { LevelBlockstore } from '../../ipld/level-blockstore.ts'
import { mainnetV18 } from '../../protocol/builtin.ts'
import { NETWORK_VERSION } from '../../protocol/network.ts'
import { devMethods } from '../../rpc/methods/dev.ts'
import { publicMethods } from '../../rpc/methods/public.ts'
import { registryOf } from '../../rpc/registry.ts'
import { markLoading, readApplied } from '../../shared/applied.ts'
import type { News } from '../../shared/commit.ts'
import { RedisCalls } from '../../shared/redis-calls.ts'
import { RedisFilters } from '../../shared/redis-filters.ts'
import { RedisLog } from '../../shared/redis-log.ts'
import { devAccounts } from '../accounts.ts'
import { chainSettings, GAS_SCALE, gasScaleCodec, SETTINGS } from '../chain-records.ts'
import { devServer } from '../dev-server.ts'
import { LocalChainClient, type WriterNews } from '../local-chain-client.ts'
import type { Log } from '../log.ts'
import { ReaderPool } from '../reader/pool.ts'
import { startThread } from '../threads/start.ts'
import { clientVersion } from '../version.ts'
import type { WriterData } from '../writer/thread.ts'
import type { NodeConfig } from './config.ts'
import { Follower } from './follower.ts'
import { guarded } from './guarded-registry.ts'
import { Leadership } from './leadership.ts'
import { ReadBarrier } from './read-barrier.ts'
import { SharedFilters } from './shared-filters.ts'
import { ClusterWriterLink } from './writer-link.ts'

/** Bytes of state blocks kept by each thread that reads. */
const READER_CACHE = 64 << 20
/** Calls that may wait for a reader. */
const READER_QUEUE = 1_000
/** Milliseconds for which a commit is tried before the producer gives up. */
const COMMIT_PATIENCE = 20_000
const PAUSE = 50
/** How long a start waits for the shared store where the folder has a chain already. */
const START_PATIENCE = 5_000

const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const threadUrl = (name: string) => new URL(`../${name}/thread${ending}`, import.meta.url)

export interface ClusterNode {
  readonly httpUrl: string
  readonly wsUrl: string
  readonly chainId: number
  /** Rejects when the node cannot go on and has to be started again. */
  readonly failed: Promise<never>
  close(): Promise<void>
}

/** Resolves when it serves: not before it has a whole chain. @throws what makes that impossible */
export async function startClusterNode(
  config: NodeConfig,
  report: Log,
  signal: AbortSignal,
): Promise<ClusterNode> {
  const directory = config.dataDir ?? (await mkdtemp(join(tmpdir(), 'fevm-')))
  const isTemporary = config.dataDir === undefined
  const shared = { url: config.store, name: config.name }
  // first opener, hence last closer: see ipld/level.ts
  const store = await LevelStore.open(directory)
  const log = new RedisLog(shared)
  const calls = new RedisCalls(shared)
  const filters = new RedisFilters(shared)
  let fail: (error: Error) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  failed.catch(() => {})
  const notice = (message: string) => report({ event: 'notice', message })

  // until there is a chain nobody can be told anything
  let index: LevelIndex | undefined
  let tell: (news: WriterNews) => void = () => {}
  const onNews = ({ revert, apply }: News) => {
    const isHead = revert.length + apply.length > 0
    const nothing = { failures: new Map(), console: new Map() }
    tell(isHead ? { type: 'head', revert, apply, ...nothing } : { type: 'amended' })
  }
  const follower = new Follower({
    store,
    log,
    onNews,
    onProgress: (applied, of) => notice(`reading the shared log: ${applied} of ${of}`),
    async onDiverged(error) {
      // a replica's folder is a mirror; a producer's may be the only one that has a chain
      if (config.role === 'replica' && readApplied(store) !== undefined) await markLoading(store)
      fail(error)
    },
  })
  const link = new ClusterWriterLink(calls, () => index!)
  const leadership = config.role === 'producer' ? await producer() : undefined

  async function producer(): Promise<Leadership> {
    const accounts = await devAccounts(config.mnemonic, config.accounts)
    const funded = [...accounts.ethereum, ...accounts.native]
    const data: WriterData = {
      directory,
      shared: { ...shared, patience: COMMIT_PATIENCE },
      options: {
        chainId: config.chainId,
        gasScale: config.ethereumGas ? ETHEREUM_GAS_SCALE : 1,
        networkName: 'localnet',
        accounts: funded.map(({ address }) => ({
          address: address.bytes,
          balance: config.balance,
        })),
        baseFee: config.baseFee,
        timestamp: config.timestamp,
        automine: !config.noMining && config.blockTime === undefined,
        interval: config.blockTime ?? 0,
        actors: undefined,
      },
    }
    return new Leadership({
      store,
      log,
      follower,
      link,
      startWriter: () => startThread(threadUrl('writer'), data),
      onNews(news) {
        if (news.type === 'pending') {
          filters.arrived(news.transaction.hash)
          calls.announce(serialize(news))
        } else if (news.type !== 'ready') tell(news)
      },
      onFailed: fail,
      lease: config.lease,
      mayBegin: config.init,
      report,
    })
  }

  const closeStores = async () => {
    await leadership?.close()
    await follower.stop()
    calls.close()
    filters.close()
    await log.close()
    await store.close()
    if (isTemporary) await rm(directory, { recursive: true, force: true })
  }

  try {
    await Promise.race([chainIsThere(), failed, aborted(signal)])
  } catch (error) {
    await closeStores()
    throw error
  }

  async function chainIsThere(): Promise<void> {
    const start = performance.now()
    let said: string | undefined
    follower.start()
    leadership?.start()
    while (!signal.aborted) {
      if ((leadership?.isLeading || follower.isCaughtUp) && hasChain()) return
      const { failure } = follower
      if (failure !== undefined && hasChain() && performance.now() - start > START_PATIENCE) {
        return notice(`${failure}; serving the chain as it is in the folder`)
      }
      if (failure !== undefined && failure !== said) notice(failure)
      said = failure
      await sleep(PAUSE)
    }
  }

  function hasChain(): boolean {
    return readApplied(store) !== undefined && new LevelIndex(store).head() !== undefined
  }

  index = new LevelIndex(store)
  follower.serving()
  const { chainId } = chainSettings.decode(store.meta(SETTINGS)!)
  const scale = store.meta(GAS_SCALE)
  const gasScale = scale === undefined ? 1 : gasScaleCodec.decode(scale)
  const readers = new ReaderPool(
    threadUrl('reader'),
    {
      directory,
      chainId,
      gasScale,
      bundle: undefined,
      mainnetInitGas: config.mainnetInitGas,
      cacheSize: READER_CACHE,
    },
    { readers: config.readers, deadline: config.callTimeout, queue: READER_QUEUE },
  )
  const chain = new LocalChainClient({
    chainId,
    manifest: mainnetV18,
    index,
    blocks: new LevelBlockstore(store, READER_CACHE),
    connect(listener) {
      tell = listener
      return link
    },
    readers,
    onMined({ block: { epoch, hash, timestamp, transactions, gasUsed, baseFee } }) {
      if (config.silent) return
      report({
        event: 'block',
        epoch,
        hash: `0x${Buffer.from(hash).toString('hex')}`,
        timestamp,
        transactions: transactions.length,
        gasUsed,
        baseFee,
      })
    },
    onConsole: () => {},
    onError: ({ message, stack }) =>
      report({ event: 'error', message, ...(stack === undefined ? {} : { stack }) }),
  })
  tell({ type: 'ready' })
  calls.onAnnouncement((payload) => tell(deserialize(payload) as WriterNews))

  const barrier = new ReadBarrier({
    log,
    rows: store,
    patience: config.headWait,
    show: () => tell({ type: 'amended' }),
    hurry: () => follower.hurry(),
  })
  const sets = config.devMethods ? [...publicMethods, ...devMethods] : publicMethods
  let isClosing = false
  const server = await devServer({
    config,
    chain,
    index,
    accounts: await devAccounts(config.mnemonic, config.devMethods ? config.accounts : 0),
    log: report,
    logging: { on: !config.silent },
    networkVersion: NETWORK_VERSION,
    registry: guarded(registryOf(sets), () => barrier.pass()),
    clientVersion: clientVersion(),
    filters: (sources) => new SharedFilters(filters, sources),
    ready: () => ({
      ready: !isClosing,
      role: config.role,
      producing: leadership?.isLeading ?? false,
      sequence: follower.sequence,
      // the shared store is away or ahead: what is served may be old
      degraded: barrier.isDegraded || follower.failure !== undefined,
    }),
  })
  const close = async () => {
    isClosing = true
    await server.close()
    await readers.close()
    await closeStores()
  }
  let httpUrl: string
  try {
    httpUrl = await server.listen({ host: config.host, port: config.port })
  } catch (error) {
    await close()
    throw error
  }
  readers.start().catch((error: Error) => {
    if (!isClosing) fail(error)
  })
  return { httpUrl, wsUrl: httpUrl.replace(/^http/, 'ws'), chainId, failed, close }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped before it served')))
  })
}
