/**
 * kill -9 while transactions stream in. Whatever the node has answered for is there afterwards, and
 * the store is whole. `KILLS=50` kills more often.
 */
import { decode } from '@ipld/dag-cbor'
import { CID as ForeignCid } from 'multiformats/cid'
import { encodeFunctionData, type Hex, hexToNumber } from 'viem'
import { afterAll, expect, test } from 'vitest'
import { systemStateCodec } from '../../src/actors/system/actor.ts'
import type { BlockRecord } from '../../src/eth/records.ts'
import { StateTree } from '../../src/fvm/state-tree.ts'
import { LevelIndex } from '../../src/index/level-index.ts'
import { OverlayBlockstore } from '../../src/ipld/blockstore.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'
import { LevelStore } from '../../src/ipld/level.ts'
import { LevelBlockstore } from '../../src/ipld/level-blockstore.ts'
import { SYSTEM_ACTOR } from '../../src/protocol/builtin.ts'
import { contract } from '../contracts/compile.ts'
import { directoryForFile, RpcFailure, TestNode } from './node.ts'
import { account, CHAIN_ID, stranger, viem } from './viem.ts'

const kills = Number(process.env.KILLS ?? 3)
const SENDERS = 6

const directory = await directoryForFile()
let node = await TestNode.start('--data-dir', directory)
afterAll(() => node.stop())
const emitter = await viem(node).deploy(contract('Emitter'))

interface Acknowledged {
  readonly sender: number
  readonly nonce: number
  readonly hash: Hex
  readonly logs: number
}

const acknowledged: Acknowledged[] = []
let onAcknowledged = () => {}

/** Sends one transaction after the other, of three kinds, until the node is gone. */
async function stream(sender: number): Promise<void> {
  const from = account(sender)
  let nonce = hexToNumber(await node.rpc<Hex>('eth_getTransactionCount', from.address, 'latest'))
  for (;;) {
    const logs = nonce % 3
    const to = logs === 0 ? stranger(1_000 + nonce) : emitter.address
    const data = encodeFunctionData({ ...emitter, functionName: 'many', args: [BigInt(logs)] })
    const transaction = await from.signTransaction({
      type: 'eip1559',
      chainId: CHAIN_ID,
      nonce,
      gas: 40_000_000n,
      maxFeePerGas: 10n ** 9n,
      maxPriorityFeePerGas: BigInt(sender),
      to,
      ...(logs === 0 ? { value: 3n } : { data }),
    })
    try {
      const hash = await node.rpc<Hex>('eth_sendRawTransaction', transaction)
      acknowledged.push({ sender, nonce, hash, logs })
      onAcknowledged()
    } catch (error) {
      if (error instanceof RpcFailure) throw error
      return
    }
    nonce++
  }
}

/** Many tipsets in one batch. */
async function mine(): Promise<void> {
  for (;;) {
    try {
      await node.rpc('hardhat_mine', '0x14')
    } catch (error) {
      if (error instanceof RpcFailure) throw error
      return
    }
  }
}

/** @param count of answers, after which the node is killed in the middle of whatever it does */
async function streamUntilKilled(count: number): Promise<void> {
  const killed = new Promise<void>((resolve, reject) => {
    const enough = acknowledged.length + count
    onAcknowledged = () => {
      if (acknowledged.length >= enough) node.kill().then(resolve, reject)
    }
  })
  const streams = Array.from({ length: SENDERS }, (_, index) => stream(index + 1))
  await Promise.all([killed, mine(), ...streams])
}

async function expectAnswersFor(sent: readonly Acknowledged[]): Promise<void> {
  const head = hexToNumber(await node.rpc<Hex>('eth_blockNumber'))
  for (const { hash, logs } of sent) {
    const receipt = await node.rpc<Receipt>('eth_getTransactionReceipt', hash)
    expect(receipt).toMatchObject({ status: '0x1', transactionHash: hash })
    expect(receipt.logs).toHaveLength(logs)
    expect(hexToNumber(receipt.blockNumber)).toBeLessThanOrEqual(head)
    const found = await node.rpc<{ transactionHash: Hex }[]>('eth_getLogs', {
      fromBlock: receipt.blockNumber,
      toBlock: receipt.blockNumber,
      address: emitter.address,
    })
    expect(found.filter((log) => log.transactionHash === hash)).toEqual(receipt.logs)
  }
  for (let sender = 1; sender <= SENDERS; sender++) {
    const nonces = sent.filter((each) => each.sender === sender).map(({ nonce }) => nonce)
    if (nonces.length === 0) continue
    const { address } = account(sender)
    const next = hexToNumber(await node.rpc<Hex>('eth_getTransactionCount', address, 'latest'))
    // one more may have been mined than was answered
    expect([0, 1]).toContain(next - Math.max(...nonces) - 1)
  }
}

interface Receipt {
  readonly blockNumber: Hex
  readonly logs: readonly unknown[]
}

/** @returns FIL of all actors together */
function expectWhole(store: LevelStore): bigint {
  const index = new LevelIndex(store)
  const blocks = new LevelBlockstore(store, 0)
  let block: BlockRecord | undefined = index.head()!
  expect(index.covers(0, block.epoch)).toBe(true)
  expect(index.blockAt(block.epoch)).toEqual(block)
  const { stateRoot } = block
  for (; block !== undefined; block = parentOf(index, block)) {
    expect(blocks.has(block.stateRoot)).toBe(true)
    expect(blocks.has(block.receiptsRoot)).toBe(true)
    for (const key of block.tipsetKey) expect(blocks.has(key)).toBe(true)
    expect(index.transactions(block)).toHaveLength(block.transactions.length)
  }
  const tree = StateTree.load(new OverlayBlockstore(blocks), stateRoot)
  let total = 0n
  for (const [, { balance }] of tree.entries()) total += balance
  expectClosed(blocks, stateRoot, builtinCode(blocks, tree))
  return total
}

function parentOf(index: LevelIndex, block: BlockRecord): BlockRecord | undefined {
  if (block.epoch === 0) return undefined
  const parent = index.blockByHash(block.parentHash)
  expect(parent, `parent of ${block.epoch}`).toBeDefined()
  return parent
}

/** Code CIDs of the chain's built-in actors, as the system actor lists them. */
function builtinCode(blocks: LevelBlockstore, tree: StateTree): ReadonlySet<string> {
  const { builtinActors } = systemStateCodec.decode(blocks.get(tree.actor(SYSTEM_ACTOR)!.head)!)
  return new Set(linksIn(decode(blocks.get(builtinActors)!)).map(({ key }) => key))
}

/** Every block behind a root is there and is what its CID says, but for code of built-in actors. */
function expectClosed(blocks: LevelBlockstore, root: CID, builtin: ReadonlySet<string>): void {
  const seen = new Set<string>()
  const visit = (cid: CID) => {
    if (seen.has(cid.key) || builtin.has(cid.key)) return
    seen.add(cid.key)
    const data = blocks.get(cid)
    if (data === undefined) throw new Error(`${cid} is missing`)
    const { code } = ForeignCid.parse(cid.toString())
    if (!CID.of(code, data).equals(cid)) throw new Error(`${cid} has changed`)
    if (code === Codec.DAG_CBOR) for (const link of linksIn(decode(data))) visit(link)
  }
  visit(root)
  expect(seen.size).toBeGreaterThan(20)
}

function linksIn(value: unknown): CID[] {
  const foreign = ForeignCid.asCID(value)
  if (foreign !== null) return [CID.fromBytes(foreign.bytes)]
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(linksIn)
}

test(
  `${kills} times`,
  async () => {
    const totals: bigint[] = []
    for (let round = 0; round < kills; round++) {
      const first = acknowledged.length
      await streamUntilKilled(1 + Math.random() * 60)
      const store = await LevelStore.open(directory)
      totals.push(expectWhole(store))
      await store.close()
      node = await TestNode.start('--data-dir', directory)
      // of earlier rounds some, of this one all
      const earlier = acknowledged.slice(0, first).filter(() => Math.random() < 20 / (first + 1))
      await expectAnswersFor([...earlier, ...acknowledged.slice(first)])
    }
    // what was paid went to somebody
    expect(new Set(totals).size).toBe(1)
    if (process.env.KILLS !== undefined) {
      process.stdout.write(`${acknowledged.length} transactions acknowledged, all are there\n`)
    }
  },
  kills * 60_000,
)
