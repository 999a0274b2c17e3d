/** Faults of starting that are nobody's bug, in words that say what to do. */
import { StoreError } from '../ipld/level.ts'
import { StoreUrlError } from '../shared/store-url-error.ts'
import { DivergedError } from './cluster/follower.ts'
import { NoChainError } from './cluster/mend.ts'
import type { DevConfig } from './config.ts'
import { MnemonicError } from './mnemonic.ts'
import { ConfigError } from './read-config.ts'
import { StateFileError } from './state-file.ts'

/** Of `fevm dev` and of `fevm node`. */
type Address = Pick<DevConfig, 'port' | 'host'>
type Explain = (config: Address, error: NodeJS.ErrnoException) => string

const explanations: Readonly<Record<string, Explain>> = {
  EADDRINUSE: ({ port, host }) =>
    `port ${port} of ${host} is taken, perhaps by a node that still runs. Stop that, or take another port: --port ${port + 1} (--port 0: any free one)`,
  EACCES: ({ port, host }, { syscall, path }) =>
    syscall === 'listen'
      ? `not allowed to listen on port ${port} of ${host}: ports below 1024 need more rights. Take another: --port 8545`
      : `not allowed to use ${path}`,
  EADDRNOTAVAIL: ({ host }) => `${host} is not an address of this machine; see --host`,
  ENOTFOUND: ({ host }) => `${host} is not known as a host name; see --host`,
  ENOENT: (_config, { path }) => `there is no ${path}`,
}

/** Their messages say what to do. */
const expected = [StoreError, StateFileError, StoreUrlError, NoChainError, DivergedError]

/**
 * @returns undefined for an error that is not to be expected
 * @throws ConfigError where an option was wrong after all.
 */
export function explainStartError(error: unknown, config: Address): string | undefined {
  if (error instanceof ConfigError) throw error
  if (error instanceof MnemonicError) throw new ConfigError([`--mnemonic: ${error.message}`])
  if (expected.some((kind) => error instanceof kind)) return (error as Error).message
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const explain = explanations[(cause as NodeJS.ErrnoException).code ?? '']
    if (explain !== undefined) return explain(config, cause)
  }
  return undefined
}
