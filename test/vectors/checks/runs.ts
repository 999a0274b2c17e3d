/** Runs of single messages, recorded on the genuine actors: `lab.ts` says in which state. */
import assert from 'node:assert/strict'
import { Address } from '../../../src/address/address.ts'
import { fromHex, padLeft, toHex } from '../../../src/base/bytes.ts'
import type { Applied } from '../../../src/fvm/executor.ts'
import { CborReader } from '../../../src/ipld/cbor.ts'
import { bytes } from '../../../src/ipld/codec.ts'
import { payTheDifference } from '../../../src/node/replay/replay.ts'
import { type BuiltinName, EAM_ACTOR, STORAGE_MARKET_ACTOR } from '../../../src/protocol/builtin.ts'
import { gasOutputs } from '../../../src/protocol/gas-outputs.ts'
import { messageCodec } from '../../../src/protocol/message.ts'
import { callData, eth, Lab, nearGas } from './lab.ts'
import type { Check } from './vector.ts'

/** The contract that a run is about. */
const CONTRACT = 'c1'.repeat(20)
const OTHER_CONTRACT = 'c2'.repeat(20)
const CreateExternal = 4n

const eam = Address.id(EAM_ACTOR)

function outcome({ receipt }: Applied) {
  return { exit: receipt.exitCode, return: toHex(receipt.returnData) }
}

/** Runs whose last word of output is the gas that was left. */
const returnsGas: ReadonlySet<string> = new Set(['op GAS', 'CALL gas 2300 value 0 (stipend rule)'])

function checkRun({ input, expected }: Parameters<Check>[0]): void {
  const lab = new Lab()
  const id = lab.addContract(CONTRACT, input.runtime)
  for (const { address, runtime, balance } of input.otherContracts ?? []) {
    lab.addContract(address, runtime, BigInt(balance))
  }
  lab.setBalance(STORAGE_MARKET_ACTOR, 123n)
  if (input.note?.includes('is a placeholder'))
    lab.add(eth('77'.repeat(20)), 'placeholder', undefined, 5n)

  const applied = lab.send({
    to: eth(CONTRACT),
    value: BigInt(input.value),
    params: input.rawParams === undefined ? callData(input.calldata) : fromHex(input.rawParams),
    ...(input.method !== undefined && { method: BigInt(input.method) }),
    ...(input.gasLimit !== undefined && { gasLimit: input.gasLimit }),
  })

  if (returnsGas.has(input.name)) {
    assert.equal(applied.receipt.exitCode, expected.exit)
    const [ours, recorded] = [returnData(applied), expected.returnData as string]
    assert.equal(ours.slice(0, -64), recorded.slice(0, -64))
    const ratio = Number(`0x${ours.slice(-64)}`) / Number(`0x${recorded.slice(-64)}`)
    assert.ok(Math.abs(ratio - 1) < 0.001, `the gas that is left is ${ratio} times the recorded`)
  } else {
    assert.deepEqual(outcome(applied), { exit: expected.exit, return: expected.return })
    if (expected.returnData !== undefined) assert.equal(returnData(applied), expected.returnData)
  }
  nearGas(applied, expected.gasUsed)
  const state = lab.contractState(id)
  assert.equal(String(state.contractState), expected.contractState)
  assert.equal(Number(state.nonce), expected.evmNonce)
  const tombstone = state.tombstone && [state.tombstone.origin, Number(state.tombstone.nonce)]
  assert.deepEqual(tombstone, expected.tombstone ?? null)
  assert.deepEqual(applied.events.map(plainEvent), expected.events ?? [])
  assert.equal(String(applied.receipt.eventsRoot), String(expected.eventsRoot ?? null))
}

function returnData({ receipt }: Applied): string {
  const reader = new CborReader(receipt.returnData)
  return toHex(reader.bytes())
}

function plainEvent({ emitter, entries }: Applied['events'][number]) {
  return { emitter, entries: entries.map((entry) => ({ ...entry, value: toHex(entry.value) })) }
}

/** A contract that was deployed, and messages to it, an epoch each. */
function checkSequence({ input, expected }: Parameters<Check>[0]): void {
  const lab = new Lab()
  for (const step of expected.steps) {
    const applied =
      step.step === 'deploy'
        ? lab.send({
            to: eam,
            method: CreateExternal,
            params: bytes.encode(fromHex(input.initcode)),
          })
        : lab.send({
            to: Address.fromBytes(fromHex(step.to)),
            method: BigInt(step.method),
            value: BigInt(step.value),
            params: callData(step.calldata),
          })
    assert.deepEqual(outcome(applied), { exit: step.exit, return: step.return }, step.step)
    nearGas(applied, step.gasUsed)
    lab.epoch++
  }
}

/**
 * Contracts that call the address in the first word of their calldata with the rest of it, and
 * return the success word and the return data (kind `precompile-harness`).
 */
const harnesses: Readonly<Record<string, string>> = {
  CALL: '6020360360205f375f5f602036035f345f355af15f523d5f60203e3d6020015ff3',
  STATICCALL: '6020360360205f375f5f602036035f5f355afa5f523d5f60203e3d6020015ff3',
  DELEGATECALL: '6020360360205f375f5f602036035f5f355af45f523d5f60203e3d6020015ff3',
}

/** By what the notes say of the contract at {@link OTHER_CONTRACT}. */
const otherContracts: readonly (readonly [note: string, runtime: string])[] = [
  ['returns 32-byte 0x2a', '602a5f5260205ff3'],
  ['reverts with 1 byte aa', '60aa5f5360015ffd'],
]

function checkPrecompile({ input, expected }: Parameters<Check>[0]): void {
  const lab = new Lab()
  lab.addContract(CONTRACT, harnesses[input.op]!, 10n ** 20n)
  const other = otherContracts.find(([note]) => input.note?.includes(note))
  if (other !== undefined) lab.addContract(OTHER_CONTRACT, other[1])
  const target = toHex(padLeft(fromHex(input.address.slice(2)), 32))
  const applied = lab.send({
    to: eth(CONTRACT),
    value: BigInt(input.value),
    params: callData(target + input.data),
  })
  const success = String(expected.success).padStart(64, '0')
  assert.equal(returnData(applied), success + expected.output)
  nearGas(applied, expected.gasUsed)
}

function checkConstructor({ input, expected }: Parameters<Check>[0]): void {
  const lab = new Lab({ epoch: input.epoch })
  lab.replace(input.id, input.actor as BuiltinName)
  const applied = lab.apply(
    {
      version: 0n,
      to: Address.id(input.id),
      from: Address.parse(input.caller),
      nonce: 0n,
      value: 0n,
      gasLimit: 1_000_000_000,
      gasFeeCap: 0n,
      gasPremium: 0n,
      method: BigInt(input.method),
      params: fromHex(input.params),
    },
    'implicit',
    0,
  )
  assert.equal(applied.receipt.exitCode, expected.exit)
  assert.equal(toHex(lab.head(input.id)), expected.stateHex)
  assert.equal(String(lab.tree.actor(input.id)?.head), expected.headCid)
}

/** Messages one after the other, with state roots; gas and what it costs are taken as recorded. */
function checkChain({ input, expected }: Parameters<Check>[0]): void {
  const lab = new Lab()
  assert.equal(String(lab.tree.flush()), input.genesis.stateRoot)
  for (const step of expected.steps) {
    lab.epoch = step.epoch
    const message = messageCodec.decode(fromHex(step.messageHex))
    const applied = lab.apply(message, 'explicit', step.assumedRawLength)
    const { exit, return: returned, gasUsed, eventsRoot } = step.receipt
    assert.deepEqual(outcome(applied), { exit, return: returned }, step.name)
    assert.equal(String(applied.receipt.eventsRoot), String(eventsRoot))
    nearGas(applied, gasUsed)
    const fees = gasOutputs({ ...message, baseFee: 100n, gasUsed })
    for (const name of ['baseFeeBurn', 'minerTip', 'refund'] as const) {
      assert.equal(String(fees[name]), step[name])
    }
    assert.equal(String(fees.overEstimationBurn), step.overestimationBurn)
    payTheDifference(lab.tree, message, applied.fees, fees)
    assert.equal(String(lab.tree.flush()), step.stateRootAfter, step.name)
  }
}

function evenHex(number: string): string {
  const digits = number.slice(2)
  return digits.length % 2 === 0 ? digits : `0${digits}`
}

function checkClz({ input, expected }: Parameters<Check>[0]): void {
  const lab = new Lab()
  const word = toHex(padLeft(fromHex(evenHex(input.value)), 32))
  lab.addContract(CONTRACT, `7f${word}1e5f5260205ff3`)
  const applied = lab.send({ to: eth(CONTRACT) })
  assert.equal(BigInt(`0x${returnData(applied)}`), BigInt(expected.result))
}

export const runChecks: Readonly<Record<string, Check>> = {
  'evm-run': checkRun,
  'evm-sequence': checkSequence,
  precompile: checkPrecompile,
  'precompile-harness': ({ input }) => assert.deepEqual(input.runtimes, harnesses),
  'builtin-constructor': checkConstructor,
  'golden-chain': checkChain,
  'opcode-clz': checkClz,
}
