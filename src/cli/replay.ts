/** `fevm replay PATH...`: recorded scenarios, run and compared. */
import { parseArgs } from 'node:util'
import { ConfigError } from '../node/read-config.ts'
import { replayFiles, scenarioFiles } from '../node/replay/files.ts'
import {
  problemLines,
  type ScenarioReport,
  scenarioLine,
  summaryLines,
} from '../node/replay/report.ts'
import { ScenarioError } from '../node/replay/scenario.ts'
import { replayHelp } from './help.ts'
import { Exit, type Terminal } from './terminal.ts'

const options = {
  gas: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  actors: { type: 'string' },
  compare: { type: 'string' },
} as const

const WORST = 20

/** @throws ConfigError */
export async function replay(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { paths, gas, help, engines } = readCommandLine(argv)
  if (help) {
    terminal.out(replayHelp(terminal))
    return Exit.OK
  }
  const reports: ScenarioReport[] = []
  try {
    for await (const report of replayFiles({ files: paths.flatMap(scenarioFiles), ...engines })) {
      reports.push(report)
      terminal.out(scenarioLine(report))
      for (const line of problemLines(report)) terminal.err(line)
    }
  } catch (error) {
    if (error instanceof ScenarioError) throw new ConfigError([error.message])
    throw error
  }
  for (const line of summaryLines(reports, gas ? WORST : 0)) terminal.out(line)
  return reports.every(({ differing }) => differing.length === 0) ? Exit.OK : Exit.FAILED
}

function readCommandLine(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const { gas, help } = values
    if (!help && positionals.length === 0)
      throw new TypeError('which scenarios? fevm replay PATH...')
    const { actors, compare } = values
    if (actors !== undefined && compare !== undefined)
      throw new TypeError('--actors and --compare exclude each other')
    const engines = { ...(actors && { bundle: actors }), ...(compare && { compare }) }
    return { paths: positionals, gas, help, engines }
  } catch (error) {
    if (error instanceof TypeError) throw new ConfigError([error.message])
    throw error
  }
}
