/** A development node in this process, whose chain takes Filecoin messages. */
import { afterAll, inject } from 'vitest'
import { devOptions } from '../../src/node/config.ts'
import { startDevNode } from '../../src/node/dev.ts'
import type { Log } from '../../src/node/log.ts'
import { readConfig } from '../../src/node/read-config.ts'

/** @param flags by option key, as the command line would give them */
export async function embeddedNode(flags: Readonly<Record<string, unknown>> = {}) {
  const given = { port: '0', actors: inject('actors'), ...flags }
  const config = readConfig(devOptions, { flags: given, environment: {} })
  const log: Log = (event) => {
    if (event.event === 'error') throw new Error(event.message)
  }
  const node = await startDevNode(config, log)
  afterAll(() => node.close())
  return node
}
