/**
 * Instrumented modules as files of a folder, so that a module is rewritten once and not by every
 * thread and at every start.
 *
 *     <key>.wasm = blake2b-256 of what follows ‖ instrumented module
 *
 * A file that was not written to its end has another digest and counts as none. Threads that write
 * the same file at once do so under names of their own; the rename at the end is atomic.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { concat, equal } from '../base/bytes.ts'
import { blake2b256 } from '../base/hash.ts'
import type { CodeCache } from '../wasm/compile.ts'

const DIGEST = 32

export function codeCache(directory: string): CodeCache {
  const fileOf = (key: string) => join(directory, `${key}.wasm`)
  return {
    get(key) {
      let file: Uint8Array
      try {
        file = new Uint8Array(readFileSync(fileOf(key)))
      } catch {
        return undefined
      }
      const module = file.subarray(DIGEST)
      return equal(blake2b256(module), file.subarray(0, DIGEST)) ? module : undefined
    },
    put(key, instrumented) {
      const partial = join(directory, `${key}.${randomUUID()}.partial`)
      try {
        mkdirSync(directory, { recursive: true })
        writeFileSync(partial, concat(blake2b256(instrumented), instrumented))
        renameSync(partial, fileOf(key))
      } catch {
        // a cache that cannot be written saves nothing, and costs nothing either
        rmSync(partial, { force: true })
      }
    },
  }
}
