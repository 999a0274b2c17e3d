/** Long stacks for the actors of tests. */
import { startThread } from '../../src/node/threads/start.ts'

/** Runs a module of this folder in a thread whose stack is deep enough for any message. */
export function inThread<T>(module: string, workerData: unknown): Promise<T> {
  const worker = startThread(new URL(module, import.meta.url), workerData)
  return new Promise((resolve, reject) => {
    worker.once('message', (result: T) => {
      resolve(result)
      void worker.terminate()
    })
    worker.once('error', reject)
  })
}
