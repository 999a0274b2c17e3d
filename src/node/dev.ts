/** Composition of the development node: store, writer thread, reader threads, RPC server. */
import { constants, existsSync } from 'node:fs'
import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { bytesKey } from '../base/bytes.ts'
import { ETHEREUM_GAS_SCALE } from '../fvm/gas/gas-scale.ts'
import { LevelIndex } from '../index/level-index.ts'
import { LevelStore } from '../ipld/level.ts'
import { LevelBlockstore } from '../ipld/level-blockstore.ts'
import { type DevAccounts, devAccounts } from './accounts.ts'
import { type ChainActors, chainActorsOf, checkActors } from './actors.ts'
import { chainActors, chainSettings, GAS_SCALE, gasScaleCodec, SETTINGS } from './chain-records.ts'
import type { DevConfig } from './config.ts'
import type { EmbeddedDevNode } from './dev-node.ts'
import { LocalChainClient } from './local-chain-client.ts'
import type { Log } from './log.ts'
import { logTipset } from './log-tipset.ts'
import { logTraces } from './log-traces.ts'
import { ConfigError } from './read-config.ts'
import { ReaderPool, type ReaderSettings } from './reader/pool.ts'
import { loadState, StateFileError, saveState } from './state-file.ts'
import { Caller } from './threads/calls.ts'
import { startThread } from './threads/start.ts'
import type { WriterData } from './writer/thread.ts'

/** Bytes of state blocks kept by each thread that reads. */
const READER_CACHE = 64 << 20
/** Calls that may wait for a reader. */
const READER_QUEUE = 1_000

/** This module's ending: .ts from source, .js when built. */
const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const threadUrl = (name: string) => new URL(`./${name}/thread${ending}`, import.meta.url)

export async function startDevNode(config: DevConfig, log: Log): Promise<EmbeddedDevNode> {
  const accounts = await devAccounts(config.mnemonic, config.accounts)
  const actors = await chainActorsOf(config)
  const directory = config.dataDir ?? (await mkdtemp(join(tmpdir(), 'fevm-')))
  const isTemporary = config.dataDir === undefined
  // first opener, hence last closer: see ipld/level.ts
  const store = await LevelStore.open(directory)
  const { chainId } = config
  try {
    await prepareStore(store, config, actors)
  } catch (error) {
    await store.close()
    if (isTemporary) await rm(directory, { recursive: true, force: true })
    throw error
  }
  const index = new LevelIndex(store)
  const logging = { on: !config.silent }

  const writerData: WriterData = { directory, options: writerOptions(config, accounts, actors) }
  const writer = startThread(threadUrl('writer'), writerData)
  const gasScale = gasScaleOf(config)
  const readerData: ReaderSettings = {
    directory,
    chainId,
    gasScale,
    cacheSize: READER_CACHE,
    bundle: actors.bundle?.wire,
    mainnetInitGas: config.mainnetInitGas,
  }
  const readers = new ReaderPool(threadUrl('reader'), readerData, {
    readers: config.readers,
    deadline: config.callTimeout,
    queue: READER_QUEUE,
  })

  const chain = new LocalChainClient({
    chainId,
    manifest: actors.manifest,
    index,
    blocks: new LevelBlockstore(store, READER_CACHE),
    connect: (onNews) => new Caller(writer, onNews),
    readers,
    onConsole(line) {
      if (logging.on) log({ event: 'console', line })
    },
    onMined({ block, failures, console }) {
      if (!logging.on) return
      const mined = index.transactions(block)
      const transactions = mined.map(({ transaction }) => transaction)
      const receipts = mined.map(({ receipt }) => receipt)
      const reasons = new Map(
        mined.map(({ transaction, receipt }) => [
          receipt,
          failures.get(bytesKey(transaction.hash)) ?? '',
        ]),
      )
      logTipset(
        log,
        { block, transactions, receipts },
        (receipt) => reasons.get(receipt) ?? '',
        (transaction) => console.get(bytesKey(transaction.hash)) ?? [],
      )
      if (config.trace) logTraces(log, chain, block, mined)
    },
    onError: ({ message, stack }) =>
      log({ event: 'error', message, ...(stack === undefined ? {} : { stack }) }),
  })
  let closing = false
  const failed = new Promise<never>((_, reject) => {
    const died = (error: Error) => {
      chain.fail(error)
      if (!closing) reject(error)
    }
    writer.on('error', died)
    writer.on('exit', (code) => died(new Error(`the writer thread ended with code ${code}`)))
  })
  failed.catch(() => {})
  const [{ devServer }] = await Promise.all([
    // loading the server's modules takes as long as the writer takes to open the chain
    import('./dev-server.ts'),
    Promise.race([chain.ready, failed]),
  ])
  const server = await devServer({
    logging,
    config,
    chain,
    index,
    accounts,
    networkVersion: actors.networkVersion,
    log,
  })
  const close = async () => {
    closing = true
    await server.close()
    await readers.close()
    await chain.closeWriter()
    await writer.terminate()
    const saveTo = config.state ?? config.dumpState
    if (saveTo !== undefined) await saveState(store, saveTo)
    await store.close()
    if (isTemporary) await rm(directory, { recursive: true, force: true })
  }
  let httpUrl: string
  try {
    httpUrl = await server.listen({ host: config.host, port: config.port })
  } catch (error) {
    await close()
    throw error
  }
  // not before: they would take the processor from what the first answer needs; calls wait for them
  readers.start().catch(({ message }: Error) => {
    if (!closing) log({ event: 'error', message })
  })
  const head = index.head()!
  return {
    httpUrl,
    wsUrl: httpUrl.replace(/^http/, 'ws'),
    accounts,
    chain,
    actors: actors.bundle?.name,
    networkVersion: actors.networkVersion,
    epoch: head.epoch,
    baseFee: head.nextBaseFee,
    failed,
    close,
  }
}

/** Loads a saved chain, and refuses what would only fail at the end. */
async function prepareStore(
  store: LevelStore,
  config: DevConfig,
  actors: ChainActors,
): Promise<void> {
  const { state, loadState: file, dumpState, chainId } = config
  const saveTo = state ?? dumpState
  if (saveTo !== undefined) await access(dirname(resolve(saveTo)), constants.W_OK)
  const loadFrom = state !== undefined && existsSync(state) ? state : file
  if (loadFrom !== undefined) {
    if (store.meta(SETTINGS) !== undefined) {
      throw new StateFileError(
        `${config.dataDir} holds a chain already; to load ${loadFrom} take an empty --data-dir`,
      )
    }
    await loadState(store, loadFrom)
  }
  const saved = store.meta(SETTINGS)
  const savedId = saved === undefined ? chainId : chainSettings.decode(saved).chainId
  if (savedId !== chainId) {
    throw new ConfigError([
      `the saved chain has id ${savedId}: start it with --chain-id ${savedId}`,
    ])
  }
  checkActors(store, actors)
  const scale = store.meta(GAS_SCALE)
  const savedScale = scale === undefined ? 1 : gasScaleCodec.decode(scale)
  if (saved !== undefined && savedScale !== gasScaleOf(config)) {
    // its receipts could not be reproduced
    throw new ConfigError([
      `the saved chain was made with${savedScale === 1 ? 'out' : ''} --ethereum-gas: start it so`,
    ])
  }
}

function gasScaleOf({ ethereumGas }: DevConfig): number {
  return ethereumGas ? ETHEREUM_GAS_SCALE : 1
}

function writerOptions(
  config: DevConfig,
  accounts: DevAccounts,
  { bundle }: ChainActors,
): WriterData['options'] {
  const { chainId, balance, baseFee, timestamp, blockTime, noMining } = config
  const funded = [...accounts.ethereum, ...accounts.native]
  return {
    chainId,
    gasScale: gasScaleOf(config),
    networkName: 'localnet',
    accounts: funded.map(({ address }) => ({ address: address.bytes, balance })),
    baseFee,
    timestamp,
    automine: !noMining && blockTime === undefined,
    interval: blockTime ?? 0,
    actors: bundle && { bundle: bundle.wire, row: chainActors.encode(bundle) },
  }
}
