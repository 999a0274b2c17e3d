/** `fevm dev`: reads the options, starts the chain, shows the banner, waits for Ctrl-C. */
import { readFileSync } from 'node:fs'
import { type DevConfig, devOptions } from '../node/config.ts'
import type { DevNode, StartDevNode } from '../node/dev-node.ts'
import { createLog, type Log, type LogFormat } from '../node/log.ts'
import { ConfigError, readConfig } from '../node/read-config.ts'
import { explainStartError } from '../node/start-errors.ts'
import { readArguments } from './arguments.ts'
import { stopRequested } from './signals.ts'

import { Exit, type Terminal } from './terminal.ts'

/** @throws ConfigError */
export async function dev(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { flags, help, configFile } = readArguments(devOptions, argv)
  if (help) {
    const { devHelp } = await import('./help.ts')
    terminal.out(devHelp(terminal))
    return Exit.OK
  }
  const { environment } = terminal
  const file = readConfigFile(configFile ?? environment.FEVM_CONFIG)
  const config = readConfig(devOptions, { flags, environment, ...file })
  const { startDevNode } = await import('../node/dev.ts')
  return await runDevNode(config, startDevNode, terminal)
}

export function readConfigFile(name: string | undefined) {
  if (name === undefined) return {}
  try {
    return { file: { name, text: readFileSync(name, 'utf8') } }
  } catch (error) {
    throw new ConfigError([`--config ${name}: cannot be read (${(error as Error).message})`])
  }
}

/** From start to stop. */
export async function runDevNode(
  config: DevConfig,
  start: StartDevNode,
  terminal: Terminal,
): Promise<number> {
  const format: LogFormat = config.jsonLog ? 'json' : config.silent ? 'silent' : 'text'
  const log = createLog(format, terminal.out, terminal.err)
  const stop = stopRequested(() => {
    terminal.err('fevm: stopped at once; the chain may not be saved')
    process.exit(Exit.FAILED)
  })

  let node: DevNode
  try {
    node = await start(config, log)
  } catch (error) {
    const explanation = explainStartError(error, config)
    log({
      event: 'error',
      ...(explanation === undefined ? withStack(error) : { message: explanation }),
    })
    return Exit.FAILED
  }
  if (format === 'text') {
    const [{ banner }, { programVersion }] = await Promise.all([
      import('./banner.ts'),
      import('../node/version.ts'),
    ])
    terminal.out(banner(programVersion(), config, node, terminal))
  }
  log({ event: 'listening', http: node.httpUrl, ws: node.wsUrl, chainId: config.chainId })
  return await untilStopped(node, stop, log)
}

async function untilStopped(node: DevNode, stop: Promise<void>, log: Log): Promise<number> {
  let exit: number = Exit.OK
  try {
    await Promise.race([stop, node.failed])
  } catch (error) {
    log({ event: 'error', ...withStack(error) })
    exit = Exit.FAILED
  }
  try {
    await node.close()
  } catch (error) {
    log({ event: 'error', ...withStack(error) })
    exit = Exit.FAILED
  }
  log({ event: 'closed' })
  return exit
}

export function withStack(error: unknown): { message: string; stack?: string } {
  if (!(error instanceof Error)) return { message: String(error) }
  const { message, stack } = error
  return stack === undefined ? { message } : { message, stack }
}
