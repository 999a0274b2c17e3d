/**
 * Name to method. Modules are taken whole (`import * as state`), so a method is registered by
 * being exported.
 */
import { nearest } from '../base/nearest.ts'
import type { Method } from './method.ts'

export type MethodModule<Context> = Readonly<Record<string, Method<Context>>>

/** Modules whose export names are method names, behind a prefix where names contain a dot. */
export interface MethodSet<Context> {
  readonly prefix?: string
  readonly modules: readonly MethodModule<Context>[]
}

// biome-ignore lint/suspicious/noExplicitAny: documentation and callers do not depend on the slice
export type Registry<Context = any> = ReadonlyMap<string, Entry<Context>>

export interface Entry<Context> {
  readonly name: string
  readonly method: Method<Context>
  /** Other names of the same method. */
  readonly aliases: readonly string[]
}

/** @throws Error when two methods have one name. */
export function registryOf<Context>(sets: readonly MethodSet<Context>[]): Registry<Context> {
  const entries = new Map<string, Entry<Context>>()
  const add = (name: string, entry: Entry<Context>) => {
    if (entries.has(name)) throw new Error(`two methods are named ${name}`)
    entries.set(name, entry)
  }
  for (const { prefix = '', modules } of sets) {
    for (const module of modules) {
      for (const [exported, method] of Object.entries(module)) {
        const name = prefix + exported
        const lotus = method.lotus ? lotusName(name) : undefined
        const aliases = [...(lotus === undefined ? [] : [lotus]), ...method.aliases]
        const entry = { name, method, aliases }
        for (const each of [name, ...aliases]) add(each, entry)
      }
    }
  }
  return entries
}

/** Lotus's own spelling: eth_call is Filecoin.EthCall. undefined for namespaces it does not have. */
function lotusName(name: string): string | undefined {
  const split = /^(eth|net|web3|trace)_(.+)$/.exec(name)
  if (split === null) return undefined
  const [, namespace, rest] = split as unknown as [string, string, string]
  // trace_block is Filecoin.EthTraceBlock
  const words = namespace === 'trace' ? ['eth', namespace, rest] : [namespace, rest]
  return `Filecoin.${words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')}`
}

/** Longer names are nobody's typing error, and the search costs their length. */
const LONGEST_NAME = 64

/** The registered name that a mistyped one most likely means. */
export function nearestName(registry: Registry, name: string): string | undefined {
  return name.length > LONGEST_NAME ? undefined : nearest(name, [...registry.keys()])
}
