/** The first state of a chain, by recording and by the actors' own constructors. */
import { expect, test } from 'vitest'
import { genesisState } from '../../src/chain/genesis.ts'
import { localMachine } from '../../src/chain/machine.ts'
import type { ActorRegistry } from '../../src/fvm/machine.ts'
import { StateTree } from '../../src/fvm/state-tree.ts'
import { MemoryBlockstore } from '../../src/ipld/blockstore.ts'
import { CRON_ACTOR } from '../../src/protocol/builtin.ts'
import { loadBundle } from '../../src/wasm/bundle.ts'
import { actorsBundle } from '../wasm/genuine-actors.ts'

const options = { networkName: 'localnet', accounts: [] }

/** Heads of f00 to f099 but for cron, which has entries only where there is something to call. */
function heads(store: MemoryBlockstore, root: ReturnType<typeof genesisState>) {
  const tree = StateTree.load(store, root)
  return Array.from({ length: 100 }, (_, id) =>
    id === CRON_ACTOR ? '' : String(tree.actor(id)?.head),
  )
}

function constructed(actors: ActorRegistry) {
  const store = new MemoryBlockstore()
  const root = genesisState(store, actors, {
    ...options,
    machine: (tree) =>
      localMachine({
        store,
        tree,
        actors,
        chainId: 1,
        epoch: 0,
        timestamp: 0,
        baseFee: 0n,
        tipsets: { keyAtOrBefore: () => [] },
      }),
  })
  return heads(store, root)
}

test.skipIf(actorsBundle === undefined)('constructors of v18 write what is recorded', async () => {
  const store = new MemoryBlockstore()
  const { registry } = await loadBundle(actorsBundle!)
  expect(constructed(registry)).toEqual(heads(store, genesisState(store, registry, options)))
})
