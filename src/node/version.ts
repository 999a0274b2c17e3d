import { readFileSync } from 'node:fs'

/** package.json lies two levels up both from src/node and from dist/node. */
export function programVersion(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** What `web3_clientVersion` answers. */
export function clientVersion(): string {
  return `fevm-gateway/v${programVersion()}/${process.platform}-${process.arch}/node${process.version}`
}
