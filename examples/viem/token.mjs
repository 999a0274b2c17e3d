/** An ERC-20 with viem: deploy, transfer, events, a revert with its reason, Filecoin addresses. */
import assert from 'node:assert/strict'
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  parseEther,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { compileToken } from '../contracts/compile.mjs'

const url = process.env.RPC_URL ?? 'http://127.0.0.1:8545'
const chain = defineChain({
  id: 31415926,
  name: 'FEVM local',
  nativeCurrency: { name: 'test FIL', symbol: 'tFIL', decimals: 18 },
  rpcUrls: { default: { http: [url] } },
})
const words = 'test test test test test test test test test test test junk'
const [alice, bob] = [0, 1].map((addressIndex) => mnemonicToAccount(words, { addressIndex }))
const client = createPublicClient({ chain, transport: http(), pollingInterval: 50 })
const wallet = createWalletClient({ chain, transport: http(), account: alice })

const token = compileToken()
const supply = parseEther('1000')
const deployment = await wallet.deployContract({ ...token, args: [supply] })
const { contractAddress, status } = await client.waitForTransactionReceipt({ hash: deployment })
assert.equal(status, 'success')
const contract = { address: contractAddress, abi: token.abi }
console.log('deployed at', contractAddress)
console.log(
  'on Filecoin',
  await client.request({
    method: 'Filecoin.EthAddressToFilecoinAddress',
    params: [contractAddress],
  }),
)

const amount = parseEther('25')
const transfer = { ...contract, functionName: 'transfer', args: [bob.address, amount] }
const { request } = await client.simulateContract({ ...transfer, account: alice })
const sent = await client.waitForTransactionReceipt({ hash: await wallet.writeContract(request) })
assert.equal(sent.status, 'success')
console.log('transfer used', sent.gasUsed, 'gas')

const balanceOf = (owner) =>
  client.readContract({ ...contract, functionName: 'balanceOf', args: [owner] })
assert.equal(await balanceOf(bob.address), amount)
assert.equal(await balanceOf(alice.address), supply - amount)

const events = await client.getContractEvents({
  ...contract,
  eventName: 'Transfer',
  args: { to: bob.address },
  fromBlock: 0n,
})
assert.equal(events.length, 1)
assert.equal(events[0].args.value, amount)
assert.equal(events[0].transactionHash, sent.transactionHash)
console.log('one Transfer event to', bob.address)

const nobody = mnemonicToAccount(words, { addressIndex: 9 })
await assert.rejects(
  client.simulateContract({ ...contract, functionName: 'burnAll', account: nobody }),
  (error) => {
    const revert =
      error instanceof BaseError && error.walk((e) => e instanceof ContractFunctionRevertedError)
    return revert instanceof Error && revert.data?.errorName === 'NothingToBurn'
  },
)
console.log('burnAll of nothing reverts with NothingToBurn')
