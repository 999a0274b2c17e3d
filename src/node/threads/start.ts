/** Starts worker threads, from TypeScript in development and from JavaScript when built. */
import { Worker } from 'node:worker_threads'

/** 1,024 nested actor calls need far more than the 4 MB that threads get by default. */
const STACK_SIZE_MB = 256

/** @param url of the thread's module, with the ending that the importing module has */
export function startThread(url: URL, workerData: unknown): Worker {
  const execArgv = url.pathname.endsWith('.ts') ? ['--import', 'tsx'] : []
  return new Worker(url, {
    workerData,
    execArgv: [...execArgv],
    resourceLimits: { stackSizeMb: STACK_SIZE_MB },
  })
}
