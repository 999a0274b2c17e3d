/** Behaviours 1 to 10 of the eth-rpc spec: blocks, tags, accounts, addresses. */
import { numberToHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { to0x } from '../../../src/base/bytes.ts'
import type { BlockRecord } from '../../../src/eth/records.ts'
import { ethBlockHash } from '../../../src/protocol/tipset.ts'
import { behaviourNode, calling, childCalling, newChild, stranger, ZERO_WORD } from './node.ts'

const { node, rpc, fails, alice, bob, send, height, inOneBlock, deploy } = await behaviourNode()
const { tipsetKey } = node.chain.head() as BlockRecord

const NULL_ROUND = (epoch: number) => ({
  code: 12,
  message: `requested epoch was a null round (${epoch})`,
  data: epoch,
})

/** A height without a block, with blocks on both sides. */
async function nullRound(): Promise<number> {
  await send({ to: bob, value: '0x1' })
  await rpc('fevm_skipEpochs', 1)
  const epoch = (await height()) + 1
  await rpc('evm_mine')
  return epoch
}

describe('blocks and tags', () => {
  test('behaviour 1: block 0 has the hash of the genesis tipset; by number and hash are the same', async () => {
    const genesis = await rpc('eth_getBlockByNumber', '0x0', true)
    expect(genesis.hash).toBe(to0x(ethBlockHash(tipsetKey)))
    for (let i = 0; i < 2; i++) {
      expect(await rpc('eth_getBlockByHash', genesis.hash, true)).toEqual(genesis)
      expect(await rpc('eth_getBlockByNumber', '0x0', true)).toEqual(genesis)
    }
  })

  test('behaviour 2: latest is the newest executed block, safe 200 and finalized 900 below', async () => {
    await rpc('hardhat_mine', numberToHex(910))
    const head = await height()
    for (const [tag, distance] of [
      ['latest', 0],
      ['safe', 200],
      ['finalized', 900],
    ] as const) {
      const { number } = await rpc('eth_getBlockByNumber', tag, false)
      expect(Number(number), tag).toBe(head - distance)
    }
  })

  test('behaviour 3: a null round is error 12, or the tipset before it', async () => {
    const epoch = await nullRound()
    const block = numberToHex(epoch)
    for (const [method, ...rest] of [
      ['eth_getBlockByNumber', false],
      ['eth_getBlockTransactionCountByNumber'],
      ['eth_getTransactionByBlockNumberAndIndex', '0x0'],
      ['eth_getBlockReceipts'],
      ['Filecoin.EthGetBlockReceiptsLimited', -1],
      ['trace_block'],
      ['eth_getHeaderByNumber'],
    ] as [string, ...unknown[]][]) {
      expect(await fails(method, block, ...rest), method).toEqual(NULL_ROUND(epoch))
    }
    expect(await fails('trace_replayBlockTransactions', block, ['trace'])).toEqual(
      NULL_ROUND(epoch),
    )
    const before = numberToHex(epoch - 1)
    for (const [method, ...params] of [
      ['eth_getBalance', alice],
      ['eth_getCode', alice],
      ['eth_getStorageAt', alice, '0x0'],
      ['eth_getTransactionCount', alice],
      ['eth_call', { to: bob }],
      ['eth_estimateGas', { to: bob }],
      ['Filecoin.FilecoinAddressToEthAddress', 't0100'],
    ] as [string, ...unknown[]][]) {
      expect(await rpc(method, ...params, block), method).toEqual(
        await rpc(method, ...params, before),
      )
    }
    const { oldestBlock } = await rpc('eth_feeHistory', 1, block)
    expect(oldestBlock).toBe(before)
  })

  test('behaviour 4: what is not there yet is a future epoch; pending works', async () => {
    const { message } = await fails(
      'eth_getBlockByNumber',
      numberToHex((await height()) + 1),
      false,
    )
    expect(message).toContain('requested a future epoch')
    expect(await rpc('eth_getBlockByNumber', 'pending', false)).toMatchObject({
      hash: expect.any(String),
    })
  })

  // behaviour 5, every output against a schema: test/rpc/execution-apis.test.ts and fuzz.test.ts

  test('behaviour 6: an empty block; hashes or whole transactions, in the same order', async () => {
    await rpc('evm_mine')
    expect(await rpc('eth_getBlockByNumber', 'latest', false)).toMatchObject({
      logsBloom: `0x${'00'.repeat(256)}`,
      transactionsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
      transactions: [],
    })
    const { hash, transactions } = await inOneBlock(async () => {
      await rpc('eth_sendTransaction', { from: alice, to: bob, value: '0x1' })
      await rpc('eth_sendTransaction', { from: bob, to: alice, value: '0x1' })
    })
    expect(transactions).toHaveLength(2)
    const full = await rpc('eth_getBlockByHash', hash, true)
    expect(full.transactions.map((tx: { hash: string }) => tx.hash)).toEqual(transactions)
    expect(full.transactionsRoot).toBe(ZERO_WORD)
  })

  test('behaviour 7: transactions by place equal the block’s entries; behind the last is an error', async () => {
    const { blockHash, blockNumber } = await send({ to: bob, value: '0x1' })
    const { transactions } = await rpc('eth_getBlockByHash', blockHash, true)
    expect(await rpc('eth_getTransactionByBlockHashAndIndex', blockHash, '0x0')).toEqual(
      transactions[0],
    )
    expect(await rpc('eth_getTransactionByBlockNumberAndIndex', blockNumber, '0x0')).toEqual(
      transactions[0],
    )
    for (const [method, ref] of [
      ['eth_getTransactionByBlockHashAndIndex', blockHash],
      ['eth_getTransactionByBlockNumberAndIndex', blockNumber],
    ]) {
      const { message } = await fails(method, ref, '0x1')
      expect(message).toBe('index 1 out of range: tipset contains 1 messages')
    }
  })
})

describe('accounts and addresses', () => {
  test('behaviour 8: addresses of both worlds; an unknown f1 has no actor', async () => {
    const pairs = [
      ['0xff000000000000000000000000000000000003ec', 't01004'],
      [
        '0xd388ab098ed3e84c0d808776440b48f685198498',
        't410f2oekwcmo2pueydmaq53eic2i62crtbeyuzx2gmy',
      ],
    ] as const
    for (const [eth, filecoin] of pairs) {
      expect(await rpc('Filecoin.EthAddressToFilecoinAddress', eth)).toBe(filecoin)
      expect(await rpc('Filecoin.FilecoinAddressToEthAddress', filecoin)).toBe(eth)
    }
    const f1 = node.accounts.native.find(({ kind }) => kind === 'secp256k1')!.address
    const known = await rpc('Filecoin.FilecoinAddressToEthAddress', f1.toString('t'), 'latest')
    expect(known).toMatch(/^0xff0{22}/)
    // of the key of an Ethereum account, which never used it so
    const nobody = node.accounts.ethereum[3]!.secp256k1Address.toString('t')
    expect(await fails('Filecoin.FilecoinAddressToEthAddress', nobody)).toMatchObject({
      code: 11,
      message: expect.stringContaining('actor not found'),
    })
  })

  test('behaviour 9: nonces of accounts and contracts', async () => {
    const count = (address: string, block: string) =>
      rpc('eth_getTransactionCount', address, block).then(Number)
    const nonce = await count(alice, 'latest')
    await inOneBlock(async () => {
      await rpc('eth_sendTransaction', { from: alice, to: bob, value: '0x1' })
      expect([await count(alice, 'latest'), await count(alice, 'pending')]).toEqual([
        nonce,
        nonce + 1,
      ])
    })
    const contract = await deploy()
    expect(await count(contract, 'latest')).toBe(1)
    for (const expected of [2, 3]) {
      await send({ to: contract, data: calling('create', 0n) })
      expect(await count(contract, 'latest')).toBe(expected)
    }
    const child = await deploy(newChild(0n))
    await send({ to: child, data: childCalling('destroy') })
    expect(await count(child, 'latest')).toBe(0)
  })

  test('behaviour 10: who is no contract has no code, no storage; who is not there no balance', async () => {
    for (const address of [alice, stranger(1), '0xff00000000000000000000000000000000000001']) {
      expect(await rpc('eth_getCode', address, 'latest')).toBe('0x')
      expect(await rpc('eth_getStorageAt', address, '0x5', 'latest')).toBe(ZERO_WORD)
    }
    expect(await rpc('eth_getBalance', stranger(1), 'latest')).toBe('0x0')
    const decimal = String(await height())
    for (const block of [decimal, Number(decimal)]) {
      expect(await rpc('eth_getBalance', alice, block)).toBe(
        await rpc('eth_getBalance', alice, 'latest'),
      )
    }
  })
})
