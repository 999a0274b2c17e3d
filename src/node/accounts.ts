/**
 * The funded accounts of a development chain. Their keys are public knowledge.
 *
 *     m/44'/60'/0'/0/i     Ethereum accounts (f410), the keys of anvil and Hardhat
 *     m/44'/461'/0'/0/i    Filecoin secp256k1 accounts (f1), as Filecoin wallets derive them
 *     m/44'/461'/1'/0/i    Filecoin BLS accounts (f3), see mnemonic.ts
 *
 * The keys of the default mnemonic are constants, so that starting derives nothing.
 */
import { Address } from '../address/address.ts'
import { type EthAddress, toFilecoin } from '../address/eth-address.ts'
import { fromHex } from '../base/bytes.ts'
import { keccak256 } from '../base/hash.ts'
import { blsPublicKey } from '../protocol/crypto/bls.ts'
import { publicKey as secp256k1PublicKey } from '../protocol/crypto/secp256k1.ts'
import { type Keys, keysOf } from './mnemonic.ts'

export const TEST_MNEMONIC = 'test test test test test test test test test test test junk'

const SECP256K1_COUNT = 3
const BLS_COUNT = 2

export const paths = {
  ethereum: (index: number) => `m/44'/60'/0'/0/${index}`,
  secp256k1: (index: number) => `m/44'/461'/0'/0/${index}`,
  bls: (index: number) => `m/44'/461'/1'/0/${index}`,
}

/** An Ethereum account: signs Ethereum transactions, has an f410 address. */
export interface EthDevAccount {
  readonly privateKey: Uint8Array
  /** 65 bytes, uncompressed. */
  readonly publicKey: Uint8Array
  readonly ethAddress: EthAddress
  /** f410 */
  readonly address: Address
  /** f1 of the same key: another account, which wallets that sign Filecoin messages would use. */
  readonly secp256k1Address: Address
}

/** An account that signs Filecoin messages: f1 (secp256k1) or f3 (BLS). */
export interface NativeDevAccount {
  readonly kind: 'secp256k1' | 'bls'
  /** 32 bytes; BLS: little-endian, as Lotus has it. */
  readonly privateKey: Uint8Array
  /** 65 bytes uncompressed, or 48 bytes. */
  readonly publicKey: Uint8Array
  readonly address: Address
}

export interface DevAccounts {
  readonly mnemonic: string
  readonly ethereum: readonly EthDevAccount[]
  readonly native: readonly NativeDevAccount[]
}

/**
 * @param ethereumCount how many Ethereum accounts; there are always three f1 and two f3 accounts
 * @throws MnemonicError
 */
export async function devAccounts(mnemonic: string, ethereumCount: number): Promise<DevAccounts> {
  const known = mnemonic === TEST_MNEMONIC ? testKeys : { ethereum: [], secp256k1: [], bls: [] }
  const enough = ethereumCount <= known.ethereum.length && known.bls.length > 0
  const keys: Keys | undefined = enough ? undefined : await keysOf(mnemonic)
  return {
    mnemonic,
    ethereum: range(ethereumCount, (index) =>
      ethDevAccount(known.ethereum[index] ?? keys!.secp256k1(paths.ethereum(index))),
    ),
    native: [
      ...range(SECP256K1_COUNT, (index) =>
        secp256k1Account(known.secp256k1[index] ?? keys!.secp256k1(paths.secp256k1(index))),
      ),
      ...range(BLS_COUNT, (index) => known.bls[index] ?? blsAccount(keys!.bls(paths.bls(index)))),
    ],
  }
}

export function ethDevAccount(privateKey: Uint8Array): EthDevAccount {
  const publicKey = secp256k1PublicKey(privateKey)
  const ethAddress = keccak256(publicKey.subarray(1)).subarray(12)
  const secp256k1Address = Address.secp256k1(publicKey)
  return { privateKey, publicKey, ethAddress, address: toFilecoin(ethAddress), secp256k1Address }
}

function secp256k1Account(privateKey: Uint8Array): NativeDevAccount {
  const publicKey = secp256k1PublicKey(privateKey)
  return { kind: 'secp256k1', privateKey, publicKey, address: Address.secp256k1(publicKey) }
}

export function blsAccount(
  privateKey: Uint8Array,
  publicKey = blsPublicKey(privateKey),
): NativeDevAccount {
  return { kind: 'bls', privateKey, publicKey, address: Address.bls(publicKey) }
}

function range<T>(count: number, item: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => item(index))
}

/** What the test mnemonic derives to; BLS with public keys, which take long to compute. */
const testKeys = {
  ethereum: [
    'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
    '59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
    '5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a',
    '7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6',
    '47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a',
    '8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba',
    '92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e',
    '4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356',
    'dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97',
    '2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6',
  ].map(fromHex),
  secp256k1: [
    '6b65fdf763faebfbcf9a43d5ab3dd2fb639a3d69c10df99eddc0a6eb30a99ba7',
    '782dff1f568c29c4ac83af11c7c1d886bd1a3780f3bce8037d9a180321f1fd4e',
    '1413ebb87dd9c0d7a0721dc22e98f079c911d0a6a40925f343f599759040ecc5',
  ].map(fromHex),
  bls: [
    {
      privateKey: '3606c4c197c8beda39cf6a1194f8ff8f3b4c1f9c9952a52b1e86ab082bdbae09',
      publicKey:
        '86adb7eac3fa6a44f8fcec7273caee1332e04ffdfb8b893266601f0886aa0f6cf752358ba177fdd60d32d50c91449362',
    },
    {
      privateKey: '0bd77454b205eb346dce485925d8f1ead63e93c98f439ba8efb33de0dbb4b96d',
      publicKey:
        'a5ae7c5bf3aa2d79764848d645a5f3f304cc5e6adde0de47959d16f29ed1a545fb725663bb17ae87e896f92dd1ccf297',
    },
  ].map(({ privateKey, publicKey }) => blsAccount(fromHex(privateKey), fromHex(publicKey))),
}
