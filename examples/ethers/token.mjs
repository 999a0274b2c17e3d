/** An ERC-20 with ethers 6: deploy, transfer, events, a revert with its reason. */
import assert from 'node:assert/strict'
import { ContractFactory, HDNodeWallet, isError, JsonRpcProvider, parseEther } from 'ethers'
import { compileToken } from '../contracts/compile.mjs'

const url = process.env.RPC_URL ?? 'http://127.0.0.1:8545'
const provider = new JsonRpcProvider(url, undefined, {
  pollingInterval: 50,
  // ethers answers a repeated request from memory for 250 ms; here a block is mined sooner
  cacheTimeout: -1,
})
const words = 'test test test test test test test test test test test junk'
const [alice, bob, nobody] = [2, 3, 9].map((index) =>
  HDNodeWallet.fromPhrase(words, undefined, `m/44'/60'/0'/0/${index}`).connect(provider),
)

const { abi, bytecode } = compileToken()
const supply = parseEther('1000')
const token = await new ContractFactory(abi, bytecode, alice).deploy(supply)
await token.waitForDeployment()
console.log('deployed at', await token.getAddress())

const amount = parseEther('25')
const transfer = await token.transfer(bob.address, amount)
const receipt = await transfer.wait()
assert.equal(receipt.status, 1)
console.log('transfer used', receipt.gasUsed, 'gas')

assert.equal(await token.balanceOf(bob.address), amount)
assert.equal(await token.balanceOf(alice.address), supply - amount)

const events = await token.queryFilter(token.filters.Transfer(null, bob.address), 0)
assert.equal(events.length, 1)
assert.equal(events[0].args.value, amount)
console.log('one Transfer event to', bob.address)

await assert.rejects(
  token.connect(nobody).burnAll.staticCall(),
  (error) => isError(error, 'CALL_EXCEPTION') && error.revert?.name === 'NothingToBurn',
)
console.log('burnAll of nothing reverts with NothingToBurn')
provider.destroy()
