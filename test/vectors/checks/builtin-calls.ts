/** Calls of built-in actors, recorded one after the other on two chains that began empty. */
import assert from 'node:assert/strict'
import { Address } from '../../../src/address/address.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { Lab, nearGas } from './lab.ts'
import type { Check, Vector } from './vector.ts'

/** The first call on the second chain, where an account with a BLS key sends. */
const SECOND_CHAIN = 'init.Exec multisig 1-of-1'
const BLS_SENDER = Address.fromBytes(fromHex(`03${'a5'.repeat(48)}`))

/** Recorded calls that cannot be made here, by the beginning of their names. */
const notHere: readonly { name: string; reason: string; actorsMade?: number }[] = [
  { name: 'power.CreateMiner', reason: 'storage miners are not native', actorsMade: 1 },
  { name: 'miner.', reason: 'storage miners are not native' },
  { name: 'market.PublishStorageDeals', reason: 'deals need storage miners' },
]

/** Before this call there was one that is not in the list. */
const AFTER_A_GAP = 'eam.CreateExternal by native account (STOP contract)'

let lab = new Lab({ epoch: 0 })

function check({ input, expected }: Vector): void {
  if (input.name === SECOND_CHAIN) lab = new Lab({ epoch: 0, sender: BLS_SENDER })
  if (input.name === AFTER_A_GAP) lab.skip()
  const missing = notHere.find(({ name }) => input.name.startsWith(name))
  if (missing !== undefined) {
    lab.skip(missing.actorsMade)
    return
  }
  const applied = lab.send({
    to: Address.fromBytes(fromHex(input.to)),
    method: BigInt(input.method),
    params: fromHex(input.params),
    value: BigInt(input.value),
  })
  const { exitCode, returnData } = applied.receipt
  const outcome = { exit: exitCode, return: toHex(returnData) }
  assert.deepEqual(outcome, { exit: expected.exit, return: expected.return })
  nearGas(applied, expected.gasUsed)
}

export const builtinCallChecks: Readonly<Record<string, Check>> = { 'builtin-call': check }
