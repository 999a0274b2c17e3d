import { readFileSync } from 'node:fs'
import { Exit, type Terminal } from './terminal.ts'

/** package.json lies two levels up both from src/cli and from dist/cli. */
export function programVersion(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

export async function version(_argv: readonly string[], terminal: Terminal): Promise<number> {
  const { secp256k1Backend } = await import('../protocol/crypto/secp256k1.ts')
  terminal.out(`fevm ${programVersion()}`)
  terminal.out(`node ${process.version}, secp256k1 by ${secp256k1Backend}`)
  return Exit.OK
}
