/** `fevm conformance PATH... --actors BUNDLE`: vectors that were extracted from a chain. */
import { parseArgs } from 'node:util'
import { type FileResult, runFiles, vectorFiles } from '../node/conformance/files.ts'
import { reasonLines, resultLine, summaryLines } from '../node/conformance/report.ts'
import { VectorError } from '../node/conformance/vector.ts'
import { ConfigError } from '../node/read-config.ts'
import { conformanceHelp } from './help.ts'
import { Exit, type Terminal } from './terminal.ts'

const options = {
  actors: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** @throws ConfigError */
export async function conformance(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { paths, bundle, help } = readCommandLine(argv)
  if (help) {
    terminal.out(conformanceHelp(terminal))
    return Exit.OK
  }
  const start = performance.now()
  const results: FileResult[] = []
  try {
    const files = paths.flatMap(vectorFiles)
    if (files.length === 0) throw new VectorError(`no vectors in ${paths.join(', ')}`)
    for await (const result of runFiles({ files, bundle })) {
      results.push(result)
      terminal.out(resultLine(result))
      const tell = result.verdict === 'differs' ? terminal.err : terminal.out
      for (const line of reasonLines(result)) tell(line)
    }
  } catch (error) {
    if (error instanceof VectorError) throw new ConfigError([error.message])
    throw error
  }
  for (const line of summaryLines(results, performance.now() - start)) terminal.out(line)
  const failed = results.some(({ verdict }) => verdict === 'differs')
  const exact = results.some(({ verdict }) => verdict === 'agrees')
  return failed || !exact ? Exit.FAILED : Exit.OK
}

function readCommandLine(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const { help, actors } = values
    if (help) return { paths: positionals, bundle: '', help }
    if (positionals.length === 0) throw new TypeError('which vectors? fevm conformance PATH...')
    if (actors === undefined) {
      throw new TypeError('--actors: the bundle of actors that ran the messages is needed')
    }
    return { paths: positionals, bundle: actors, help }
  } catch (error) {
    if (error instanceof TypeError) throw new ConfigError([error.message])
    throw error
  }
}
