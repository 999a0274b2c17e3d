import { describe, expect, test } from 'vitest'
import type { VectorResult } from './conformance-thread.ts'
import { inThread } from './threads.ts'

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

/** The PoSt is wrong and must be found to be; proofs are not verified here (nor by the reference). */
const needsProofs = /DisputeWindowedPoSt\/Ok\//

describe.skipIf(missing)('messages of mainnet, network version 18', () => {
  test('exit code, return, gas to the unit and state root', async () => {
    const results = await inThread<VectorResult[]>('./conformance-thread.ts', { vectors, bundle })
    const failing = results.filter(
      ({ name, differences }) => differences.length > 0 && !needsProofs.test(name),
    )
    expect(failing).toEqual([])
    expect(results.length - results.filter(({ name }) => needsProofs.test(name)).length).toBe(188)
  }, 300_000)
})
