/** Runs files of vectors, in a thread whose stack is deep enough for any message. */
import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { type Bundle, loadBundle } from '../../wasm/bundle.ts'
import type { VectorEvent, VectorTask } from './files.ts'
import { runVector } from './run.ts'
import { parseVector, type Vector, VectorError } from './vector.ts'

const { files, bundle } = workerData as VectorTask
const answer = (event: VectorEvent) => parentPort!.postMessage(event)

try {
  const { registry } = await load(bundle)
  for (const file of files) {
    const start = performance.now()
    const result = runVector(readVector(file), registry)
    answer({ result: { file, ...result, milliseconds: performance.now() - start } })
  }
  answer({ done: true })
} catch (error) {
  if (!(error instanceof VectorError)) throw error
  answer({ refused: error.message })
}

/** @throws VectorError */
async function load(path: string): Promise<Bundle> {
  try {
    return await loadBundle(path)
  } catch (error) {
    throw new VectorError(`${path}: ${(error as Error).message}`)
  }
}

/** @throws VectorError */
function readVector(file: string): Vector {
  try {
    return parseVector(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new VectorError(`${file}: ${(error as Error).message}`)
  }
}
