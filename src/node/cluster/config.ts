/** The options of `fevm node`: those of a chain without state files, and its place in a cluster. */
import { devOptions } from '../config.ts'
import { type Options, option, type Values } from '../option.ts'
import { duration, flag, oneOf, text } from '../option-types.ts'

const {
  state: _state,
  loadState: _loadState,
  dumpState: _dumpState,
  trace: _trace,
  ...chain
} = devOptions

export const nodeOptions = {
  store: option({
    group: 'Cluster',
    type: text('url', 'the address of a Redis'),
    default: 'redis://127.0.0.1:6379',
    help: 'The shared store: redis://host:port, rediss://, redis+sentinel://host:port,host:port/master or redis+cluster://host:port,host:port.',
  }),
  role: option({
    group: 'Cluster',
    type: oneOf('producer', 'replica'),
    default: 'replica',
    help: 'A producer makes the blocks while no other one does, and takes over when that dies. A replica only serves.',
  }),
  name: option({
    group: 'Cluster',
    type: text('name', 'a name of the chain'),
    default: 'main',
    help: 'Which chain of those in the shared store.',
  }),
  init: option({
    group: 'Cluster',
    type: flag,
    default: false,
    help: 'Begin a chain where neither the shared store nor the data folder has one. Without it a producer refuses, so that a lost store is not mistaken for a new one.',
  }),
  lease: option({
    group: 'Cluster',
    type: duration,
    default: 1500,
    help: 'How long a producer may be silent before another takes over.',
  }),
  headWait: option({
    group: 'Cluster',
    type: duration,
    default: 500,
    help: 'How long a read waits for a commit that other servers may have shown already.',
  }),
  devMethods: option({
    group: 'Cluster',
    type: flag,
    default: false,
    help: 'Offer the methods of a development chain (evm_*, anvil_*, eth_sendTransaction) too. Never on a public server.',
  }),
  ...chain,
} satisfies Options

export type NodeConfig = Values<typeof nodeOptions>
