/** `fevm trace gas`: what a message paid for, charge by charge. */
import { parseArgs } from 'node:util'
import { GasTraceError, traceMined, traceRecorded } from '../node/gas-trace/gas-trace.ts'
import { gasTraceLines } from '../node/gas-trace/report.ts'
import { ConfigError } from '../node/read-config.ts'
import { traceHelp } from './help.ts'
import { Exit, type Terminal } from './terminal.ts'

const options = {
  rpc: { type: 'string', default: 'http://127.0.0.1:8545' },
  actors: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** @throws ConfigError */
export async function trace(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { help, message, rpc, bundle } = readCommandLine(argv)
  if (help) {
    terminal.out(traceHelp(terminal))
    return Exit.OK
  }
  const recorded = /^(.+)#(\d+)$/.exec(message)
  if (recorded === null && bundle !== undefined) {
    throw new ConfigError([
      '--actors: the state of a node is not read, only that of a scenario: FILE#N',
    ])
  }
  try {
    const traces =
      recorded === null
        ? [await traceMined(rpc, message)]
        : await traceRecorded({ file: recorded[1]!, index: Number(recorded[2]), bundle })
    for (const line of gasTraceLines(traces)) terminal.out(line)
    return Exit.OK
  } catch (error) {
    if (error instanceof GasTraceError) throw new ConfigError([error.message])
    throw error
  }
}

function readCommandLine(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const [what, message = '', ...rest] = positionals
    const { help, rpc, actors: bundle } = values
    if (!help && (what !== 'gas' || message === '' || rest.length > 0)) {
      throw new TypeError('which message? fevm trace gas TX, or fevm trace gas FILE#N')
    }
    return { help, message, rpc, bundle }
  } catch (error) {
    if (error instanceof TypeError) throw new ConfigError([error.message])
    throw error
  }
}
