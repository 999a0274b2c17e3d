/** A local chain in memory: unsigned messages in, tipsets out. */
import { nativeRegistry } from '../../src/actors/manifest.ts'
import type { Address } from '../../src/address/address.ts'
import { toFilecoin } from '../../src/address/eth-address.ts'
import { fromHex } from '../../src/base/bytes.ts'
import { assembleTipset, writeReceipts } from '../../src/chain/assemble.ts'
import * as edits from '../../src/chain/dev-edits.ts'
import { genesisState } from '../../src/chain/genesis.ts'
import { LocalChain } from '../../src/chain/local-chain.ts'
import { Mempool } from '../../src/chain/mempool.ts'
import type { SimulationInput } from '../../src/chain/simulate.ts'
import { indexedTipset } from '../../src/eth/block.ts'
import type { BlockRecord, IndexedTipset, MinedTransaction } from '../../src/eth/records.ts'
import { invocation } from '../../src/eth/to-message.ts'
import { MemoryBlockstore } from '../../src/ipld/blockstore.ts'
import { mainnetV18 } from '../../src/protocol/builtin.ts'
import type { Message } from '../../src/protocol/message.ts'

export const FIL = 10n ** 18n
const CHAIN_ID = 31_415_926
const GENESIS_TIME = 1_700_000_000

export type EthHex = `0x${string}`

export interface Sent {
  readonly from: EthHex
  /** Absent: a creation. */
  readonly to?: EthHex
  readonly data?: EthHex
  readonly value?: bigint
  readonly gas?: number
}

export class MemoryChain {
  readonly store = new MemoryBlockstore()
  readonly chain: LocalChain
  readonly #actors = nativeRegistry(mainnetV18)
  readonly #pool = new Mempool(CHAIN_ID)
  readonly #blocks: BlockRecord[] = []

  /** @param accounts with 1000 FIL each */
  constructor(accounts: readonly EthHex[]) {
    const { store } = this
    const funded = accounts.map((account) => ({
      address: addressOf(account),
      balance: 1_000n * FIL,
    }))
    const options = { networkName: 'test', accounts: funded }
    const stateRoot = genesisState(store, this.#actors, options)
    const receiptsRoot = writeReceipts(store, [])
    const tipset = assembleTipset(store, {
      epoch: 0,
      timestamp: GENESIS_TIME,
      parent: undefined,
      parentStateRoot: stateRoot,
      parentMessageReceipts: receiptsRoot,
      baseFee: 100n,
      messages: [],
    })
    const genesis = { tipset, messages: [], stateRoot, receiptsRoot, nextBaseFee: 100n }
    const { block } = indexedTipset(genesis, CHAIN_ID, () => undefined)
    this.#blocks.push(block)
    const { tipsets, chainId, actors } = this.input
    this.chain = new LocalChain({ base: store, actors, chainId, tipsets }, block)
  }

  /** What runs messages again. */
  get input(): SimulationInput {
    return {
      store: this.store,
      actors: this.#actors,
      chainId: CHAIN_ID,
      tipsets: {
        keyAtOrBefore: (epoch) =>
          this.#blocks.findLast((block) => block.epoch <= epoch)?.tipsetKey ?? [],
      },
    }
  }

  get head(): BlockRecord {
    return this.chain.head
  }

  /** One tipset of these messages, in their order; anybody may be the sender. */
  mine(...sent: readonly Sent[]): Mined {
    const baseFee = this.head.nextBaseFee
    const messages = sent.map((each) =>
      this.#pool.add({ message: this.#message(each), signature: null }, this.chain, baseFee),
    )
    const { epoch, timestamp } = this.head
    const produced = this.chain.produce({ messages, epoch: epoch + 1, timestamp: timestamp + 30 })
    if (produced.dropped.length > 0) throw new Error(produced.dropped[0]!.reason)
    for (const [key, data] of produced.blocks) this.store.blocks.set(key, data)
    this.chain.accept(produced)
    this.#pool.clear()
    this.#blocks.push(produced.indexed.block)
    return new Mined(produced.indexed)
  }

  setBalance(account: EthHex, balance: bigint): void {
    this.#edit((scope) => edits.setBalance(scope, addressOf(account), balance))
  }

  setCode(account: EthHex, code: Uint8Array): void {
    this.#edit((scope) => edits.setCode(scope, addressOf(account), code))
  }

  #edit(change: (scope: edits.EditScope) => void): void {
    const { head, blocks } = this.chain.amend((tree, store, actors) =>
      change({ tree, store, actors }),
    )
    for (const [key, data] of blocks) this.store.blocks.set(key, data)
    this.chain.amended(head)
    this.#blocks[this.#blocks.length - 1] = head
  }

  #message({ from, to, data = '0x', value = 0n, gas = 1_000_000_000 }: Sent): Message {
    const sender = addressOf(from)
    const id = this.chain.resolve(sender)
    const sequence = (id === undefined ? undefined : this.chain.actor(id))?.sequence ?? 0n
    return {
      version: 0n,
      from: sender,
      ...invocation(to && addressOf(to), fromHex(data)),
      nonce: this.#pool.nextNonce(sender, sequence),
      value,
      gasLimit: gas,
      gasFeeCap: 1_000n,
      gasPremium: 100n,
    }
  }
}

export class Mined {
  readonly block: BlockRecord
  readonly transactions: readonly MinedTransaction[]

  constructor({ block, transactions, receipts }: IndexedTipset) {
    this.block = block
    this.transactions = transactions.map((transaction, index) => ({
      blockHash: block.hash,
      epoch: block.epoch,
      index,
      transaction,
      receipt: receipts[index]!,
    }))
  }
}

function addressOf(account: EthHex): Address {
  return toFilecoin(fromHex(account))
}
