/** An ERC-20 with Hardhat 3 and its viem plugin: deploy, transfer, events. */
import assert from 'node:assert/strict'
import { network } from 'hardhat'
import { parseEther } from 'viem'

const { viem } = await network.create('fevm')
const [alice, bob] = await viem.getWalletClients()
const client = await viem.getPublicClient()

const supply = parseEther('1000')
const token = await viem.deployContract('Token', [supply])
console.log('deployed at', token.address)

const amount = parseEther('25')
const hash = await token.write.transfer([bob.account.address, amount])
const { status, gasUsed } = await client.waitForTransactionReceipt({ hash })
assert.equal(status, 'success')
console.log('transfer used', gasUsed, 'gas')

assert.equal(await token.read.balanceOf([bob.account.address]), amount)
assert.equal(await token.read.balanceOf([alice.account.address]), supply - amount)

const events = await token.getEvents.Transfer({ to: bob.account.address }, { fromBlock: 0n })
assert.equal(events.length, 1)
assert.equal(events[0].args.value, amount)
console.log('one Transfer event to', bob.account.address)
