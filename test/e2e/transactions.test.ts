/** Transactions of all kinds, blocks, receipts, nonces, fees; everything there as soon as it is sent. */
import { Transaction } from 'ethers'
import {
  type Hex,
  hexToBigInt,
  keccak256,
  parseEther,
  parseTransaction,
  type TransactionSerializableLegacy,
  toHex,
  toRlp,
  zeroHash,
} from 'viem'
import { type HDAccount, signTransaction } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { contract } from '../contracts/compile.ts'
import { ethers } from './ethers.ts'
import { nodeForFile } from './node.ts'
import { account, CHAIN_ID, stranger, viem } from './viem.ts'

const node = await nodeForFile()
const alice = viem(node)
const { client, wallet } = alice
const { provider, signer } = ethers(node)

const GAS = 10_000_000n

async function sendRaw(serializedTransaction: Hex) {
  const hash = await client.sendRawTransaction({ serializedTransaction })
  expect(hash).toBe(keccak256(serializedTransaction))
  return hash
}

describe('kinds', () => {
  const gasPrice = 10n ** 9n
  const nonceOf = () => client.getTransactionCount(account(0))

  test('EIP-1559', async () => {
    const serialized = await account(0).signTransaction({
      type: 'eip1559',
      chainId: CHAIN_ID,
      nonce: await nonceOf(),
      gas: GAS,
      maxFeePerGas: gasPrice,
      maxPriorityFeePerGas: 1_000n,
      to: stranger(1),
      value: 1n,
    })
    const hash = await sendRaw(serialized)
    const sent = parseTransaction(serialized)
    expect(await client.getTransaction({ hash })).toMatchObject({
      type: 'eip1559',
      from: account(0).address.toLowerCase(),
      to: stranger(1),
      value: 1n,
      maxFeePerGas: gasPrice,
      maxPriorityFeePerGas: 1_000n,
      chainId: CHAIN_ID,
      r: sent.r,
      s: sent.s,
      yParity: sent.yParity,
      accessList: [],
    })
    expect(await alice.receiptOf(hash)).toMatchObject({ type: 'eip1559', status: 'success' })
  })

  test('EIP-155', async () => {
    const serialized = await account(0).signTransaction({
      type: 'legacy',
      chainId: CHAIN_ID,
      nonce: await nonceOf(),
      gas: GAS,
      gasPrice,
      to: stranger(1),
      value: 1n,
    })
    const hash = await sendRaw(serialized)
    const { v, r, s } = parseTransaction(serialized)
    expect(await client.getTransaction({ hash })).toMatchObject({
      type: 'legacy',
      gasPrice,
      chainId: CHAIN_ID,
      v,
      r,
      s,
    })
    const receipt = await alice.receiptOf(hash)
    expect(receipt).toMatchObject({ type: 'legacy', status: 'success' })
  })

  test('homestead, without a chain id', async () => {
    const transaction: TransactionSerializableLegacy = {
      type: 'legacy',
      nonce: await nonceOf(),
      gas: GAS,
      gasPrice,
      to: stranger(1),
      value: 1n,
    }
    const privateKey = toHex(account(0).getHdKey().privateKey!)
    const serialized = await signTransaction({ privateKey, transaction })
    const hash = await sendRaw(serialized)
    const mined = await client.getTransaction({ hash })
    expect(mined).toMatchObject({ type: 'legacy', gasPrice, nonce: transaction.nonce })
    expect([27n, 28n]).toContain(mined.v)
    expect(await alice.receiptOf(hash)).toMatchObject({ type: 'legacy', status: 'success' })
  })

  test('what a client reads back hashes to what was sent', async () => {
    for (const type of [0, 2]) {
      const { hash } = await signer(0).sendTransaction({ to: stranger(1), value: 1n, type })
      const read = await provider.getTransaction(hash)
      const rebuilt = Transaction.from({
        ...read!.toJSON(),
        to: read!.to,
        chainId: read!.chainId,
        signature: read!.signature,
        accessList: read!.type === 2 ? [] : null,
        ...(type === 0 ? { maxFeePerGas: null, maxPriorityFeePerGas: null } : { gasPrice: null }),
      } as never)
      expect(rebuilt.hash).toBe(hash)
      expect(rebuilt.from).toBe(account(0).address)
    }
  })

  test('access lists, blobs and authorizations are refused, each with its reason', async () => {
    const common = { chainId: CHAIN_ID, nonce: await nonceOf(), gas: GAS, to: stranger(1) }
    const fees = { maxFeePerGas: gasPrice, maxPriorityFeePerGas: 1n }
    const accessList = [{ address: stranger(1), storageKeys: [zeroHash] }]
    const signed = [
      [await account(0).signTransaction({ ...common, type: 'eip2930', gasPrice }), /EIP-2930/],
      [
        await account(0).signTransaction({ ...common, ...fees, type: 'eip1559', accessList }),
        /access list should be an empty list/,
      ],
      [
        await account(0).signTransaction({
          ...common,
          ...fees,
          type: 'eip7702',
          authorizationList: [],
        }),
        /unsupported transaction type/,
      ],
    ] as const
    for (const [serializedTransaction, reason] of signed) {
      await expect(client.sendRawTransaction({ serializedTransaction })).rejects.toThrow(reason)
    }
  })

  test('another chain’s id, a signature that was tampered with, nonsense', async () => {
    const common = { nonce: await nonceOf(), gas: GAS, gasPrice, to: stranger(1) } as const
    const foreign = await account(0).signTransaction({ ...common, type: 'legacy', chainId: 1 })
    await expect(sendRaw(foreign)).rejects.toThrow(/invalid chain id/)
    const own = await account(0).signTransaction({ ...common, type: 'legacy', chainId: CHAIN_ID })
    const tampered = `${own.slice(0, -2)}${own.endsWith('00') ? '01' : '00'}` as Hex
    await expect(sendRaw(tampered)).rejects.toThrow()
    for (const nonsense of ['0x', '0x00', '0x02', '0xc0', toRlp(['0x', '0x']), `${own}00`]) {
      const failure = await node.rpc('eth_sendRawTransaction', nonsense).catch((error) => error)
      expect(failure).toMatchObject({ code: 1 })
    }
    expect(await client.getTransactionCount(account(0))).toBe(common.nonce)
  })

  test('a transaction sent twice is refused the second time', async () => {
    const serialized = await account(0).signTransaction({
      type: 'eip1559',
      chainId: CHAIN_ID,
      nonce: await nonceOf(),
      gas: GAS,
      maxFeePerGas: gasPrice,
      to: stranger(1),
    })
    await sendRaw(serialized)
    await expect(sendRaw(serialized)).rejects.toThrow(/nonce/i)
  })
})

describe('blocks', async () => {
  const receipt = await alice.receiptOf(
    await wallet.sendTransaction({ to: stranger(2), value: 5n, gas: GAS }),
  )
  const { blockHash, blockNumber, transactionHash } = receipt

  test('by number, by hash and by tag are one', async () => {
    const block = await client.getBlock({ blockNumber })
    expect(await client.getBlock({ blockHash })).toEqual(block)
    expect(block).toMatchObject({
      hash: blockHash,
      transactions: [transactionHash],
      gasUsed: receipt.gasUsed,
      gasLimit: 10_000_000_000n,
    })
    const parent = await client.getBlock({ blockNumber: blockNumber - 1n })
    expect(block.parentHash).toBe(parent.hash)
  })

  test('with whole transactions, which are those that one gets singly', async () => {
    const { transactions } = await client.getBlock({ blockNumber, includeTransactions: true })
    expect(transactions).toEqual([await client.getTransaction({ hash: transactionHash })])
    expect(await client.getTransaction({ blockHash, index: 0 })).toEqual(transactions[0])
    expect(await client.getTransaction({ blockNumber, index: 0 })).toEqual(transactions[0])
    expect(await client.getBlockTransactionCount({ blockNumber })).toBe(1)
    expect(await client.getBlockTransactionCount({ blockHash })).toBe(1)
  })

  test('tags', async () => {
    const head = await client.getBlockNumber()
    expect(await client.getBlock()).toEqual(await client.getBlock({ blockNumber: head }))
    for (const blockTag of ['latest', 'pending', 'safe', 'finalized', 'earliest'] as const) {
      const block = await client.getBlock({ blockTag })
      expect(block.number).toBeLessThanOrEqual(head)
    }
    const genesis = await client.getBlock({ blockNumber: 0n })
    expect(genesis).toMatchObject({ number: 0n, transactions: [], gasUsed: 0n })
  })

  test('receipts of a block', async () => {
    const receipts = await node.rpc<unknown[]>('eth_getBlockReceipts', toHex(blockNumber))
    const single = await node.rpc('eth_getTransactionReceipt', transactionHash)
    expect(receipts).toEqual([single])
    expect(await node.rpc('eth_getBlockReceipts', blockHash)).toEqual(receipts)
  })

  test('unknown: null, or an error where Lotus has one', async () => {
    expect(await node.rpc('eth_getBlockByHash', toHex(7, { size: 32 }), false)).toBeNull()
    expect(await node.rpc('eth_getTransactionByHash', toHex(7, { size: 32 }))).toBeNull()
    expect(await node.rpc('eth_getTransactionReceipt', toHex(7, { size: 32 }))).toBeNull()
    await expect(client.getBlock({ blockNumber: blockNumber + 100n })).rejects.toThrow()
  })

  test('ethers reads the same', async () => {
    const block = await provider.getBlock(blockHash, true)
    expect(block?.prefetchedTransactions[0]?.hash).toBe(transactionHash)
    const read = await provider.getTransactionReceipt(transactionHash)
    expect(read).toMatchObject({ blockHash, status: 1, gasUsed: receipt.gasUsed })
    expect(read!.gasPrice).toBe(receipt.effectiveGasPrice)
  })
})

describe('money', () => {
  test('the sender pays value, gas and burn to the last attoFIL', async () => {
    const before = await client.getBalance(account(0))
    const receipt = await alice.receiptOf(
      await wallet.sendTransaction({ to: stranger(3), value: 1_000n, gas: GAS }),
    )
    const after = await client.getBalance(account(0))
    expect(await client.getBalance({ address: stranger(3) })).toBe(1_000n)
    const paid = before - after - 1_000n
    // the price is what was paid per unit, rounded down
    expect(paid / receipt.gasUsed).toBe(receipt.effectiveGasPrice)
    const old = await client.getBalance({
      ...account(0),
      blockNumber: receipt.blockNumber - 1n,
    })
    expect(old).toBe(before)
  })

  test('an account lives on what it was sent, also its first transaction', async () => {
    const young = viem(node, 40)
    await wallet.sendTransaction({ to: young.account.address, value: parseEther('2') })
    const receipt = await young.receiptOf(
      await young.wallet.sendTransaction({ to: stranger(3), value: parseEther('1') }),
    )
    expect(receipt.status).toBe('success')
    expect(await client.getTransactionCount(young.account)).toBe(1)
  })

  test('fees that viem suggests are enough, and not absurd', async () => {
    const { maxFeePerGas, maxPriorityFeePerGas } = await client.estimateFeesPerGas()
    const { baseFeePerGas } = await client.getBlock()
    expect(maxFeePerGas).toBeGreaterThan(maxPriorityFeePerGas)
    expect(maxFeePerGas).toBeLessThan(2n * baseFeePerGas! + maxPriorityFeePerGas + 1n)
    expect(await client.getGasPrice()).toBeGreaterThan(0n)
    const { gasPrice } = await provider.getFeeData()
    expect(gasPrice).toBeGreaterThan(0n)
  })

  test('fee history', async () => {
    const history = await client.getFeeHistory({ blockCount: 4, rewardPercentiles: [10, 50, 90] })
    expect(history.baseFeePerGas).toHaveLength(5)
    expect(history.gasUsedRatio).toHaveLength(4)
    expect(history.reward).toHaveLength(4)
    const { baseFeePerGas } = await client.getBlock({ blockNumber: history.oldestBlock })
    expect(history.baseFeePerGas[0]).toBe(baseFeePerGas)
    for (const ratio of history.gasUsedRatio) expect(ratio).toBeGreaterThan(0)
    await expect(client.getFeeHistory({ blockCount: 1025, rewardPercentiles: [] })).rejects.toThrow(
      /block count/,
    )
    await expect(
      client.getFeeHistory({ blockCount: 1, rewardPercentiles: [90, 10] }),
    ).rejects.toThrow()
  })
})

/** What an honest client does that takes a node at its word: one look, no waiting. */
describe('at once', async () => {
  const emitter = await alice.deploy(contract('Emitter'))

  /** Signs and sends, then looks everywhere at once. */
  async function sendAndLook(sender: HDAccount, nonce: number) {
    const serialized = await sender.signTransaction({
      type: 'eip1559',
      chainId: CHAIN_ID,
      nonce,
      gas: 15_000_000n,
      maxFeePerGas: 10n ** 9n,
      maxPriorityFeePerGas: 1_000n,
      to: emitter.address,
      // many(1)
      data: `0x${MANY}${toHex(1, { size: 32 }).slice(2)}`,
    })
    const hash = await node.rpc<Hex>('eth_sendRawTransaction', serialized)
    const [receipt, transaction, count, head] = await Promise.all([
      node.rpc<Receipt>('eth_getTransactionReceipt', hash),
      node.rpc<{ blockHash: Hex }>('eth_getTransactionByHash', hash),
      node.rpc<Hex>('eth_getTransactionCount', sender.address, 'latest'),
      node.rpc<Hex>('eth_blockNumber'),
    ])
    expect(receipt).toMatchObject({ status: '0x1', transactionHash: hash })
    expect(receipt.logs).toHaveLength(1)
    expect(transaction.blockHash).toBe(receipt.blockHash)
    expect(Number(count)).toBeGreaterThan(nonce)
    expect(hexToBigInt(head)).toBeGreaterThanOrEqual(hexToBigInt(receipt.blockNumber))
    const [block, logs] = await Promise.all([
      node.rpc<{ hash: Hex; transactions: Hex[] }>(
        'eth_getBlockByNumber',
        receipt.blockNumber,
        false,
      ),
      node.rpc<{ transactionHash: Hex }[]>('eth_getLogs', { blockHash: receipt.blockHash }),
    ])
    expect(block.hash).toBe(receipt.blockHash)
    expect(block.transactions).toContain(hash)
    expect(logs.filter((log) => log.transactionHash === hash)).toEqual(receipt.logs)
  }

  test('two hundred transactions, one after the other', async () => {
    const first = await client.getTransactionCount(account(0))
    for (let i = 0; i < 200; i++) await sendAndLook(account(0), first + i)
  })

  test('fifty senders, all at the same time', async () => {
    const senders = Array.from({ length: 50 }, (_, index) => account(100 + index))
    for (const { address } of senders) {
      await node.rpc('hardhat_setBalance', address, toHex(parseEther('10')))
    }
    await Promise.all(
      senders.map(async (sender) => {
        for (let nonce = 0; nonce < 3; nonce++) await sendAndLook(sender, nonce)
      }),
    )
  })

  test('one sender, five at the same time and in any order', async () => {
    const first = await client.getTransactionCount(account(1))
    const order = [3, 0, 1, 4, 2]
    const hashes = await Promise.all(
      order.map(async (offset) =>
        node.rpc<Hex>(
          'eth_sendRawTransaction',
          await account(1).signTransaction({
            type: 'eip1559',
            chainId: CHAIN_ID,
            nonce: first + offset,
            gas: GAS,
            maxFeePerGas: 10n ** 9n,
            to: stranger(6),
            value: 1n,
          }),
        ),
      ),
    )
    for (const hash of hashes) {
      expect(await alice.receiptOf(hash)).toMatchObject({ status: 'success' })
    }
    expect(await client.getTransactionCount(account(1))).toBe(first + 5)
  })
})

/** Selector of many(uint256). */
const MANY = keccak256(toHex('many(uint256)')).slice(2, 10)

interface Receipt {
  readonly status: Hex
  readonly blockHash: Hex
  readonly blockNumber: Hex
  readonly logs: readonly unknown[]
}
