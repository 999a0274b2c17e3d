/**
 * Random programs on our engine and on @ethereumjs/evm: same success, output, storage and logs.
 * FUZZ_PROGRAMS sets their number, FUZZ_SEED the first seed; each program has a seed of its own.
 */
import { expect, test } from 'vitest'
import { toHex } from '../../../../src/base/bytes.ts'
import { runReference } from '../reference.ts'
import { type Result, runEngine } from './host.ts'
import { Random } from './random.ts'
import { randomProgram } from './random-program.ts'

const PROGRAMS = Number(process.env.FUZZ_PROGRAMS ?? 600)
const SEED = Number(process.env.FUZZ_SEED ?? 1)
/** Both in gas; a program that never ends must end on both sides. */
const OUR_LIMIT = 10_000_000_000
const THEIR_LIMIT = 100_000_000n

function comparable({ success, output, storage, logs }: Result) {
  return { success, output: toHex(output), storage: new Map([...storage].sort()), logs }
}

test(`${PROGRAMS} random programs agree with @ethereumjs/evm, seeds from ${SEED}`, {
  timeout: 60_000 + PROGRAMS * 100,
}, async () => {
  let succeeded = 0
  for (let seed = SEED; seed < SEED + PROGRAMS; seed++) {
    const { code, calldata } = randomProgram(new Random(seed))
    const ours = comparable(runEngine(code, calldata, OUR_LIMIT * 1000))
    const theirs = comparable(await runReference(code, calldata, THEIR_LIMIT))
    const program = { seed, code: toHex(code), calldata: toHex(calldata) }
    expect({ ...program, ...ours }).toEqual({ ...program, ...theirs })
    if (ours.success) succeeded++
  }
  console.log(`fuzz: seeds ${SEED}..${SEED + PROGRAMS - 1}, ${succeeded} programs succeeded`)
  // the generator is worth something only while most programs get to their end
  expect(succeeded).toBeGreaterThan(PROGRAMS / 2)
})
