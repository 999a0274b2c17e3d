/**
 * Actors of users' own on a chain of one's own. The networks make actors of built-in code only; here
 * also of code that has been installed, and by the same Init actor, whose Exec learns to take it.
 */
import { permissiveInit } from '../actors/init/actor.ts'
import type { Actor, ActorRegistry } from '../fvm/machine.ts'
import { CborError } from '../ipld/cbor.ts'
import type { CID } from '../ipld/cid.ts'
import { Exec, execParams } from '../protocol/init.ts'
import type { Epoch } from '../protocol/tipset.ts'

/** What is installed. */
export interface InstalledCode {
  /** Epoch of the head at the time: in later ones actors may be made of it. */
  installedAt(code: CID): Epoch | undefined
}

/** The WebAssembly engine is needed, and not there yet: load it and begin again. */
export class EngineMissingError extends Error {
  override name = 'EngineMissingError'
}

/**
 * A registry that also runs users' actors.
 * @param load of code that the first registry does not have
 * @throws EngineMissingError from `byCode` while `load` answers undefined for installed code
 */
export function withUserActors(
  builtin: ActorRegistry,
  installed: InstalledCode,
  load: (code: CID) => Actor | undefined,
): ActorRegistry {
  const init = builtin.codeFor('init')
  const execInit = withInstalledCode(builtin.byCode(init)!, installed)
  return {
    manifest: builtin.manifest,
    codeFor: (name) => builtin.codeFor(name),
    byCode(code) {
      if (code.equals(init)) return execInit
      const actor = builtin.byCode(code) ?? load(code)
      if (actor === undefined && installed.installedAt(code) !== undefined) {
        throw new EngineMissingError(`no engine for the actor ${code}`)
      }
      return actor
    },
  }
}

/** The Init actor as it is, but for Exec of installed code, which is ours. */
function withInstalledCode(init: Actor, installed: InstalledCode): Actor {
  const permissive = permissiveInit((runtime, code) => {
    const epoch = installed.installedAt(code)
    return epoch !== undefined && epoch < runtime.network.epoch
  })
  return {
    name: init.name,
    // asking compiles a module
    get footprint() {
      return init.footprint
    },
    invoke(kernel, paramsId) {
      const { method, params } = kernel.peek(paramsId)
      const code = method === Exec && params !== undefined ? execCode(params.data) : undefined
      const isInstalled = code !== undefined && installed.installedAt(code) !== undefined
      return (isInstalled ? permissive : init).invoke(kernel, paramsId)
    },
  }
}

function execCode(params: Uint8Array): CID | undefined {
  try {
    return execParams.decode(params).code
  } catch (error) {
    if (error instanceof CborError) return undefined
    throw error
  }
}
