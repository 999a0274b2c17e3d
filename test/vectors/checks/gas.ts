/** Gas of transactions whose price is of the state around them rather than of what they do. */
import assert from 'node:assert/strict'
import { Address } from '../../../src/address/address.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { keccak256 } from '../../../src/base/hash.ts'
import { bytes } from '../../../src/ipld/codec.ts'
import { EAM_ACTOR } from '../../../src/protocol/builtin.ts'
import { ExitCode } from '../../../src/protocol/exit-code.ts'
import { eth, Lab, nearGas } from './lab.ts'
import type { Check } from './vector.ts'

const FIL = 10n ** 18n
/** EAM's. */
const CreateExternal = 4n

/** Transfers by their names in kind `tx-gas`, which does not give the code of its contracts. */
const transfers: Readonly<Record<string, Address>> = {
  'native FIL transfer -> EthAccount (InvokeEVM, no params)': eth('22'.repeat(20)),
  'native FIL transfer -> same placeholder again': eth('22'.repeat(20)),
  'native FIL transfer -> real EthAccount': eth('33'.repeat(20)),
}

function checkTransfers({ expected }: Parameters<Check>[0]): void {
  const lab = new Lab()
  lab.add(eth('33'.repeat(20)), 'ethaccount')
  for (const [name, to] of Object.entries(transfers)) {
    const gas = expected.find(({ tx }: { tx: string }) => tx === name)?.gas
    assert.ok(gas, `no gas of ${name}`)
    const applied = lab.send({ to, value: FIL })
    assert.equal(applied.receipt.exitCode, ExitCode.OK)
    nearGas(applied, gas, 0.01)
  }
}

/** The growth depends on where in the Init actor's map an address falls. */
const GROWTH_TOLERANCE = 0.2
const INITCODE = '6001600c60003960016000f300'

function deploymentGas(entries: number, seed: number): number {
  const lab = new Lab()
  lab.fill(Array.from({ length: entries }, (_, i) => randomAddress(`${seed} ${i}`)))
  for (let i = 0; i < seed; i++) lab.skip()
  const to = Address.id(EAM_ACTOR)
  const applied = lab.send({ to, method: CreateExternal, params: bytes.encode(fromHex(INITCODE)) })
  assert.equal(applied.receipt.exitCode, ExitCode.OK)
  return applied.receipt.gasUsed
}

function randomAddress(seed: string): Address {
  return eth(toHex(keccak256(new TextEncoder().encode(seed)).subarray(12)))
}

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length

/** Deployment gas by contract and number of the Init actor's addresses: how it grows. */
function checkInitMap({ expected }: Parameters<Check>[0]): void {
  const contracts: Record<string, number>[] = Object.values(expected)
  const ours = (entries: number) => mean([1, 2, 3].map((seed) => deploymentGas(entries, seed)))
  const empty = ours(0)
  for (const entries of Object.keys(contracts[0] ?? {}).filter((n) => n !== '0')) {
    const recorded = mean(contracts.map((gas) => gas[entries]! - gas['0']!))
    const ratio = (ours(Number(entries)) - empty) / recorded
    const text = `${entries} addresses make a deployment dearer by ${ratio} of the recorded`
    assert.ok(Math.abs(ratio - 1) < GROWTH_TOLERANCE, text)
  }
}

export const gasChecks: Readonly<Record<string, Check>> = {
  'tx-gas': checkTransfers,
  'deploy-gas-vs-init-map': checkInitMap,
}
