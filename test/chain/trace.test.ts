/** Messages that are run again: the same ends, whatever is asked for on the way. */
import { type Abi, encodeDeployData, encodeFunctionData } from 'viem'
import { describe, expect, test } from 'vitest'
import { toFilecoin } from '../../src/address/eth-address.ts'
import { to0x } from '../../src/base/bytes.ts'
import {
  ReplayError,
  StateUnavailableError,
  type TraceOptions,
  TraceTooLargeError,
  TraceUnavailableError,
} from '../../src/chain/chain.ts'
import type { SimulationInput } from '../../src/chain/simulate.ts'
import { traceCalls, traceMined } from '../../src/chain/trace.ts'
import type { ActorCall } from '../../src/eth/trace/actor-call.ts'
import { evmCall } from '../../src/eth/trace/evm-call.ts'
import { parityTraces } from '../../src/eth/trace/parity.ts'
import { prestateDiff } from '../../src/eth/trace/prestate-tracer.ts'
import { OverlayBlockstore } from '../../src/ipld/blockstore.ts'
import type { CID } from '../../src/ipld/cid.ts'
import { contracts } from '../contracts/compile.ts'
import { type EthHex, FIL, MemoryChain, type Mined } from './memory-chain.ts'

const { Tracing, Cell } = contracts('Tracing.sol')
const alice: EthHex = `0x${'a1'.repeat(20)}`
const bob: EthHex = `0x${'b0'.repeat(20)}`
const nobody: EthHex = `0x${'0e'.repeat(20)}`

function calling(abi: Abi, functionName: string, ...args: unknown[]): EthHex {
  return encodeFunctionData({ abi, functionName, args })
}
const tracing = (name: string, ...args: unknown[]) => calling(Tracing!.abi, name, ...args)
const cell = (name: string, ...args: unknown[]) => calling(Cell!.abi, name, ...args)
const newCell = (value: bigint) =>
  encodeDeployData({ abi: Cell!.abi, bytecode: Cell!.bytecode, args: [value] })

const chain = new MemoryChain([alice, bob])
const deployed = chain.mine(
  { from: alice, data: Tracing!.bytecode },
  { from: alice, data: newCell(5n) },
)
const [tracer, target] = deployed.transactions.map(({ receipt }) => to0x(receipt.contractAddress!))

// the pool asks for what the gas would cost
chain.setBalance(target!, FIL)
const parentState = chain.head.stateRoot

/** Successes, failures of all kinds, and messages that stand on each other. */
const busy = chain.mine(
  { from: alice, to: tracer!, data: tracing('callCreateCall', target) },
  { from: bob, to: target!, data: cell('set', 77n) },
  { from: alice, to: tracer!, data: tracing('look', target) },
  { from: alice, to: target!, data: cell('fail', 0n) },
  { from: alice, to: target!, data: cell('fail', 9n), gas: 20_000_000 },
  { from: bob, to: nobody, value: FIL },
  { from: bob, data: newCell(13n) },
  { from: alice, to: tracer!, data: tracing('logsTakenBack', target) },
  // no account could send this: it is impersonated
  { from: target!, to: tracer!, data: tracing('clear') },
)

const steps = {
  disableStack: false,
  disableStorage: false,
  enableMemory: false,
  enableReturnData: false,
  limit: 100,
  maxBytes: 50_000_000,
}

function trace({ block, transactions }: Mined, index: number | undefined, options: TraceOptions) {
  return traceMined(chain.input, block, transactions, index, options)
}

describe('mined messages', () => {
  test('end as recorded', () => {
    const traces = trace(busy, undefined, {})
    expect(traces.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 33, 7, 0, 33, 0, 0])
    for (const [i, { receipt }] of busy.transactions.entries()) {
      const { exitCode, gasUsed, returnData } = traces[i]!
      expect({ exitCode, gasUsed, returnData }).toEqual({
        exitCode: receipt.exitCode,
        gasUsed: receipt.gasUsed,
        returnData: receipt.returnData,
      })
      expect(traces[i]!.call!.gasUsed).toBe(receipt.gasUsed)
    }
  })

  test.each([
    ['charges', { detail: true }],
    ['accounts', { accounts: true }],
    ['instructions', { steps }],
    ['everything', { detail: true, accounts: true, steps }],
  ] as const)('whatever is watched: %s', (_, options) => {
    const all = trace(busy, undefined, options)
    for (const [i, one] of all.entries()) expect(trace(busy, i, options)).toEqual([one])
    const plain = trace(busy, undefined, {})
    expect(all.map(withoutExtras)).toEqual(plain.map(withoutExtras))
  })

  test('run on the state that was there, not on what was edited since', () => {
    const own = new MemoryChain([alice])
    const first = own.mine({ from: alice, to: bob, value: 1n })
    own.setBalance(bob, 5n * FIL)
    const second = own.mine({ from: bob, to: alice, value: 2n * FIL })
    own.setBalance(bob, 0n)
    const again = ({ block, transactions }: Mined) =>
      traceMined(own.input, block, transactions, undefined, { accounts: true })
    expect(again(first)[0]!.exitCode).toBe(0)
    const [{ accounts }] = again(second) as [ReturnType<typeof again>[0]]
    const ofBob = accounts!.find(({ address }) => to0x(address) === bob)!
    expect(ofBob.before!.balance).toBe(5n * FIL)
    expect(ofBob.after!.balance).toBeLessThan(3n * FIL)
  })

  test('that end otherwise are an error', () => {
    const [first, ...rest] = busy.transactions
    const receipt = { ...first!.receipt, gasUsed: first!.receipt.gasUsed + 1 }
    const transactions = [{ ...first!, receipt }, ...rest]
    for (const index of [0, 3, undefined]) {
      const again = () => traceMined(chain.input, busy.block, transactions, index, {})
      expect(again).toThrow(ReplayError)
      expect(again).toThrow(/^replay does not reproduce the receipt of 0x/)
    }
  })

  test('whose state is gone are an error', () => {
    const { block, transactions } = busy
    const without = (gone: string) => {
      const has = (cid: CID) => cid.key !== gone && chain.store.has(cid)
      const get = (cid: CID) => (has(cid) ? chain.store.get(cid) : undefined)
      return { ...chain.input, store: new OverlayBlockstore({ get, has }) }
    }
    for (const key of [block.tipsetKey[0]!.key, parentState.key]) {
      expect(() => traceMined(without(key), block, transactions, 0, {})).toThrow(
        StateUnavailableError,
      )
    }
  })
})

function withoutExtras(trace: ReturnType<typeof traceMined>[0]) {
  const plain = (call: ActorCall): ActorCall => ({
    ...call,
    detail: undefined,
    calls: call.calls.map(plain),
  })
  return { ...trace, call: trace.call && plain(trace.call), accounts: undefined, steps: undefined }
}

test('charges by name add up to the gas of the message', () => {
  const sum = ({ detail, calls }: ActorCall): number =>
    detail!.charges.reduce((total, { milligas }) => total + milligas, 0) +
    calls.reduce((total, call) => total + sum(call), 0)
  const traces = trace(busy, undefined, { detail: true })
  for (const { call, gasUsed, exitCode } of traces) {
    // the charge that ran out of gas was not paid in full
    if (exitCode === 7) continue
    expect(Math.ceil(sum(call!) / 1_000)).toBe(gasUsed)
  }
})

test('logs count the tipset’s events, and those that were taken back are not there', () => {
  const { logs, calls } = evmCall(trace(busy, 7, {})[0]!.call!, Buffer.alloc(20))!
  const recorded = busy.transactions[7]!.receipt.logs
  const traced = [...logs, ...calls.flatMap((call) => call.logs)]
  expect(traced.map(({ logIndex }) => logIndex).sort()).toEqual(
    recorded.map(({ logIndex }) => logIndex),
  )
  expect(logs.map(({ callsBefore }) => callsBefore)).toEqual([0, 1, 2])
})

describe('accounts', () => {
  const touched = (index: number) => {
    const [{ accounts }] = trace(busy, index, { accounts: true }) as [ReturnType<typeof trace>[0]]
    return new Map(accounts!.map((account) => [to0x(account.address), account]))
  }

  test('keep the sum of all balances', () => {
    for (const index of busy.transactions.keys()) {
      const sum = (when: 'before' | 'after') =>
        [...touched(index).values()].reduce((all, each) => all + (each[when]?.balance ?? 0n), 0n)
      expect(sum('after')).toBe(sum('before'))
    }
  })

  test('say what was read and written', () => {
    const accounts = touched(0)
    const words = ({ slot, before, after }: Record<'slot' | 'before' | 'after', Uint8Array>) =>
      [slot, before, after].map((word) => Number(BigInt(to0x(word)) & 0xffn))
    expect(accounts.get(target!)!.slots.map(words)).toEqual([[0, 5, 1]])
    const child = [...accounts.values()].find(
      ({ before, after }) => before === undefined && after!.code.length > 0,
    )!
    expect(child.slots.map(words)).toEqual([[0, 0, 3]])
    expect(accounts.get(tracer!)).toMatchObject({ before: { nonce: 1n }, after: { nonce: 2n } })
    expect(accounts.get(alice)!.after!.nonce).toBe(accounts.get(alice)!.before!.nonce + 1n)
  })

  test('are as before where a message failed, but for the fees', () => {
    const accounts = touched(3)
    const { before, after } = accounts.get(target!)!
    expect(after).toEqual(before)
    expect(accounts.get(alice)!.after!.balance).toBeLessThan(accounts.get(alice)!.before!.balance)
  })
})

describe('actors that do not tell what contracts do, as genuine ones', () => {
  const { actors } = chain.input
  const silent: SimulationInput = {
    ...chain.input,
    actors: {
      ...actors,
      byCode(code) {
        const actor = actors.byCode(code)
        return actor && { name: actor.name, invoke: actor.invoke.bind(actor) }
      },
    },
  }
  const run = (input: SimulationInput, options: TraceOptions) =>
    traceMined(input, busy.block, busy.transactions, undefined, options)

  test('are compared before and after', () => {
    const told = run(chain.input, { accounts: true })
    for (const [i, { accounts }] of run(silent, { accounts: true }).entries()) {
      const config = { diffMode: true, disableCode: false, disableStorage: false }
      expect(prestateDiff(accounts!, config)).toEqual(prestateDiff(told[i]!.accounts!, config))
    }
  })

  test('show no instructions rather than none', () => {
    expect(() => run(silent, { steps })).toThrow(TraceUnavailableError)
  })
})

describe('instructions', () => {
  const logged = (text: string | undefined) => JSON.parse(text!) as { op: string; depth: number }[]

  test('as many as wanted', () => {
    expect(logged(trace(busy, 0, { steps })[0]!.steps)).toHaveLength(100)
    const all = logged(trace(busy, 0, { steps: { ...steps, limit: 0 } })[0]!.steps)
    expect(all.length).toBeGreaterThan(300)
    expect(new Set(all.map(({ depth }) => depth))).toEqual(new Set([1, 2]))
  })

  test('but not more text than is allowed, of all messages together', () => {
    const text = trace(busy, 0, { steps })[0]!.steps!
    const tight = { steps: { ...steps, maxBytes: text.length } }
    expect(trace(busy, 0, tight)[0]!.steps).toBe(text)
    expect(() => trace(busy, undefined, tight)).toThrow(TraceTooLargeError)
  })
})

describe('calls', () => {
  const request = (from: EthHex, to: EthHex | undefined, input: EthHex, value = 0n) => ({
    from: toFilecoin(Buffer.from(from.slice(2), 'hex')),
    to: to && toFilecoin(Buffer.from(to.slice(2), 'hex')),
    input: new Uint8Array(Buffer.from(input.slice(2), 'hex')),
    value,
  })
  const run = (requests: ReturnType<typeof request>[], options: TraceOptions = {}) =>
    traceCalls(chain.input, requests, chain.head, options)

  test('stand on each other, and leave nothing behind', () => {
    const value = request(alice, target, cell('value'))
    const traces = run([value, request(alice, target, cell('set', 6n)), value])
    expect(traces.map(({ returnData }) => returnData.at(-1))).toEqual([77, 0x40, 6])
    expect(run([value])[0]!.returnData.at(-1)).toBe(77)
  })

  test('may come from nobody, and fail', () => {
    const [failed] = run([request(nobody, target, cell('fail', 0n))])
    expect(failed!.exitCode).toBe(33)
    const [created] = run([request(`0x${'77'.repeat(20)}`, undefined, newCell(1n))])
    const traces = parityTraces(evmCall(created!.call!, new Uint8Array(20)))
    expect(traces).toMatchObject([{ type: 'create', subtraces: 0 }])
  })

  test('cost no fees', () => {
    const [{ accounts }] = run([request(alice, target, cell('set', 6n))], {
      accounts: true,
    }) as [ReturnType<typeof run>[0]]
    const ofAlice = accounts!.find(({ address }) => to0x(address) === alice)!
    expect(ofAlice.after).toEqual(ofAlice.before)
  })
})
