/** callTracer, prestateTracer and instructions against @ethereumjs/evm. */
import { readFileSync } from 'node:fs'
import { type Abi, encodeDeployData, encodeFunctionData } from 'viem'
import { describe, expect, test } from 'vitest'
import { toFilecoin } from '../../src/address/eth-address.ts'
import { EMPTY, fromHex, to0x } from '../../src/base/bytes.ts'
import { traceCalls } from '../../src/chain/trace.ts'
import { callFrame } from '../../src/eth/trace/call-tracer.ts'
import { topCall } from '../../src/eth/trace/evm-call.ts'
import { prestate } from '../../src/eth/trace/prestate-tracer.ts'
import { assemble } from '../actors/evm/engine/assemble.ts'
import { PLENTY, runEngine } from '../actors/evm/engine/host.ts'
import { contracts } from '../contracts/compile.ts'
import { type EthHex, MemoryChain } from './memory-chain.ts'
import { type Asked, comparable, type ReferenceStep, referenceTrace } from './reference-trace.ts'

/** An instruction of a trace. */
interface StructLogJson {
  readonly pc: number
  readonly op: string
  readonly gas: number
  readonly gasCost: number
  readonly depth: number
  readonly error?: string
  readonly stack?: readonly string[]
  readonly memory?: readonly string[]
}

const { Tracing, Cell } = contracts('Tracing.sol')
const alice: EthHex = `0x${'a1'.repeat(20)}`
const program: EthHex = `0x${'c0'.repeat(20)}`

const chain = new MemoryChain([alice])
const newCell = (value: bigint) =>
  encodeDeployData({ abi: Cell!.abi, bytecode: Cell!.bytecode, args: [value] })
const deployed = chain.mine(
  { from: alice, data: Tracing!.bytecode },
  { from: alice, data: Tracing!.bytecode },
  { from: alice, data: newCell(5n) },
)
const [tracer, second, target] = deployed.transactions.map(({ receipt }) =>
  to0x(receipt.contractAddress!),
) as [EthHex, EthHex, EthHex]

const steps = {
  disableStack: false,
  disableStorage: false,
  enableMemory: true,
  enableReturnData: false,
  limit: 0,
  maxBytes: 200_000_000,
}

function traced(asked: Asked) {
  const { from, to, input, value } = asked
  const request = {
    from: toFilecoin(fromHex(from)),
    to: to && toFilecoin(fromHex(to)),
    input: fromHex(input),
    value,
  }
  const [trace] = traceCalls(chain.input, [request], chain.head, { accounts: true, steps })
  const call = topCall(trace!, {
    from: fromHex(from),
    to: to ? fromHex(to) : null,
    value,
    gas: 10_000_000_000,
    input: request.input,
  })
  const config = { diffMode: false, disableCode: false, disableStorage: false }
  return {
    frame: callFrame(call, { onlyTopCall: false, withLog: false }),
    prestate: prestate(trace!.accounts!, config),
    logs: JSON.parse(trace!.steps!) as StructLogJson[],
  }
}

/** The same instructions on the same operands, but for what GAS said. */
function expectSameSteps(logs: readonly StructLogJson[], theirs: readonly ReferenceStep[]): void {
  // geth, too, shows the STOP into which code runs at its end
  const ranOff = theirs.length === logs.length - 1 && logs.at(-1)!.op === 'STOP'
  const ours = ranOff ? logs.slice(0, -1) : logs
  const places = (each: readonly { pc: number; op: string; depth: number }[]) =>
    each.map(({ pc, op, depth }) => `${depth} ${pc} ${op}`)
  expect(places(ours)).toEqual(places(theirs))
  const gas = new Set<string>()
  for (const [i, { stack, memory = [] }] of ours.entries()) {
    const top = stack!.at(-1)
    if (i > 0 && ours[i - 1]!.op === 'GAS' && top !== undefined) gas.add(top)
    const expected = theirs[i]!.stack.map((word) => `0x${word.toString(16)}`)
    const shown = stack!.map((word, at) => (gas.has(word) ? expected[at] : word))
    expect(shown, `stack of instruction ${i}`).toEqual(expected)
    const bytes = `0x${memory.map((word) => word.slice(2)).join('')}`
    // one of them knows how far memory reaches, the other how far it was written
    const [a, b] = [bytes, theirs[i]!.memory].sort((x, y) => x.length - y.length)
    expect(b!.slice(0, a!.length), `memory of instruction ${i}`).toBe(a)
    expect(b!.slice(a!.length)).toMatch(/^0*$/)
  }
}

function calling(abi: Abi, functionName: string, ...args: unknown[]): EthHex {
  return encodeFunctionData({ abi, functionName, args })
}

describe('Solidity', () => {
  const tracing = (name: string, ...args: unknown[]) => calling(Tracing!.abi, name, ...args)
  const cell = (name: string, ...args: unknown[]) => calling(Cell!.abi, name, ...args)
  const salt = `0x${'05'.repeat(32)}`

  test.each<[string, EthHex | undefined, EthHex, bigint]>([
    ['call, creation, call', tracer, tracing('callCreateCall', target), 7n],
    ['calls in calls', tracer, tracing('nested', second, 4n), 0n],
    ['delegatecall', tracer, tracing('delegate', target, 99n), 3n],
    ['staticcall', tracer, tracing('look', target), 0n],
    ['logs and a caught failure', tracer, tracing('logsTakenBack', target), 0n],
    ['slots read, written, cleared', tracer, tracing('clear'), 0n],
    ['CREATE2', tracer, tracing('create2', salt), 0n],
    ['a constructor that reverts', tracer, tracing('createUnlucky'), 0n],
    ['revert with a text', target, cell('fail', 0n), 0n],
    ['revert with a custom error', target, cell('fail', 1n), 0n],
    ['panic', target, cell('fail', 2n), 0n],
    ['INVALID', target, cell('fail', 3n), 0n],
    ['computation', tracer, tracing('spend', 50n), 0n],
    ['creation', undefined, newCell(6n), 1n],
    ['creation that reverts', undefined, newCell(13n), 0n],
  ])('%s', async (_, to, input, value) => {
    const asked = { from: alice, ...(to && { to }), input, value }
    const { frame, prestate, logs } = traced(asked)
    const reference = await referenceTrace(prestate, asked)
    expect(comparable(frame)).toEqual(reference.call)
    expectSameSteps(logs, reference.steps)
  })
})

describe('programs', () => {
  interface Program {
    readonly name: string
    readonly code: string
    readonly calldata: string
  }
  const url = new URL('../vectors/evm-programs.json', import.meta.url)
  const programs: Program[] = JSON.parse(readFileSync(url, 'utf8'))
  /** What the reference cannot do: memory of gigabytes, blobs without a block. */
  const beyond = /huge memory|BLOB|calldata-memory-a 22$/
  /** A quarter of them, of every kind. */
  const some = programs.filter(({ name }, i) => i % 4 === 0 && !beyond.test(name))

  test.each(some.map((each) => [each.name, each] as const))('%s', async (_, { code, calldata }) => {
    chain.setCode(program, fromHex(code))
    const asked = { from: alice, to: program, input: `0x${calldata}` as EthHex, value: 0n }
    const { frame, prestate, logs } = traced(asked)
    const reference = await referenceTrace(prestate, asked)
    expect(comparable(frame)).toEqual(reference.call)
    expectSameSteps(logs, reference.steps)
  })
})

describe('gas', () => {
  const inOneFrame = (code: Uint8Array) => {
    chain.setCode(program, code)
    return traced({ from: alice, to: program, input: '0x', value: 0n }).logs
  }
  const costs = (logs: readonly StructLogJson[]) =>
    logs.reduce((sum, { gasCost }) => sum + gasCost, 0)

  test.each([
    ['arithmetic', '3 5 MUL 7 ADD 2 EXP 100 SWAP1 MOD POP'],
    ['memory', '1 1000 MSTORE 7 100000 MSTORE 32 0 KECCAK256 POP 64 0 RETURN'],
    ['loop', '200 loop: 1 SWAP1 SUB DUP1 @loop JUMPI STOP'],
    ['failure', '1 2 ADD ADD'],
  ])('is what the engine takes: %s', (_, text) => {
    const code = assemble(text)
    const logs = inOneFrame(code)
    const { gasUsed } = runEngine(code, EMPTY, PLENTY)
    expect(Math.abs(costs(logs) - gasUsed / 1_000)).toBeLessThanOrEqual(1)
  })

  test('goes down by the cost of each instruction, calls included', () => {
    const input = calling(Tracing!.abi, 'nested', second, 3n)
    const { logs } = traced({ from: alice, to: tracer, input, value: 0n })
    const last = new Map<number, StructLogJson>()
    for (const log of logs) {
      const before = last.get(log.depth)
      if (before !== undefined) expect(log.gas).toBe(before.gas - before.gasCost)
      last.set(log.depth, log)
      for (const depth of last.keys()) if (depth > log.depth) last.delete(depth)
    }
    const outer = logs.filter(({ depth }) => depth === 1)
    expect(costs(outer)).toBeGreaterThan(costs(logs.filter(({ depth }) => depth === 2)))
  })
})

test('an instruction that is too dear has an entry of its own', () => {
  chain.setCode(program, assemble('1 2 ADD 3 MUL 1000000 MLOAD POP @end JUMP end: 1 POP'))
  const run = (gasLimit: number) => {
    const from = toFilecoin(fromHex(alice))
    const request = { from, to: toFilecoin(fromHex(program)), input: EMPTY, value: 0n, gasLimit }
    const [trace] = traceCalls(chain.input, [request], chain.head, { steps })
    return { exitCode: trace!.exitCode, logs: JSON.parse(trace!.steps!) as StructLogJson[] }
  }
  const plenty = 1_000_000_000
  const { logs: all } = run(plenty)
  expect(all.length).toBe(14)
  for (const [i, { gas, gasCost }] of all.entries()) {
    if (gasCost === 0) continue
    // two less than it takes to get behind this instruction
    const { exitCode, logs } = run(plenty - gas + gasCost - 2)
    expect(exitCode).toBe(7)
    const names = (each: readonly StructLogJson[]) => each.map(({ op }) => op)
    expect(names(logs)).toEqual(names(all.slice(0, i + 1)))
    expect(logs.at(-1)).toMatchObject({ error: 'out of gas', gasCost: logs.at(-1)!.gas })
    const costs = (each: readonly StructLogJson[]) =>
      each.map(({ gasCost, error }) => ({ gasCost, error }))
    expect(costs(logs.slice(0, i))).toEqual(costs(all.slice(0, i)))
  }
})
