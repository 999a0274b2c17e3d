/** The real development node, for tests of methods. */
import { afterAll } from 'vitest'
import { devOptions } from '../../src/node/config.ts'
import { startDevNode } from '../../src/node/dev.ts'
import { readConfig } from '../../src/node/read-config.ts'
import { call, post } from './server.ts'

/** What the node logged as an error: bugs, which no test should meet. */
export const loggedErrors: string[] = []

/** Closed after the tests of the file. Time stands at 2026-01-01 when the chain begins. */
export async function devNode(flags: Readonly<Record<string, unknown>> = {}) {
  const config = readConfig(devOptions, {
    flags: { port: 0, readers: 1, timestamp: '2026-01-01T00:00:00Z', ...flags },
    environment: {},
  })
  const node = await startDevNode(config, (entry) => {
    if (entry.event === 'error') loggedErrors.push(entry.message)
  })
  afterAll(() => node.close())
  return {
    url: node.httpUrl,
    accounts: node.accounts.ethereum.map(
      ({ ethAddress }) => `0x${Buffer.from(ethAddress).toString('hex')}`,
    ),
    /** The response, result or error. */
    ask: async (method: string, ...params: unknown[]) =>
      (await post(node.httpUrl, call(method, params))).body,
    /** The result. @throws when there is none */
    async rpc(method: string, ...params: unknown[]) {
      const { body } = await post(node.httpUrl, call(method, params))
      if (body.error !== undefined) throw new Error(`${method}: ${JSON.stringify(body.error)}`)
      return body.result
    },
  }
}

export type DevNode = Awaited<ReturnType<typeof devNode>>
