/**
 * Builds the program once for all end-to-end tests: it is what people run, and it starts in a
 * quarter of the time that its TypeScript takes.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

const root = join(import.meta.dirname, '../..')

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the built program. */
    program: string
    /** Bundle of genuine actors that all nodes run, where a project says so. */
    actors?: string
  }
}

export default function build(project: TestProject): () => void {
  // in here, packages are found from the build
  const folder = mkdtempSync(join(root, 'node_modules/.e2e-'))
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const dist = join(folder, 'dist')
  const args = [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', dist]
  // whether the types fit is for `npm run check` to say
  spawnSync(process.execPath, args, { stdio: 'ignore' })
  project.provide('program', join(dist, 'cli/main.js'))
  return () => rmSync(folder, { recursive: true })
}
