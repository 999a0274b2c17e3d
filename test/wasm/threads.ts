/** Long stacks for the actors of tests. */
import { startThread } from '../../src/node/threads/start.ts'

/**
 * Runs a module in a thread whose stack is deep enough for any message.
 * @param from whose folder it is in; by default this one's
 */
export function inThread<T>(
  module: string,
  workerData: unknown,
  from = import.meta.url,
): Promise<T> {
  const worker = startThread(new URL(module, from), workerData)
  return new Promise((resolve, reject) => {
    worker.once('message', (result: T) => {
      resolve(result)
      void worker.terminate()
    })
    worker.once('error', reject)
  })
}
