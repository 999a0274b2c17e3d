/** Starts worker threads, from TypeScript in development and from JavaScript when built. */
import { Worker } from 'node:worker_threads'

/** 1,024 nested actor calls need far more than the 4 MB that threads get by default. */
const STACK_SIZE_MB = 256

/** @param url of the thread's module, with the ending that the importing module has */
export function startThread(url: URL, workerData: unknown): Worker {
  const options = { workerData, resourceLimits: { stackSizeMb: STACK_SIZE_MB } }
  if (!url.pathname.endsWith('.ts')) return new Worker(url, options)
  // on Node.js 20 `--import tsx` does not reach the thread's first module
  const start = `import('tsx/esm/api').then(({ register }) => {
    register()
    return import(${JSON.stringify(url.href)})
  })`
  return new Worker(start, { ...options, eval: true })
}
