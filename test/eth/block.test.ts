import { Interface } from 'ethers'
import { createPublicClient, custom, toHex as viemToHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { Address } from '../../src/address/address.ts'
import { maskedId } from '../../src/address/eth-address.ts'
import { concat, fromHex, to0x } from '../../src/base/bytes.ts'
import { type ExecutedMessage, indexedTipset } from '../../src/eth/block.ts'
import { logsBloom, unionOfBlooms } from '../../src/eth/bloom.ts'
import { blockJson, minedTransactionJson, receiptJson } from '../../src/eth/json.ts'
import { logJson, type MinedLog, minedLogs } from '../../src/eth/log-json.ts'
import { logsJsonText } from '../../src/eth/log-text.ts'
import { createReturnCodec } from '../../src/eth/receipt.ts'
import type { IndexedTipset, MinedTransaction } from '../../src/eth/records.ts'
import { invocation } from '../../src/eth/to-message.ts'
import { CID, Codec } from '../../src/ipld/cid.ts'
import { bytes } from '../../src/ipld/codec.ts'
import type { BlockHeader } from '../../src/protocol/block-header.ts'
import { blockCid } from '../../src/protocol/block-header.ts'
import type { EventEntry } from '../../src/protocol/event.ts'
import { EvmExitCode } from '../../src/protocol/exit-code.ts'
import { gasOutputs } from '../../src/protocol/gas-outputs.ts'
import type { Message } from '../../src/protocol/message.ts'
import { ethBlockHash } from '../../src/protocol/tipset.ts'

const CHAIN = 31_415_926
const BASE_FEE = 100n
const link = CID.of(Codec.DAG_CBOR, Uint8Array.of(0x80))
const sender = Address.delegated(10n, new Uint8Array(20).fill(0xaa))
const contract = new Uint8Array(20).fill(0xcc)
const CONTRACT_ID = 1234

function header(changes: Partial<BlockHeader> = {}): BlockHeader {
  return {
    miner: Address.id(1000),
    ticket: null,
    electionProof: null,
    beaconEntries: [],
    winPoStProof: [],
    parents: [],
    parentWeight: 0n,
    height: 0,
    parentStateRoot: link,
    parentMessageReceipts: link,
    messages: link,
    blsAggregate: null,
    timestamp: 1_700_000_000n,
    blockSig: null,
    forkSignaling: 0n,
    parentBaseFee: BASE_FEE,
    ...changes,
  }
}

function message(nonce: bigint, call: ReturnType<typeof invocation>): Message {
  const amounts = { value: 0n, gasLimit: 20_000_000, gasFeeCap: 300n, gasPremium: 20n }
  return { version: 0n, from: sender, nonce, ...amounts, ...call }
}

const raw = (key: string, value: Uint8Array): EventEntry => ({ flags: 3, key, codec: 0x55, value })
const topic = (fill: number) => new Uint8Array(32).fill(fill)
const log = (fill: number) => ({
  emitter: CONTRACT_ID,
  entries: [raw('t1', topic(fill)), raw('t2', topic(fill + 1)), raw('d', Uint8Array.of(fill))],
})
const builtinEvent = {
  emitter: 5,
  entries: [{ flags: 3, key: '$type', codec: 0x51, value: Uint8Array.of(0x60) }],
}

function executed(
  nonce: bigint,
  call: ReturnType<typeof invocation>,
  receipt: { exitCode?: number; returnData?: Uint8Array; gasUsed: number },
  events: ExecutedMessage['events'] = [],
): ExecutedMessage {
  return {
    message: message(nonce, call),
    signature: null,
    receipt: { exitCode: 0, returnData: new Uint8Array(0), eventsRoot: null, ...receipt },
    events,
  }
}

const created = createReturnCodec.encode({
  actorId: CONTRACT_ID,
  robustAddress: Address.actor(Uint8Array.of(1)),
  ethAddress: contract,
})
const callContract = invocation(Address.id(CONTRACT_ID), Uint8Array.of(1, 2, 3, 4))

const parent = header()
const block = header({ height: 5, parents: [blockCid(parent)], timestamp: 1_700_000_150n })
const tipset = { key: [blockCid(block), blockCid(parent)], blocks: [block, block] }
const messages = [
  executed(0n, invocation(undefined, Uint8Array.of(0x60)), {
    gasUsed: 18_000_000,
    returnData: created,
  }),
  executed(1n, callContract, { gasUsed: 10_000_000 }, [log(1), builtinEvent, log(3)]),
  executed(2n, callContract, { gasUsed: 2_000_000, exitCode: EvmExitCode.REVERTED }),
  executed(3n, callContract, { gasUsed: 19_999_999 }, [builtinEvent, log(5)]),
]
const delegated = new Map([[Address.id(CONTRACT_ID).key, contract]])
const indexed: IndexedTipset = indexedTipset(
  { tipset, messages, stateRoot: link, receiptsRoot: link, nextBaseFee: 113n },
  CHAIN,
  (address) => delegated.get(address.key) ?? (address.equals(sender) ? contract : undefined),
)

function mined(index: number): MinedTransaction {
  const transaction = indexed.transactions[index]!
  const receipt = indexed.receipts[index]!
  return { blockHash: indexed.block.hash, epoch: indexed.block.epoch, index, transaction, receipt }
}

describe('an executed tipset', () => {
  test('as a block', () => {
    expect(indexed.block).toMatchObject({
      hash: ethBlockHash(tipset.key),
      parentHash: ethBlockHash([blockCid(parent)]),
      epoch: 5,
      timestamp: 1_700_000_150,
      baseFee: BASE_FEE,
      nextBaseFee: 113n,
      gasLimit: 20_000_000_000,
      gasUsed: 49_999_999,
      transactions: indexed.transactions.map(({ hash }) => hash),
    })
    expect(indexed.block.bloom).toEqual(unionOfBlooms(indexed.receipts.map(({ bloom }) => bloom)))
  })

  test('the genesis block has a zero parent', () => {
    const genesis = { key: [blockCid(parent)], blocks: [parent] }
    const executedGenesis = { tipset: genesis, messages: [], stateRoot: link, receiptsRoot: link }
    const { block } = indexedTipset(
      { ...executedGenesis, nextBaseFee: 100n },
      CHAIN,
      () => undefined,
    )
    expect(block.parentHash).toEqual(new Uint8Array(32))
    expect(blockJson(block, [])).toMatchObject({ gasUsed: '0x0', transactions: [] })
  })

  test('gas adds up over the receipts', () => {
    const sums = indexed.receipts.map(({ cumulativeGasUsed }) => cumulativeGasUsed)
    expect(sums).toEqual([18_000_000, 28_000_000, 30_000_000, 49_999_999])
  })

  test('the effective price is what was paid in all', () => {
    for (const [index, { gasUsed, effectiveGasPrice }] of indexed.receipts.entries()) {
      const { gasLimit, gasFeeCap, gasPremium } = messages[index]!.message
      const { baseFeeBurn, overEstimationBurn, minerTip, refund } = gasOutputs({
        ...{ gasUsed, gasLimit, gasFeeCap, gasPremium },
        baseFee: BASE_FEE,
      })
      const paid = baseFeeBurn + overEstimationBurn + minerTip
      expect(paid + refund).toBe(gasFeeCap * BigInt(gasLimit))
      expect(effectiveGasPrice).toBe(paid / BigInt(gasUsed))
    }
    // a limit of ten times the use is paid for
    expect(indexed.receipts[2]!.effectiveGasPrice).toBeGreaterThan(1000n)
  })

  test('only a creation that succeeded has a contract address', () => {
    const addresses = indexed.receipts.map(({ contractAddress }) => contractAddress)
    expect(addresses).toEqual([contract, null, null, null])
    const failed = executed(0n, invocation(undefined, Uint8Array.of(0x60)), {
      gasUsed: 1,
      exitCode: 7,
    })
    const { receipts } = indexedTipset(
      { tipset, messages: [failed], stateRoot: link, receiptsRoot: link, nextBaseFee: 1n },
      CHAIN,
      () => contract,
    )
    expect(receipts[0]!.contractAddress).toBeNull()
  })

  test('log indices count every event of the tipset', () => {
    const logs = indexed.receipts.flatMap((receipt) => receipt.logs)
    expect(logs.map(({ logIndex }) => logIndex)).toEqual([0, 2, 4])
    expect(logs[1]).toEqual({
      address: contract,
      topics: [topic(3), topic(4)],
      data: Uint8Array.of(3),
      logIndex: 2,
    })
    expect(indexed.receipts[1]!.bloom).toEqual(logsBloom(indexed.receipts[1]!.logs))
  })

  test('an emitter that is gone keeps its masked id', () => {
    const { receipts } = indexedTipset(
      { tipset, messages, stateRoot: link, receiptsRoot: link, nextBaseFee: 1n },
      CHAIN,
      () => undefined,
    )
    expect(receipts[1]!.logs[0]!.address).toEqual(maskedId(CONTRACT_ID))
  })
})

describe('JSON', () => {
  const transactions = indexed.transactions.map((_, index) => mined(index))
  const answers: Record<string, unknown> = {
    eth_chainId: viemToHex(CHAIN),
    eth_getBlockByNumber: blockJson(indexed.block, transactions.map(minedTransactionJson)),
    eth_getTransactionReceipt: receiptJson(mined(1)),
    eth_getTransactionByHash: minedTransactionJson(mined(1)),
  }
  const client = createPublicClient({
    transport: custom({ request: async ({ method }: { method: string }) => answers[method] }),
  })

  test('viem reads the block', async () => {
    const read = await client.getBlock({ includeTransactions: true })
    expect(read).toMatchObject({
      number: 5n,
      gasLimit: 20_000_000_000n,
      gasUsed: 49_999_999n,
      baseFeePerGas: BASE_FEE,
      timestamp: 1_700_000_150n,
    })
    expect(read.transactions).toHaveLength(4)
    expect(read.transactions[0]).toMatchObject({ type: 'eip1559', to: null, yParity: 0 })
  })

  test('viem reads transaction and receipt', async () => {
    const hash = to0x(indexed.transactions[1]!.hash)
    const receipt = await client.getTransactionReceipt({ hash })
    expect(receipt).toMatchObject({
      status: 'success',
      transactionIndex: 1,
      gasUsed: 10_000_000n,
      cumulativeGasUsed: 28_000_000n,
      effectiveGasPrice: indexed.receipts[1]!.effectiveGasPrice,
      contractAddress: null,
    })
    expect(receipt.logs.map(({ logIndex }) => logIndex)).toEqual([0, 2])
    const transaction = await client.getTransaction({ hash })
    expect(transaction).toMatchObject({ nonce: 1, input: '0x01020304', blockNumber: 5n })
    expect(transaction.gasPrice).toBe(receipt.effectiveGasPrice)
  })

  test('hashes only', () => {
    const hashes = indexed.block.transactions.map(to0x)
    expect(blockJson(indexed.block, hashes).transactions).toEqual(hashes)
  })

  test('a failed transaction', () => {
    expect(receiptJson(mined(2))).toMatchObject({ status: '0x0', logs: [] })
  })
})

describe('logs as text', () => {
  const rows: MinedLog[] = indexed.transactions.flatMap((_, index) => minedLogs(mined(index)))

  test('parse to the objects', () => {
    expect(logsJsonText(rows).toString()).toBe(JSON.stringify(rows.map((row) => logJson(row))))
    expect(logsJsonText([]).toString()).toBe('[]')
  })

  test('of every number of topics and length of data', () => {
    const all = [0, 1, 2, 3, 4].flatMap((count) =>
      [0, 1, 31, 32, 100].map((length) => ({
        ...rows[0]!,
        log: {
          address: contract,
          topics: Array.from({ length: count }, (_, i) => topic(i)),
          data: new Uint8Array(length).fill(count),
          logIndex: 100 * count + length,
        },
      })),
    )
    expect(JSON.parse(logsJsonText(all).toString())).toEqual(all.map((row) => logJson(row)))
  })

  test('ethers reads one', () => {
    const erc20 = new Interface(['event Transfer(address indexed, address indexed, uint256)'])
    const word = (address: Uint8Array) => concat(new Uint8Array(12), address)
    const row: MinedLog = {
      ...rows[0]!,
      log: {
        address: contract,
        topics: [fromHex(erc20.getEvent('Transfer')!.topicHash), word(contract), word(contract)],
        data: concat(new Uint8Array(31), Uint8Array.of(7)),
        logIndex: 0,
      },
    }
    const [read] = JSON.parse(logsJsonText([row]).toString())
    expect(erc20.parseLog(read)!.args[2]).toBe(7n)
  })
})

test('the CBOR of a call is what a contract gets', () => {
  expect(bytes.decode(callContract.params)).toEqual(Uint8Array.of(1, 2, 3, 4))
})
