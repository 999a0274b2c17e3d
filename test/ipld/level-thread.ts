/** A thread of the store's tests: does what it is told in the directory that it is given. */
import { parentPort, workerData } from 'node:worker_threads'
import { LevelStore } from '../../src/ipld/level.ts'

const store = await LevelStore.open(workerData.directory)

const commands: Record<string, (name: string) => unknown> = {
  read: (name) => store.meta(name),
  async write(name) {
    const batch = store.batch()
    batch.putMeta(name, Uint8Array.of(1, 2, 3))
    await store.commit(batch)
  },
  readForever(name) {
    parentPort!.postMessage('reading')
    for (;;) store.meta(name)
  },
  async iterateForever() {
    parentPort!.postMessage('iterating')
    for (;;) for await (const _row of store.metaRows(''));
  },
  async writeForever(name) {
    parentPort!.postMessage('writing')
    for (;;) await commands.write!(name)
  },
  close: () => store.close(),
}

parentPort!.on('message', async ([command, name]: [string, string]) => {
  parentPort!.postMessage(await commands[command]!(name))
})
parentPort!.postMessage('open')
