import { programVersion } from '../node/version.ts'
import { secp256k1Backend } from '../protocol/crypto/secp256k1.ts'
import { Exit, type Terminal } from './terminal.ts'

export async function version(_argv: readonly string[], terminal: Terminal): Promise<number> {
  terminal.out(`fevm ${programVersion()}`)
  terminal.out(`node ${process.version}, secp256k1 by ${secp256k1Backend}`)
  return Exit.OK
}
