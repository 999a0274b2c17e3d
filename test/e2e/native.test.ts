/** Filecoin messages of f1 and f3 accounts, and how Ethereum tools see them. */
import { encodeFunctionData, type Hex, hexToBytes, parseEther, toHex } from 'viem'
import { beforeAll, describe, expect, test } from 'vitest'
import { Address } from '../../src/address/address.ts'
import { toFilecoin } from '../../src/address/eth-address.ts'
import type { CID } from '../../src/ipld/cid.ts'
import type { NativeDevAccount } from '../../src/node/accounts.ts'
import { InvokeEVM } from '../../src/protocol/method.ts'
import { contract, contracts } from '../contracts/compile.ts'
import { embeddedNode } from './embedded.ts'
import { nativeMessage, type Sending } from './native-message.ts'
import { rpcCall } from './node.ts'
import { CHAIN_ID, stranger, viem } from './viem.ts'

const node = await embeddedNode()
const rpc = <T = unknown>(method: string, ...params: unknown[]) =>
  rpcCall<T>(node.httpUrl, method, params)
const alice = viem(node)
const { client, anvil } = alice
const secp = node.accounts.native.find(({ kind }) => kind === 'secp256k1')!
const bls = node.accounts.native.find(({ kind }) => kind === 'bls')!

async function send(from: NativeDevAccount, sending: Sending) {
  const { signed: message, unsignedCid } = await nativeMessage(node.chain, from, sending)
  const cid = await node.chain.submit(message)
  return { cid, hash: await hashOf(cid), unsignedCid }
}

const hashOf = (cid: CID) => rpc<Hex>('eth_getTransactionHashByCid', { '/': cid.toString() })

/** CBOR byte string. */
function cborBytes(bytes: Uint8Array): Uint8Array {
  const { length } = bytes
  const head = length < 24 ? [0x40 | length] : [0x59, length >> 8, length & 0xff]
  return Uint8Array.of(...head, ...bytes)
}

let secpEth: Hex
let blsEth: Hex

beforeAll(async () => {
  const ethOf = ({ address }: NativeDevAccount) =>
    rpc<Hex>('Filecoin.FilecoinAddressToEthAddress', address.toString('t'), 'latest')
  secpEth = await ethOf(secp)
  blsEth = await ethOf(bls)
})

describe.each(['secp256k1', 'bls'] as const)('%s', (kind) => {
  const from = kind === 'bls' ? bls : secp

  test('a transfer is a transaction of type 2 without signature', async () => {
    const sender = kind === 'bls' ? blsEth : secpEth
    const nonce = await client.getTransactionCount({ address: sender })
    const { cid, hash, unsignedCid } = await send(from, {
      to: toFilecoin(hexToBytes(stranger(1))),
      value: 7n,
    })
    expect(sender).toMatch(/^0xff0{22}/)
    expect(hash).toBe(toHex(cid.digest))
    // of BLS messages only the unsigned message is in the block
    expect(`0x${unsignedCid.slice(-64)}` === hash).toBe(kind === 'bls')
    expect(await rpc('eth_getMessageCidByTransactionHash', hash)).toEqual({ '/': cid.toString() })

    expect(await rpc('eth_getTransactionByHash', hash)).toMatchObject({
      type: '0x2',
      chainId: toHex(CHAIN_ID),
      from: sender,
      to: stranger(1),
      value: '0x7',
      nonce: toHex(nonce),
      input: `0x868e10c4${'0'.repeat(64)}${'0'.repeat(64)}${toHex(0x60, { size: 32 }).slice(2)}${'0'.repeat(64)}`,
      accessList: [],
      maxFeePerGas: toHex(10n ** 9n),
      maxPriorityFeePerGas: toHex(1_000n),
      v: '0x0',
      r: '0x0',
      s: '0x0',
    })
    const receipt = await alice.receiptOf(hash)
    expect(receipt).toMatchObject({ status: 'success', from: sender, to: stranger(1), logs: [] })
    const { transactions } = await client.getBlock({ blockHash: receipt.blockHash })
    expect(transactions).toEqual([hash])
    expect(await client.getTransactionCount({ address: sender })).toBe(nonce + 1)
  })

  test('a call to a contract, in which the sender is a masked id', async () => {
    const token = await alice.deploy(contract('Token'), [100n])
    const sender = kind === 'bls' ? blsEth : secpEth
    await alice.send(token, 'transfer', [sender, 50n])
    const data = encodeFunctionData({
      ...token,
      functionName: 'transfer',
      args: [stranger(2), 20n],
    })
    const { hash } = await send(from, {
      to: toFilecoin(hexToBytes(token.address)),
      method: InvokeEVM,
      params: cborBytes(hexToBytes(data)),
    })
    expect(await rpc('eth_getTransactionByHash', hash)).toMatchObject({
      from: sender,
      to: token.address,
      input: data,
    })
    const { status, logs } = await alice.receiptOf(hash)
    expect(status).toBe('success')
    expect(logs).toHaveLength(1)
    expect(logs[0]!.topics[1]).toBe(`0x${sender.slice(2).padStart(64, '0')}`)
    expect(await alice.read(token, 'balanceOf', [stranger(2)])).toBe(20n)
    expect(await client.getLogs({ ...token, fromBlock: 0n })).toHaveLength(3)
  })

  test('a contract is made through the EAM', async () => {
    const { Child } = contracts('Gas.sol')
    const initcode = hexToBytes(`${Child!.bytecode}${toHex(3, { size: 32 }).slice(2)}`)
    const { hash } = await send(from, {
      to: Address.id(10),
      method: 4n,
      params: cborBytes(initcode),
    })
    expect(await rpc('eth_getTransactionByHash', hash)).toMatchObject({
      to: null,
      input: toHex(initcode),
    })
    const { contractAddress, status } = await alice.receiptOf(hash)
    expect(status).toBe('success')
    expect(await alice.read({ address: contractAddress!, abi: Child!.abi }, 'value')).toBe(3n)
  })

  test('a method of its own: handle_filecoin_method, shown as such', async () => {
    const { Filecoin } = contracts('Filecoin.sol')
    const filecoin = await alice.deploy(Filecoin!)
    const params = Uint8Array.of(0x81, 0x18, 0x2a)
    const { hash } = await send(from, {
      to: toFilecoin(hexToBytes(filecoin.address)),
      method: 7_777n,
      params,
    })
    const { input } = await rpc<{ input: Hex }>('eth_getTransactionByHash', hash)
    const { abi } = filecoin
    expect(input).toBe(
      encodeFunctionData({
        abi,
        functionName: 'handle_filecoin_method',
        args: [7_777n, 0x51n, toHex(params)],
      }),
    )
    const events = await client.getContractEvents({
      ...filecoin,
      eventName: 'NativeCall',
      fromBlock: 0n,
    })
    expect(events).toMatchObject([
      { args: { method: 7_777n, codec: 0x51n, params: toHex(params) } },
    ])
    expect(events[0]!.transactionHash).toBe(hash)
  })

  test('a failure is a failure there too', async () => {
    const token = await alice.deploy(contract('Token'), [100n])
    const { hash } = await send(from, {
      to: toFilecoin(hexToBytes(token.address)),
      method: InvokeEVM,
      params: Uint8Array.of(0xff),
    })
    expect(await alice.receiptOf(hash)).toMatchObject({ status: 'reverted', logs: [] })
  })

  test('a signature of another message is refused', async () => {
    const { signed: message } = await nativeMessage(node.chain, from, {
      to: Address.id(99),
      value: 1n,
    })
    const changed = { ...message, message: { ...message.message, value: 2n } }
    await expect(node.chain.submit(changed)).rejects.toThrow(/signature verification failed/)
  })
})

test('to an f1 that nobody has used: it exists afterwards', async () => {
  const to = Address.secp256k1(node.accounts.ethereum[9]!.publicKey)
  const { hash } = await send(secp, { to, value: parseEther('1') })
  const { to: shown } = await rpc<{ to: Hex }>('eth_getTransactionByHash', hash)
  expect(await client.getBalance({ address: shown })).toBe(parseEther('1'))
  expect(await rpc('Filecoin.FilecoinAddressToEthAddress', to.toString('t'), 'latest')).toBe(shown)
})

test('in one tipset: BLS messages first, then the others', async () => {
  await anvil.setAutomine(false)
  const ethereum = await alice.wallet.sendTransaction({
    to: stranger(3),
    value: 1n,
    gas: 10_000_000n,
  })
  const to = toFilecoin(hexToBytes(stranger(3)))
  const cids = [
    await node.chain.submit((await nativeMessage(node.chain, secp, { to, value: 1n })).signed),
    await node.chain.submit((await nativeMessage(node.chain, bls, { to, value: 1n })).signed),
    await node.chain.submit((await nativeMessage(node.chain, bls, { to, value: 1n })).signed),
  ]
  await anvil.mine({ blocks: 1 })
  await anvil.setAutomine(true)
  const [ofSecp, ...ofBls] = await Promise.all(cids.map(hashOf))
  const { transactions } = await client.getBlock()
  expect(transactions.slice(0, 2)).toEqual(ofBls)
  expect(transactions.slice(2).toSorted()).toEqual([ofSecp, ethereum].toSorted())
  expect(await client.getBalance({ address: stranger(3) })).toBe(4n)
})

test('an Ethereum transaction is a Filecoin message, found by its CID', async () => {
  const { transactionHash } = await alice.receiptOf(
    await alice.wallet.sendTransaction({ to: stranger(4), value: 1n }),
  )
  const cid = await rpc<{ '/': string }>('eth_getMessageCidByTransactionHash', transactionHash)
  expect(cid['/']).toMatch(/^bafy2bzace/)
  expect(await rpc('Filecoin.EthGetTransactionHashByCid', cid)).toBe(transactionHash)
  expect(await rpc('Filecoin.EthGetMessageCidByTransactionHash', transactionHash)).toEqual(cid)
  expect(await rpc('eth_getMessageCidByTransactionHash', toHex(5, { size: 32 }))).toBeNull()
})
