/** Behaviours 11 to 20: transactions and receipts. */
import { getContractAddress, type Hex, keccak256, numberToHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { toFilecoin } from '../../../src/address/eth-address.ts'
import { concat, fromHex } from '../../../src/base/bytes.ts'
import { EAM_ADDRESS } from '../../../src/eth/to-message.ts'
import { bytes } from '../../../src/ipld/codec.ts'
import { EamMethod, InvokeEVM } from '../../../src/protocol/method.ts'
import { nativeMessage, type Sending } from '../../e2e/native-message.ts'
import { aliceKey, behaviourNode, behaviours, CHAIN_ID, calling, GAS, UNKNOWN } from './node.ts'

const { node, rpc, fails, alice, bob, send, inOneBlock, deploy } = await behaviourNode()
const contract = await deploy()
const secp = node.accounts.native.find(({ kind }) => kind === 'secp256k1')!
const bls = node.accounts.native.find(({ kind }) => kind === 'bls')!

const nonceOf = async () => Number(await rpc('eth_getTransactionCount', alice, 'pending'))
async function signed(fields: object = {}): Promise<Hex> {
  const fees =
    'gasPrice' in fields ? {} : { maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 200_000n }
  return aliceKey.signTransaction({
    type: 'eip1559',
    chainId: CHAIN_ID,
    nonce: await nonceOf(),
    gas: 50_000_000n,
    to: bob,
    value: 1n,
    ...fees,
    ...fields,
  } as never)
}
const legacy = { type: 'legacy', gasPrice: 10n ** 9n }

async function sendNative(sending: Sending, from = secp) {
  const { signed: message, unsignedCid } = await nativeMessage(node.chain, from, sending)
  const cid = await node.chain.submit(message)
  const hash = await rpc('eth_getTransactionHashByCid', { '/': cid.toString() })
  return { hash, cid, unsignedCid, transaction: await rpc('eth_getTransactionByHash', hash) }
}

describe('transactions', () => {
  test.each([
    ['1559', {}, '0x2'],
    ['155', legacy, '0x0'],
    ['homestead', { ...legacy, chainId: undefined }, '0x0'],
  ])('behaviour 11: %s, its block entry and its receipt agree', async (_, fields, type) => {
    const raw = await signed(fields)
    const hash = await rpc('eth_sendRawTransaction', raw)
    expect(hash).toBe(keccak256(raw))
    const transaction = await rpc('eth_getTransactionByHash', hash)
    const receipt = await rpc('eth_getTransactionReceipt', hash)
    const { transactions } = await rpc('eth_getBlockByHash', transaction.blockHash, true)
    expect(transactions).toEqual([transaction])
    const { blockHash, blockNumber, transactionIndex } = transaction
    expect(transaction).toMatchObject({ hash, type, from: alice, to: bob })
    expect(receipt).toMatchObject({
      transactionHash: hash,
      type,
      from: alice,
      to: bob,
      blockHash,
      blockNumber,
      transactionIndex,
    })
  })

  test('behaviour 12: what is not a transaction of this chain never reaches the pool', async () => {
    const raw = await signed()
    const bytesOf = fromHex(raw)
    bytesOf[bytesOf.length - 5]! ^= 1
    const flipped = await fails(
      'eth_sendRawTransaction',
      `0x${Buffer.from(bytesOf).toString('hex')}`,
    )
    expect(flipped.code).toBe(1)
    const list = [{ address: bob, storageKeys: [] }]
    for (const [transaction, text] of [
      [await signed({ chainId: 1 }), 'invalid chain id'],
      [await signed({ accessList: list }), 'access list should be an empty list'],
      [await signed({ ...legacy, type: 'eip2930' }), 'EIP-2930 transaction is not supported'],
      [`0x03${raw.slice(4)}`, 'unsupported transaction type'],
      [`0x04${raw.slice(4)}`, 'unsupported transaction type'],
      ['0x', 'empty data'],
    ]) {
      const error = await fails('eth_sendRawTransaction', transaction)
      expect(error).toMatchObject({ code: 1, message: expect.stringContaining(text!) })
    }
    expect(await node.chain.pending()).toEqual([])
  })

  test('behaviour 13: native messages as transactions', async () => {
    const to = toFilecoin(fromHex(contract))
    const masked = await rpc(
      'Filecoin.FilecoinAddressToEthAddress',
      secp.address.toString('t'),
      'latest',
    )
    const transfer = await sendNative({ to: toFilecoin(fromHex(bob)), value: 5n })
    expect(transfer.transaction).toMatchObject({
      type: '0x2',
      from: masked,
      to: bob,
      value: '0x5',
      v: '0x0',
    })
    // a bare send has method 0, which is shown as handle_filecoin_method
    expect(transfer.transaction.input).toMatch(/^0x868e10c4/)

    const data = calling('set', 9n)
    const invoke = await sendNative({ to, method: InvokeEVM, params: bytes.encode(fromHex(data)) })
    expect(invoke.transaction).toMatchObject({ to: contract, input: data })

    const bad = await sendNative({ to, method: InvokeEVM, params: Uint8Array.of(0x81, 0x01) })
    expect(bad.transaction.input).toMatch(/^0x868e10c4/)
    const receipt = await rpc('eth_getTransactionReceipt', bad.hash)
    expect(receipt.status).toBe('0x0')

    const create = await sendNative({
      to: EAM_ADDRESS,
      method: EamMethod.CreateExternal,
      params: bytes.encode(fromHex(behaviours.bytecode)),
    })
    expect(create.transaction).toMatchObject({ to: null, input: behaviours.bytecode })
    const made = await rpc('eth_getTransactionReceipt', create.hash)
    expect(await rpc('eth_getCode', made.contractAddress, 'latest')).toBe(
      await rpc('eth_getCode', contract, 'latest'),
    )

    // f2 addresses are of actors that somebody made; of this one nobody did
    const nobody = toFilecoin(
      concat(fromHex('ff'), new Uint8Array(11), fromHex('0000000000ffffff')),
    )
    const lost = await sendNative({ to: nobody, value: 1n })
    expect(lost.transaction.to).toMatch(/^0xff0{22}/)
    expect((await rpc('eth_getTransactionReceipt', lost.hash)).status).toBe('0x0')
  })

  test('behaviour 14: of a replaced transaction nothing is left', async () => {
    const nonce = await nonceOf()
    let old = ''
    let replacement = ''
    await inOneBlock(async () => {
      old = await rpc('eth_sendRawTransaction', await signed({ nonce }))
      const more = await signed({ nonce, maxPriorityFeePerGas: 500_000n })
      replacement = await rpc('eth_sendRawTransaction', more)
    })
    expect(await rpc('eth_getTransactionByHash', old)).toBeNull()
    expect(await rpc('eth_getTransactionReceipt', old)).toBeNull()
    expect(await rpc('eth_getTransactionReceipt', replacement)).toMatchObject({ status: '0x1' })
  })

  test('behaviour 15: pending transactions have no block; native ones are not shown', async () => {
    await inOneBlock(async () => {
      const hash = await rpc('eth_sendRawTransaction', await signed())
      expect(await rpc('eth_getTransactionByHash', hash)).toMatchObject({
        blockHash: null,
        blockNumber: null,
        transactionIndex: null,
      })
      expect(await rpc('eth_getTransactionReceipt', hash)).toBeNull()
      const { signed: message } = await nativeMessage(node.chain, secp, {
        to: toFilecoin(fromHex(bob)),
        value: 1n,
      })
      await node.chain.submit(message)
      const native = (await node.chain.pending()).find(({ kind }) => kind === 'native')!
      const hashOfNative = `0x${Buffer.from(native.hash).toString('hex')}`
      expect(await rpc('eth_getTransactionByHash', hashOfNative)).toBeNull()
    })
  })

  test('behaviour 16: hash to CID and back, for all kinds of signatures', async () => {
    const to = toFilecoin(fromHex(bob))
    const delegated = await rpc('eth_sendRawTransaction', await signed())
    const hashes = [
      delegated,
      (await sendNative({ to, value: 1n })).hash,
      (await sendNative({ to, value: 1n }, bls)).hash,
    ]
    for (const hash of hashes) {
      const cid = await rpc('eth_getMessageCidByTransactionHash', hash)
      expect(await rpc('eth_getTransactionHashByCid', cid)).toBe(hash)
    }
    expect(await rpc('eth_getMessageCidByTransactionHash', UNKNOWN)).toBeNull()
    const unknown = { '/': 'bafy2bzacecnamqgqmifpluoeldx7zzglxcljo6oja4vrmtj7432rphldpdmm2' }
    expect(await rpc('eth_getTransactionHashByCid', unknown)).toBeNull()
  })
})

describe('receipts', () => {
  test('behaviour 17: deployments, one that works and two that do not', async () => {
    const nonce = BigInt(await nonceOf())
    expect(await send({ data: behaviours.bytecode })).toMatchObject({
      to: null,
      status: '0x1',
      contractAddress: getContractAddress({ from: alice, nonce }).toLowerCase(),
    })
    const failing = await send({ data: '0x60006000fd', gas: GAS })
    expect(failing).toMatchObject({ to: null, status: '0x0', contractAddress: null })
    const outOfGas = await send({ data: '0x5b600056', gas: numberToHex(20_000_000) })
    expect(outOfGas).toMatchObject({ to: null, status: '0x0', contractAddress: null })
    expect(BigInt(outOfGas.gasUsed)).toBeLessThanOrEqual(20_000_000n)
  })

  test('behaviour 18: effective gas price is all that was paid per gas used, rounded down', async () => {
    for (const gas of [undefined, GAS]) {
      const block = await rpc('eth_blockNumber')
      const before = BigInt(await rpc('eth_getBalance', alice, block))
      const receipt = await send({ to: contract, data: calling('set', 5n), ...(gas && { gas }) })
      const paid = before - BigInt(await rpc('eth_getBalance', alice, receipt.blockNumber))
      expect(BigInt(receipt.effectiveGasPrice)).toBe(paid / BigInt(receipt.gasUsed))
    }
  })

  test('behaviour 19: blooms, and log indices of a block', async () => {
    const block = await inOneBlock(async () => {
      for (const count of [4n, 3n, 3n]) {
        const data = calling('ping', 0n, count, 1n)
        await rpc('eth_sendTransaction', { from: alice, to: contract, data, gas: GAS })
      }
    })
    const receipts = await rpc('eth_getBlockReceipts', block.hash)
    const logs = receipts.flatMap(({ logs }: { logs: object[] }) => logs)
    expect(logs.map(({ logIndex }: { logIndex: string }) => Number(logIndex))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ])
    expect(await rpc('eth_getLogs', { blockHash: block.hash })).toEqual(logs)
    let all = 0n
    for (const { logsBloom, logs } of receipts) {
      all |= BigInt(logsBloom)
      for (const { address, topics } of logs) {
        for (const item of [address, ...topics]) {
          expect(BigInt(logsBloom) & bloomOf(item)).toBe(bloomOf(item))
        }
      }
    }
    expect(BigInt(block.logsBloom)).toBe(all)
  })

  test('behaviour 20: block receipts are those of its transactions, however the block is named', async () => {
    const { transactionHash, blockHash, blockNumber } = await send({ to: bob, value: '0x1' })
    const receipts = [await rpc('eth_getTransactionReceipt', transactionHash)]
    for (const ref of [blockHash, { blockHash }, { blockNumber }, 'latest', blockNumber]) {
      expect(await rpc('eth_getBlockReceipts', ref)).toEqual(receipts)
    }
    await rpc('hardhat_mine', '0x5')
    const limited = 'Filecoin.EthGetBlockReceiptsLimited'
    expect((await fails(limited, blockNumber, 2)).message).toContain('allowed lookback limit')
    expect(await rpc(limited, blockNumber, -1)).toEqual(receipts)
  })
})

/** Three bits of 2048, from the first six bytes of the keccak. */
function bloomOf(item: Hex): bigint {
  const hash = fromHex(keccak256(item))
  let bloom = 0n
  for (let i = 0; i < 6; i += 2) {
    bloom |= 1n << BigInt(((hash[i]! << 8) | hash[i + 1]!) & 2047)
  }
  return bloom
}
