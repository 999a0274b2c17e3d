/** One sub-test through the reference and the actor. */
import { environmentOf, runActor } from './actor-run.ts'
import { differences } from './outcome.ts'
import { runLogically, runOfficially } from './reference.ts'
import type { SubTest } from './state-test.ts'
import { ignoredAddresses, reasonAgainst, reasonAgainstName } from './usable.ts'

export interface Comparison {
  readonly name: string
  /** Why it says nothing; undefined when it was compared. */
  readonly excluded: string | undefined
  readonly differences: readonly string[]
}

export async function compareSubTest(test: SubTest): Promise<Comparison> {
  const { name } = test
  const unwanted = reasonAgainstName(name)
  if (unwanted !== undefined) return { name, excluded: unwanted, differences: [] }
  const official = await runOfficially(test)
  const early = reasonAgainst({ test, official, facts: undefined })
  if (early !== undefined) return { name, excluded: early, differences: [] }
  const { outcome, facts } = await runLogically(test, environmentOf(test))
  const excluded = reasonAgainst({ test, official, facts })
  if (excluded !== undefined) return { name, excluded, differences: [] }
  const ours = runActor(test)
  return { name, excluded, differences: differences(ours, outcome, ignoredAddresses(test)) }
}
