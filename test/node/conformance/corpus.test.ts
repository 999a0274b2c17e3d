import { describe, expect, test } from 'vitest'
import { type FileResult, runFiles, vectorFiles } from '../../../src/node/conformance/files.ts'

/** The folder corpus/extracted/0002-hygge-01 of filecoin-project/fvm-test-vectors. */
const vectors = process.env.FEVM_CONFORMANCE_VECTORS
/** The actors that these vectors need: v10 of mainnet. */
const bundle = process.env.FEVM_CONFORMANCE_BUNDLE

const missing = vectors === undefined || bundle === undefined
if (missing) {
  console.warn(
    'SKIPPED: the conformance vectors of network version 18. Set FEVM_CONFORMANCE_VECTORS to corpus/extracted/0002-hygge-01 of filecoin-project/fvm-test-vectors and FEVM_CONFORMANCE_BUNDLE to v10.tar.zst of Lotus (build/actors).',
  )
}

describe.skipIf(missing)('messages of mainnet, network version 18', () => {
  test('exit code, return, gas to the unit and state root', async () => {
    const results: FileResult[] = []
    for await (const result of runFiles({ files: vectorFiles(vectors!), bundle: bundle! })) {
      results.push(result)
    }
    const others = results.filter(({ verdict }) => verdict !== 'agrees')
    // its PoSt is wrong and must be found to be
    expect(others).toEqual([
      expect.objectContaining({
        verdict: 'unproven',
        file: expect.stringContaining('/DisputeWindowedPoSt/Ok/'),
      }),
    ])
    expect(results.length).toBe(189)
  }, 300_000)
})
