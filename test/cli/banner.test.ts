import { getAddress } from 'viem'
import { expect, test } from 'vitest'
import { fromHex } from '../../src/base/bytes.ts'
import { banner, checksumAddress } from '../../src/cli/banner.ts'
import { devAccounts } from '../../src/node/accounts.ts'
import { devOptions } from '../../src/node/config.ts'
import { readConfig } from '../../src/node/read-config.ts'

const native = { actors: undefined, networkVersion: 28 }

async function bannerOf(
  flags: Record<string, string>,
  actors: { actors: string | undefined; networkVersion: number } = native,
): Promise<string> {
  const config = readConfig(devOptions, { flags, environment: {} })
  const accounts = await devAccounts(config.mnemonic, config.accounts)
  const urls = { httpUrl: 'http://127.0.0.1:8545', wsUrl: 'ws://127.0.0.1:8545' }
  const node = { ...urls, ...actors, accounts, epoch: 0, baseFee: config.baseFee }
  return banner('0.1.0', config, node, { bold: (text) => text })
}

test('accounts, keys, chain, network of a wallet', async () => {
  const text = await bannerOf({ accounts: '1' })
  for (const part of [
    'Ethereum accounts, 10,000 tFIL each',
    '(0) 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    't410f6op5nzi2vwepn5gonk4ie4tzz773sitggxp4hiy',
    't1nqjokbjze2a2nx36kz6oq54wns4w5jcwhzuzy2i',
    '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
    'bls private key 3606c4c197c8beda39cf6a1194f8ff8f3b4c1f9c9952a52b1e86ab082bdbae09',
    'Mnemonic: test test',
    'These keys are public',
    'Base fee          100,000,000 attoFIL',
    'Block gas limit   10,000,000,000',
    'Blocks            at each transaction',
    'RPC URL           http://127.0.0.1:8545',
    'Chain id          31415926',
    'Currency symbol   tFIL',
    'ws://127.0.0.1:8545',
  ]) {
    expect(text).toContain(part)
  }
  expect(text.match(/t3\w{84}\n/g)).toHaveLength(2)
})

test('follows the options', async () => {
  const text = await bannerOf({
    networkPrefix: 'f',
    balance: '1.5',
    blockTime: '30',
    accounts: '0',
  })
  expect(text).toContain('Filecoin accounts, 1.5 FIL each')
  expect(text).toContain('Blocks            every 30 s')
  expect(text).not.toMatch(/\bt[0-4]/)
})

test('checksummed addresses are those of viem', () => {
  for (let seed = 0; seed < 50; seed++) {
    const hex = (BigInt(seed + 1) ** 41n * 0x9e3779b97f4a7c15n)
      .toString(16)
      .padStart(40, '0')
      .slice(-40)
    expect(checksumAddress(fromHex(hex))).toBe(getAddress(`0x${hex}`))
  }
})

test('genuine actors are named, and that nobody checks proofs is said', async () => {
  expect(await bannerOf({})).not.toMatch(/Actors|proof/)
  const text = await bannerOf({}, { actors: 'v16 of devnet', networkVersion: 26 })
  expect(text).toContain('Actors            genuine, v16 of devnet, under network version 26')
  expect(text).toContain('NOT VERIFIED')
})
