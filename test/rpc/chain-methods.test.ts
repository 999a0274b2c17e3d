/** Blocks, state, transactions and calls of the real development node. */
import { encodeErrorResult, hexToNumber, keccak256, numberToHex, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, describe, expect, test } from 'vitest'
import { devNode, loggedErrors } from './dev-node.ts'
import { calling, probe } from './probe.ts'

const { ask, rpc, accounts } = await devNode()
afterAll(() => expect(loggedErrors).toEqual([]))

const [alice, bob] = accounts as [string, string]
const aliceKey = privateKeyToAccount(
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
)
const CHAIN_ID = 31_415_926
const SOMEONE = '0x00000000000000000000000000000000000000e1'
const CUSTOM_42 = encodeErrorResult({ abi: probe.abi, errorName: 'Custom', args: [42n] })
const UNKNOWN_HASH = `0x${'11'.repeat(32)}`
const FUTURE = { error: { code: 1, message: "requested a future epoch (beyond 'latest')" } }

const send = async (fields: object) => {
  const hash = await rpc('eth_sendTransaction', { from: alice, ...fields })
  return rpc('eth_getTransactionReceipt', hash)
}
const { contractAddress } = await send({ data: probe.bytecode })
const codeOf = (address: string) => rpc('eth_getCode', address)
const number = async () => hexToNumber(await rpc('eth_blockNumber'))

describe('blocks', () => {
  test('are the same by number, hash and tag', async () => {
    for (const full of [false, true]) {
      const latest = await rpc('eth_getBlockByNumber', 'latest', full)
      expect(await rpc('eth_getBlockByHash', latest.hash, full)).toEqual(latest)
      for (const ref of [
        latest.number,
        hexToNumber(latest.number),
        String(hexToNumber(latest.number)),
        'pending',
      ]) {
        expect(await rpc('eth_getBlockByNumber', ref, full)).toEqual(latest)
      }
    }
    const genesis = await rpc('eth_getBlockByNumber', '0x0')
    expect(genesis).toMatchObject({ number: '0x0', transactions: [], gasUsed: '0x0' })
    for (const tag of ['earliest', 'safe', 'finalized']) {
      expect(await rpc('eth_getBlockByNumber', tag)).toEqual(genesis)
    }
  })

  test('hold hashes, or the transactions themselves', async () => {
    const { transactionHash, blockHash, blockNumber } = await send({ to: SOMEONE, value: '0x1' })
    const whole = await rpc('eth_getTransactionByHash', transactionHash)
    expect(whole).toMatchObject({ blockHash, blockNumber, from: alice, to: SOMEONE, value: '0x1' })
    expect(await rpc('eth_getBlockByHash', blockHash)).toMatchObject({
      transactions: [transactionHash],
    })
    expect(await rpc('eth_getBlockByHash', blockHash, true)).toMatchObject({
      transactions: [whole],
    })
    expect(await rpc('eth_getTransactionByBlockHashAndIndex', blockHash, '0x0')).toEqual(whole)
    expect(await rpc('eth_getTransactionByBlockNumberAndIndex', blockNumber, 0)).toEqual(whole)
    expect(await rpc('eth_getBlockTransactionCountByHash', blockHash)).toBe('0x1')
    expect(await rpc('eth_getBlockTransactionCountByNumber', blockNumber)).toBe('0x1')
    const receipt = await rpc('eth_getTransactionReceipt', transactionHash)
    for (const ref of [blockHash, blockNumber, 'latest', { blockHash }, { blockNumber }]) {
      expect(await rpc('eth_getBlockReceipts', ref)).toEqual([receipt])
    }
  })

  test('that are unknown are null, a place behind the last is an error', async () => {
    expect(await rpc('eth_getBlockByHash', UNKNOWN_HASH)).toBeNull()
    expect(await rpc('eth_getBlockTransactionCountByHash', UNKNOWN_HASH)).toBeNull()
    expect(await rpc('eth_getTransactionByBlockHashAndIndex', UNKNOWN_HASH, 0)).toBeNull()
    expect(await rpc('eth_getBlockReceipts', UNKNOWN_HASH)).toBeNull()
    expect(await ask('eth_getTransactionByBlockNumberAndIndex', '0x0', '0x5')).toMatchObject({
      error: { code: 1, message: 'index 5 out of range: tipset contains 0 messages' },
    })
  })

  test('of the future are errors', async () => {
    const next = numberToHex((await number()) + 1)
    for (const method of [
      'eth_getBlockByNumber',
      'eth_getBlockReceipts',
      'eth_getBlockTransactionCountByNumber',
    ]) {
      expect(await ask(method, next)).toMatchObject(FUTURE)
    }
    expect(await ask('eth_getBalance', alice, next)).toMatchObject(FUTURE)
    expect(await ask('eth_call', { to: SOMEONE }, { blockNumber: next })).toMatchObject(FUTURE)
  })

  test('of null rounds: strict methods refuse, the others take the block before', async () => {
    const before = await number()
    await rpc('fevm_skipEpochs', 2)
    await rpc('evm_mine')
    expect(await number()).toBe(before + 3)
    const empty = numberToHex(before + 1)
    for (const [method, ...params] of [
      ['eth_getBlockByNumber', empty, false],
      ['eth_getBlockTransactionCountByNumber', empty],
      ['eth_getTransactionByBlockNumberAndIndex', empty, '0x0'],
      ['eth_getBlockReceipts', empty],
    ] as const) {
      expect((await ask(method, ...params)).error).toEqual({
        code: 12,
        message: `requested epoch was a null round (${before + 1})`,
        data: before + 1,
      })
    }
    expect(await rpc('eth_getBalance', alice, empty)).toBe(
      await rpc('eth_getBalance', alice, before),
    )
    expect(await rpc('eth_feeHistory', 2, empty)).toMatchObject({
      oldestBlock: numberToHex(before - 1),
    })
    const after = await rpc('eth_getBlockByNumber', 'latest')
    expect(after.parentHash).toBe((await rpc('eth_getBlockByNumber', before)).hash)
    expect(await rpc('eth_getLogs', { fromBlock: empty, toBlock: empty })).toEqual([])
  })
})

describe('state', () => {
  test('is read at any block, however it is named', async () => {
    const before = await number()
    const { blockHash } = await send({ to: SOMEONE, value: '0x5' })
    const balance = await rpc('eth_getBalance', SOMEONE)
    expect(BigInt(balance) - BigInt(await rpc('eth_getBalance', SOMEONE, before))).toBe(5n)
    for (const ref of [
      'latest',
      'pending',
      before + 1,
      blockHash,
      { blockHash, requireCanonical: true },
      null,
    ]) {
      expect(await rpc('eth_getBalance', SOMEONE, ref)).toBe(balance)
    }
    expect(await ask('eth_getBalance', SOMEONE, UNKNOWN_HASH)).toMatchObject({
      error: { code: 1, message: `failed to get tipset by hash ${UNKNOWN_HASH}: block not found` },
    })
  })

  test('of contracts', async () => {
    expect(await rpc('eth_getCode', contractAddress)).toMatch(/^0x60/)
    expect(await rpc('eth_getCode', contractAddress, 'earliest')).toBe('0x')
    expect(await rpc('eth_getCode', alice)).toBe('0x')
    expect(await rpc('eth_getTransactionCount', contractAddress)).toBe('0x1')
    for (const slot of ['0x0', '0x00', `0x${'00'.repeat(32)}`]) {
      expect(await rpc('eth_getStorageAt', contractAddress, slot)).toBe(
        `0x${'07'.padStart(64, '0')}`,
      )
    }
    expect(await rpc('eth_getStorageAt', contractAddress, '0x1')).toBe(`0x${'00'.repeat(32)}`)
    expect(await ask('eth_getStorageAt', contractAddress, `0x${'00'.repeat(33)}`)).toMatchObject({
      error: { code: -32602 },
    })
  })

  test('addresses are taken in any case, with or without 0x', async () => {
    const balance = await rpc('eth_getBalance', bob)
    for (const form of [bob.toUpperCase(), bob.slice(2), bob.slice(2).toUpperCase()]) {
      expect(await rpc('eth_getBalance', form)).toBe(balance)
    }
  })

  test('addresses of both worlds', async () => {
    const filecoin = await rpc('Filecoin.EthAddressToFilecoinAddress', alice)
    expect(filecoin).toMatch(/^t410f/)
    expect(await rpc('Filecoin.FilecoinAddressToEthAddress', filecoin)).toBe(alice)
    expect(await rpc('Filecoin.FilecoinAddressToEthAddress', 'f099')).toBe(
      `0xff${'0'.repeat(36)}63`,
    )
    // nobody's key
    const stranger = 'f1abjxfbp274xpdqcpuaykwkfb43omjotacm2p3za'
    expect((await ask('Filecoin.FilecoinAddressToEthAddress', stranger)).error).toMatchObject({
      code: 11,
      message: 'failed to lookup ID address for given Filecoin address: actor not found',
    })
    expect(await ask('Filecoin.FilecoinAddressToEthAddress', 'f1zzz')).toMatchObject({
      error: { code: -32602 },
    })
  })
})

describe('transactions', () => {
  /** Raw, of alice. */
  async function signed(fields: object): Promise<`0x${string}`> {
    const nonce = hexToNumber(await rpc('eth_getTransactionCount', alice, 'pending'))
    return aliceKey.signTransaction({
      type: 'eip1559',
      chainId: CHAIN_ID,
      nonce,
      gas: 5_000_000n,
      to: SOMEONE,
      ...('gasPrice' in fields ? {} : { maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 200_000n }),
      ...fields,
    } as never)
  }

  test.each([
    ['EIP-1559', {}, '0x2'],
    ['EIP-155', { type: 'legacy', gasPrice: 10n ** 9n }, '0x0'],
    ['homestead', { type: 'legacy', gasPrice: 10n ** 9n, chainId: undefined }, '0x0'],
  ])('%s is mined under its own hash', async (_kind, fields, type) => {
    const raw = await signed(fields)
    const hash = await rpc('eth_sendRawTransaction', raw)
    expect(hash).toBe(keccak256(raw))
    expect(await rpc('eth_getTransactionReceipt', hash)).toMatchObject({
      status: '0x1',
      type,
      from: alice,
    })
    const cid = await rpc('Filecoin.EthGetMessageCidByTransactionHash', hash)
    expect(cid).toEqual({ '/': expect.stringMatching(/^bafy2bza/) })
    expect(await rpc('eth_getTransactionHashByCid', cid)).toBe(hash)
    expect(await rpc('eth_getTransactionHashByCid', cid['/'])).toBe(hash)
  })

  test.each([
    ['a pinned gas of Ethereum', { gas: 21_000n }, /intrinsic gas too low.* needs at least \d+/],
    ['a nonce of the past', { nonce: 0 }, /nonce too low/],
    ['a nonce gap', { nonce: 1_000_000 }, /nonce too high/],
    ['more than there is', { value: 10n ** 30n }, /insufficient funds|total filecoin supply/],
    [
      'gas dearer than there is',
      { maxFeePerGas: 10n ** 17n, gas: 10n ** 10n },
      /insufficient funds for gas \* price \+ value/,
    ],
    [
      'a fee below the floor',
      { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n },
      /max fee per gas less than block base fee/,
    ],
    ['too much gas', { gas: 10n ** 11n }, /exceeds block gas limit/],
    ['another chain', { chainId: 1 }, /^invalid chain id: 1$/],
    [
      'an access list',
      { accessList: [{ address: SOMEONE, storageKeys: [] }] },
      /^access list should be an empty list$/,
    ],
    [
      'a type that is not supported',
      { type: 'eip2930', gasPrice: 1n },
      /EIP-2930 transaction is not supported/,
    ],
  ])('with %s is refused', async (_what, fields, message) => {
    expect((await ask('eth_sendRawTransaction', await signed(fields))).error).toMatchObject({
      code: 1,
      message,
    })
  })

  test('that is not one is refused', async () => {
    const raw = await signed({})
    for (const bytes of ['0x', '0x02', '0x05', `${raw}00`, raw.slice(0, -2), '0xc0']) {
      expect(await ask('eth_sendRawTransaction', bytes)).toMatchObject({ error: { code: 1 } })
    }
  })

  test('waits in the pool while nothing is mined', async () => {
    await rpc('evm_setAutomine', false)
    try {
      const nonce = await rpc('eth_getTransactionCount', alice)
      const hash = await rpc('eth_sendTransaction', { from: alice, to: SOMEONE, value: '0x1' })
      expect(await rpc('eth_getTransactionByHash', hash)).toMatchObject({
        hash,
        blockHash: null,
        blockNumber: null,
        transactionIndex: null,
      })
      expect(await rpc('eth_getTransactionReceipt', hash)).toBeNull()
      expect(await rpc('eth_getTransactionCount', alice)).toBe(nonce)
      expect(await rpc('eth_getTransactionCount', alice, 'pending')).toBe(
        numberToHex(hexToNumber(nonce) + 1),
      )
      await rpc('evm_mine')
      expect(await rpc('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
    } finally {
      await rpc('evm_setAutomine', true)
    }
  })
})

describe('eth_sendTransaction', () => {
  test('fills in what is missing, so that several at once go through', async () => {
    const hashes = await Promise.all(
      [1, 2, 3, 4].map((value) =>
        rpc('eth_sendTransaction', { from: bob, to: SOMEONE, value: numberToHex(value) }),
      ),
    )
    const receipts = await Promise.all(hashes.map((hash) => rpc('eth_getTransactionReceipt', hash)))
    expect(receipts.map(({ status }) => status)).toEqual(Array(4).fill('0x1'))
    const sent = await Promise.all(hashes.map((hash) => rpc('eth_getTransactionByHash', hash)))
    expect(sent.map(({ nonce }) => nonce)).toEqual(['0x0', '0x1', '0x2', '0x3'])
  })

  test('takes what is given', async () => {
    const fields = { gas: '0x989680', maxFeePerGas: '0x3b9aca00', maxPriorityFeePerGas: '0x30d41' }
    const { transactionHash } = await send({ to: SOMEONE, ...fields, input: '0x1234' })
    expect(await rpc('eth_getTransactionByHash', transactionHash)).toMatchObject({
      ...fields,
      gasPrice: expect.any(String),
      input: '0x1234',
    })
    const legacy = await send({ to: SOMEONE, gasPrice: '0x3b9aca00' })
    expect(await rpc('eth_getTransactionByHash', legacy.transactionHash)).toMatchObject({
      type: '0x0',
      gasPrice: '0x3b9aca00',
    })
  })

  test.each([
    [{ chainId: 1 }, /^invalid chain id: 1, this is 31415926$/],
    [{ type: '0x1' }, /^unsupported transaction type$/],
    [{ gasPrice: '0x1', maxFeePerGas: '0x1' }, /^both gasPrice and/],
    [{ from: SOMEONE }, /^unknown account 0x0+e1: it has no key here$/],
    [{ gas: '0x5208' }, /intrinsic gas too low/],
    [{ nonce: 0 }, /nonce too low/],
    [{ to: contractAddress, data: calling('fail', 1n) }, /^execution reverted: not the owner/],
  ])('refuses %j', async (fields, message) => {
    const { error } = await ask('eth_sendTransaction', {
      from: alice,
      to: SOMEONE,
      value: 0,
      ...fields,
    })
    expect(error.message).toMatch(message)
  })

  test('sends from impersonated accounts', async () => {
    const whale = '0x00000000000000000000000000000000000000f1'
    expect(await rpc('hardhat_setBalance', whale, toHex(10n ** 20n))).toBe(true)
    expect(await rpc('anvil_impersonateAccount', whale)).toBeNull()
    const { from, status } = await send({ from: whale, to: SOMEONE, value: toHex(10n ** 18n) })
    expect({ from, status }).toEqual({ from: whale, status: '0x1' })
    expect(await rpc('hardhat_stopImpersonatingAccount', whale)).toBe(true)
    expect(await ask('eth_sendTransaction', { from: whale, to: SOMEONE })).toMatchObject({
      error: { message: /unknown account/ },
    })
  })

  test('signs as the account', async () => {
    const data = '0xdeadbeef'
    const signature = await aliceKey.signMessage({ message: { raw: data } })
    expect(await rpc('eth_sign', alice, data)).toBe(signature)
    expect(await rpc('personal_sign', data, alice)).toBe(signature)
    const typed = {
      domain: { name: 'example', chainId: CHAIN_ID },
      types: { Greeting: [{ name: 'text', type: 'string' }] },
      primaryType: 'Greeting',
      message: { text: 'hello' },
    } as const
    const expected = await aliceKey.signTypedData(typed)
    expect(await rpc('eth_signTypedData_v4', alice, typed)).toBe(expected)
    expect(await rpc('eth_signTypedData_v4', alice, JSON.stringify(typed))).toBe(expected)
    expect(await ask('eth_signTypedData_v4', alice, '{')).toMatchObject({ error: { code: -32602 } })
    expect(await ask('eth_sign', SOMEONE, data)).toMatchObject({
      error: { message: /unknown account/ },
    })
  })
})

describe('calls', () => {
  const asked = (name: string, ...args: unknown[]) => ({
    to: contractAddress,
    data: calling(name, ...args),
  })

  test('answer what the contract returns, whoever calls', async () => {
    expect(await rpc('eth_call', asked('value'))).toBe(`0x${'07'.padStart(64, '0')}`)
    for (const from of [
      alice,
      SOMEONE,
      '0x1234567890123456789012345678901234567890',
      contractAddress,
    ]) {
      const caller = await rpc('eth_call', { from, ...asked('whoami') }, 'latest')
      expect(caller).toBe(`0x${from.slice(2).padStart(64, '0')}`)
    }
    expect(await rpc('eth_call', asked('whoami'))).toBe(`0x${'00'.repeat(32)}`)
    expect(await rpc('eth_call', { data: probe.bytecode })).toBe(await codeOf(contractAddress))
    expect(await rpc('eth_call', { to: SOMEONE })).toBe('0x')
  })

  test('look at the block that they name', async () => {
    const before = await number()
    await send({ to: contractAddress, data: calling('set', 8n) })
    expect(await rpc('eth_call', asked('value'))).toMatch(/8$/)
    expect(await rpc('eth_call', asked('value'), before)).toMatch(/7$/)
    await send({ to: contractAddress, data: calling('set', 7n) })
  })

  test('prefer input to data', async () => {
    const call = { to: contractAddress, input: calling('value'), data: calling('fail', 1n) }
    expect(await rpc('eth_call', call)).toMatch(/7$/)
  })

  test('from a masked id are refused', async () => {
    const from = '0xff00000000000000000000000000000000000064'
    expect((await ask('eth_call', { from, to: SOMEONE })).error.message).toBe(
      'expected a class 4 address, got: 0',
    )
  })

  test.each([
    [
      0,
      '0x',
      /^execution reverted: message execution failed \(exit=\[33\], revert reason=\[none\], vm error=\[/,
    ],
    [
      1,
      '0x08c379a0',
      /^execution reverted: not the owner: message execution failed .*revert reason=\[Error\(not the owner\)\]/,
    ],
    [
      2,
      CUSTOM_42,
      /^execution reverted: message execution failed .*revert reason=\[0x[0-9a-f]{70}2a\]/,
    ],
    [3, `0x4e487b71${'01'.padStart(64, '0')}`, /revert reason=\[Assert\(\)\]/],
    [4, `0x4e487b71${'12'.padStart(64, '0')}`, /revert reason=\[DivideByZero\(\)\]/],
    [5, '0x', /^execution reverted: message execution failed \(exit=\[34\]/],
  ])('that fail in way %i say why, with code 3', async (how, data, message) => {
    for (const method of ['eth_call', 'eth_estimateGas']) {
      const { error } = await ask(method, asked('fail', BigInt(how)))
      expect(error).toMatchObject({ code: 3, message })
      expect(error.data.startsWith(data)).toBe(true)
    }
  })

  test('without the money say so, and not "revert"', async () => {
    const call = { from: SOMEONE, to: bob, value: toHex(10n ** 30n) }
    for (const method of ['eth_call', 'eth_estimateGas']) {
      const { error } = await ask(method, call)
      expect(error.message).toMatch(/^insufficient funds/)
      expect(error.message).not.toMatch(/revert/)
    }
  })

  test('estimates suffice', async () => {
    for (const fields of [
      { to: '0x00000000000000000000000000000000000000e9', value: '0x1' },
      { to: contractAddress, data: calling('set', 9n) },
      { to: contractAddress, data: calling('ping', 0n, 10n) },
      { data: probe.bytecode },
    ]) {
      const gas = await rpc('eth_estimateGas', { from: alice, ...fields })
      expect(await send({ ...fields, gas })).toMatchObject({ status: '0x1' })
    }
  })

  test('without end run out of gas, or of time', async () => {
    const { error } = await ask('eth_estimateGas', asked('fail', 6n))
    expect([2, -32002]).toContain(error.code)
  }, 20_000)
})

describe('fees', () => {
  test('hang together', async () => {
    const [price, premium, base] = await Promise.all(
      ['eth_gasPrice', 'eth_maxPriorityFeePerGas', 'eth_baseFee'].map((method) => rpc(method)),
    )
    expect(BigInt(price)).toBe(BigInt(premium) + BigInt(base))
  })

  test('of the past', async () => {
    const history = await rpc('eth_feeHistory', '0x3', 'latest', [0, 50, 100])
    expect(history.baseFeePerGas).toHaveLength(4)
    expect(history.gasUsedRatio).toHaveLength(3)
    expect(history.reward.map(({ length }: unknown[]) => length)).toEqual([3, 3, 3])
    expect(await rpc('eth_feeHistory', 3)).not.toHaveProperty('reward')
    expect(await rpc('eth_feeHistory', '5', 'latest', [])).toMatchObject({
      reward: Array(5).fill([]),
    })
  })

  test.each([
    [['0x401', 'latest'], 1, 'block count should be smaller than 1024'],
    [['0x1', 'latest', [60, 50]], -32602, 'should be larger than'],
    [['0x1', 'latest', [101]], -32602, 'between 0 and 100'],
  ])('%j is refused', async (params, code, words) => {
    const { error } = await ask('eth_feeHistory', ...params)
    expect(error.code).toBe(code)
    expect(error.message).toContain(words)
  })
})

describe('logs', () => {
  test('are found by topic, address and range', async () => {
    const { blockNumber, blockHash, logs } = await send({
      to: contractAddress,
      data: calling('ping', 100n, 5n),
    })
    expect(logs).toHaveLength(5)
    const at = { fromBlock: blockNumber, toBlock: blockNumber }
    expect(await rpc('eth_getLogs', at)).toEqual(logs)
    expect(await rpc('eth_getLogs', { blockHash })).toEqual(logs)
    expect(await rpc('eth_getLogs', {})).toEqual(logs)
    const [ping, number] = logs[2].topics
    const wide = { fromBlock: 'earliest', address: [contractAddress, SOMEONE] }
    expect(await rpc('eth_getLogs', { ...wide, topics: [ping, number] })).toEqual([logs[2]])
    expect(
      await rpc('eth_getLogs', { ...wide, topics: [null, [number, logs[4].topics[1]]] }),
    ).toEqual([logs[2], logs[4]])
    expect(await rpc('eth_getLogs', { ...at, address: SOMEONE })).toEqual([])
    expect(await rpc('eth_getLogs', { ...at, topics: [[], null, [], null] })).toEqual(logs)
  })

  test.each([
    [
      { fromBlock: '0x5', toBlock: '0x2' },
      1,
      'invalid epoch range: to block (2) must be after from block (5)',
    ],
    [{ toBlock: '0xfffff' }, 1, 'events for the requested block are not yet available'],
    [{ fromBlock: '10' }, -32602, 'FromBlock is not a hex'],
    [
      { blockHash: UNKNOWN_HASH, fromBlock: '0x1' },
      -32602,
      'must not specify block hash and from/to block',
    ],
    [{ topics: Array(5).fill(null) }, -32602, 'too many topics in filter: 5, max: 4'],
    [{ blockHash: UNKNOWN_HASH }, 1, 'failed to get tipset by hash'],
  ])('%j is refused', async (filter, code, words) => {
    const { error } = await ask('eth_getLogs', filter)
    expect(error.code).toBe(code)
    expect(error.message).toContain(words)
  })
})
