/** The methods of a cluster's server: each call first passes the read barrier. */
import type { Method } from '../../rpc/method.ts'
import type { Registry } from '../../rpc/registry.ts'

/** Answered without looking at the chain. */
const STATIC = new Set(['eth_chainId', 'net_version', 'web3_clientVersion', 'web3_sha3'])

export function guarded<Context>(
  registry: Registry<Context>,
  pass: () => Promise<void>,
): Registry<Context> {
  const entries = [...registry].map(([name, entry]) => {
    if (STATIC.has(entry.name)) return [name, entry] as const
    const method: Method<Context> = {
      ...entry.method,
      async run(context, params, caller) {
        await pass()
        return entry.method.run(context, params, caller)
      },
    }
    return [name, { ...entry, method }] as const
  })
  return new Map(entries)
}
