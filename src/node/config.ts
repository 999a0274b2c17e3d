/**
 * The options of `fevm dev`: the table from which reading, validation, help and
 * docs/configuration.md derive. An option added here is an option everywhere.
 */
import { availableParallelism } from 'node:os'
import { ChainId, GENESIS_BASE_FEE } from '../protocol/network.ts'
import { TEST_MNEMONIC } from './accounts.ts'
import { type Options, option, type Values } from './option.ts'
import {
  amount,
  directory,
  duration,
  file,
  flag,
  integer,
  list,
  mnemonic,
  oneOf,
  port,
  size,
  text,
  timestamp,
} from './option-types.ts'

const ANY = Number.MAX_SAFE_INTEGER

export const devOptions = {
  port: option({
    group: 'Server',
    type: port,
    default: 8545,
    short: 'p',
    help: 'Port to listen on, for HTTP and WebSocket. 0 takes a free one.',
  }),
  host: option({
    group: 'Server',
    type: text('address', 'an address or host name'),
    default: '127.0.0.1',
    help: 'Address to listen on. Whoever reaches it can use every account.',
  }),
  allowedHosts: option({
    group: 'Server',
    type: list('names'),
    default: [],
    defaultText: 'localhost and IP addresses',
    help: 'More names by which clients may call the server (Host header); * allows any. Others are refused, so that no web page reaches it by DNS rebinding.',
  }),
  corsOrigins: option({
    group: 'Server',
    type: list('origins'),
    default: [],
    defaultText: 'local pages, browser extensions, Remix',
    help: 'More web pages that may call the server: https://example.org, or * for any.',
  }),
  maxBody: option({
    group: 'Server',
    type: size,
    default: 2 ** 20,
    help: 'Largest request.',
  }),
  maxBatch: option({
    group: 'Server',
    type: integer(1, 100_000),
    default: 100,
    help: 'Most calls in one batch.',
  }),
  callTimeout: option({
    group: 'Server',
    type: duration,
    default: 5000,
    help: 'Longest that one eth_call, gas estimate or trace may run.',
  }),
  readers: option({
    group: 'Server',
    type: integer(1, 64),
    default: Math.min(4, Math.max(2, availableParallelism() - 1)),
    defaultText: 'processors less one, 2 to 4',
    help: 'Threads that run calls, gas estimates and traces.',
  }),

  chainId: option({
    group: 'Chain',
    type: integer(1, ANY, 'id'),
    default: ChainId.DEVNET,
    help: 'Chain id: 314 is mainnet, 314159 the calibration network, 31415926 local networks.',
  }),
  actors: option({
    group: 'Chain',
    type: file,
    defaultText: 'the native actors',
    help: 'Run the genuine built-in actors of this bundle (.car, or .tar.zst as Lotus has it). fevm actors get v18 downloads one.',
  }),
  actorsNetwork: option({
    group: 'Chain',
    type: text('network', 'the name of a network'),
    defaultText: 'mainnet for chain 314, calibrationnet for 314159, else devnet',
    help: 'Whose actors to take from an archive of several networks.',
  }),
  networkPrefix: option({
    group: 'Chain',
    type: oneOf('f', 't'),
    default: 't',
    help: 'First letter of Filecoin addresses: f as on mainnet, t as on test networks.',
  }),
  timestamp: option({
    group: 'Chain',
    type: timestamp,
    defaultText: 'now',
    help: 'Time of the first block: Unix seconds or a date (2026-01-31T12:00:00Z).',
  }),
  mainnetInitGas: option({
    group: 'Chain',
    type: flag,
    default: false,
    help: 'Estimates of deployments add the gas that they cost more on mainnet, about 43 million each.',
  }),
  baseFee: option({
    group: 'Chain',
    type: amount('attofil', 'attofil'),
    default: GENESIS_BASE_FEE,
    aliases: ['block-base-fee-per-gas'],
    help: 'Base fee of the first block, attoFIL per gas unit.',
  }),
  gasPrice: option({
    group: 'Chain',
    type: amount('attofil', 'attofil'),
    defaultText: 'base fee and suggested premium',
    help: 'What eth_gasPrice answers, attoFIL per gas unit.',
  }),

  ethereumGas: option({
    group: 'Chain',
    type: flag,
    default: false,
    help: 'Gas on the scale of Ethereum, for test suites that pin gas limits: one gas stands for 1,000 of Filecoin, and an unused limit costs nothing. Not true to any Filecoin network.',
  }),

  blockTime: option({
    group: 'Mining',
    type: duration,
    defaultText: 'a block for each transaction, at once',
    short: 'b',
    conflicts: ['noMining'],
    help: 'Mine a block every so many seconds (30 on mainnet), not at each transaction.',
  }),
  noMining: option({
    group: 'Mining',
    type: flag,
    default: false,
    aliases: ['no-mine'],
    help: 'Mine only when asked to (evm_mine, anvil_mine, hardhat_mine).',
  }),

  accounts: option({
    group: 'Accounts',
    type: integer(0, 1000),
    default: 10,
    short: 'a',
    help: 'Number of funded Ethereum accounts.',
  }),
  balance: option({
    group: 'Accounts',
    type: amount('fil', 'fil'),
    default: 10_000n * 10n ** 18n,
    help: 'Balance of every funded account, in FIL.',
  }),
  mnemonic: option({
    group: 'Accounts',
    type: mnemonic,
    default: TEST_MNEMONIC,
    short: 'm',
    help: 'Words that the keys derive from; the default gives the keys of anvil and Hardhat.',
  }),

  dataDir: option({
    group: 'State',
    type: directory,
    defaultText: 'a temporary folder, removed at exit',
    help: 'Keep the chain in this folder and go on from there at the next start.',
  }),
  state: option({
    group: 'State',
    type: file,
    conflicts: ['loadState', 'dumpState'],
    help: 'Load the chain from this file if it exists, and save it there at exit.',
  }),
  loadState: option({
    group: 'State',
    type: file,
    help: 'Load the chain from this file.',
  }),
  dumpState: option({
    group: 'State',
    type: file,
    help: 'Save the chain to this file at exit.',
  }),

  trace: option({
    group: 'Output',
    type: flag,
    default: false,
    conflicts: ['silent'],
    help: 'Print the calls, events and errors of every mined transaction as a tree.',
  }),
  silent: option({
    group: 'Output',
    type: flag,
    default: false,
    aliases: ['quiet'],
    short: 'q',
    conflicts: ['jsonLog'],
    help: 'Print errors only.',
  }),
  jsonLog: option({
    group: 'Output',
    type: flag,
    default: false,
    help: 'Print one line of JSON for each event, nothing else.',
  }),
} satisfies Options

/**
 * Durations are milliseconds, amounts attoFIL, sizes bytes, times Unix seconds. An option without
 * a default is undefined where it is not given.
 */
export type DevConfig = Values<typeof devOptions>
