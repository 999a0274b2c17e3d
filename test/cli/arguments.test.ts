import { describe, expect, test } from 'vitest'
import { readArguments } from '../../src/cli/arguments.ts'
import { devOptions } from '../../src/node/config.ts'
import { ConfigError } from '../../src/node/read-config.ts'

const read = (...argv: string[]) => readArguments(devOptions, argv)

test('long, short and joined flags; switches; lists', () => {
  const argv = ['--port', '1', '--host=0.0.0.0', '-a', '3', '-b5', '--no-mining', '-q']
  expect(read(...argv)).toEqual({
    flags: {
      port: '1',
      host: '0.0.0.0',
      accounts: '3',
      blockTime: '5',
      noMining: true,
      silent: true,
    },
    help: false,
    configFile: undefined,
  })
  expect(read('--allowed-hosts', 'a,b', '--allowed-hosts=c').flags).toEqual({
    allowedHosts: ['a', 'b', 'c'],
  })
})

test('the last of a repeated flag counts', () => {
  expect(read('-p', '1', '--port', '2').flags).toEqual({ port: '2' })
})

test("other chains' names for the same", () => {
  expect(read('--no-mine', '--quiet', '--block-base-fee-per-gas', '100').flags).toEqual({
    noMining: true,
    silent: true,
    baseFee: '100',
  })
})

test('--help and --config', () => {
  expect(read('-h')).toMatchObject({ help: true })
  expect(read('--config', 'a.json')).toMatchObject({ configFile: 'a.json' })
  expect(read('-c', 'a.json')).toMatchObject({ configFile: 'a.json' })
})

test('a negative number is a value', () => {
  expect(read('--port', '-1').flags).toEqual({ port: '-1' })
})

describe('refused', () => {
  test.each([
    [['--prot', '1'], 'unknown option --prot (did you mean --port?)'],
    [['--blocktime=1'], 'unknown option --blocktime (did you mean --block-time?)'],
    [['--chainId=1'], 'unknown option --chainId (did you mean --chain-id?)'],
    [['--acc=1'], 'unknown option --acc (did you mean --accounts?)'],
    [['--fork-url', 'x'], 'unknown option --fork-url'],
    [['-x'], 'unknown option -x'],
    [['--__proto__=1'], 'unknown option --__proto__'],
    [['--port'], '--port needs a value'],
    [['--port', '--silent'], '--port needs a value'],
    [['--config'], '--config needs a value'],
    [['--no-mining=yes'], '--no-mining takes no value'],
    [['8545'], 'unexpected argument: 8545'],
  ])('%j', (argv, problem) => {
    let problems: readonly string[] = []
    try {
      read(...argv)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems = error.problems
    }
    expect(problems[0]).toBe(problem)
  })
})
