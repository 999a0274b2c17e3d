/** One sub-test through the reference and the actor. */
import { environmentOf, runActor } from './actor-run.ts'
import { differences } from './outcome.ts'
import { type Official, runLogically, runOfficially } from './reference.ts'
import type { SubTest } from './state-test.ts'
import { ignoredAddresses, reasonAgainst, reasonAgainstName } from './usable.ts'

export interface Comparison {
  readonly name: string
  /** Why it says nothing; undefined when it was compared. */
  readonly excluded: string | undefined
  readonly differences: readonly string[]
  /** Whether the reference's transaction succeeded. */
  readonly succeeded?: boolean
}

export async function compareSubTest(test: SubTest): Promise<Comparison> {
  const { name } = test
  const unwanted = reasonAgainstName(name)
  if (unwanted !== undefined) return { name, excluded: unwanted, differences: [] }
  const official = await officially(test)
  if (official === undefined) return { name, excluded: NO_KZG, differences: [] }
  const early = reasonAgainst({ test, official, facts: undefined, outcome: undefined })
  if (early !== undefined) return { name, excluded: early, differences: [] }
  const { outcome, facts } = await runLogically(test, environmentOf(test))
  const excluded = reasonAgainst({ test, official, facts, outcome })
  if (excluded !== undefined) return { name, excluded, differences: [] }
  const ours = runActor(test)
  const different = differences(ours, outcome, ignoredAddresses(test))
  return { name, excluded, differences: different, succeeded: outcome.success }
}

const NO_KZG = '0x0a is called, which the FVM does not have'

async function officially(test: SubTest): Promise<Official | undefined> {
  try {
    return await runOfficially(test)
  } catch (error) {
    if (error instanceof Error && error.message === 'kzg not initialized') return undefined
    throw error
  }
}
