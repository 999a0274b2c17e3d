import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compileEngine, generatedModule } from '../../../../scripts/build-engine.mjs'

test('wasm.generated.ts is what the AssemblyScript sources compile to', async () => {
  const path = new URL('../../../../src/actors/evm/engine/wasm.generated.ts', import.meta.url)
  expect(generatedModule(await compileEngine())).toBe(readFileSync(path, 'utf8'))
})
