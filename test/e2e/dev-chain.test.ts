/** What one can do to a development chain: go back, move time, edit accounts, mine on demand. */
import { encodeFunctionData, type Hex, pad, parseEther, toHex } from 'viem'
import { afterEach, describe, expect, test } from 'vitest'
import { contract, contracts } from '../contracts/compile.ts'
import { nodeForFile } from './node.ts'
import { account, stranger, viem } from './viem.ts'

const node = await nodeForFile()
const alice = viem(node)
const bob = viem(node, 1)
const { client, wallet, anvil, hardhat } = alice

describe('snapshot and revert', () => {
  test('leave nothing behind of what came after', async () => {
    const emitter = await alice.deploy(contract('Emitter'))
    const filter = await node.rpc<Hex>('eth_newFilter', { address: emitter.address })
    const blockFilter = await node.rpc<Hex>('eth_newBlockFilter')
    const head = await client.getBlock()
    const nonce = await client.getTransactionCount(account(0))
    const balance = await client.getBalance(account(0))
    const snapshot = await anvil.snapshot()

    const receipt = await alice.send(emitter, 'many', [3n])
    await wallet.sendTransaction({ to: stranger(1), value: 5n })
    await anvil.setBalance({ address: stranger(2), value: 1n })
    const { blockHash, blockNumber, transactionHash } = receipt
    expect(await node.rpc('eth_getFilterChanges', filter)).toHaveLength(3)
    expect(await node.rpc('eth_getFilterChanges', blockFilter)).toHaveLength(2)

    await anvil.revert({ id: snapshot })
    expect(await node.rpc('eth_getTransactionByHash', transactionHash)).toBeNull()
    expect(await node.rpc('eth_getTransactionReceipt', transactionHash)).toBeNull()
    // a block that has left the chain is known by its hash only
    expect(await node.rpc('eth_getBlockByHash', blockHash, false)).toMatchObject({
      hash: blockHash,
      transactions: [transactionHash],
    })
    await expect(client.getBlock({ blockNumber })).rejects.toThrow()
    expect(await client.getLogs({ address: emitter.address, fromBlock: 0n })).toEqual([])
    expect(await client.getTransactionCount(account(0))).toBe(nonce)
    expect(await client.getBalance(account(0))).toBe(balance)
    expect(await client.getBalance({ address: stranger(1) })).toBe(0n)
    expect(await client.getBalance({ address: stranger(2) })).toBe(0n)
    expect(await client.getBlock()).toEqual(head)
    expect(await node.rpc('eth_getFilterChanges', filter)).toMatchObject(
      receipt.logs.map(({ logIndex }) => ({ removed: true, blockHash, logIndex: toHex(logIndex) })),
    )
    expect(await node.rpc('eth_getFilterChanges', blockFilter)).toEqual([])

    // and the chain goes on
    const again = await alice.send(emitter, 'many', [2n])
    expect(again.blockNumber).toBe(blockNumber)
    expect(await node.rpc('eth_getFilterChanges', filter)).toHaveLength(2)
    expect(await node.rpc('eth_getFilterLogs', filter)).toHaveLength(2)
    expect(await node.rpc('eth_getFilterChanges', blockFilter)).toEqual([again.blockHash])
  })

  test('the same transaction may be sent again', async () => {
    const snapshot = await anvil.snapshot()
    const request = await wallet.prepareTransactionRequest({ to: stranger(1), value: 7n })
    const serializedTransaction = await wallet.signTransaction(request as never)
    const first = await alice.receiptOf(await client.sendRawTransaction({ serializedTransaction }))
    await anvil.revert({ id: snapshot })
    const second = await alice.receiptOf(await client.sendRawTransaction({ serializedTransaction }))
    expect(second.transactionHash).toBe(first.transactionHash)
    expect(second.status).toBe('success')
    expect(await client.getBalance({ address: stranger(1) })).toBe(7n)
  })

  test('edits after a snapshot are undone, also when no block came between', async () => {
    const before = await client.getBalance({ address: stranger(3) })
    const snapshot = await anvil.snapshot()
    await anvil.setBalance({ address: stranger(3), value: parseEther('9') })
    await anvil.setCode({ address: stranger(3), bytecode: '0x00' })
    expect(await client.getCode({ address: stranger(3) })).toBe('0x00')
    await anvil.revert({ id: snapshot })
    expect(await client.getBalance({ address: stranger(3) })).toBe(before)
    expect(await client.getCode({ address: stranger(3) })).toBeUndefined()
  })

  test('a snapshot serves once, and later ones go with it', async () => {
    const first = await anvil.snapshot()
    const second = await anvil.snapshot()
    expect(await node.rpc('evm_revert', first)).toBe(true)
    expect(await node.rpc('evm_revert', first)).toBe(false)
    expect(await node.rpc('evm_revert', second)).toBe(false)
    expect(await node.rpc('evm_revert', '0xffff')).toBe(false)
  })

  test('nested, as test frameworks do it', async () => {
    const outer = await anvil.snapshot()
    for (let i = 0; i < 5; i++) {
      const inner = await anvil.snapshot()
      await wallet.sendTransaction({ to: stranger(4), value: 1n })
      expect(await client.getBalance({ address: stranger(4) })).toBe(1n)
      await anvil.revert({ id: inner })
    }
    expect(await client.getBalance({ address: stranger(4) })).toBe(0n)
    expect(await node.rpc('evm_revert', outer)).toBe(true)
  })

  test('a pending transaction that was there is there again', async () => {
    await anvil.setAutomine(false)
    const kept = await wallet.sendTransaction({ to: stranger(5), value: 1n, gas: 9_000_000n })
    const snapshot = await anvil.snapshot()
    const gone = await bob.wallet.sendTransaction({ to: stranger(5), value: 2n, gas: 9_000_000n })
    await anvil.mine({ blocks: 1 })
    expect(await client.getBalance({ address: stranger(5) })).toBe(3n)
    await anvil.revert({ id: snapshot })
    expect(await node.rpc('eth_getTransactionByHash', gone)).toBeNull()
    expect(await node.rpc('eth_getTransactionByHash', kept)).toMatchObject({ blockHash: null })
    await anvil.mine({ blocks: 1 })
    expect(await alice.receiptOf(kept)).toMatchObject({ status: 'success' })
    expect(await client.getBalance({ address: stranger(5) })).toBe(1n)
    await anvil.setAutomine(true)
  })
})

describe('time', () => {
  const timestamp = async () => Number((await client.getBlock()).timestamp)

  test('moves on by seconds', async () => {
    const before = await timestamp()
    await anvil.increaseTime({ seconds: 86_400 })
    await anvil.mine({ blocks: 1 })
    const moved = (await timestamp()) - before
    expect(moved).toBeGreaterThanOrEqual(86_400)
    expect(moved).toBeLessThan(86_400 + 60)
  })

  test('is what was asked for in the next block, and goes on from there', async () => {
    const next = (await timestamp()) + 1_000
    await anvil.setNextBlockTimestamp({ timestamp: BigInt(next) })
    await wallet.sendTransaction({ to: stranger(1), value: 1n })
    expect(await timestamp()).toBe(next)
    await anvil.mine({ blocks: 1 })
    expect((await timestamp()) - next).toBeLessThan(60)
    await expect(anvil.setNextBlockTimestamp({ timestamp: BigInt(next - 1) })).rejects.toThrow(
      /later/,
    )
  })

  test('of many blocks at once', async () => {
    const [time, number] = [await timestamp(), await client.getBlockNumber()]
    await hardhat.mine({ blocks: 1000, interval: 60 })
    expect(await client.getBlockNumber()).toBe(number + 1000n)
    expect((await timestamp()) - time).toBeGreaterThanOrEqual(999 * 60)
    const [a, b] = await Promise.all(
      [500n, 501n].map((offset) => client.getBlock({ blockNumber: number + offset })),
    )
    expect(b!.timestamp - a!.timestamp).toBe(60n)
    expect(b!.parentHash).toBe(a!.hash)
  })

  test('is seen by calls and estimates before a block shows it', async () => {
    const { Vesting } = contracts('Vesting.sol')
    const vesting = await alice.deploy(Vesting!, [3_600n])
    await expect(alice.send(vesting, 'release')).rejects.toThrow(/too early/)
    await anvil.increaseTime({ seconds: 3_600 })
    expect(await alice.send(vesting, 'release')).toMatchObject({ status: 'success' })
  })

  test('has an end, which cannot be passed', async () => {
    const snapshot = await anvil.snapshot()
    const refused = { code: -32602 }
    for (let i = 0; i < 3; i++) {
      await node.rpc('evm_increaseTime', 2 ** 51).catch((error) => {
        expect(error).toMatchObject(refused)
      })
      await anvil.mine({ blocks: 1 })
    }
    await expect(node.rpc('evm_increaseTime', 2 ** 51)).rejects.toMatchObject(refused)
    await expect(node.rpc('hardhat_mine', 2, 2 ** 52 - 1)).rejects.toMatchObject(refused)
    await expect(node.rpc('fevm_skipEpochs', 2 ** 51)).rejects.toMatchObject(refused)
    await node.rpc('fevm_skipEpochs', 2 ** 46)
    await wallet.sendTransaction({ to: stranger(1), value: 1n })
    expect(await client.getLogs({ fromBlock: 0n, address: stranger(1) })).toEqual([])
    await anvil.revert({ id: snapshot })
    await anvil.mine({ blocks: 1 })
    expect(await timestamp()).toBeLessThan(2 ** 50)
  })

  test('of a null round: the height is skipped, and says so', async () => {
    const head = await client.getBlockNumber()
    await node.rpc('fevm_skipEpochs', 2)
    await anvil.mine({ blocks: 1 })
    expect(await client.getBlockNumber()).toBe(head + 3n)
    const skipped = node.rpc('eth_getBlockByNumber', toHex(head + 1n), false)
    await expect(skipped).rejects.toMatchObject({ code: 12, data: Number(head) + 1 })
    expect(await client.getBalance({ ...account(0), blockNumber: head + 1n })).toBe(
      await client.getBalance({ ...account(0), blockNumber: head }),
    )
  })
})

describe.each(['anvil', 'hardhat'] as const)('edits, with viem’s %s', (mode) => {
  const tool = alice[mode]
  const address = mode === 'anvil' ? stranger(11) : stranger(12)

  test('balance', async () => {
    await tool.setBalance({ address, value: parseEther('3') })
    expect(await client.getBalance({ address })).toBe(parseEther('3'))
    await tool.setBalance({ address, value: 0n })
    expect(await client.getBalance({ address })).toBe(0n)
    // an account that others use already
    const before = await client.getBalance(account(9))
    await tool.setBalance({ address: account(9).address, value: before + 1n })
    expect(await client.getBalance(account(9))).toBe(before + 1n)
  })

  test('code, which then runs', async () => {
    const token = await alice.deploy(contract('Token'), [5n])
    const code = await client.getCode(token)
    await tool.setCode({ address, bytecode: code! })
    expect(await client.getCode({ address })).toBe(code)
    expect(await alice.read({ address, abi: token.abi }, 'totalSupply')).toBe(0n)
    // of a contract, whose storage stays
    await tool.setCode({ address: token.address, bytecode: '0x60005460005260206000f3' })
    const { data } = await client.call({ to: token.address })
    expect(data).toBe(toHex(0n, { size: 32 }))
  })

  test('storage: total supply is slot 2 of an ERC-20', async () => {
    const token = await alice.deploy(contract('Token'), [5n])
    const index = toHex(2n, { size: 32 })
    expect(await client.getStorageAt({ ...token, slot: index })).toBe(toHex(5n, { size: 32 }))
    await tool.setStorageAt({ ...token, index, value: toHex(77n, { size: 32 }) })
    expect(await client.getStorageAt({ ...token, slot: index })).toBe(toHex(77n, { size: 32 }))
    expect(await alice.read(token, 'totalSupply')).toBe(77n)
    await tool.setStorageAt({ ...token, index: 2, value: pad('0x0') })
    expect(await alice.read(token, 'totalSupply')).toBe(0n)
  })

  test('nonce', async () => {
    const sender = viem(node, mode === 'anvil' ? 21 : 22)
    await tool.setBalance({ address: sender.account.address, value: parseEther('1') })
    await tool.setNonce({ address: sender.account.address, nonce: 41 })
    expect(await client.getTransactionCount(sender.account)).toBe(41)
    const hash = await sender.wallet.sendTransaction({ to: stranger(1), value: 1n })
    expect(await client.getTransaction({ hash })).toMatchObject({ nonce: 41 })
    expect(await client.getTransactionCount(sender.account)).toBe(42)
  })

  test('what is not allowed is refused with a reason', async () => {
    const refused = { code: -32602 }
    const set = (method: string, ...params: unknown[]) => node.rpc(`${mode}_${method}`, ...params)
    const own = account(0).address
    await expect(set('setStorageAt', own, pad('0x0'), pad('0x1'))).rejects.toMatchObject(refused)
    const system = '0xff00000000000000000000000000000000000001'
    await expect(set('setCode', system, '0x00')).rejects.toMatchObject(refused)
    const nobody = '0xff000000000000000000000000000000000f4240'
    await expect(set('setBalance', nobody, '0x1')).rejects.toMatchObject(refused)
  })

  test('base fee of the next block', async () => {
    await tool.setNextBlockBaseFeePerGas({ baseFeePerGas: 12_345n })
    const receipt = await alice.receiptOf(
      await wallet.sendTransaction({ to: stranger(1), value: 1n, maxFeePerGas: 10n ** 9n }),
    )
    const { baseFeePerGas } = await client.getBlock({ blockHash: receipt.blockHash })
    expect(baseFeePerGas).toBe(12_345n)
  })
})

describe('mining', () => {
  afterEach(async () => {
    await node.rpc('evm_setIntervalMining', 0)
    await anvil.setAutomine(true)
  })

  const transfer = { to: stranger(13), value: 1n, gas: 9_000_000n } as const

  test('switched off, transactions wait: several in one block, each sender’s in order', async () => {
    await anvil.setAutomine(false)
    expect(await anvil.getAutomine()).toBe(false)
    const nonce = await client.getTransactionCount(account(0))
    const hashes = [
      await wallet.sendTransaction({ ...transfer, nonce }),
      await wallet.sendTransaction({ ...transfer, nonce: nonce + 1 }),
      await bob.wallet.sendTransaction(transfer),
    ]
    const pending = await client.getTransaction({ hash: hashes[0]! })
    expect(pending).toMatchObject({ blockHash: null, blockNumber: null, transactionIndex: null })
    expect(await node.rpc('eth_getTransactionReceipt', hashes[0])).toBeNull()
    expect(await client.getTransactionCount(account(0))).toBe(nonce)
    expect(await client.getTransactionCount({ ...account(0), blockTag: 'pending' })).toBe(nonce + 2)

    await anvil.mine({ blocks: 1 })
    const receipts = await Promise.all(hashes.map((hash) => alice.receiptOf(hash)))
    expect(new Set(receipts.map(({ blockHash }) => blockHash)).size).toBe(1)
    expect(receipts[0]!.transactionIndex).toBeLessThan(receipts[1]!.transactionIndex)
    expect(receipts.map(({ transactionIndex }) => transactionIndex).sort()).toEqual([0, 1, 2])
    const inOrder = receipts.toSorted((a, b) => a.transactionIndex - b.transactionIndex)
    let sum = 0n
    for (const { gasUsed, cumulativeGasUsed } of inOrder) {
      sum += gasUsed
      expect(cumulativeGasUsed).toBe(sum)
    }
    const block = await client.getBlock({ blockHash: receipts[0]!.blockHash })
    expect(block.transactions).toEqual(inOrder.map(({ transactionHash }) => transactionHash))
    expect(block.gasUsed).toBe(sum)
    expect(await client.getTransactionCount(account(0))).toBe(nonce + 2)
  })

  test('logs of one block are numbered through', async () => {
    const emitter = await alice.deploy(contract('Emitter'))
    await anvil.setAutomine(false)
    const hashes: Hex[] = []
    for (const [index, count] of [4n, 3n, 3n].entries()) {
      const { wallet: sender } = viem(node, index)
      const call = { ...emitter, functionName: 'many', args: [count], gas: 30_000_000n }
      hashes.push(await sender.writeContract(call))
    }
    await anvil.mine({ blocks: 1 })
    const { blockHash } = await alice.receiptOf(hashes[0]!)
    const logs = await client.getLogs({ blockHash })
    expect(logs.map(({ logIndex }) => logIndex)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    const receipts = await node.rpc<{ logs: unknown[] }[]>('eth_getBlockReceipts', blockHash)
    const raw = await node.rpc('eth_getLogs', { blockHash })
    expect(receipts.flatMap((receipt) => receipt.logs)).toEqual(raw)
  })

  test('a replacement pays more, and the first is forgotten', async () => {
    await anvil.setAutomine(false)
    const nonce = await client.getTransactionCount(account(2))
    const { wallet: sender } = viem(node, 2)
    const fees = { maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 1_000n }
    const first = await sender.sendTransaction({ ...transfer, ...fees, nonce, value: 3n })
    const cheap = sender.sendTransaction({ ...transfer, ...fees, nonce, value: 4n })
    await expect(cheap).rejects.toThrow(/underpriced/)
    fees.maxPriorityFeePerGas = 2_000n
    const second = await sender.sendTransaction({ ...transfer, ...fees, nonce, value: 5n })
    await anvil.mine({ blocks: 1 })
    expect(await node.rpc('eth_getTransactionByHash', first)).toBeNull()
    expect(await node.rpc('eth_getTransactionReceipt', first)).toBeNull()
    expect(await alice.receiptOf(second)).toMatchObject({ status: 'success' })
  })

  test('a gap of nonces waits until it is filled', async () => {
    const sender = viem(node, 3)
    const nonce = await client.getTransactionCount(sender.account)
    const late = await sender.wallet.sendTransaction({ ...transfer, nonce: nonce + 1 })
    expect(await node.rpc('eth_getTransactionReceipt', late)).toBeNull()
    await sender.wallet.sendTransaction({ ...transfer, nonce })
    expect(await alice.receiptOf(late)).toMatchObject({ status: 'success' })
  })

  test('what a new nonce leaves behind is forgotten', async () => {
    await anvil.setAutomine(false)
    const { wallet: sender } = viem(node, 5)
    const gone = await sender.sendTransaction(transfer)
    await anvil.setNonce({ address: account(5).address, nonce: 3 })
    expect(await node.rpc('eth_getTransactionByHash', gone)).toBeNull()
    await anvil.setNonce({ address: account(5).address, nonce: 0 })
    const next = await sender.sendTransaction({ ...transfer, nonce: 0, value: 2n })
    await anvil.mine({ blocks: 1 })
    expect(await alice.receiptOf(next)).toMatchObject({ status: 'success' })
  })

  test('what can no longer be paid for is dropped, and its sender goes on', async () => {
    await anvil.setAutomine(false)
    const { address } = account(6)
    const { wallet: sender } = viem(node, 6)
    const gone = await sender.sendTransaction(transfer)
    await anvil.setBalance({ address, value: 0n })
    await anvil.mine({ blocks: 1 })
    expect(await node.rpc('eth_getTransactionByHash', gone)).toBeNull()
    await anvil.setBalance({ address, value: parseEther('1') })
    await anvil.setAutomine(true)
    const next = await sender.sendTransaction(transfer)
    expect(await alice.receiptOf(next)).toMatchObject({ status: 'success' })
  })

  test('more gas than a block has goes into several blocks', async () => {
    const hashes = await Promise.all(
      [0, 1, 2].map((index) =>
        viem(node, index).wallet.sendTransaction({ ...transfer, gas: 6_000_000_000n }),
      ),
    )
    const receipts = await Promise.all(hashes.map((hash) => alice.receiptOf(hash)))
    expect(receipts.every(({ status }) => status === 'success')).toBe(true)
    expect(new Set(receipts.map(({ blockNumber }) => blockNumber)).size).toBe(3)
  })

  test('switched on again, what waits is mined', async () => {
    await anvil.setAutomine(false)
    const hash = await wallet.sendTransaction(transfer)
    await anvil.setAutomine(true)
    const { status } = await client.waitForTransactionReceipt({ hash })
    expect(status).toBe('success')
  })

  test('by the clock', async () => {
    await anvil.setAutomine(false)
    const number = await client.getBlockNumber()
    await node.rpc('evm_setIntervalMining', 50)
    const hash = await wallet.sendTransaction(transfer)
    const receipt = await client.waitForTransactionReceipt({ hash, confirmations: 3 })
    expect(receipt.status).toBe('success')
    expect(await client.getBlockNumber()).toBeGreaterThanOrEqual(number + 3n)
  })

  test('what depends on a transaction that waits can be estimated', async () => {
    const token = await alice.deploy(contract('Token'), [10n])
    await anvil.setAutomine(false)
    const spender = account(0).address
    const { abi, address } = token
    const call = { abi, address, functionName: 'approve', args: [spender, 5n] }
    await wallet.writeContract({ ...call, gas: 50_000_000n })
    const data = encodeFunctionData({
      abi,
      functionName: 'transferFrom',
      args: [spender, stranger(1), 5n],
    })
    expect(await client.estimateGas({ account: spender, to: address, data })).toBeGreaterThan(0n)
    await anvil.mine({ blocks: 1 })
  })
})

test('the name begins so that Hardhat’s network helpers agree to work', async () => {
  expect(await node.rpc('web3_clientVersion')).toMatch(/^anvil\/fevm-gateway\/v\d/)
})

describe('reset', () => {
  test('is a new chain, with the accounts as they were', async () => {
    const genesis = await client.getBlock({ blockNumber: 0n })
    await anvil.setBalance({ address: account(4).address, value: 1n })
    const { transactionHash } = await alice.receiptOf(
      await wallet.sendTransaction({ to: stranger(14), value: 1n }),
    )
    const fork = { forking: { jsonRpcUrl: 'http://127.0.0.1:1', blockNumber: 5 } }
    await expect(node.rpc('hardhat_reset', fork)).rejects.toMatchObject({ code: -32602 })
    await hardhat.reset()
    await anvil.reset()
    expect(await client.getBlockNumber()).toBe(0n)
    expect((await client.getBlock({ blockNumber: 0n })).hash).toBe(genesis.hash)
    expect(await client.getTransactionCount(account(0))).toBe(0)
    expect(await client.getBalance(account(4))).toBe(parseEther('10000'))
    expect(await client.getBalance({ address: stranger(14) })).toBe(0n)
    expect(await node.rpc('eth_getTransactionReceipt', transactionHash)).toBeNull()
    expect(await alice.deploy(contract('Token'), [5n])).toMatchObject({
      address: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
    })
  })
})
