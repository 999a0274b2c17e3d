/** eth_getProof: the blocks alone are enough to read the account and the slots again. */
import { numberToHex } from 'viem'
import { afterAll, expect, test } from 'vitest'
import { toFilecoin } from '../../src/address/eth-address.ts'
import { fromHex, to0x } from '../../src/base/bytes.ts'
import { blake2b256 } from '../../src/base/hash.ts'
import { stateView } from '../../src/chain/state-view.ts'
import { MemoryBlockstore } from '../../src/ipld/blockstore.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'
import { Kamt } from '../../src/ipld/kamt.ts'
import { mainnetV18 } from '../../src/protocol/builtin.ts'
import { devNode, loggedErrors } from './dev-node.ts'
import { calling, probe } from './probe.ts'

const { rpc, accounts } = await devNode()
afterAll(() => expect(loggedErrors).toEqual([]))

const [alice] = accounts as [string]
const word = (value: number) => numberToHex(value, { size: 32 })
const hash = await rpc('eth_sendTransaction', { from: alice, data: probe.bytecode })
const { contractAddress } = await rpc('eth_getTransactionReceipt', hash)

interface Proof {
  accountProof: string[]
  storageProof: { key: string; value: string; proof: string[] }[]
  [field: string]: unknown
}

/** A store of nothing but these blocks. The first one is the root. */
function storeOf(blocks: readonly string[]) {
  const store = new MemoryBlockstore()
  const cids = blocks.map((block) => store.put(Codec.DAG_CBOR, fromHex(block)))
  return { store, root: cids[0]! }
}

test('a contract and its slots', async () => {
  await rpc('eth_sendTransaction', {
    from: alice,
    to: contractAddress,
    data: calling('set', 77),
  })
  const proof: Proof = await rpc('eth_getProof', contractAddress, ['0x0', '0x5'], 'latest')
  expect(proof).toMatchObject({ address: contractAddress, nonce: '0x1', balance: '0x0' })
  expect(proof.storageProof).toMatchObject([
    { key: word(0), value: '0x4d' },
    { key: word(5), value: '0x0' },
  ])
  const { store, root } = storeOf(proof.accountProof)
  const view = stateView(store, root, mainnetV18)
  const account = toFilecoin(fromHex(contractAddress))
  expect(view.actor(account)?.balance).toBe(0n)
  expect(view.nonce(account)).toBe(1n)

  const slots = storeOf(proof.storageProof[0]!.proof)
  expect(to0x(blake2b256(fromHex(proof.storageProof[0]!.proof[0]!)))).toBe(proof.storageHash)
  expect(Kamt.load(slots.store, slots.root).get(fromHex(word(0)))).toEqual(Uint8Array.of(77))
  expect(CID.of(Codec.DAG_CBOR, fromHex(proof.storageProof[1]!.proof[0]!)).digest).toEqual(
    fromHex(proof.storageHash as string),
  )
})

test('an account, and nobody', async () => {
  for (const address of [alice, '0x00000000000000000000000000000000000a0b0c']) {
    const proof: Proof = await rpc('eth_getProof', address, ['0x0'], 'latest')
    const { store, root } = storeOf(proof.accountProof)
    const actor = stateView(store, root, mainnetV18).actor(toFilecoin(fromHex(address)))
    expect(numberToHex(actor?.balance ?? 0n)).toBe(proof.balance)
    expect(proof.storageProof).toEqual([{ key: word(0), value: '0x0', proof: [] }])
  }
})
