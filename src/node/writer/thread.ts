/** The writer's thread. */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { LevelStore } from '../../ipld/level.ts'
import { serve } from '../threads/calls.ts'
import type { Lease, SharedData } from './shared-store.ts'
import { embeddedStore, type WriterStore } from './store.ts'
import { Writer, type WriterEvent, type WriterOptions } from './writer.ts'

export interface WriterData {
  readonly directory: string
  readonly options: WriterOptions
  /** On a cluster: the thread is loaded and waits until it is told its {@link Lease}. */
  readonly shared?: SharedData
}

const { directory, options, shared } = workerData as WriterData

let emit: (event: WriterEvent) => void = () => {}
const store = await LevelStore.open(directory)
const writer = await Writer.open(await writerStore(), options, (event) => emit(event))

async function writerStore(): Promise<WriterStore> {
  if (shared === undefined) return embeddedStore(store)
  const { sharedWriterStore } = await import('./shared-store.ts')
  const [lease] = (await once(parentPort!, 'message')) as [Lease]
  return sharedWriterStore(store, shared, lease, (event) => emit(event))
}

export const writerMethods = {
  submit: (encoded: Uint8Array) => writer.submit(encoded),
  submitRecovered: (encoded: Uint8Array) => writer.submitRecovered(encoded),
  submitUntrusted: (encoded: Uint8Array) => writer.submitUntrusted(encoded),
  submitUnsigned: (encoded: Uint8Array) => writer.submitUnsigned(encoded),
  pendingNonce: (address: Uint8Array) => writer.pendingNonce(address),
  next: (sender: Uint8Array) => writer.next(sender),
  pending: () => writer.pending(),
  tellPending: (on: boolean) => writer.tellPending(on),
  mine: (count: number, interval?: number) => writer.mine(count, interval),
  skipEpochs: (count: number) => writer.skipEpochs(count),
  setAutomine: (on: boolean) => writer.setAutomine(on),
  automine: () => writer.automine(),
  setIntervalMining: (milliseconds: number) => writer.setIntervalMining(milliseconds),
  increaseTime: (seconds: number) => writer.increaseTime(seconds),
  setNextBlockTimestamp: (seconds: number) => writer.setNextBlockTimestamp(seconds),
  setNextBlockBaseFee: (baseFee: bigint) => writer.setNextBlockBaseFee(baseFee),
  setTime: (seconds: number) => writer.setTime(seconds),
  setTimestampInterval: (seconds?: number) => writer.setTimestampInterval(seconds),
  drop: (hash?: Uint8Array, sender?: Uint8Array) => writer.drop(hash, sender),
  rollback: (depth: number) => writer.rollback(depth),
  reorg: (depth: number) => writer.reorg(depth),
  snapshot: () => writer.snapshot(),
  revert: (id: number) => writer.revert(id),
  reset: () => writer.reset(),
  setBalance: (address: Uint8Array, balance: bigint) => writer.setBalance(address, balance),
  setNonce: (address: Uint8Array, nonce: bigint) => writer.setNonce(address, nonce),
  setCode: (address: Uint8Array, code: Uint8Array) => writer.setCode(address, code),
  setStorageAt: (address: Uint8Array, slot: Uint8Array, value: Uint8Array) =>
    writer.setStorageAt(address, slot, value),
  installActor: (module: Uint8Array) => writer.installActor(module),
  async close() {
    await writer.close()
    await store.close()
  },
}
export type WriterMethods = typeof writerMethods

const tell = serve(parentPort!, writerMethods)
emit = tell
tell({ type: 'ready' })
