/** An actor of one's own: installed, made, called from Solidity, and calling back. */
import assert from 'node:assert/strict'
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  keccak256,
  toBytes,
  toHex,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { buildActor, buildContract } from './build.mjs'

const url = process.env.RPC_URL ?? 'http://127.0.0.1:8545'
const chain = defineChain({
  id: 31415926,
  name: 'FEVM local',
  nativeCurrency: { name: 'test FIL', symbol: 'tFIL', decimals: 18 },
  rpcUrls: { default: { http: [url] } },
})
const words = 'test test test test test test test test test test test junk'
const client = createPublicClient({ chain, transport: http(), pollingInterval: 50 })
const wallet = createWalletClient({ chain, transport: http(), account: mnemonicToAccount(words) })

const module = await buildActor()
const code = await client.request({ method: 'fevm_installActor', params: [toHex(module)] })
console.log('installed', module.length, 'bytes as', code['/'])

// the constructor's params in CBOR: 7 is 0x07
const { actor } = await client.request({
  method: 'fevm_createActor',
  params: [{ code, params: '0x07' }],
})
console.log('made', actor.idAddress, actor.robustAddress, actor.ethAddress)

const teller = buildContract()
const deployment = await wallet.deployContract({ ...teller, args: [BigInt(actor.id)] })
const { contractAddress } = await client.waitForTransactionReceipt({ hash: deployment })
const contract = { address: contractAddress, abi: teller.abi }

const add = async (amount) => {
  const hash = await wallet.writeContract({ ...contract, functionName: 'add', args: [amount] })
  return client.waitForTransactionReceipt({ hash })
}
const receipt = await add(5)
assert.equal(receipt.status, 'success')
assert.equal(await client.readContract({ ...contract, functionName: 'told' }), 12n)
console.log('7 + 5 = 12, says the tally, and used', receipt.gasUsed, 'gas')

// the actor's event is a log as any other, and so is the contract's
const [added, told] = receipt.logs
assert.equal(added.address, actor.ethAddress)
assert.deepEqual(added.topics, [keccak256(toBytes('Added(uint256)'))])
assert.equal(BigInt(added.data), 12n)
assert.equal(told.address, contractAddress.toLowerCase())

// a call changes nothing, and answers the CBOR of the total, 13
const { result } = await client.simulateContract({ ...contract, functionName: 'add', args: [1] })
assert.equal(result, '0x1b000000000000000d')

// above 99 the contract refuses, so the tally aborts, so nothing is added
for (const amount of [23, 23, 23]) await add(amount)
await assert.rejects(
  client.simulateContract({ ...contract, functionName: 'add', args: [23] }),
  /the tally refused/,
)
assert.equal(await client.readContract({ ...contract, functionName: 'told' }), 81n)
console.log('what the contract refuses, the tally does not do')
