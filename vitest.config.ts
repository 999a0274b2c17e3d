import { defineConfig } from 'vitest/config'

/** The genuine built-in actors are binaries that this project does not hold; see docs/actors.md. */
const bundle = process.env.FEVM_ACTORS_BUNDLE
if (bundle === undefined) {
  console.warn('SKIPPED: end-to-end tests on the genuine actors. Set FEVM_ACTORS_BUNDLE.')
}
/** Their nodes rewrite megabytes of WebAssembly before they start. */
const GENUINE_TIMEOUT = 180_000

export default defineConfig({
  test: {
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/e2e/**'] },
      },
      {
        extends: true,
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], globalSetup: 'test/e2e/build.ts' },
      },
      ...(bundle === undefined
        ? []
        : [
            {
              extends: true as const,
              test: {
                name: 'e2e-genuine',
                include: ['test/e2e/**/*.test.ts'],
                globalSetup: 'test/e2e/build.ts',
                provide: { actors: bundle },
                testTimeout: GENUINE_TIMEOUT,
                hookTimeout: GENUINE_TIMEOUT,
              },
            },
          ]),
    ],
  },
})
