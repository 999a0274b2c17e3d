/** Method numbers: FRC-42 names hashed to numbers, and the few that everybody knows. */
import { utf8 } from '../base/bytes.ts'
import { blake2b512 } from '../base/hash.ts'

export type MethodNum = bigint

export const METHOD_SEND: MethodNum = 0n
export const METHOD_CONSTRUCTOR: MethodNum = 1n

/** Numbers below this are an actor's internal interface (FIP-0050). */
export const FIRST_EXPORTED_METHOD: MethodNum = 1n << 24n

/** The smallest number that reaches a contract through handle_filecoin_method. */
export const FIRST_CONTRACT_METHOD: MethodNum = 1024n

/** FRC-42: the first 32-bit word of blake2b-512("1|" name) that is not below 2^24. */
export function methodNumber(name: string): MethodNum {
  const digest = blake2b512(utf8(`1|${name}`))
  const words = new DataView(digest.buffer, digest.byteOffset, digest.length)
  for (let offset = 0; offset < digest.length; offset += 4) {
    const word = BigInt(words.getUint32(offset))
    if (word >= FIRST_EXPORTED_METHOD) return word
  }
  throw new Error(`no method number for ${name}`)
}

export const InvokeEVM = methodNumber('InvokeEVM')
export const EamMethod = { Constructor: 1n, Create: 2n, Create2: 3n, CreateExternal: 4n } as const
