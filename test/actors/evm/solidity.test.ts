/**
 * Calls of compiled Solidity on our engine and on @ethereumjs/evm: same success, output (also of
 * reverts, with custom errors and panics), storage and logs. SOLIDITY_CALLS sets their number,
 * FUZZ_SEED the first seed; each call has a seed of its own.
 */
import { type AbiParameter, encodeFunctionData, type Hex, hexToBytes } from 'viem'
import { expect, test } from 'vitest'
import { toHex } from '../../../src/base/bytes.ts'
import { contract } from '../../contracts/compile.ts'
import { type Result, runEngine } from './engine/host.ts'
import { Random } from './engine/random.ts'
import { runReference } from './reference.ts'

const CALLS = Number(process.env.SOLIDITY_CALLS ?? 500)
const SEED = Number(process.env.FUZZ_SEED ?? 1)

const { abi, bytecode } = contract('Differential')
const functions = abi.filter((item) => item.type === 'function')
const code = runEngine(hexToBytes(bytecode)).output

function randomArgument({ type }: AbiParameter, random: Random): unknown {
  if (type.endsWith('[]')) {
    const one = { type: type.slice(0, -2) }
    return Array.from({ length: random.below(6) }, () => randomArgument(one, random))
  }
  if (type === 'string')
    return random.pick(['', 'short', 'a text of more than 32 bytes, ämong others'])
  if (type === 'bytes') return `0x${toHex(random.bytes(random.below(70)))}`
  const [, signed, bits] = /^(u?)int(\d+)$/.exec(type)!
  const word = random.word()
  const value =
    signed === 'u' ? BigInt.asUintN(Number(bits), word) : BigInt.asIntN(Number(bits), word)
  return Number(bits) <= 48 ? Number(value) : value
}

/** A call as a client makes it; one in ten is cut off or spoilt. */
function randomCall(random: Random): { name: string; calldata: Uint8Array } {
  const { name, inputs } = random.pick(functions)
  const args = inputs.map((input) => randomArgument(input, random))
  const data: Hex = encodeFunctionData({ abi, functionName: name, args })
  const calldata = hexToBytes(data)
  if (random.chance(0.05))
    return { name, calldata: calldata.slice(0, random.below(calldata.length)) }
  if (random.chance(0.05)) calldata[random.below(calldata.length)] = random.below(256)
  return { name, calldata }
}

function comparable({ success, output, storage, logs }: Result) {
  return { success, output: toHex(output), storage: new Map([...storage].sort()), logs }
}

test(`${CALLS} Solidity calls agree with @ethereumjs/evm, seeds from ${SEED}`, {
  timeout: 60_000 + CALLS * 500,
}, async () => {
  const outcomes = new Map<string, { succeeded: number; failed: number }>()
  for (let seed = SEED; seed < SEED + CALLS; seed++) {
    const { name, calldata } = randomCall(new Random(seed))
    const ours = comparable(runEngine(code, calldata, 1e13))
    const theirs = comparable(await runReference(code, calldata, 100_000_000n))
    const call = { seed, name, calldata: toHex(calldata) }
    expect({ ...call, ...ours }).toEqual({ ...call, ...theirs })
    const outcome = outcomes.get(name) ?? { succeeded: 0, failed: 0 }
    outcome[ours.success ? 'succeeded' : 'failed']++
    outcomes.set(name, outcome)
  }
  console.log(`Solidity calls: seeds ${SEED}..${SEED + CALLS - 1}`, Object.fromEntries(outcomes))
  expect(outcomes.size).toBe(functions.length)
})
