/** Actors that users bring: modules that lie in the state's blockstore under their code CIDs. */

import { Lru } from '../base/lru.ts'
import type { Actor, ActorRegistry } from '../fvm/machine.ts'
import type { Blockstore } from '../ipld/blockstore.ts'
import { CID, Codec } from '../ipld/cid.ts'
import { prepare } from './compile.ts'
import type { Engine } from './engine.ts'

/** Bytes of modules whose compiled form is kept. */
const MAX_COMPILED = 64 * 2 ** 20

/** @returns what makes an actor of a code CID whose bytes the store has */
export function customActors(
  store: Pick<Blockstore, 'get'>,
  engine: Engine,
): (code: CID) => Actor | undefined {
  const custom = new Lru<string, Actor>(MAX_COMPILED)
  return (code) => {
    const known = custom.get(code.key)
    if (known !== undefined || code.codec !== Codec.RAW) return known
    const bytes = store.get(code)
    if (bytes === undefined) return undefined
    const actor = engine.custom(code, bytes)
    custom.set(code.key, actor, bytes.length)
    return actor
  }
}

/** A registry that also knows the code in a store, for what the first one does not. */
export function withCustomActors(
  builtin: ActorRegistry,
  store: Pick<Blockstore, 'get'>,
  engine: Engine,
): ActorRegistry {
  const load = customActors(store, engine)
  return {
    manifest: builtin.manifest,
    codeFor: (name) => builtin.codeFor(name),
    byCode: (code) => builtin.byCode(code) ?? load(code),
  }
}

/**
 * What an installation checks: the FVM runs no module that could not be instrumented.
 * @returns the code CID under which the bytes must be stored
 * @throws InvalidModuleError
 */
export function checkModule(bytes: Uint8Array): CID {
  prepare(bytes)
  return CID.of(Codec.RAW, bytes)
}
