import { describe, expect, test } from 'vitest'
import { devOptions } from '../../src/node/config.ts'
import { ConfigError, type ConfigSources, readConfig } from '../../src/node/read-config.ts'

const read = (sources: Partial<ConfigSources>) =>
  readConfig(devOptions, { flags: {}, environment: {}, ...sources })

function problems(sources: Partial<ConfigSources>): readonly string[] {
  try {
    read(sources)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  throw new Error('nothing was refused')
}

const file = (content: unknown) => ({ name: 'fevm.json', text: JSON.stringify(content) })

test('defaults', () => {
  expect(read({})).toMatchObject({
    port: 8545,
    host: '127.0.0.1',
    chainId: 31_415_926,
    networkPrefix: 't',
    accounts: 10,
    balance: 10_000n * 10n ** 18n,
    mnemonic: 'test test test test test test test test test test test junk',
    blockTime: undefined,
    noMining: false,
    silent: false,
    dataDir: undefined,
  })
})

test('the command line is stronger than the environment, that than the file, that than the default', () => {
  const config = read({
    flags: { port: '1' },
    environment: { FEVM_PORT: '2', FEVM_ACCOUNTS: '2' },
    file: file({ port: 3, accounts: 3, maxBatch: 3 }),
  })
  expect(config).toMatchObject({ port: 1, accounts: 2, maxBatch: 3, chainId: 31_415_926 })
})

describe('values', () => {
  test.each([
    ['chainId', '314', 314],
    ['chainId', '0x13a', 314],
    ['chainId', '31_415_926', 31_415_926],
    ['blockTime', '30', 30_000],
    ['blockTime', '0.5', 500],
    ['blockTime', '250ms', 250],
    ['callTimeout', '1m', 60_000],
    ['balance', '1', 10n ** 18n],
    ['balance', '0.5', 5n * 10n ** 17n],
    ['balance', '1000 attofil', 1000n],
    ['baseFee', '100', 100n],
    ['baseFee', '2nanofil', 2_000_000_000n],
    ['baseFee', '0.1gwei', 100_000_000n],
    ['gasPrice', '1wei', 1n],
    ['maxBody', '2MiB', 2_097_152],
    ['maxBody', '100000', 100_000],
    ['timestamp', '1700000000', 1_700_000_000],
    ['timestamp', '2023-11-14T22:13:20Z', 1_700_000_000],
    [
      'mnemonic',
      ' Test  test test test test test test test test test test junk ',
      devOptions.mnemonic.default,
    ],
    ['allowedHosts', 'a.example, b.example', ['a.example', 'b.example']],
    ['corsOrigins', '', []],
    ['networkPrefix', 'f', 'f'],
    ['noMining', true, true],
  ])('%s %s', (key, text, value) => {
    expect(read({ flags: { [key]: text } })).toHaveProperty(key, value)
  })

  test('of the environment are the same texts; a switch is 1, true, 0 or false', () => {
    const environment = { FEVM_CHAIN_ID: '314', FEVM_SILENT: '1', FEVM_NO_MINING: 'false' }
    expect(read({ environment })).toMatchObject({ chainId: 314, silent: true, noMining: false })
  })

  test('of a file may be numbers, booleans and arrays', () => {
    const content = { chainId: 314, blockTime: 0.5, noMining: false, allowedHosts: ['a', 'b'] }
    const expected = { ...content, blockTime: 500 }
    expect(read({ file: file(content) })).toMatchObject(expected)
  })

  test.each([
    ['port', '70000', '--port 70000: expected a whole number from 0 to 65535'],
    ['port', '-1', '--port -1: expected a whole number from 0 to 65535'],
    ['port', '80.5', '--port 80.5: expected a whole number from 0 to 65535'],
    ['port', '', '--port "": expected a whole number from 0 to 65535'],
    ['chainId', '0', '--chain-id 0: expected a whole number, 1 or more'],
    ['balance', '1.0000000000000000001', /^--balance .*: expected an amount of FIL/],
    ['balance', '-5', /^--balance -5: expected an amount of FIL/],
    ['baseFee', '0.5', /^--base-fee 0.5: expected an amount of attoFIL/],
    ['baseFee', '5parsec', /^--base-fee 5parsec: expected an amount of attoFIL/],
    ['blockTime', '0', /^--block-time 0: expected a time in seconds above 0/],
    ['maxBody', '1 parsec', /^--max-body 1 parsec: expected a number of bytes/],
    ['timestamp', 'tomorrow', /^--timestamp tomorrow: expected Unix seconds or a date/],
    ['mnemonic', 'too short', '--mnemonic too short: expected 12, 15, 18, 21 or 24 words'],
    ['networkPrefix', 'x', '--network-prefix x: expected f or t'],
  ])('refused: %s %s', (key, text, message) => {
    expect(problems({ flags: { [key]: text } })).toEqual([expect.stringMatching(message)])
  })

  test('refused in the environment and in a file, named by their place, all at once', () => {
    expect(
      problems({
        flags: { accounts: 'many' },
        environment: { FEVM_PORT: 'http', FEVM_SILENT: 'yes' },
        file: file({ host: 5, chainId: [314], maxBatch: 0 }),
      }).toSorted(),
    ).toEqual([
      '--accounts many: expected a whole number from 0 to 1000',
      'FEVM_PORT http: expected a whole number from 0 to 65535',
      'FEVM_SILENT yes: expected true or false',
      'fevm.json: chainId [314]: expected a whole number, 1 or more',
      'fevm.json: maxBatch 0: expected a whole number from 1 to 100000',
    ])
  })
})

test('an unknown key in a file is refused, with what was probably meant', () => {
  expect(problems({ file: file({ chainID: 314, colour: 'blue', __proto__: null }) })).toEqual([
    'fevm.json: unknown option chainID (did you mean chainId?)',
    'fevm.json: unknown option colour',
  ])
})

test.each([
  ['port 8545', 'fevm.json: not JSON'],
  ['[]', 'fevm.json: expected a JSON object of options'],
  ['null', 'fevm.json: expected a JSON object of options'],
])('a file that is no configuration is refused: %s', (text, message) => {
  expect(problems({ file: { name: 'fevm.json', text } })).toEqual([
    expect.stringContaining(message),
  ])
})

test('options that contradict each other are refused, wherever they stand', () => {
  expect(
    problems({
      flags: { noMining: true, state: 'a' },
      environment: { FEVM_BLOCK_TIME: '5' },
      file: file({ dumpState: 'b' }),
    }),
  ).toEqual([
    'FEVM_BLOCK_TIME and --no-mining cannot be used together',
    '--state and fevm.json: dumpState cannot be used together',
  ])
  expect(read({ flags: { blockTime: '5' }, file: file({ noMining: false }) }).blockTime).toBe(5000)
})
