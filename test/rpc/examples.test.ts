/** Every method's examples against a fresh development node. */
import { afterAll, describe, expect, test } from 'vitest'
import type { Example } from '../../src/rpc/method.ts'
import * as refused from '../../src/rpc/methods/dev/refused.ts'
import { devMethods } from '../../src/rpc/methods/dev.ts'
import { publicMethods } from '../../src/rpc/methods/public.ts'
import { entriesOf } from '../../src/rpc/openrpc.ts'
import { registryOf } from '../../src/rpc/registry.ts'
import { devNode, loggedErrors } from './dev-node.ts'

const { ask, rpc } = await devNode()
const registry = registryOf([...publicMethods, ...devMethods])
const fresh = await rpc('evm_snapshot')
let snapshot = fresh

afterAll(() => expect(loggedErrors).toEqual([]))

/** Methods whose example needs something that is not there on a fresh chain, and what they say. */
const refusals: Readonly<Record<string, RegExp>> = {
  'Filecoin.MpoolPush': /signature verification failed/,
  eth_sendRawTransactionUntrusted: /invalid rlp data/,
  eth_sendRawTransactionSync: /invalid rlp data/,
  trace_rawTransaction: /invalid rlp data/,
  eth_config: /^not supported: Filecoin has network versions/,
  eth_getBlockAccessList: /^not supported: blocks of Filecoin/,
  eth_getWork: /^not supported: Filecoin has no proof of work$/,
  eth_blobBaseFee: /^not supported: Filecoin has no blobs/,
  eth_getTransactionByBlockNumberAndIndex: /^index 0 out of range: tipset contains 0 messages$/,
  eth_sendRawTransaction: /invalid rlp data/,
  eth_getFilterChanges: /^filter not found$/,
  eth_getFilterLogs: /^filter not found$/,
  trace_transaction: /^transaction not found: 0x1111/,
  trace_get: /^transaction not found: 0x1111/,
  trace_replayTransaction: /^transaction not found: 0x1111/,
  debug_traceTransaction: /^transaction not found: 0x1111/,
  debug_traceBlockByHash: /^block 0x1111\w+ not found$/,
  fevm_traceMessage: /^transaction not found: 0x1111/,
  fevm_createActor: /^no actor was made: exit code 18 .*is the code installed\?$/,
  eth_subscribe: /^connection doesn't support callbacks/,
  ...Object.fromEntries(Object.keys(refused).map((name) => [name, /^not supported: /])),
  hardhat_setStorageAt: /is no contract, it has no storage$/,
  anvil_setStorageAt: /is no contract, it has no storage$/,
}

/** What an example says that shows the shape of something a fresh chain does not have. */
function refusalOf(name: string, { name: example, varies }: Example): RegExp | undefined {
  return refusals[name] ?? (varies && example === 'unknown' ? /not found/ : undefined)
}

describe.each(entriesOf(registry).map((entry) => [entry.name, entry] as const))(
  '%s',
  (name, { method, aliases }) => {
    test.each(method.examples.map((example) => [example.name, example] as const))(
      '%s',
      async (_, example) => {
        const { params, result, varies } = example
        // each example finds the chain fresh
        await rpc('evm_revert', snapshot)
        snapshot = await rpc('evm_snapshot')
        const { result: got, error } = await ask(name, ...params)
        const refusal = refusalOf(name, example)
        if (refusal !== undefined && error !== undefined) {
          expect(error.message).toMatch(refusal)
          return
        }
        expect(error).toBeUndefined()
        expect(method.result.safeParse(got)).toMatchObject({ success: true })
        if (!varies) expect(got).toEqual(result)
      },
    )

    test.runIf(aliases.length > 0)('is known to Lotus as %s', async () => {
      for (const alias of aliases) expect(registry.get(alias)!.name).toBe(name)
    })
  },
)
