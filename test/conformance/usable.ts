/** Which sub-tests say something about the EVM actor; the others, each with the reason. */
import { excludedNames } from './excluded.ts'
import type { Facts, Official } from './reference.ts'
import { isReserved, type SubTest } from './state-test.ts'

interface Run {
  readonly test: SubTest
  readonly official: Official
  readonly facts: Facts | undefined
}

type Rule = (run: Run) => boolean

const used =
  (...opcodes: readonly string[]): Rule =>
  ({ facts }) =>
    opcodes.some((opcode) => facts?.opcodes.has(opcode) === true)

/** Precompiles of both machines: 0x01 to 0x09. */
const isCommonPrecompile = (address: string) => /^0{39}[1-9]$/.test(address)

/** Calls nest up to 1,024 frames of the FVM; a delegatecall takes two. */
const MAX_DEPTH = 340
/** So that the whole ends. */
const MAX_STEPS = 2_000_000

/** From reason to rule; the first that holds names the reason. */
export const rules: Readonly<Record<string, Rule>> = {
  'the transaction is refused: fees, nonces and blobs are not the actor’s': ({ test }) =>
    test.expected.kind === 'refused',
  'the reference does not come to the hash of the test': ({ official }) => !official.confirmed,
  'a call runs out of Ethereum’s gas': ({ official }) => official.ranOut,
  'there is storage without code': ({ test }) =>
    test.pre.some(({ code, storage }) => code.length === 0 && storage.size > 0),
  'there is code at an address that the FVM reserves, or it is called first': ({ test }) =>
    test.pre.some(({ address, code }) => isReserved(address) && code.length > 0) ||
    (test.transaction.to !== undefined && isReserved(test.transaction.to)),
  'CALLCODE is not defined there': used('CALLCODE'),
  'BLOBHASH and BLOBBASEFEE are not defined there': used('BLOBHASH', 'BLOBBASEFEE'),
  'SELFDESTRUCT destroys whenever it is called, not only in the transaction of the creation':
    used('SELFDESTRUCT'),
  'PREVRANDAO comes from drand': used('PREVRANDAO', 'DIFFICULTY'),
  'GAS is looked at': ({ facts }) => facts?.gasRead === true,
  'an address is used that is reserved, or a precompile of one machine only': ({ facts }) =>
    [...(facts?.touched ?? [])].some(
      (address) => isReserved(address) && !isCommonPrecompile(address),
    ),
  'calls nest deeper than the FVM allows': ({ facts }) => (facts?.depth ?? 0) > MAX_DEPTH,
  'it takes more than two million steps': ({ facts }) => (facts?.steps ?? 0) > MAX_STEPS,
}

/** Why a test is not even begun; undefined when it is. */
export function reasonAgainstName(name: string): string | undefined {
  return excludedNames.find((exclusion) => exclusion.name.test(name))?.reason
}

/** Why a sub-test is not comparable; undefined when it is. */
export function reasonAgainst(run: Run): string | undefined {
  return Object.entries(rules).find(([, holds]) => holds(run))?.[0]
}

/** Addresses whose balances mean nothing. */
export function ignoredAddresses({ env }: SubTest): ReadonlySet<string> {
  const low = Array.from({ length: 10 }, (_, i) => i.toString(16).padStart(40, '0'))
  return new Set([env.coinbase, ...low])
}
