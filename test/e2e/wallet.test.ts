/** The node as a wallet: its accounts sign and send; impersonation. */
import { ContractFactory } from 'ethers'
import {
  createWalletClient,
  getAddress,
  type Hex,
  hashMessage,
  hashTypedData,
  http,
  parseEther,
  recoverAddress,
  toHex,
  verifyMessage,
} from 'viem'
import { describe, expect, test } from 'vitest'
import { contract, contracts } from '../contracts/compile.ts'
import { ethers } from './ethers.ts'
import { nodeForFile } from './node.ts'
import { account, stranger, viem } from './viem.ts'

const node = await nodeForFile()
const alice = viem(node)
const { client } = alice
const { provider } = ethers(node)
const [first, second] = await node.rpc<[Hex, Hex]>('eth_accounts')

test('the accounts are those of the test mnemonic', async () => {
  const own = await node.rpc<Hex[]>('eth_accounts')
  expect(own.map((each) => getAddress(each))).toEqual(
    Array.from({ length: 10 }, (_, index) => account(index).address),
  )
  for (const address of own) expect(await client.getBalance({ address })).toBe(parseEther('10000'))
})

describe('signatures', () => {
  test('personal_sign and eth_sign', async () => {
    const message = 'a message, with ümlauts'
    const signature = await node.rpc<Hex>('personal_sign', toHex(message), second)
    expect(await recoverAddress({ hash: hashMessage(message), signature })).toBe(getAddress(second))
    expect(await verifyMessage({ address: second, message, signature })).toBe(true)
    expect(await node.rpc('eth_sign', second, toHex(message))).toBe(signature)
    expect(await account(1).signMessage({ message })).toBe(signature)
  })

  const typedData = {
    domain: { name: 'Test', version: '1', chainId: 31_415_926, verifyingContract: stranger(1) },
    types: {
      EIP712Domain: [
        { name: 'name', type: 'string' },
        { name: 'version', type: 'string' },
        { name: 'chainId', type: 'uint256' },
        { name: 'verifyingContract', type: 'address' },
      ],
      Person: [
        { name: 'name', type: 'string' },
        { name: 'wallet', type: 'address' },
      ],
      Mail: [
        { name: 'from', type: 'Person' },
        { name: 'to', type: 'Person[]' },
        { name: 'amount', type: 'uint256' },
      ],
    },
    primaryType: 'Mail',
    message: {
      from: { name: 'Cow', wallet: stranger(1) },
      to: [{ name: 'Bob', wallet: stranger(2) }],
      amount: 12_345_678_901_234_567_890n,
    },
  } as const

  test('eth_signTypedData_v4, an object or its JSON', async () => {
    const wire = JSON.parse(
      JSON.stringify(typedData, (_key, value) => (typeof value === 'bigint' ? `${value}` : value)),
    )
    const signature = await node.rpc<Hex>('eth_signTypedData_v4', first, wire)
    const hash = hashTypedData(typedData as never)
    expect(await recoverAddress({ hash, signature })).toBe(getAddress(first))
    expect(await node.rpc('eth_signTypedData_v4', first, JSON.stringify(wire))).toBe(signature)
  })

  test('ethers signs with the node’s account', async () => {
    const signer = await provider.getSigner(1)
    const { EIP712Domain: _, ...types } = typedData.types
    const signature = await signer.signTypedData(
      typedData.domain,
      types as never,
      typedData.message,
    )
    expect(
      await recoverAddress({
        hash: hashTypedData(typedData as never),
        signature: signature as Hex,
      }),
    ).toBe(getAddress(second))
    expect(await signer.signMessage('hello')).toBe(
      await account(1).signMessage({ message: 'hello' }),
    )
  })

  test('not with a stranger’s key', async () => {
    await expect(node.rpc('personal_sign', '0x00', stranger(1))).rejects.toThrow(/unknown account/)
  })
})

describe('eth_sendTransaction', () => {
  test('fills in what is missing', async () => {
    const hash = await node.rpc<Hex>('eth_sendTransaction', {
      from: second,
      to: stranger(3),
      value: toHex(7n),
    })
    expect(await alice.receiptOf(hash)).toMatchObject({ status: 'success', from: second })
    expect(await client.getBalance({ address: stranger(3) })).toBe(7n)
  })

  test('deploys, through ethers’s JsonRpcSigner', async () => {
    const { abi, bytecode } = contract('Token')
    const signer = await provider.getSigner(2)
    const token = await new ContractFactory(abi as never, bytecode, signer).deploy(5n)
    await token.waitForDeployment()
    expect(await token.getFunction('balanceOf')(account(2).address)).toBe(5n)
    const sent = await token.getFunction('transfer')(stranger(3), 2n)
    expect(await sent.wait()).toMatchObject({ status: 1 })
  })

  test('legacy and EIP-1559, as asked', async () => {
    const common = { from: second, to: stranger(3) }
    const legacy = await node.rpc<Hex>('eth_sendTransaction', {
      ...common,
      gasPrice: toHex(10n ** 9n),
    })
    expect(await client.getTransaction({ hash: legacy })).toMatchObject({ type: 'legacy' })
    const fees = { maxFeePerGas: toHex(10n ** 9n), maxPriorityFeePerGas: '0x1' }
    const modern = await node.rpc<Hex>('eth_sendTransaction', { ...common, ...fees })
    expect(await client.getTransaction({ hash: modern })).toMatchObject({
      type: 'eip1559',
      maxPriorityFeePerGas: 1n,
    })
  })

  test('ten at the same time get ten nonces', async () => {
    const before = await client.getTransactionCount({ address: second })
    const hashes = await Promise.all(
      Array.from({ length: 10 }, () =>
        node.rpc<Hex>('eth_sendTransaction', { from: second, to: stranger(3), value: '0x1' }),
      ),
    )
    const receipts = await Promise.all(hashes.map(alice.receiptOf))
    expect(receipts.every(({ status }) => status === 'success')).toBe(true)
    expect(await client.getTransactionCount({ address: second })).toBe(before + 10)
  })

  test('not from a stranger', async () => {
    const send = node.rpc('eth_sendTransaction', { from: stranger(1), to: second })
    await expect(send).rejects.toThrow(/unknown account/)
  })
})

describe('impersonation', () => {
  test.each(['anvil', 'hardhat'] as const)('of a rich account, with viem’s %s', async (mode) => {
    const test = alice[mode]
    const address = mode === 'anvil' ? stranger(4) : stranger(5)
    await test.setBalance({ address, value: parseEther('5') })
    await test.impersonateAccount({ address })
    const send = () =>
      node.rpc<Hex>('eth_sendTransaction', { from: address, to: second, value: '0x9' })
    const receipt = await alice.receiptOf(await send())
    expect(receipt).toMatchObject({ status: 'success', from: address })
    expect(await client.getTransaction({ hash: receipt.transactionHash })).toMatchObject({
      from: address,
      value: 9n,
    })
    expect(await client.getTransactionCount({ address })).toBe(1)
    await test.stopImpersonatingAccount({ address })
    await expect(send()).rejects.toThrow(/unknown account/)
  })

  test('of a contract, which is msg.sender then', async () => {
    const token = await alice.deploy(contract('Token'), [100n])
    const { Factory } = contracts('Gas.sol')
    const factory = await alice.deploy(Factory!)
    await alice.send(token, 'transfer', [factory.address, 60n])
    const { address } = factory
    await alice.anvil.impersonateAccount({ address })
    await alice.anvil.setBalance({ address, value: parseEther('1') })
    const wallet = createWalletClient({ account: address, chain: alice.chain, transport: http() })
    const hash = await wallet.writeContract({
      ...token,
      functionName: 'transfer',
      args: [stranger(6), 25n],
    })
    expect(await alice.receiptOf(hash)).toMatchObject({ status: 'success', from: address })
    expect(await alice.read(token, 'balanceOf', [stranger(6)])).toBe(25n)
    await alice.anvil.stopImpersonatingAccount({ address })
  })

  test('of everybody', async () => {
    await node.rpc('anvil_autoImpersonateAccount', true)
    await alice.anvil.setBalance({ address: stranger(7), value: parseEther('1') })
    const hash = await node.rpc<Hex>('eth_sendTransaction', { from: stranger(7), to: second })
    expect(await alice.receiptOf(hash)).toMatchObject({ status: 'success' })
    await node.rpc('anvil_autoImpersonateAccount', false)
  })

  test('of somebody who has nothing: refused in words that wallets know', async () => {
    await alice.anvil.impersonateAccount({ address: stranger(8) })
    const send = node.rpc('eth_sendTransaction', { from: stranger(8), to: second, value: '0x1' })
    await expect(send).rejects.toThrow(/insufficient funds/)
  })
})
