/** `fevm node`: one process of a cluster, from start to stop. */
import { nodeOptions } from '../node/cluster/config.ts'
import type { ClusterNode } from '../node/cluster/node.ts'
import { createLog } from '../node/log.ts'
import { readConfig } from '../node/read-config.ts'
import { explainStartError } from '../node/start-errors.ts'
import { readArguments } from './arguments.ts'
import { readConfigFile, withStack } from './dev.ts'
import { stopRequested } from './signals.ts'
import { Exit, type Terminal } from './terminal.ts'

/** @throws ConfigError */
export async function node(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { flags, help, configFile } = readArguments(nodeOptions, argv)
  if (help) {
    const { nodeHelp } = await import('./help.ts')
    terminal.out(nodeHelp(terminal))
    return Exit.OK
  }
  const { environment } = terminal
  const file = readConfigFile(configFile ?? environment.FEVM_CONFIG)
  const config = readConfig(nodeOptions, { flags, environment, ...file })
  const format = config.jsonLog ? 'json' : config.silent ? 'silent' : 'text'
  const log = createLog(format, terminal.out, terminal.err)
  const stopping = new AbortController()
  const stop = stopRequested(() => process.exit(Exit.FAILED)).then(() => stopping.abort())
  const { startClusterNode } = await import('../node/cluster/node.ts')

  let running: ClusterNode
  try {
    running = await startClusterNode(config, log, stopping.signal)
  } catch (error) {
    if (stopping.signal.aborted) return Exit.OK
    const explanation = explainStartError(error, config)
    log({
      event: 'error',
      ...(explanation === undefined ? withStack(error) : { message: explanation }),
    })
    return Exit.FAILED
  }
  const { httpUrl, wsUrl, chainId } = running
  log({ event: 'listening', http: httpUrl, ws: wsUrl, chainId })
  if (format === 'text') terminal.out(`Listening on ${httpUrl} and ${wsUrl}.`)
  let exit: number = Exit.OK
  try {
    await Promise.race([stop, running.failed])
  } catch (error) {
    log({ event: 'error', message: (error as Error).message })
    exit = Exit.FAILED
  }
  try {
    await running.close()
  } catch (error) {
    log({ event: 'error', ...withStack(error) })
    exit = Exit.FAILED
  }
  log({ event: 'closed' })
  return exit
}
