import { accountFromMnemonic } from 'iso-filecoin/wallet'
import { getAddress } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { fromFilecoin } from '../../src/address/eth-address.ts'
import { fromHex, to0x, toBigInt, toHex } from '../../src/base/bytes.ts'
import { blsAccount, devAccounts, paths, TEST_MNEMONIC } from '../../src/node/accounts.ts'
import { blsKeyGen, keysOf, MnemonicError } from '../../src/node/mnemonic.ts'

/** What anvil and Hardhat print at their start. */
const anvilAddresses = [
  '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
  '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC',
  '0x90F79bf6EB2c4f870365E785982E1f101E93b906',
  '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65',
  '0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc',
  '0x976EA74026E726554dB657fA54763abd0C3a0aa9',
  '0x14dC79964da2C08b23698B3D3cc7Ca32193d9955',
  '0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f',
  '0xa0Ee7A142d267C1f36714E4a8F75612F20a79720',
]
const OTHER = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

describe('the default accounts', () => {
  test("have anvil's addresses", async () => {
    const { ethereum } = await devAccounts(TEST_MNEMONIC, 10)
    expect(ethereum.map(({ ethAddress }) => getAddress(to0x(ethAddress)))).toEqual(anvilAddresses)
  })

  test('are the ones that the mnemonic derives to', async () => {
    const { ethereum, native } = await devAccounts(TEST_MNEMONIC, 10)
    for (const [index, { privateKey }] of ethereum.entries()) {
      const account = mnemonicToAccount(TEST_MNEMONIC, { addressIndex: index })
      expect(toHex(privateKey)).toBe(toHex(account.getHdKey().privateKey!))
    }
    const keys = await keysOf(TEST_MNEMONIC)
    const f1 = native.filter(({ kind }) => kind === 'secp256k1')
    expect(f1.map(({ privateKey }) => privateKey)).toEqual(
      [0, 1, 2].map((index) => keys.secp256k1(paths.secp256k1(index))),
    )
    const f3 = native.filter(({ kind }) => kind === 'bls')
    expect(f3).toEqual([0, 1].map((index) => blsAccount(keys.bls(paths.bls(index)))))
  })

  test('go on past the constants', async () => {
    const { ethereum } = await devAccounts(TEST_MNEMONIC, 12)
    expect(ethereum).toHaveLength(12)
    const account = mnemonicToAccount(TEST_MNEMONIC, { addressIndex: 11 })
    expect(to0x(ethereum[11]!.ethAddress)).toBe(account.address.toLowerCase())
    expect(getAddress(to0x(ethereum[9]!.ethAddress))).toBe(anvilAddresses[9])
  })
})

describe.each([TEST_MNEMONIC, OTHER])('accounts of "%s"', (mnemonic) => {
  test('Ethereum accounts are those of viem, in all three address forms', async () => {
    const [account] = (await devAccounts(mnemonic, 1)).ethereum
    const expected = mnemonicToAccount(mnemonic)
    expect(to0x(account!.ethAddress)).toBe(expected.address.toLowerCase())
    expect(fromFilecoin(account!.address)).toEqual(account!.ethAddress)
    const f1 = accountFromMnemonic(mnemonic, 'SECP256K1', paths.ethereum(0), undefined, 'mainnet')
    expect(account!.secp256k1Address.toString('f')).toBe(f1.address.toString())
  })

  test('f1 accounts are those of a Filecoin wallet', async () => {
    const { native } = await devAccounts(mnemonic, 0)
    for (const index of [0, 1, 2]) {
      const path = paths.secp256k1(index)
      const wallet = accountFromMnemonic(mnemonic, 'SECP256K1', path, undefined, 'mainnet')
      expect(native[index]!.address.toString('f')).toBe(wallet.address.toString())
      expect(native[index]!.privateKey).toEqual(wallet.privateKey)
    }
  })

  test('f3 addresses hold the public keys', async () => {
    const { native } = await devAccounts(mnemonic, 0)
    const bls = native.filter(({ kind }) => kind === 'bls')
    expect(bls).toHaveLength(2)
    for (const { address, publicKey } of bls) {
      expect(address.payload).toEqual(publicKey)
      expect(address.toString('t')).toMatch(/^t3/)
    }
  })
})

// EIP-2333, test cases 0 and 1
test.each([
  [
    'c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04',
    6083874454709270928345386274498605044986640685124978867557563392430687146096n,
  ],
  [
    '3141592653589793238462643383279502884197169399375105820974944592',
    29757020647961307431480504535336562678282505419141012933316116377660817309383n,
  ],
])('BLS KeyGen of %s', (keyMaterial, scalar) => {
  expect(toBigInt(blsKeyGen(fromHex(keyMaterial)))).toBe(scalar)
})

describe('a wrong mnemonic', () => {
  test.each([
    ['legal winner thank year wave sausage worth useful legal winner thank legal', 'checksum'],
    ['legal winner thank year wave sausage worth useful legal winner thank yelow', '"yelow"'],
  ])('%s is refused', async (mnemonic, reason) => {
    await expect(devAccounts(mnemonic, 1)).rejects.toThrow(MnemonicError)
    await expect(devAccounts(mnemonic, 1)).rejects.toThrow(reason)
  })

  test.each([
    'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about',
    'zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo vote',
    'letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic avoid letter always',
  ])('a right one of 12, 18 or 24 words is not: %s', async (mnemonic) => {
    const { ethereum } = await devAccounts(mnemonic, 1)
    expect(to0x(ethereum[0]!.ethAddress)).toBe(mnemonicToAccount(mnemonic).address.toLowerCase())
  })
})
