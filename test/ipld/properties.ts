import fc from 'fast-check'

/** `FC_SEED=… npx vitest run` repeats a run. */
const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31)
console.info(`fast-check seed ${seed}`)

export function holds<T>(arbitrary: fc.Arbitrary<T>, predicate: (value: T) => void, runs = 200) {
  fc.assert(fc.property(arbitrary, predicate), { seed, numRuns: runs })
}
