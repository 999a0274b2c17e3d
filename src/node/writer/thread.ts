/** The writer's thread. */
import { parentPort, workerData } from 'node:worker_threads'
import { LevelStore } from '../../ipld/level.ts'
import { serve } from '../threads/calls.ts'
import { Writer, type WriterEvent, type WriterOptions } from './writer.ts'

export interface WriterData {
  readonly directory: string
  readonly options: WriterOptions
}

const { directory, options } = workerData as WriterData

const store = await LevelStore.open(directory)
let emit: (event: WriterEvent) => void = () => {}
const writer = await Writer.open(store, options, (event) => emit(event))

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
