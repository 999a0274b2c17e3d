/**
 * The genuine built-in actors are binaries that this project does not hold; tests that need them
 * get them by path.
 */
import { startThread } from '../../src/node/threads/start.ts'

/** Mainnet's actors v18, as `.car` or `.tar.zst`. */
export const actorsBundle = process.env.FEVM_ACTORS_BUNDLE

if (actorsBundle === undefined) {
  console.warn(
    'SKIPPED: comparison with the genuine actors. Set FEVM_ACTORS_BUNDLE to v18.tar.zst of Lotus (build/actors/v18.tar.zst).',
  )
}

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
