/**
 * Behaviour 5: answers against the schemas of ethereum/execution-apis, which are not part of this
 * project. FEVM_EXECUTION_APIS names the `openrpc.json` that its `npm run build` writes. Without it
 * nothing is checked here; that answers have the shapes of our own document, examples.test.ts and
 * fuzz.test.ts check.
 */
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { numberToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { devNode } from './dev-node.ts'
import { calling, probe } from './probe.ts'

const file = process.env.FEVM_EXECUTION_APIS

test.skipIf(file !== undefined)('FEVM_EXECUTION_APIS is not set: answers are not compared', () => {
  console.warn('execution-apis.test.ts: FEVM_EXECUTION_APIS is not set')
})

describe.skipIf(file === undefined)('execution-apis', async () => {
  if (file === undefined) return
  const document = JSON.parse(readFileSync(file, 'utf8'))
  const results = new Map<string, object>(
    document.methods.map(({ name, result }: { name: string; result: { schema: object } }) => [
      name,
      result.schema,
    ]),
  )
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
  const { url, rpc, accounts } = await devNode()
  const [alice, bob] = accounts as [string, `0x${string}`]
  const key = privateKeyToAccount(
    '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  )
  const receiptOf = async (fields: object) =>
    rpc(
      'eth_getTransactionReceipt',
      await rpc('eth_sendTransaction', { from: alice, gas: numberToHex(500_000_000), ...fields }),
    )
  const made = await receiptOf({ data: probe.bytecode })
  const to = made.contractAddress
  const pinged = await receiptOf({ to, data: calling('ping', 1, 2) })
  const failed = await receiptOf({ to, data: calling('fail', 1) })
  const nonce = Number(await rpc('eth_getTransactionCount', alice, 'latest'))
  const signed = (extra: object) =>
    key.signTransaction({
      chainId: 31_415_926,
      to: bob,
      value: 1n,
      gas: 50_000_000n,
      ...extra,
    } as never)
  const legacy = await rpc(
    'eth_sendRawTransaction',
    await signed({ type: 'legacy', gasPrice: 10n ** 9n, nonce }),
  )
  const fees = { maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 1n, type: 'eip1559' }
  const raw = await signed({ ...fees, nonce: nonce + 1 })
  const filter = await rpc('eth_newFilter', { fromBlock: '0x0' })
  const blocks = await rpc('eth_newBlockFilter')
  // of an empty list their schema does not know whether it is of hashes or of logs
  await rpc('evm_mine')
  const call = { from: alice, to, data: calling('value') }
  const { blockHash, blockNumber, transactionHash } = pinged

  const asked: readonly (readonly [string, ...unknown[]])[] = [
    ['eth_blockNumber'],
    ['eth_chainId'],
    ['eth_syncing'],
    ['eth_accounts'],
    ['eth_coinbase'],
    ['eth_gasPrice'],
    ['eth_maxPriorityFeePerGas'],
    ['net_version'],
    ['eth_baseFee'],
    ['eth_capabilities'],
    ['debug_getBadBlocks'],
    ['eth_feeHistory', '0x3', 'latest', [10, 50]],
    ['eth_getBlockByNumber', 'latest', true],
    ['eth_getBlockByNumber', 'latest', false],
    ['eth_getBlockByNumber', '0x0', false],
    ['eth_getBlockByHash', blockHash, true],
    ['eth_getBlockByHash', `0x${'11'.repeat(32)}`, false],
    ['eth_getBlockTransactionCountByHash', blockHash],
    ['eth_getBlockTransactionCountByNumber', blockNumber],
    ['eth_getBlockReceipts', blockNumber],
    ['eth_getTransactionByHash', transactionHash],
    ['eth_getTransactionByHash', legacy],
    ['eth_getTransactionByHash', made.transactionHash],
    ['eth_getTransactionByHash', `0x${'11'.repeat(32)}`],
    ['eth_getTransactionByBlockHashAndIndex', blockHash, '0x0'],
    ['eth_getTransactionByBlockNumberAndIndex', blockNumber, '0x0'],
    ['eth_getTransactionReceipt', transactionHash],
    ['eth_getTransactionReceipt', made.transactionHash],
    ['eth_getTransactionReceipt', failed.transactionHash],
    ['eth_getTransactionReceipt', legacy],
    ['eth_getBalance', alice, 'latest'],
    ['eth_getCode', to, 'latest'],
    ['eth_getStorageAt', to, '0x0', 'latest'],
    ['eth_getTransactionCount', alice, 'latest'],
    ['eth_getProof', to, ['0x0'], 'latest'],
    ['eth_getStorageValues', { [to]: ['0x0'] }, 'latest'],
    ['eth_call', call, 'latest'],
    ['eth_estimateGas', call],
    ['eth_createAccessList', call, 'latest'],
    [
      'eth_simulateV1',
      { blockStateCalls: [{ calls: [call, { ...call, data: calling('fail', 1) }] }] },
    ],
    ['eth_fillTransaction', { from: alice, to: bob }],
    ['eth_getLogs', { fromBlock: '0x0' }],
    ['eth_getFilterLogs', filter],
    ['eth_getFilterChanges', filter],
    ['eth_getFilterChanges', blocks],
    ['eth_newFilter', {}],
    ['eth_newBlockFilter'],
    ['eth_newPendingTransactionFilter'],
    ['eth_uninstallFilter', blocks],
    ['eth_sendRawTransaction', raw],
    ['eth_sign', alice, '0x1234'],
    ['debug_getRawHeader', blockNumber],
    ['debug_getRawBlock', blockNumber],
    ['debug_getRawReceipts', blockNumber],
    ['debug_getRawTransaction', transactionHash],
  ]

  test.each(asked.map((each, i) => [`${each[0]} ${i}`, each] as const))('%s', async (_, each) => {
    const [method, ...params] = each
    const schema = results.get(method)
    expect(schema, `${method} is not in the document`).toBeDefined()
    const result = await rpc(method, ...params)
    const validate = ajv.compile({ ...schema, components: document.components })
    const valid = validate(result)
    expect(valid, `${JSON.stringify(validate.errors, null, 1)}\n${JSON.stringify(result)}`).toBe(
      true,
    )
  })

  test('both versions of the API answer the same', async () => {
    for (const path of ['/rpc/v1', '/rpc/v2']) {
      const body = JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'eth_getBlockByHash',
        params: [blockHash, true],
      })
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body })
      expect(await answer.json()).toMatchObject({
        result: await rpc('eth_getBlockByHash', blockHash, true),
      })
    }
  })
})
